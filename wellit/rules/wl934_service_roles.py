r"""Prefill is apart, and a server is not told its part of the work.

spec.prefill makes two kinds of pods. Their engines must be told to hand the KV cache over, and KServe's presets do
not: vLLM's --kv-transfer-config, SGLang's --disaggregation-mode. vLLM must also be told its pod's address, or each
decode server looks for the KV cache in its own pod.

Bad::

    # kserve@v0.20.0
    api: v1alpha2
    spec:
      model: {uri: "hf://Qwen/Qwen3-0.6B", name: Qwen/Qwen3-0.6B}
      prefill: {replicas: 1}

Good::

    # kserve@v0.20.0
    api: v1alpha2
    spec:
      model: {uri: "hf://Qwen/Qwen3-0.6B", name: Qwen/Qwen3-0.6B}
      template: &served
        containers:
        - name: main
          env:
          - name: VLLM_ADDITIONAL_ARGS
            value: "--kv-transfer-config '{\"kv_connector\":\"NixlConnector\",\"kv_role\":\"kv_both\"}'"
          - {name: VLLM_NIXL_SIDE_CHANNEL_HOST, valueFrom: {fieldRef: {fieldPath: status.podIP}}}
      prefill:
        replicas: 1
        template: *served
"""

from __future__ import annotations

from wellit.engines import Engine
from wellit.rules.rule import Fix, Hit, Items, NotChecked, Rule
from wellit.rules.wl143_transfer_address import LOCAL
from wellit.seen.disaggregation import ROLE, TRANSFER, Role, facts, role_told
from wellit.seen.neutral import json_of, spec
from wellit.seen.service import services
from wellit.seen.workload import Workload
from wellit.subject import DECODE, KSERVE, PREFILL, Subject

RULE = Rule(
    "WL934", "service-roles", "error", (KSERVE,), "read",
    reads="spec.baseRefs spec.prefill spec.runtime spec.template",
)  # fmt: skip
WHY = "the KV cache is never handed over: what the prefill servers do is thrown away, or the two wait for ever"


def check(subject: Subject) -> Items:
    for service in services(subject):
        for one in service.workloads if service.apart else ():
            if one.engine and facts(one.engine):
                yield from _told(one, one.engine)


def _told(one: Workload, engine: Engine) -> Items:
    flag, said = str(spec(engine, ROLE).get("flag") or ""), role_told(one)
    if not flag:
        return
    if (said.told is None and not json_of(one, flag)) or (said.told and said.untold):
        if said.unclear or one.words.elsewhere:
            yield NotChecked(f"whether the {one.title} is told {flag}: {said.unclear or one.words.elsewhere}")
        else:
            yield _untold(one, engine, flag, said)
    elif facts(engine).get("keepsRole") and said.name in (DECODE, PREFILL) and said.name != one.role and said.told:
        alone = said.at.value == said.told.value
        yield Hit(
            said.at, f"the {one.title} is told {said.told.by} {said.told.value}", write=f"{said.told.by} {one.role}",
            why=f"{engine.title} does only what it is told, and gets requests for the other part",
            fix=Fix(said.at, one.role) if alone else None,
        )  # fmt: skip
    elif one.role == PREFILL:
        yield from _address(one, engine)


def _untold(one: Workload, engine: Engine, flag: str, said: Role) -> Hit:
    whole = one.service.written[PREFILL]
    own = " ".join(_quoted(str(word)) for word in facts(engine)[one.role]["args"][:2])
    variable = one.service.facts["presetWords"]["variable"] if one.by_preset else ""
    return Hit(
        said.told.node if said.told else one.written["template"] if one.written["template"].value else whole,
        f"the {one.title} is not told to share the work: {flag} is {said.told.value if said.told else 'not given'}",
        write=f"env: [{{name: {variable}, value: {own}}}]" if variable else f"{own} in args",
        why=WHY,
        key=not said.told,
    )


def _quoted(word: str) -> str:
    return f"'{word}'" if any(sign in word for sign in '{}"') else word


def _address(one: Workload, engine: Engine) -> Items:
    """The prefill server's address, for an engine whose decode servers fetch from there."""
    about, way = facts(engine).get("address"), one.given(TRANSFER)
    if not about or way is None or way.value != about["transfer"]:
        return
    name = str(about["variable"])
    entry = one.environment.get(name)
    if entry is None and (one.node["envFrom"].value or (one.words.script and name in str(one.node["command"].value))):
        yield NotChecked(f"the address that the {one.title} tells: it may be set where it is started")
    elif entry is None or entry["value"].text() in LOCAL:
        host = about["default"] if entry is None else entry["value"].text()
        yield Hit(
            entry["value"] if entry is not None else way.node,
            f"the {one.title} tells the decode servers to fetch from {host}"
            f"{f': {name} is not set' if entry is None else ''}",
            write=f"env: [{{name: {name}, valueFrom: {{fieldRef: {{fieldPath: status.podIP}}}}}}]",
            why="every decode server then looks in its own pod, and finds no KV cache there",
        )
