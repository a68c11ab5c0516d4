"""The engine runs code of the model's repository.

Some models bring Python code of their own, and `--trust-remote-code` runs it in the pod: whoever can change that
repository then runs what they like there, with the pod's token, its network and its GPUs. It is no mistake for a
model that needs it and that you trust; it is shown so that nobody switches it on without knowing.

Bad::

    # settings -e sglang
    model:
      trustRemoteCode: true

Good::

    # settings -e sglang
    model:
      trustRemoteCode: false
"""

from __future__ import annotations

from collections.abc import Iterator

from wellit import engines
from wellit.node import Node
from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.modelservice import pods
from wellit.seen.settings import engine_settings
from wellit.subject import MODELSERVICE, ROLES, SETTINGS, Subject

RULE = Rule(
    "WL401", "trust-remote-code", "info", (SETTINGS, MODELSERVICE), "read",
    reads="engine engine.args engine.flags engine.name engines model.trustRemoteCode role.args role.containers "
    "role.create values.modelservice",
)  # fmt: skip
MEANS = "who can change that repository then runs what they like in the pod, with its token and its network"


def check(subject: Subject) -> Items:
    for one in engine_settings(subject):
        switch = one.setting("model", "trustRemoteCode")
        if switch.flag(False):
            yield _hit(switch, "trustRemoteCode: false")
        flags = _flags() | {_plain(one.flag("trustRemoteCode"))} - {""}
        for words in (one.engine["args"], *(one.setting(role, "args") for role in ROLES)):
            yield from _given(words, flags)
    for node in _containers(subject):
        yield from _given(node["command"], _flags())
        yield from _given(node["args"], _flags())


def _containers(subject: Subject) -> Iterator[Node]:
    """Containers in a person's own chart values; those rendered from settings have been seen there."""
    if subject.settings:
        raw = subject.settings.root.at("values", "modelservice")
        for role in ROLES:
            yield from raw[role]["containers"]
    elif not subject.rendered:
        yield from (container.node for pod in pods(subject) for container in pod.containers)


def _given(words: Node, flags: set[str]) -> Items:
    """The flag among words of a command line, or in a script that is one word."""
    for word in words.strings():
        found = [part for part in word.text().split() if _plain(part) in flags]
        if any(not part.lower().endswith(("=false", "=0")) for part in found):
            yield _hit(word, f"nothing: take {found[0].partition('=')[0]} away")


def _flags() -> set[str]:
    return {_plain(engine.flag("trustRemoteCode")) for engine in engines.engines()} - {""}


def _plain(word: str) -> str:
    return word.partition("=")[0].replace("_", "-").lower()


def _hit(at: Node, write: str) -> Hit:
    message = "code of the model's repository is run (trust-remote-code)"
    return Hit(at, message, write=f"{write}, unless the model needs it and you trust it", why=MEANS)
