"""Whether a model's weights find room: in the accelerators of a pod, and on the volume that they are downloaded to.

All of it is an estimate: of the weights from the model's name (wellit.weights), of the accelerator from its component,
which says how much memory its usual device has.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from wellit import weights
from wellit.node import Node
from wellit.quantities import milli
from wellit.seen.settings import EngineSettings, engine_settings, model_source
from wellit.source import Keys
from wellit.subject import Subject
from wellit.weights import GIB, Estimate

GUESSED = 1.1  # an estimate may be so far off; what a person says is taken as it is
TIGHT = 0.9  # above it there is hardly room for a KV cache, or for the rest of a repository


@dataclass(frozen=True, eq=False)
class Fit:
    """Weights held against one room. `what` needs it and `where` it is, in words; `write` is what mends it.

    `mend` is the setting that mends it, by its keys, with a value that leaves room; None when no value of it does.
    `fails` says what happens when they do not fit, `suffers` when they only just do.
    """

    weights: float
    how: str
    margin: float
    room: float
    what: str
    where: str
    at: Node
    write: str
    mend: tuple[Keys, int | str] | None
    fails: str
    suffers: str

    @property
    def too_large(self) -> bool:
        return self.weights > self.room * self.margin

    @property
    def tight(self) -> bool:
        return not self.too_large and self.weights > self.room * TIGHT

    @property
    def why(self) -> str:
        """How it was found, and how to say it better."""
        return (
            f"{self.fails if self.too_large else self.suffers}; an estimate: {self.how}; room: {self.where}."
            " When it is wrong, model.weights and accelerator.memoryGiB say how many GiB there are"
        )


@dataclass(frozen=True)
class Unclear:
    """Why it could not be estimated."""

    reason: str


def fits(subject: Subject) -> Iterator[Fit | Unclear]:
    """Every role and the volume of every engine that loads weights."""
    for one in engine_settings(subject):
        if one.engine["memory"].written and one.engine["memory"].value is None:
            continue  # it loads none
        name = one.setting("model", "name").text()
        told = one.setting("model", "weights").value
        known = weights.given(float(told)) if told else weights.estimate(name)
        if known.gib is None:
            yield Unclear(f"whether {name} fits: {known.how}; model.weights (GiB) says it")
            continue
        for role in one.roles:
            yield _device(one, role, name, known, known.gib)
        if one.setting("model", "size").written and model_source(one).hub:
            yield _volume(one, name, known, known.gib)


def _margin(one: EngineSettings) -> float:
    return 1.0 if one.setting("model", "weights").value else GUESSED


def _device(one: EngineSettings, role: str, name: str, known: Estimate, gib: float) -> Fit | Unclear:
    accelerator = one.settings.root["accelerator"]
    each = accelerator["memoryGiB"].value
    if not each:
        return _own_memory(one, role, name, known, gib)
    count, copies = _devices(one, role)
    share, fraction = _share(one, role)
    parallel = one.setting(role, "tensorParallel")
    room = each * count * share
    where = f"{count} x {each:g} GiB ({accelerator['title'].text()})" + (f" x {share:g}" if share < 1 else "")
    at = one.settings.last(parallel, *fraction, *_said(one), accelerator["memoryGiB"])
    enough = next((n for n in (2, 4, 8) if n > count and gib <= each * n * share * TIGHT), 0)
    key = "tensorParallel" if at.keys == parallel.keys else f"{role}.tensorParallel"
    mend = ((role, "tensorParallel"), enough // copies or 1) if enough else None
    more = f"{key}: {mend[1]}, or " if mend else ""
    return Fit(
        gib, known.how, _margin(one), room, f"{name} in a {role} pod", where, at,
        f"{more}a model of fewer parameters or bits (FP8)", mend,
        "the engine ends with out of memory when it loads them",
        "what they leave for the KV cache lets few requests run at a time",
    )  # fmt: skip


def _devices(one: EngineSettings, role: str) -> tuple[int, int]:
    """Over how many devices the weights of one copy are spread, and how many of them one tensorParallel stands for.

    Data parallel makes copies: it spreads weights only when experts are spread over all devices of the pod.
    """
    tensor = one.setting(role, "tensorParallel").number(1) or 1
    data = one.setting(role, "dataParallel").number(1) or 1
    together = data if one.setting(role, "expertParallel").flag(False) and one.flag("expertParallel") else 1
    return tensor * together, together


def _share(one: EngineSettings, role: str) -> tuple[float, tuple[Node, ...]]:
    """The share of a device's memory that weights may take, and the setting that says so."""
    memory, fraction = one.engine["memory"], one.setting(role, "memoryFraction")
    if not memory["holdsWeights"].flag(True):
        return 1.0, ()  # its fraction is of what the weights leave free
    given = fraction.value or memory["fraction"].value
    return float(given or 1), (fraction,) if fraction.value else ()


def _own_memory(one: EngineSettings, role: str, name: str, known: Estimate, gib: float) -> Fit | Unclear:
    """Without an accelerator of known memory the weights are in the pod's own."""
    title = one.settings.root["accelerator"]["title"].text()
    node = one.setting(role, "resources", "memory")
    if (room := _gib(node)) is None:
        return Unclear(f"whether {name} fits in a {role} pod: {title} has no memory of its own")
    at = one.settings.last(node, *_said(one))
    return Fit(
        gib, known.how, _margin(one), room, f"{name} in a {role} pod", f"{node.value} of the pod's own memory", at,
        f"{role}.resources.memory: {_ample(gib)}, or a smaller model", ((role, "resources", "memory"), _ample(gib)),
        "the pod is killed when it loads them",
        "what they leave for the KV cache lets few requests run at a time",
    )  # fmt: skip


def _volume(one: EngineSettings, name: str, known: Estimate, gib: float) -> Fit | Unclear:
    size = one.setting("model", "size")
    raw = one.settings.root.at("values", "modelservice", "modelArtifacts", "uri")
    if raw.written and not raw.text().startswith("hf://"):
        return Unclear(f"whether {name} fits its volume: {raw.text()} is not downloaded")
    if (room := _gib(size)) is None:
        return Unclear(f"whether {name} fits its volume: model.size {size.value} is no amount")
    at = one.settings.last(size, *_said(one))
    return Fit(
        gib, known.how, _margin(one), room, f"the download of {name}", f"{size.value} (model.size)", at,
        f"{'size' if at.keys == size.keys else 'model.size'}: {_ample(gib)}", (("model", "size"), _ample(gib)),
        "it goes to a volume with that limit, and a pod that writes more is evicted",
        "a repository may hold more than the weights, and a pod that writes more than its volume's limit is evicted",
    )  # fmt: skip


def _said(one: EngineSettings) -> tuple[Node, ...]:
    """The settings that say how large the weights are."""
    weight = one.setting("model", "weights")
    return (*((weight,) if weight.value else ()), one.setting("model", "name"))


def _gib(node: Node) -> float | None:
    try:
        return milli(node.value) / 1000 / GIB
    except ValueError:
        return None


def _ample(gib: float) -> str:
    """An amount with room for the rest of the repository, or of the process."""
    return f"{max(1, math.ceil(gib * 1.2 / 5) * 5 if gib > 5 else math.ceil(gib * 1.2))}Gi"
