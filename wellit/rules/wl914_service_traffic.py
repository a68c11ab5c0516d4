"""Traffic is split between services, and half of what that takes is said.

Services with the same `route.group` share one route, and `route.weight` is each one's share. One without the other is
refused; so is a group beside an Ingress, or beside routes of somebody's own, which KServe does not write to.

Bad::

    # kserve@v0.20.0
    api: v1alpha2
    spec:
      model: {uri: "hf://Qwen/Qwen3-0.6B", name: Qwen/Qwen3-0.6B}
      router: {route: {group: chat}, gateway: {}, scheduler: {}}

Good::

    # kserve@v0.20.0
    api: v1alpha2
    spec:
      model: {uri: "hf://Qwen/Qwen3-0.6B", name: Qwen/Qwen3-0.6B}
      router: {route: {group: chat, weight: 90}, gateway: {}, scheduler: {}}
"""

from __future__ import annotations

from wellit.node import Node
from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.service import services
from wellit.seen.webhook import there, why_refused
from wellit.subject import KSERVE, Subject

RULE = Rule(
    "WL914", "service-traffic", "error", (KSERVE,), "asked",
    reads="api spec.router",
)  # fmt: skip
OTHER = {"group": "weight: 100", "weight": "group: NAME"}


def check(subject: Subject) -> Items:
    for service in services(subject):
        if why := why_refused(service, "traffic"):
            yield from _judge(service.written["router"], why)


def _judge(router: Node, why: str) -> Items:
    route = router["route"]
    said = [route[key] for key in OTHER if there(route[key])]
    if not said:
        return
    if there(router["ingress"]):
        yield _beside(said[0], router["ingress"], "an Ingress", why)
    elif len(said) == 1:
        missing = OTHER[str(said[0].keys[-1])]
        yield Hit(
            said[0],
            f"spec.router.route has {said[0].keys[-1]} without {missing.partition(':')[0]}",
            write=f"{missing} beside it, or neither",
            why=why,
            key=True,
        )
    elif route.at("http", "refs"):
        yield _beside(said[0], route.at("http", "refs"), "routes of your own", why)


def _beside(at: Node, other: Node, words: str, why: str) -> Hit:
    return Hit(
        at,
        f"spec.router.route.{at.keys[-1]} splits traffic, and the requests come by {words}",
        write="a route that KServe makes: route: {group: ..., weight: ...} and nothing else, or no group and no weight",
        why=f"{why}: it splits traffic in routes that it makes itself",
        also=((words, other),),
        key=True,
    )
