"""The model is served under another name than modelArtifacts has.

What is asked for is the name that the engine serves. modelArtifacts.name is what the chart, its labels and the people
who read the values go by: a request for it gets a 404. It may be meant; then modelArtifacts.name should say the same.

Bad::

    # llm-d-modelservice@v0.4.9
    modelArtifacts: {name: Qwen/Qwen3-0.6B, uri: "hf://Qwen/Qwen3-0.6B"}
    decode:
      containers:
      - image: lmsysorg/sglang:v0.5.9
        modelCommand: custom
        command: [python3, -m, sglang.launch_server]
        args: [--model-path, Qwen/Qwen3-0.6B, --served-model-name, qwen3]

Good::

    # llm-d-modelservice@v0.4.9
    modelArtifacts: {name: Qwen/Qwen3-0.6B, uri: "hf://Qwen/Qwen3-0.6B"}
    decode:
      containers:
      - image: lmsysorg/sglang:v0.5.9
        modelCommand: custom
        command: [python3, -m, sglang.launch_server]
        args: [--model-path, Qwen/Qwen3-0.6B, --served-model-name, Qwen/Qwen3-0.6B]
"""

from __future__ import annotations

from wellit.flags import is_open
from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.commandline import chart_lines
from wellit.seen.served import served
from wellit.subject import MODELSERVICE, Subject

RULE = Rule(
    "WL123", "served-name-differs", "warning", (MODELSERVICE,), "read",
    reads="modelArtifacts.name role.containers role.create",
)  # fmt: skip


def check(subject: Subject) -> Items:
    for line in chart_lines(subject):
        found = served(line) if line.container.own else None
        name = line.container.pod.service.release.root.at("modelArtifacts", "name")
        if found and found.written and name.text() and not is_open(name.text()) and name.text() not in found.names:
            yield Hit(
                found.node,
                f"the {line.title} serves {', '.join(sorted(found.names))}, modelArtifacts.name is {name.text()}",
                write=f'"{name.text()}"',
                why=f"a request for {name.text()} is answered with 404",
                also=(("the name of this release", name),),
            )
