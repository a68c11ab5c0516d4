"""The volumes of a pod: a folder each, with what Kubernetes would put into it.

What a ConfigMap or Secret says is written once, when the pod starts: later changes are not followed.
"""

from __future__ import annotations

import shutil
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wellit.sandbox.box.kubelet.expand import expand
from wellit.sandbox.box.kubelet.references import KINDS, Look, Missing, entries, field, resource
from wellit.sandbox.box.plan import Mount

Object = Mapping[str, Any]
Token = Callable[[Object], Awaitable[str]]
# What is an empty folder on purpose; every other kind that is not written below becomes one because nothing else can
# be had here, and that is said.
EMPTY = frozenset({"emptyDir", "ephemeral"})


@dataclass(frozen=True)
class Sources:
    """What the files of a pod's volumes are made of.

    `look` finds ConfigMaps and Secrets, `token` asks for a service account's token as a projected source wants it,
    `place` has podIP and hostIP, `node` what the node offers.
    """

    pod: Object
    look: Look
    token: Token
    place: Object
    node: Mapping[str, str]


async def fill(folder: Path, sources: Sources) -> tuple[dict[str, Path], list[str]]:
    """Make every volume of the pod below `folder`: volume name -> its folder, and what stands in for something else.

    Raises Missing, in the kubelet's words, when one cannot be made yet.
    """
    made, said = {}, []
    for volume in sources.pod["spec"].get("volumes") or []:
        name = volume["name"]
        kind = next((key for key in volume if key != "name"), "emptyDir")
        made[name] = folder / name
        try:
            files = await _files(kind, volume.get(kind) or {}, sources)
        except Missing as missing:
            raise Missing(f'MountVolume.SetUp failed for volume "{name}" : {missing}') from None
        if files is None:
            made[name].mkdir(parents=True, exist_ok=True)
            if kind not in EMPTY:
                said.append(f"volume {name} is an empty folder: {kind} cannot be had here")
        else:
            _write(made[name], files)
    return made, said


async def _files(kind: str, source: Object, sources: Sources) -> dict[str, bytes] | None:
    if kind == "configMap":
        return await _chosen("configmaps", source, source.get("name", ""), sources.look)
    if kind == "secret":
        return await _chosen("secrets", source, source.get("secretName", ""), sources.look)
    if kind == "downwardAPI":
        return _downward(source, sources)
    if kind == "projected":
        return await _projected(source, sources)
    return None


async def _projected(source: Object, sources: Sources) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for one in source.get("sources") or []:
        if chosen := one.get("serviceAccountToken"):
            files[chosen["path"]] = (await sources.token(chosen)).encode()
        elif chosen := one.get("downwardAPI"):
            files |= _downward(chosen, sources)
        for key, kind in (("configMap", "configmaps"), ("secret", "secrets")):
            if chosen := one.get(key):
                files |= await _chosen(kind, chosen, chosen.get("name", ""), sources.look)
    return files


async def _chosen(kind: str, source: Object, name: str, look: Look) -> dict[str, bytes]:
    optional = bool(source.get("optional"))
    found = await entries(look, kind, name, optional)
    if not source.get("items"):
        return found
    files = {}
    for item in source["items"]:
        if item["key"] in found:
            files[item["path"]] = found[item["key"]]
        elif not optional:
            raise Missing(f"references non-existent {'config' if KINDS[kind] == 'ConfigMap' else 'secret'} key: "
                          f"{item['key']}")  # fmt: skip
    return files


def _downward(source: Object, sources: Sources) -> dict[str, bytes]:
    files = {}
    for item in source.get("items") or []:
        if chosen := item.get("fieldRef"):
            text = field(sources.pod, chosen["fieldPath"], sources.place)
        else:
            chosen = item["resourceFieldRef"]
            text = resource(sources.pod, chosen.get("containerName", ""), chosen, sources.node)
        files[item["path"]] = text.encode()
    return files


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for path, content in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)


def mounts(container: Object, volumes: Mapping[str, Path], variables: Mapping[str, str]) -> list[Mount]:
    """Where a container has the pod's volumes. Raises Missing for a volume that the pod does not have."""
    made = []
    for mount in container.get("volumeMounts") or []:
        if mount["name"] not in volumes:
            raise Missing(f'volume "{mount["name"]}" not found')
        source = volumes[mount["name"]]
        inner = expand(mount["subPathExpr"], variables) if mount.get("subPathExpr") else mount.get("subPath", "")
        if inner:
            source /= inner
            if not source.resolve().is_relative_to(volumes[mount["name"]].resolve()):
                raise Missing(f'failed to prepare subPath for volumeMount "{mount["name"]}": it leads out of it')
            if not source.exists():
                source.mkdir(parents=True)
        made.append(Mount(source, mount["mountPath"], bool(mount.get("readOnly"))))
    return made


def remove(folder: Path) -> None:
    """Remove all that a pod had on disk; what a program made unreadable stays."""
    shutil.rmtree(folder, ignore_errors=True)
