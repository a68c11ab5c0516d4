"""The prefill server tells the decode server an address that only it can reach.

With NIXL a vLLM prefill server puts its own address into the answer, and the decode server fetches the KV cache from
there. The address is VLLM_NIXL_SIDE_CHANNEL_HOST, and that is localhost unless it is set: the decode server then looks
in its own pod.

Bad::

    # llm-d-modelservice@v0.4.9
    decode:
      containers:
      - image: vllm/vllm-openai:v0.12.0
        modelCommand: vllmServe
        args: ["--kv-transfer-config", '{"kv_connector":"NixlConnector","kv_role":"kv_both"}']
    prefill:
      replicas: 1
      containers:
      - image: vllm/vllm-openai:v0.12.0
        modelCommand: vllmServe
        args: ["--kv-transfer-config", '{"kv_connector":"NixlConnector","kv_role":"kv_both"}']

Good::

    # llm-d-modelservice@v0.4.9
    decode:
      containers:
      - image: vllm/vllm-openai:v0.12.0
        modelCommand: vllmServe
        args: ["--kv-transfer-config", '{"kv_connector":"NixlConnector","kv_role":"kv_both"}']
    prefill:
      replicas: 1
      containers:
      - image: vllm/vllm-openai:v0.12.0
        modelCommand: vllmServe
        args: ["--kv-transfer-config", '{"kv_connector":"NixlConnector","kv_role":"kv_both"}']
        env:
        - name: VLLM_NIXL_SIDE_CHANNEL_HOST
          valueFrom: {fieldRef: {fieldPath: status.podIP}}
"""

from __future__ import annotations

from wellit.rules.rule import Hit, Items, NotChecked, Rule
from wellit.seen.disaggregation import TRANSFER, Apart, aparts
from wellit.seen.neutral import told, variables
from wellit.subject import MODELSERVICE, Subject

RULE = Rule(
    "WL143", "transfer-address", "error", (MODELSERVICE,), "read", reads="role.containers role.create role.replicas"
)
LOCAL = ("localhost", "127.0.0.1", "0.0.0.0", "::1")


def check(subject: Subject) -> Items:
    for apart in aparts(subject):
        if apart.facts.get("address"):
            yield from _judge(apart)


def _judge(apart: Apart) -> Items:
    about, container = apart.facts["address"], apart.prefill.main
    way = told(container, TRANSFER)
    if way is None or way.value != about["transfer"]:
        return
    name = about["variable"]
    set_ = variables(container).get(name)
    if set_ is None and _elsewhere(apart, name):
        yield NotChecked(f"the address that the {container.title} tells: it may be set where it is started")
        return
    if set_ is None or set_["value"].text() in LOCAL:
        value = about["default"] if set_ is None else set_["value"].text()
        yield Hit(
            set_["value"] if set_ is not None else container.node["env"],
            f"the prefill servers tell the decode servers to fetch from {value}"
            f"{f': {name} is not set' if set_ is None else ''}",
            write=f"{{name: {name}, valueFrom: {{fieldRef: {{fieldPath: status.podIP}}}}}}",
            why="every decode server then looks in its own pod, and finds no KV cache there",
            also=((f"{about['transfer']} is chosen here", way.node),),
        )


def _elsewhere(apart: Apart, name: str) -> bool:
    """Whether the variable may be set by a script, or by envFrom."""
    container = apart.prefill.main
    words = " ".join(str(word) for place in ("command", "args") for word in container.node[place].value or ())
    return name in words or bool(container.node["envFrom"].value or container.node.at("extraConfig", "envFrom").value)
