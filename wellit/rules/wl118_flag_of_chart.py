"""The command line says otherwise what the chart writes by itself.

For vllmServe and imageDefault the chart writes the model, its served name and the degrees of parallelism on the command
line, before the words of args; the last one counts. A second one makes the engine serve something else than the
settings say, and whatever reads the settings - labels, routes, people - goes by those.

Bad::

    # llm-d-modelservice@v0.4.9
    modelArtifacts: {name: Qwen/Qwen3-0.6B, uri: "hf://Qwen/Qwen3-0.6B"}
    decode:
      containers:
      - image: ghcr.io/llm-d/llm-d-cuda:v0.6.0
        modelCommand: vllmServe
        args: [--served-model-name, other]

Good::

    # llm-d-modelservice@v0.4.9
    modelArtifacts: {name: Qwen/Qwen3-0.6B, uri: "hf://Qwen/Qwen3-0.6B"}
    decode:
      containers:
      - image: ghcr.io/llm-d/llm-d-cuda:v0.6.0
        modelCommand: vllmServe
        args: [--enable-prefix-caching]
"""

from __future__ import annotations

from wellit.flags import is_open
from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.commandline import ChartLine, chart_lines
from wellit.subject import MODELSERVICE, Subject

RULE = Rule(
    "WL118", "flag-of-chart", "warning", (MODELSERVICE,), "read",
    reads="modelArtifacts.name modelArtifacts.uri role.containers role.create",
)  # fmt: skip
# What the chart writes that no other rule looks at: the setting, its flag, and where the values have it.
WRITTEN = (("model", "--model", "uri"), ("servedName", "", "name"))


def check(subject: Subject) -> Items:
    for line in chart_lines(subject):
        for setting, flag, key in WRITTEN:
            if not line.container.own and line.container.injects(setting):
                yield from _judge(line, flag or line.engine.flag(setting), key)


def _judge(line: ChartLine, flag: str, key: str) -> Items:
    said = line.mention(flag)
    setting = line.container.pod.service.release.root.at("modelArtifacts", key)
    if said is None or not setting.text() or is_open(setting.text()):
        return
    given, node = said
    meant = setting.text().partition("://")[2] or setting.text()
    if is_open(given.value) or meant in given.value.split():
        return
    yield Hit(
        node,
        f"{given.spelled} {given.value} comes after what the chart writes, {meant}, and wins",
        write=f"modelArtifacts.{key}: {setting.text().replace(meant, given.value)}, and no {given.spelled} here",
        why=f"the chart, its labels and its routes go by modelArtifacts.{key}",
        also=(("what the chart writes", setting),),
    )
