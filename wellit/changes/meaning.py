"""What a change means for whoever uses the stack: pods made anew, more or fewer of them, another port. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from wellit.changes.data import about
from wellit.changes.fields import Field
from wellit.changes.held import held
from wellit.demand import Object
from wellit.quantities import pod_asks
from wellit.templates import Template, templates

Manifest = Mapping[str, Any]
QUARTER = "25%"  # what a Deployment says that says nothing


def of(item: Object, live: Manifest, after: Manifest, fields: Sequence[Field], fixed: Sequence[str]) -> Iterator[str]:
    """What comes of a change of an object that is there; `fixed` are fields that cannot be changed in place."""
    if fixed:
        if said := "; ".join(words for _, words in held(item, live, after)):
            yield f"{item.of.carried.who if item.of.carried else ''} does not let this change: {said}"
        yield from _anew(live, after, fixed)
    else:
        yield from _pods(item, live, after, fields)
    for path, words in about(item.of).says.items():
        if any(one.within(path) for one in fields):
            yield words


def gone(live: Manifest) -> Iterator[str]:
    """What comes of it when an object goes."""
    if count := sum(one.count for one in templates(live)):
        yield f"its {_number(count, 'pod')} {'goes' if count == 1 else 'go'}"


def readers(config: Object, workloads: Iterable[tuple[Object, Manifest]]) -> Iterator[Object]:
    """The workloads of which pods read a ConfigMap or Secret."""
    for item, manifest in workloads:
        if any(_reads(one.spec, config) for one in templates(manifest)):
            yield item


def restarts(item: Object) -> bool:
    """Whether `kubectl rollout restart` makes its pods anew: it annotates the template of a kind that rolls over."""
    return "spec.template" in about(item.of).pods


def unread(item: Object) -> str:
    """What it means that a configuration changes under a workload."""
    said = f"{item} reads it when its pods start"
    return f"{said}: they are restarted" if restarts(item) else f"{said}, and they are not made anew"


def _anew(live: Manifest, after: Manifest, fixed: Sequence[str]) -> Iterator[str]:
    yield f"{', '.join(fixed)} cannot be changed: it must be made anew"
    if count := sum(one.count for one in templates(live)):
        limit = max((_patience(one) for one in templates(after)), default=0)
        until = f"; the new ones may take {_time(limit)} to start" if limit else ""
        yield f"its {_number(count, 'pod')} {'does' if count == 1 else 'do'} not answer until new ones are ready{until}"


def _pods(item: Object, live: Manifest, after: Manifest, fields: Sequence[Field]) -> Iterator[str]:
    before = {one.part: one for one in templates(live)}
    now = {one.part: one for one in templates(after)}
    whole = any(one.within(path) for one in fields for path in about(item.of).pods)
    for part, one in now.items():
        was, of = before.get(part), f" of {part}" if part else ""
        if was is None:
            yield f"{_number(one.count, 'new pod')}{of}{_each(one)}"
            continue
        if one.count != was.count:
            more = one.count - was.count
            side = "more" if more > 0 else "fewer"
            yield f"scaled{of} {was.count} -> {one.count}: {_number(abs(more), f'{side} pod')}{_each(one)}"
        kept = min(one.count, was.count)
        if kept and ((whole and not part) or (was.spec, was.labels) != (one.spec, one.labels)):
            yield f"{_number(kept, 'pod')}{of} {'is' if kept == 1 else 'are'} made anew{_how(item, after, one)}"
    for part, was in before.items():
        if part not in now:
            yield f"{_number(was.count, 'pod')} of {part} go"


def _how(item: Object, after: Manifest, one: Template) -> str:
    if item.of.kind != "Deployment":
        return ""
    strategy = (after.get("spec") or {}).get("strategy") or {}
    if strategy.get("type") == "Recreate":
        return ", all at once: no answer until one of the new ones is ready"
    said = strategy.get("rollingUpdate") or {}
    surge = _part(said.get("maxSurge", QUARTER), one.count, math.ceil)
    away = _part(said.get("maxUnavailable", QUARTER), one.count, math.floor)
    words = ", one after another" if one.count > 1 else ""
    if surge and away < one.count:
        words += f"; meanwhile there must be room for {_number(surge, 'more pod')}{_each(one)}"
    return words


def _part(said: Any, count: int, rounded: Any) -> int:
    if isinstance(said, str) and said.endswith("%"):
        return int(rounded(count * int(said[:-1]) / 100))
    return int(said)


def _each(one: Template) -> str:
    devices = {name: amount // 1000 for name, amount in pod_asks(one.spec).items() if "/" in name}
    return "".join(f", {count} {name} each" for name, count in devices.items())


def _patience(one: Template) -> int:
    """Seconds that the probes of a pod leave it for its start."""
    probes = [container.get("startupProbe") or {} for container in one.spec.get("containers") or ()]
    return max((int(p.get("failureThreshold", 3)) * int(p.get("periodSeconds", 10)) for p in probes if p), default=0)


def _time(seconds: int) -> str:
    return f"up to {seconds} s" if seconds < 120 else f"up to {seconds // 60} minutes"


def _reads(spec: Manifest, config: Object) -> bool:
    """Whether a pod reads a ConfigMap or Secret: as files, as variables, or one key of it."""
    volume, ref, key = {
        "ConfigMap": (("configMap", "name"), "configMapRef", "configMapKeyRef"),
        "Secret": (("secret", "secretName"), "secretRef", "secretKeyRef"),
    }[config.of.kind]
    if any((one.get(volume[0]) or {}).get(volume[1]) == config.name for one in spec.get("volumes") or ()):
        return True
    for container in [*(spec.get("initContainers") or ()), *(spec.get("containers") or ())]:
        named = [(one.get(ref) or {}).get("name") for one in container.get("envFrom") or ()]
        named += [((one.get("valueFrom") or {}).get(key) or {}).get("name") for one in container.get("env") or ()]
        if config.name in named:
            return True
    return False


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
