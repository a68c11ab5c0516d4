"""The engine's KV blocks and the picker's are not of the same size.

The picker cuts what engines publish into blocks of its own size. It finds most of it again when the sizes differ, up to
the last whole block of each event; pickers up to v0.4 find nothing. Guides and their values keep the two the same.

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
      - image: vllm/vllm-openai:v0.12.0
        modelCommand: vllmServe
        args: ["--block-size=16", "--kv-events-config", '{"enable_kv_cache_events":true,"publisher":"zmq"}']

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
      - image: vllm/vllm-openai:v0.12.0
        modelCommand: vllmServe
        args: ["--block-size=64", "--kv-events-config", '{"enable_kv_cache_events":true,"publisher":"zmq"}']
"""

from __future__ import annotations

from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.events import heard
from wellit.seen.neutral import told
from wellit.subject import INFERENCEPOOL, MODELSERVICE, Subject

RULE = Rule(
    "WL337", "events-block", "warning", (INFERENCEPOOL, MODELSERVICE), "read",
    reads="inferenceExtension.image inferenceExtension.pluginsConfigFile inferenceExtension.pluginsCustomConfig "
    "inferencePool.modelServers modelArtifacts.labels role.containers role.create",
)  # fmt: skip


def check(subject: Subject) -> Items:
    for ear, said in heard(subject):
        page, block = told(said.container, "pageSize"), ear.block
        if page is None or page.number is None or block is None or page.number == block:
            continue
        if said.facts.get("eachPage") and page.number < block:
            continue  # nothing at all is found then, which is another rule's
        yield Hit(
            page.node,
            f"the engine has {page.by} {page.number}, the picker's blocks have {block} tokens",
            write=f"{page.by} {block}, or blockSize: {page.number} for the picker",
            why="what does not fill a block of the picker's is not found again",
            also=(("the picker's block", ear.block_node if ear.block_node.written else ear.plugin["type"]),),
        )
