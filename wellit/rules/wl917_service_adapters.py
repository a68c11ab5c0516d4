"""A LoRA adapter is one that KServe does not take.

Each adapter has a name of its own, by which clients ask for it, and which is not the model's. It comes from hf://,
s3:// or pvc://, and the storage initializer fetches it.

Bad::

    # kserve@v0.20.0
    api: v1alpha2
    name: chat
    spec:
      model:
        uri: hf://Qwen/Qwen3-0.6B
        name: Qwen/Qwen3-0.6B
        lora: {adapters: [{uri: "hf://example/sql-lora"}]}

Good::

    # kserve@v0.20.0
    api: v1alpha2
    name: chat
    spec:
      model:
        uri: hf://Qwen/Qwen3-0.6B
        name: Qwen/Qwen3-0.6B
        lora: {adapters: [{name: sql, uri: "hf://example/sql-lora"}]}
"""

from __future__ import annotations

from wellit.node import Node
from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.service import Service, services
from wellit.seen.webhook import why_refused
from wellit.subject import KSERVE, Subject

RULE = Rule(
    "WL917", "service-adapters", "error", (KSERVE,), "asked",
    reads="api spec.model spec.storageInitializer",
)  # fmt: skip
SCHEMES = ("hf", "s3", "pvc")


def check(subject: Subject) -> Items:
    for service in services(subject):
        if why := why_refused(service, "adapters"):
            lora = service.written.at("model", "lora")
            yield from _names(service, lora["adapters"], why)
            yield from _origins(service, lora["adapters"])


def _names(service: Service, adapters: Node, why: str) -> Items:
    model, seen = service.written.at("model", "name"), dict[str, Node]()
    base = model.text() or service.name
    for number, one in enumerate(adapters):
        name, node = one["name"].text(), one["name"]
        if not name:
            yield Hit(
                one,
                f"adapter {number + 1} has no name",
                write="name: ...",
                why=f"{why}: clients ask for it by its name",
                key=True,
            )
        elif name in (".", ".."):
            yield Hit(node, f"an adapter's name is {name}", write="a name that is no folder", why=why)
        elif name in seen:
            yield Hit(
                node,
                f"two adapters have the name {name}",
                write="another name",
                why=why,
                also=(("the other", seen[name]),),
            )
        elif name == base:
            also = (("the model", model),) if model.text() else ()
            yield Hit(node, f"an adapter has the model's name, {name}", write="another name", why=why, also=also)
        seen.setdefault(name, node)


def _origins(service: Service, adapters: Node) -> Items:
    off = service.written.at("storageInitializer", "enabled")
    why = "KServe's controller stops at it: PresetsCombined is False, and nothing is started"
    for one in adapters:
        scheme, colon, _ = one["uri"].text().partition("://")
        if not colon or scheme not in SCHEMES:
            said = one["uri"].text()
            message = f"an adapter comes from {said}" if said else "an adapter has no uri"
            yield Hit(one["uri"], message, write=" or ".join(f"{name}://..." for name in SCHEMES), why=why)
        elif off.value is False:
            yield Hit(
                off, "an adapter is to be fetched, and the storage initializer is turned off",
                write="enabled: true", why=why, also=(("the adapter", one["uri"]),),
            )  # fmt: skip
            return
