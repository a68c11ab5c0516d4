"""Volume claims and storage classes (WL618, WL619). Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from wellit.access import Missing, Unread
from wellit.cluster import Cluster
from wellit.demand import Demand, Manifest
from wellit.findings import Check
from wellit.needs import CLAIM, STORAGE, Named
from wellit.preflight.words import apply, counted
from wellit.quantities import milli

DEFAULT = "storageclass.kubernetes.io/is-default-class"


def volumes(demand: Demand, cluster: Cluster, values: Mapping[str, Any]) -> Iterator[Check]:
    """One for each claim that pods name, one for each class that claims of the stack name, or for the default."""
    around = cluster.around
    if around is None:
        return
    room = str((values.get("model") or {}).get("size") or "")
    for named, found in around.named.items():
        if named.of == CLAIM:
            yield _claim(named, found, demand, cluster, room)
        if named.of == STORAGE:
            yield _class(named, found, cluster)
    if any(not claim.get("storageClassName") for _, claim in demand.claims):
        yield _default(cluster)


def _claim(
    named: Named, found: Manifest | Missing | Unread, demand: Demand, cluster: Cluster, room: str
) -> Check:  # fmt: skip
    title = f"the volume claim {named.name} is there for {named.by}"
    if isinstance(found, Unread):
        return Check("WL618", title, "unknown", found.words)
    pods = sum(one.pods for one in demand.workloads if _mounts(one.spec, named.name))
    mode = "ReadWriteMany" if pods > 1 else "ReadWriteOnce"
    if isinstance(found, Missing):
        make = _make(named.name, demand.namespace, room, mode, cluster.flags)
        return Check("WL618", title, "fail", "it is not there, and its pods wait for it", make)
    spec, status = found.get("spec") or {}, found.get("status") or {}
    modes = status.get("accessModes") or spec.get("accessModes") or []
    if status.get("phase") == "Lost":
        gone = f"kubectl {cluster.flags} delete persistentvolumeclaim {named.name} -n {demand.namespace}"
        make = _make(named.name, demand.namespace, room, mode, cluster.flags)
        return Check("WL618", title, "fail", "it is Lost: its volume is gone, and what was on it", f"{gone} && {make}")
    if pods > 1 and not set(modes) & {"ReadWriteMany", "ReadOnlyMany"}:
        alone = modes == ["ReadWriteOncePod"]
        detail = f"{', '.join(modes)}, and {pods} pods mount it: "
        detail += "only one of them can" if alone else "only those on one node can, the others wait"
        many = _make(f"{named.name}-many", demand.namespace, room, mode, cluster.flags)
        fix = f"{many}; copy the model onto it, and name {named.name}-many in the settings"
        return Check("WL618", title, "fail" if alone else "warn", detail, fix)
    has = (status.get("capacity") or {}).get("storage")
    if has and room and milli(has) < milli(room):
        grow = f'{{"spec":{{"resources":{{"requests":{{"storage":"{room}"}}}}}}}}'
        fix = f"kubectl {cluster.flags} patch persistentvolumeclaim {named.name} -n {demand.namespace} -p '{grow}'"
        return Check("WL618", title, "warn", f"it has {has}, and the model is given {room} (model.size)", fix)
    return Check(
        "WL618", title, "pass", ", ".join(filter(None, [str(status.get("phase", "")), str(has or ""), *modes]))
    )


def _class(named: Named, found: Manifest | Missing | Unread, cluster: Cluster) -> Check:
    title = f"the storage class {named.name} is there for {named.by}"
    if isinstance(found, Unread):
        return Check("WL619", title, "unknown", found.words)
    if not isinstance(found, Missing):
        return Check("WL619", title, "pass")
    listed = () if cluster.around is None or isinstance(cluster.around.storage_classes, Unread) else (
        cluster.around.storage_classes
    )  # fmt: skip
    names = sorted(one["metadata"]["name"] for one in listed)
    known = f"there are: {', '.join(names)}" if names else "there is none at all"
    own = "--set storageClass=null: the node's own disk"
    fix = f"--set storageClass={names[0]}; or {own}" if names else own
    return Check("WL619", title, "fail", f"it is not there; {known}", fix)


def _default(cluster: Cluster) -> Check:
    title = "there is a storage class for claims that name none"
    around = cluster.around
    if around is None or isinstance(around.storage_classes, Unread):
        why = around.storage_classes.words if around and isinstance(around.storage_classes, Unread) else ""
        return Check("WL619", title, "unknown", why)
    names = sorted(one["metadata"]["name"] for one in around.storage_classes)
    default = [
        one["metadata"]["name"]
        for one in around.storage_classes
        if (one["metadata"].get("annotations") or {}).get(DEFAULT) == "true"
    ]
    if default:
        return Check("WL619", title, "pass", default[0])
    if not names:
        detail = "there is no storage class at all: nothing makes volumes"
        return Check("WL619", title, "fail", detail, "a provisioner of your cloud's; or an emptyDir instead")
    fix = f"kubectl {cluster.flags} annotate storageclass {names[0]} --overwrite {DEFAULT}=true"
    return Check("WL619", title, "fail", f"none of {counted(len(names), 'class')} is the default", fix)


def _make(name: str, namespace: str, room: str, mode: str, flags: str) -> str:
    spec = {"accessModes": [mode], "resources": {"requests": {"storage": room or "100Gi"}}}
    about = {"name": name, "namespace": namespace}
    return apply({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": about, "spec": spec}, flags)


def _mounts(spec: Manifest, claim: str) -> bool:
    return any(
        (volume.get("persistentVolumeClaim") or {}).get("claimName") == claim for volume in spec.get("volumes") or []
    )
