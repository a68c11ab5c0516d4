"""What is mounted into a container, by meaning: room, memory, files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from wellit.compare.description import Fact
from wellit.compare.objects import Object, Objects, leaves
from wellit.nested import parsed
from wellit.quantities import milli

STORAGE = "model-storage"  # the chart's volume for the weights


def storage(pod: Object, container: Object) -> Iterator[tuple[str, Fact]]:
    known = {volume.get("name"): volume for volume in pod.get("volumes") or []}
    if (model := known.get(STORAGE)) is not None:
        yield "modelSize", Fact(_volume(model))
    for mount in container.get("volumeMounts") or []:
        what = "modelFolder" if mount.get("name") == STORAGE else f"mount {mount.get('mountPath')}"
        volume = known.get(mount.get("name")) or {}
        yield what, Fact(str(mount.get("mountPath")) if what == "modelFolder" else _volume(volume))


def files(objects: Objects, pod: Object, container: Object) -> Iterator[tuple[str, Fact]]:
    """What stands in the files that a ConfigMap puts into the container: a name of one is no meaning."""
    maps = {one.get("name"): (one.get("configMap") or {}).get("name") for one in pod.get("volumes") or []}
    for mount in container.get("volumeMounts") or []:
        found = objects.named("ConfigMap", str(maps.get(mount.get("name"))))
        for name, text in ((found or {}).get("data") or {}).items():
            data = parsed(str(text))
            told = leaves(data) if isinstance(data, Mapping) else [("", str(text).strip())]
            for path, value in told:
                yield f"file {mount.get('mountPath')}/{name} {path}".strip(), Fact(value)


def _volume(volume: Object) -> str:
    """What a volume is made of, in a few words."""
    for kind, about in volume.items():
        if kind == "name":
            continue
        if kind == "configMap":
            return "files of a ConfigMap"
        about = about or {}
        if kind == "emptyDir":
            size = f", {amount(about['sizeLimit'])}" if about.get("sizeLimit") not in (None, "0", 0) else ""
            return ("memory" if about.get("medium") == "Memory" else "empty") + size
        names = [about.get(key) for key in ("claimName", "name", "secretName", "reference") if about.get(key)]
        return f"{kind} {names[0]}" if names else kind
    return "not there"


def amount(quantity: Any) -> str:
    """One spelling of an amount: 4000m is 4, 1024Mi is 1Gi."""
    thousandths = milli(quantity)
    if thousandths % 1000:
        return f"{thousandths}m"
    number, units = thousandths // 1000, ["", "Ki", "Mi", "Gi", "Ti"]
    while number >= 1024 and number % 1024 == 0 and len(units) > 1:
        number, units = number // 1024, units[1:]
    return f"{number}{units[0]}"
