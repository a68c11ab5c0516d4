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

from wellit.flags import is_open
from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.commandline import chart_lines
from wellit.subject import MODELSERVICE, Subject

RULE = Rule(
    "WL120", "model-differs", "warning", (MODELSERVICE,), "read",
    reads="modelArtifacts.name modelArtifacts.uri role.containers role.create",
)  # fmt: skip
HUB = re.compile(r"[\w.-]+/[\w.-]+")  # a name of the hub, not a path


def check(subject: Subject) -> Items:
    for line in chart_lines(subject):
        model = line.own_model if line.container.own else None
        artifacts = line.container.pod.service.release.root["modelArtifacts"]
        scheme, _, repository = artifacts["uri"].text().partition("://")
        if model is None or is_open(model[0]) or scheme != "hf" or not HUB.fullmatch(repository):
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
