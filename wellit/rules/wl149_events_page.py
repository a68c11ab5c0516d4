"""The engine's pages are too small for the picker to find a block in them.

The picker cuts the tokens of each event into blocks of its own. SGLang says every page in an event of its own, and its
page is one token unless `--page-size` says more: an event of fewer tokens than a block holds none, and nothing is ever
found. vLLM says all new blocks of a request in one event.

Bad::

    # inferencepool@v1.4.0
    inferenceExtension:
      image: {hub: ghcr.io/llm-d, name: llm-d-inference-scheduler, tag: v0.7.1}
      pluginsConfigFile: precise.yaml
      pluginsCustomConfig:
        precise.yaml: |
          plugins:
          - type: precise-prefix-cache-scorer
            parameters: {tokenProcessorConfig: {blockSize: 64}}
    inferencePool:
      modelServers:
        matchLabels: {llm-d.ai/guide: chat}
    ---
    # llm-d-modelservice@v0.4.9
    modelArtifacts: {name: m, labels: {llm-d.ai/guide: chat}}
    decode:
      containers:
      - image: lmsysorg/sglang:v0.5.9
        modelCommand: custom
        command: [python3, -m, sglang.launch_server]
        args: ["--kv-events-config", '{"publisher":"zmq","topic":"kv@$(POD_IP):8000@m"}']

Good::

    # inferencepool@v1.4.0
    inferenceExtension:
      image: {hub: ghcr.io/llm-d, name: llm-d-inference-scheduler, tag: v0.7.1}
      pluginsConfigFile: precise.yaml
      pluginsCustomConfig:
        precise.yaml: |
          plugins:
          - type: precise-prefix-cache-scorer
            parameters: {tokenProcessorConfig: {blockSize: 64}}
    inferencePool:
      modelServers:
        matchLabels: {llm-d.ai/guide: chat}
    ---
    # llm-d-modelservice@v0.4.9
    modelArtifacts: {name: m, labels: {llm-d.ai/guide: chat}}
    decode:
      containers:
      - image: lmsysorg/sglang:v0.5.9
        modelCommand: custom
        command: [python3, -m, sglang.launch_server]
        args: ["--page-size", "64", "--kv-events-config", '{"publisher":"zmq","topic":"kv@$(POD_IP):8000@m"}']
"""

from __future__ import annotations

from wellit.rules.rule import Hit, Items, NotChecked, Rule
from wellit.seen.events import Listener, Publisher, heard
from wellit.seen.neutral import Told, spec, told, unclear
from wellit.subject import INFERENCEPOOL, MODELSERVICE, Subject

RULE = Rule(
    "WL149", "events-page", "error", (INFERENCEPOOL, MODELSERVICE), "asked",
    reads="inferenceExtension.image inferenceExtension.pluginsConfigFile inferenceExtension.pluginsCustomConfig "
    "inferencePool.modelServers modelArtifacts.labels role.containers role.create",
)  # fmt: skip


def check(subject: Subject) -> Items:
    for ear, said in heard(subject):
        if said.facts.get("eachPage") and ear.block is not None:
            yield from _judge(ear, said, ear.block)


def _judge(ear: Listener, said: Publisher, block: int) -> Items:
    container, unset = said.container, said.facts["eachPage"]
    page = told(container, "pageSize")
    if page is None and (reason := unclear(container)):
        yield NotChecked(f"the page size of the {container.title}: {reason}")
    elif page is None and (other := told(container, unset["unlessTold"])):
        yield NotChecked(f"the page size of the {container.title}: {other.by} {other.value} may bring one of its own")
    else:
        size = page.number if page else int(unset["unset"])
        if size is not None and size < block:
            yield _small(ear, said, page, size, block)


def _small(ear: Listener, said: Publisher, page: Told | None, size: int, block: int) -> Hit:
    container = said.container
    assert container.engine
    flag = spec(container.engine, "pageSize")["flag"]
    how = "" if page else f", for {flag} is not given"
    return Hit(
        page.node if page else container.node["args"],
        f"{container.engine.title} has pages of {size} token{'s' if size > 1 else ''}{how}; the picker's blocks have"
        f" {block}",
        write=f'"{flag}", "{block}"',
        why="every page is an event of its own, and none holds a whole block: nothing is ever found",
        also=(("the picker's block", ear.block_node if ear.block_node.written else ear.plugin["type"]),),
    )
