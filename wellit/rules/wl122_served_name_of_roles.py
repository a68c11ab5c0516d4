"""Prefill and decode serve the model under different names.

The routing proxy sends the same request to both, with the same name of a model in it. The role that serves the model
under another name answers 404.

Bad::

    # llm-d-modelservice@v0.4.9
    modelArtifacts: {name: Qwen/Qwen3-0.6B, uri: "hf://Qwen/Qwen3-0.6B"}
    decode:
      containers:
      - image: lmsysorg/sglang:v0.5.9
        modelCommand: custom
        command: [python3, -m, sglang.launch_server]
        args: [--model-path, Qwen/Qwen3-0.6B]
    prefill:
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
        args: [--model-path, Qwen/Qwen3-0.6B]
    prefill:
      containers:
      - image: lmsysorg/sglang:v0.5.9
        modelCommand: custom
        command: [python3, -m, sglang.launch_server]
        args: [--model-path, Qwen/Qwen3-0.6B]
"""

from __future__ import annotations

from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.commandline import ChartLine, chart_lines
from wellit.seen.served import Served, served
from wellit.subject import MODELSERVICE, Subject

RULE = Rule(
    "WL122", "served-name-of-roles", "error", (MODELSERVICE,), "read",
    reads="modelArtifacts.name role.containers role.create",
)  # fmt: skip


def check(subject: Subject) -> Items:
    by_release: dict[int, list[ChartLine]] = {}
    for line in chart_lines(subject):
        by_release.setdefault(id(line.container.pod.service), []).append(line)
    for pair in by_release.values():
        names = [(line, found) for line in pair if (found := served(line))]
        said = any(one.written for _, one in names)  # two models are told by another rule
        if len(names) == 2 and said and not names[0][1].names & names[1][1].names:
            yield _hit(*names)


def _hit(first: tuple[ChartLine, Served], second: tuple[ChartLine, Served]) -> Hit:
    """At the name that is written; where both are, at the one that is not the artifact's, or the second."""
    artifact = second[0].container.pod.service.release.root.at("modelArtifacts", "name").text()
    (line, at), (other_line, other) = (second, first) if second[1].written else (first, second)
    if first[1].written and artifact in second[1].names:
        (line, at), (other_line, other) = first, second
    role, other_role, names = line.container.pod.role, other_line.container.pod.role, ", ".join(sorted(other.names))
    return Hit(
        at.node,
        f"{role} serves the model as {', '.join(sorted(at.names))}, {other_role} as {names}",
        write=f'"{line.engine.flag("servedName")}", "{next(iter(sorted(other.names)))}" in args of {role}',
        why="a request carries one name to both: the role that does not serve it answers 404",
        also=((f"the name in {other_role}", other.node),),
    )
