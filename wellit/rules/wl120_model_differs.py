"""The command line names another model than modelArtifacts.

modelArtifacts says what is downloaded, mounted and labelled; a command of one's own says what is served. Two models in
one release are nearly always a model that was changed in one place only.

Bad::

    # llm-d-modelservice@v0.4.9
    modelArtifacts: {name: Qwen/Qwen3-0.6B, uri: "hf://Qwen/Qwen3-0.6B"}
    decode:
      containers:
      - image: lmsysorg/sglang:v0.5.9
        modelCommand: custom
        command: [python3, -m, sglang.launch_server]
        args: [--model-path, Qwen/Qwen2.5-0.5B-Instruct]

Good::

    # llm-d-modelservice@v0.4.9
    modelArtifacts: {name: Qwen/Qwen3-0.6B, uri: "hf://Qwen/Qwen3-0.6B"}
    decode:
      containers:
      - image: lmsysorg/sglang:v0.5.9
        modelCommand: custom
        command: [python3, -m, sglang.launch_server]
        args: [--model-path, Qwen/Qwen3-0.6B]
"""

from __future__ import annotations

import re

from wellit.capabilities import Unknown
from wellit.flags import is_open
from wellit.node import Node
from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.commandline import CommandLine, lines
from wellit.subject import MODELSERVICE, Subject

RULE = Rule(
    "WL120", "model-differs", "warning", (MODELSERVICE,), "read",
    reads="modelArtifacts.name modelArtifacts.uri role.containers role.create",
)  # fmt: skip
HUB = re.compile(r"[\w.-]+/[\w.-]+")  # a name of the hub, not a path


def check(subject: Subject) -> Items:
    for line in lines(subject):
        model = named(line) if line.container.own else None
        artifacts = line.container.pod.service.release.root["modelArtifacts"]
        scheme, _, repository = artifacts["uri"].text().partition("://")
        if model is None or scheme != "hf" or not HUB.fullmatch(repository):
            continue
        text, node = model
        if HUB.fullmatch(text) and text.lower() not in (repository.lower(), artifacts["name"].text().lower()):
            yield Hit(
                node,
                f"{line.engine.title} is to serve {text}, modelArtifacts has {repository}",
                write=f'"{repository}"',
                why="what the chart downloads and labels is not what is served",
                also=(("the model of this release", artifacts["uri"]),),
            )


def named(line: CommandLine) -> tuple[str, Node] | None:
    """The model that a command line of one's own names."""
    answer, flag = line.anyway, line.engine.flag("model")
    if isinstance(answer, Unknown):
        return None
    if said := line.mention(flag or "--model"):
        return (said[0].value, said[1]) if not is_open(said[0].value) else None
    first = answer.bare[0] if answer.bare and not flag else None
    node = line.node(first) if first is not None else None
    return (answer.words[first], node) if first is not None and node and not is_open(answer.words[first]) else None
