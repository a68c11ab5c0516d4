"""A change of what KServe's controller made, as a change of the LLMInferenceService behind it. Pure.

The controller puts its own objects back as the service says, so what mends them is written there. What the service
does not say itself comes of a preset, and a service's own words go before a preset's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from wellit.picture.objects import Object
from wellit.picture.plain import mapping, maps, texts
from wellit.subject import PREFILL, ROLE

Change = Mapping[str, Any]
WORDS = ("args", "command")


def template(workload: Object) -> tuple[str, ...]:
    """Where a service writes the pods of one of its workloads: model servers, prefill servers, the picker."""
    role = workload.pod_labels.get(ROLE)
    if role is None:
        return ("router", "scheduler", "template")
    return ("prefill", "template") if role == PREFILL else ("template",)


def written(service: Object, workload: Object) -> Mapping[str, Any]:
    """What the service itself says of the pods of one of its workloads; empty where a preset says all."""
    found: Any = service.spec
    for key in template(workload):
        found = mapping(mapping(found).get(key))
    return mapping(found)


def change(service: Object, workload: Object, wanted: Change) -> dict[str, Any] | None:
    """The JSON patch of the service that comes to the same as one of a workload; None where a preset stands before."""
    steps = wanted["path"].strip("/").split("/")
    if steps[:3] != ["spec", "template", "spec"] or len(steps) < 6 or steps[3] not in ("containers", "initContainers"):
        return None
    kind, number, rest = steps[3], int(steps[4]), steps[5:]
    made = maps(workload.pod.get(kind))[number]
    own = next((one for one in maps(written(service, workload).get(kind)) if one.get("name") == made.get("name")), None)
    if rest[0] in WORDS and len(rest) == 2:
        words = _words(own, made, rest[0], rest[1], wanted)
        return _put(service, workload, kind, str(made.get("name")), [rest[0]], words) if words is not None else None
    if wanted["op"] == "remove":
        return None
    return _put(service, workload, kind, str(made.get("name")), rest, wanted.get("value"))


def _words(
    own: Mapping[str, Any] | None, made: Mapping[str, Any], key: str, at: str, wanted: Change
) -> list[str] | None:
    """All words of a command line as they are to be; None where a preset's script starts the program."""
    said, now = texts(mapping(own).get(key)), texts(made.get(key))
    if said and said != now:
        return None
    if not said and key == "command":
        return None  # a whole script would be copied out of the preset
    words: list[str] = list(now)
    if at == "-":
        return [*words, str(wanted["value"])]
    number = int(at)
    return [*words[:number], *([str(wanted["value"])] if wanted["op"] != "remove" else []), *words[number + 1 :]]


def _put(
    service: Object, workload: Object, kind: str, container: str, keys: Sequence[str], value: Any
) -> dict[str, Any]:
    """A patch that sets a value of a container, and makes what is missing on the way to it."""
    path = "/spec"
    tree: Any = service.spec
    where: list[str] = [*template(workload), kind]
    for number, key in enumerate(where):
        if key not in tree:
            inner: Any = [{"name": container, **_wrapped(keys, value)}]
            return {"op": "add", "path": f"{path}/{key}", "value": _wrapped(where[number + 1 :], inner)}
        path, tree = f"{path}/{key}", tree[key]
    names = [str(mapping(one).get("name")) for one in tree]
    if container not in names:
        return {"op": "add", "path": f"{path}/-", "value": {"name": container, **_wrapped(keys, value)}}
    at = names.index(container)
    path, tree = f"{path}/{at}", tree[at]
    for number, key in enumerate(keys):
        last = number == len(keys) - 1
        if last or key not in mapping(tree):
            op = "replace" if last and key in mapping(tree) else "add"
            return {"op": op, "path": f"{path}/{key}", "value": value if last else _wrapped(keys[number + 1 :], value)}
        path, tree = f"{path}/{key}", tree[key]
    raise ValueError("a change of nothing")


def _wrapped(keys: Sequence[str], value: Any) -> Any:
    for key in reversed(keys):
        value = {key: value}
    return value
