"""A server is told the other role.

SGLang's servers do one thing: told to prefill, a server never answers with more than one token; told to decode, it
takes only what a prefill server has begun. The chart labels the pods by the role whose values they come from, and the
picker sends them requests by that label.

Bad::

    # llm-d-modelservice@v0.4.9
    decode:
      containers:
      - image: lmsysorg/sglang:v0.5.9
        modelCommand: custom
        command: [python3, -m, sglang.launch_server]
        args: [--disaggregation-mode, prefill]

Good::

    # llm-d-modelservice@v0.4.9
    decode:
      containers:
      - image: lmsysorg/sglang:v0.5.9
        modelCommand: custom
        command: [python3, -m, sglang.launch_server]
        args: [--disaggregation-mode, decode]
    prefill:
      replicas: 1
      containers:
      - image: lmsysorg/sglang:v0.5.9
        modelCommand: custom
        command: [python3, -m, sglang.launch_server]
        args: [--disaggregation-mode, prefill]
"""

from __future__ import annotations

from wellit.rules.rule import Fix, Hit, Items, Rule
from wellit.seen.disaggregation import Role, facts, role_told
from wellit.seen.modelservice import Pod, pods
from wellit.subject import DECODE, MODELSERVICE, PREFILL, Subject

RULE = Rule("WL133", "other-role", "error", (MODELSERVICE,), "read", reads="role.containers role.create")


def check(subject: Subject) -> Items:
    for pod in pods(subject):
        engine = pod.main.engine
        if engine and facts(engine).get("keepsRole"):
            said = role_told(pod.main)
            if said.told and said.name in (DECODE, PREFILL) and said.name != pod.role:
                yield _swapped(pod, said)


def _swapped(pod: Pod, said: Role) -> Hit:
    assert said.told and pod.main.engine
    alone = said.at.value == said.told.value
    return Hit(
        said.at,
        f"the {pod.role} servers are told {said.told.by} {said.told.value}",
        write=f"{said.told.by} {pod.role}",
        why=f"{pod.main.engine.title} does only what it is told, and the picker sends these pods what {pod.role}"
        " servers do",
        fix=Fix(said.at, pod.role) if alone else None,
    )
