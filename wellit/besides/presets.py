"""Which presets KServe's controller looks up for a spec, and what that is once its bases are laid over it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from wellit.carried import within

Spec = Mapping[str, Any]


def asked(spec: Spec, prefix: str) -> list[tuple[str, str]]:
    """(name, what asks for it) of the presets of such a spec. `prefix` is what the controller puts before the names."""
    return [(f"{prefix}config-llm-{what}", why) for what, why in _asked(spec)]


def _asked(spec: Spec) -> Iterator[tuple[str, str]]:
    if within(spec, "router.scheduler") is not None and not within(spec, "router.scheduler.pool.ref"):
        yield "scheduler", "router.scheduler"
    if within(spec, "router.route") is not None and not within(spec, "router.route.http.refs"):
        yield "router-route", "router.route"
    if spec.get("tracing") is not None:
        yield "tracing", "tracing"
    prefill = spec.get("prefill")
    if isinstance(prefill, Mapping):
        yield f"prefill-{_shape(prefill)}", "prefill.worker" if prefill.get("worker") else "prefill"
    what = "worker" if spec.get("worker") else "prefill" if isinstance(prefill, Mapping) else "one node for each server"
    yield f"{'decode-' if isinstance(prefill, Mapping) else ''}{_shape(spec)}", what


def _shape(workload: Spec) -> str:
    if not workload.get("worker"):
        return "template"
    parallelism = workload.get("parallelism")
    data = isinstance(parallelism, Mapping) and (parallelism.get("data") or parallelism.get("dataLocal"))
    return "worker-data-parallel" if data else "worker-pipeline-parallel"


def laid(spec: Spec, bases: Iterable[Spec]) -> Spec:
    """A spec as the controller sees what it asks for: what its bases say is laid over it, one after another."""
    merged = spec
    for base in bases:
        merged = _over(merged, base)
    return merged


def _over(below: Spec, above: Spec) -> Spec:
    both = {key: _over(below[key], value) if _maps(below.get(key), value) else value for key, value in above.items()}
    return {**below, **both}


def _maps(one: Any, other: Any) -> bool:
    return isinstance(one, Mapping) and isinstance(other, Mapping)
