"""A template did not get its value.

Go templates write what they could not fill in: `<no value>`, `<nil>`, `%!d(string=x)`, or an address without a host.
And a template in a value that the chart does not render reaches the container as it is: the modelservice chart
renders env, ports and extraConfig, but not command and args.

Bad::

    # llm-d-modelservice@v0.4.9
    decode:
      containers:
      - image: lmsysorg/sglang:v0.5.9
        modelCommand: custom
        command: [python3, -m, sglang.launch_server]
        args: [--model-path, "{{ .Values.modelArtifacts.name }}"]

Good::

    # llm-d-modelservice@v0.4.9
    decode:
      containers:
      - image: lmsysorg/sglang:v0.5.9
        modelCommand: custom
        command: [python3, -m, sglang.launch_server]
        args: [--model-path, Qwen/Qwen3-0.6B]
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from wellit.node import Node
from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.modelservice import pods
from wellit.seen.service import GROUP
from wellit.subject import CHARTS, Subject

RULE = Rule("WL501", "template-leak", "error", CHARTS, "asked", reads="*")

# What a Go template leaves behind, and what it means.
LEAKS = {
    r"%![a-zA-Z]?\(": "a number or word was printed as another type",
    r"<no value>": "the template reads a key that is not there",
    r"<nil>": "the template reads a key that has no value",
    r"\b(?:https?|grpcs?|tcp|wss?|hf|oci|s3|gs)://(?=[/?#]|:\d|$)": "an address without a host",
}
LEAK = re.compile("|".join(f"(?P<leak{i}>{pattern})" for i, pattern in enumerate(LEAKS)))
# A Go template action as people write it for helm; a chat template's {{ messages }} is none.
ACTION = re.compile(r"\{\{-?\s*(?:[.$]|(?:include|tpl|printf|default|quote|required|toYaml|if|range|with|end)\b)")


def check(subject: Subject) -> Items:
    owners = [release.root for release in subject.releases]
    owners += [manifest.root for manifest in subject.manifests or ()]
    for root in owners:
        for node in root.strings():
            if found := _leak(node.text()):
                what, meaning = found
                yield Hit(node, f'"{what}" stands in a value: {meaning}', write="the value that is meant",
                          why="a template wrote it; it is passed on as it is")  # fmt: skip
    yield from _unrendered(subject)


def _leak(text: str) -> tuple[str, str] | None:
    found = LEAK.search(text)
    if found is None:
        return None
    return found.group(), list(LEAKS.values())[int((found.lastgroup or "").removeprefix("leak"))]


def _unrendered(subject: Subject) -> Items:
    for node in (*_never_rendered(subject), *(_everything_rendered(subject))):
        if ACTION.search(node.text()):
            yield Hit(node, "a template stands in a value that is not rendered", write="the value itself",
                      why=f"it is passed on as it is: {_short(node.text())}")  # fmt: skip


def _never_rendered(subject: Subject) -> Iterator[Node]:
    """Words that the chart passes on without rendering them."""
    for pod in pods(subject):
        for container in pod.containers:
            for key in ("image", "command", "args"):
                yield from container.node[key].strings()


def _everything_rendered(subject: Subject) -> Iterator[Node]:
    """Everything of a rendered object: a template there stays one. The text of a ConfigMap may be meant as one.

    KServe's controller renders what stands in its own objects.
    """
    for manifest in subject.manifests or ():
        if manifest.root["apiVersion"].text().partition("/")[0] == GROUP:
            continue
        for key, node in manifest.root.items():
            if key not in ("data", "stringData"):
                yield from node.strings()


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}..."
