"""Prefill servers run and no decode server does.

A prefill server hands its work to a decode server, and only the decode server answers. The picker looks for that one
first: without any it answers every request with 429, "failed to find available decode workers". Where the decode
servers are a release of their own, give its values as well.

Bad::

    # llm-d-modelservice@v0.4.9
    decode:
      create: false
    prefill:
      replicas: 1
      containers: [{image: "vllm/vllm-openai:v0.12.0", modelCommand: vllmServe}]

Good::

    # llm-d-modelservice@v0.4.9
    decode:
      containers: [{image: "vllm/vllm-openai:v0.12.0", modelCommand: vllmServe}]
    prefill:
      replicas: 1
      containers: [{image: "vllm/vllm-openai:v0.12.0", modelCommand: vllmServe}]
"""

from __future__ import annotations

from wellit.node import Node
from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.disaggregation import pod_of
from wellit.seen.modelservice import Service, services
from wellit.subject import DECODE, MODELSERVICE, PREFILL, Subject

RULE = Rule(
    "WL130", "prefill-without-decode", "warning", (MODELSERVICE,), "asked",
    reads="role.containers role.create role.replicas",
)  # fmt: skip


def check(subject: Subject) -> Items:
    if any(pod_of(service, DECODE) for service in services(subject)):
        return
    for service in services(subject):
        off = _off(service)
        prefill = pod_of(service, PREFILL)
        if prefill and off is not None:
            key = off.keys[-1]
            said = "" if service.release.of_objects else f": decode.{key} is {'0' if key == 'replicas' else 'false'}"
            yield Hit(
                off,
                f"prefill servers run, and nothing decodes{said}",
                write=f"{key}: {'1' if key == 'replicas' else 'true'}" if said else "servers that decode, beside these",
                why="the picker answers every request with 429: failed to find available decode workers",
                also=(("prefill is created here", prefill.node["containers"]),),
            )


def _off(service: Service) -> Node | None:
    """The setting that takes the decode servers away; None when none does."""
    decode = service.release.root[DECODE]
    if not decode["create"].flag(True):
        return decode["create"]
    return decode["replicas"] if decode["replicas"].number() == 0 else None
