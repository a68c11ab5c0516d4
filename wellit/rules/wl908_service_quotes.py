"""An argument of a service goes through a shell that takes it apart.

KServe's presets since v0.18 start vLLM by a script that hands the container's args, and the words of the variable
VLLM_ADDITIONAL_ARGS, to the shell once more: quotes in them are taken away, words with spaces become several, and a
`$` or a bracket is the shell's. JSON that is right in the manifest reaches vLLM without its quotes. What is to arrive
as it is stands in single quotes of its own. A command of one's own is started as it stands.

Bad::

    # kserve@v0.20.0
    api: v1alpha2
    spec:
      model: {uri: "hf://Qwen/Qwen3-0.6B", name: Qwen/Qwen3-0.6B}
      template:
        containers:
        - name: main
          args: [--kv-transfer-config, '{"kv_connector":"NixlConnector","kv_role":"kv_both"}']

Good::

    # kserve@v0.20.0
    api: v1alpha2
    spec:
      model: {uri: "hf://Qwen/Qwen3-0.6B", name: Qwen/Qwen3-0.6B}
      template:
        containers:
        - name: main
          args: [--kv-transfer-config, "'{\\"kv_connector\\":\\"NixlConnector\\",\\"kv_role\\":\\"kv_both\\"}'"]
"""

from __future__ import annotations

import json
import shlex

from wellit.node import Node
from wellit.rules.rule import Fix, Hit, Items, Rule
from wellit.seen.service import Workload, service_workloads
from wellit.seen.servicewords import arrives
from wellit.subject import KSERVE, Subject

RULE = Rule("WL908", "service-quotes", "error", (KSERVE,), "asked", reads="spec.prefill spec.replicas spec.template")


def check(subject: Subject) -> Items:
    for one in service_workloads(subject):
        if one.by_preset and one.service.facts["preset"]["shell"]:
            for node in one.node["args"]:
                if node.text() and "{{" not in node.text() and one.wrote(node) and (comes := arrives(node)) is not None:
                    yield _hit(one, node, comes)


def _hit(one: Workload, node: Node, comes: str) -> Hit:
    quoted = json.dumps(shlex.quote(node.text()), ensure_ascii=False)
    return Hit(
        node,
        f"a shell takes {node.text()} apart before the {one.title} gets it: what arrives is {comes}",
        write=quoted,
        why=f"the preset {one.preset} hands the words of args to a shell, which takes quotes away and splits at spaces",
        fix=Fix(node, quoted),
    )
