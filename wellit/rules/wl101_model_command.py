"""The chart version does not have this modelCommand.

The llm-d-modelservice chart starts an engine by modelCommand and stops at a word it does not have; upper and lower
case matter. `sglangServe` is in circulation, but no published version has ever had it: an engine without a
modelCommand of its own is started with `custom` and a command.

Bad::

    # llm-d-modelservice@v0.3.8
    decode:
      containers:
      - name: sglang
        image: lmsysorg/sglang:v0.5.6.post2-runtime
        modelCommand: sglangServe

Good::

    # llm-d-modelservice@v0.3.8
    decode:
      containers:
      - name: sglang
        image: lmsysorg/sglang:v0.5.6.post2-runtime
        modelCommand: custom
        command: [python3, -m, sglang.launch_server]
"""

from __future__ import annotations

from wellit.rules.rule import Fix, Hit, Items, Rule
from wellit.seen.container import Container
from wellit.seen.modelservice import pods
from wellit.subject import MODELSERVICE, Subject

RULE = Rule("WL101", "model-command", "error", (MODELSERVICE,), "asked", reads="multinode role.containers role.create")


def check(subject: Subject) -> Items:
    for pod in pods(subject):
        for container in pod.containers:
            if container.written is None:
                yield _unknown(container)


def _unknown(container: Container) -> Hit:
    release = container.pod.service.release
    return Hit(
        container.node["modelCommand"],
        f'{release.chart} {release.version} has no modelCommand "{container.model_command}"',
        write=_instead(container),
        why=f"helm stops with: {refusal(container, 'modelCommand')}",
        fix=Fix(container.node["modelCommand"], container.meant) if container.meant else None,
    )


def _instead(container: Container) -> str:
    """What to write: the word that was meant when it fits the image, else what starts the engine."""
    if container.meant:
        return f"modelCommand: {container.meant}"
    if container.engine is None:
        return f"modelCommand: {' or '.join(container.facts['modelCommands'])}"
    return container.way_to_start(container.engine)


def refusal(container: Container, message: str) -> str:
    """The chart's own words when it stops, with the place in its templates that it names."""
    facts, role = container.facts, container.pod.role
    words = str(facts["failureMessages"][message])
    if container.pod.service.release.root["multinode"]:
        return words  # another template then, at another line
    return str(facts["failure"]).format(role=role, at=facts["failureAt"][role], message=words)
