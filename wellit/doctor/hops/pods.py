"""The model pods before anything of them runs: made, placed on a node, with image, secrets and volumes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from wellit import preflight
from wellit.demand import Kind
from wellit.demand import Object as Named
from wellit.doctor import commands, containers, ways
from wellit.doctor.wants import wants
from wellit.doctor.ways import Way
from wellit.findings import Check
from wellit.live import part_of
from wellit.picture.objects import Object
from wellit.picture.plain import mapping, maps

ROOT = re.compile(r"runAsNonRoot")  # an image that runs as root is refused for it
VOLUME = re.compile(r"PersistentVolumeClaim|persistentvolumeclaim", re.IGNORECASE)


def made(way: Way) -> Iterator[Check]:
    """Whether its pods can be made at all: quota, admission, rights."""
    for maker in [*way.workloads, *filter(None, [way.picker_workload])]:
        if maker.kind == "LeaderWorkerSet":
            continue
        part = part_of(Named(Kind(maker.api_version, maker.kind), maker.name), maker.manifest)
        events = [one for one in way.sight.events(*_sets(way, maker)) if one.startswith("FailedCreate")]
        refused = [one for one in part.missing if "no pod can be made" in one] or events[-1:]
        if refused and part.done < part.of:
            quota = "quota" in refused[0]
            look = commands.kubectl(
                way.sight,
                "describe",
                "resourcequota" if quota else maker.kind.lower(),
                *([] if quota else [maker.name]),
            )
            yield Check(
                "WL760",
                f"the pods of {maker.name} can be made",
                "fail",
                refused[0],
                f"{'fewer or smaller pods, or a larger quota: ' if quota else ''}{look}",
                "\n".join(events[-2:]),
            )


def _sets(way: Way, maker: Object) -> list[str]:
    """The names under which events tell of a workload: its own, and those of its replica sets."""
    owners = {ways.owner(pod).partition("/")[2] for pod in way.sight.all("Pod")}
    about = [str(mapping(one.manifest.get("involvedObject")).get("name")) for one in way.sight.all("Event")]
    return [
        name for name in {maker.name, *owners, *about} if name == maker.name or name.rpartition("-")[0] == maker.name
    ]


def placed(way: Way) -> Iterator[Check]:
    """Whether its pods found a node."""
    for pod in [*way.pods, *way.pickers]:
        for one in maps(mapping(pod.manifest.get("status")).get("conditions")):
            if one.get("type") == "PodScheduled" and one.get("status") == "False":
                yield _unplaced(way, pod, str(one.get("message", "")))
                return
    if way.pods:
        yield Check("WL746", f"the pods of {way.pool_name} found a node", "pass")


def _unplaced(way: Way, pod: Object, message: str) -> Check:
    title = "every pod found a node"
    said = f"pod {pod.name}: {message}"
    if VOLUME.search(message):
        claims = _claims(way, pod)
        names = [name for name, _ in claims]
        fix = commands.kubectl(way.sight, "describe", "persistentvolumeclaim", *names[:1])
        return Check(
            "WL748",
            "every pod has the volumes that it mounts",
            "fail",
            f"its volume claim is not bound: {', '.join(f'{n} ({w})' for n, w in claims) or message}",
            f"a StorageClass that the cluster has, or a volume: {fix}",
            "\n".join([said, *way.sight.events(*names)[-2:]]),
        )
    room = _room(way)
    if room and room.status == "fail":
        return Check(
            "WL746",
            title,
            "fail",
            f"there is no room for {pod.name}: {room.detail}",
            room.fix,
            "\n".join(filter(None, [said, room.evidence])),
        )
    look = commands.kubectl(way.sight, "describe", "pod", pod.name)
    return Check(
        "WL746",
        title,
        "fail",
        f"no node takes {pod.name}: {message}",
        look,
        "\n".join(filter(None, [said, room.detail if room else ""])),
    )


def _room(way: Way) -> Check | None:
    """What preflight would say of the pods that wait."""
    if not way.sight.cluster:
        return None
    wanted = wants(way.sight)
    return preflight.room(wanted, way.sight.cluster) if wanted.workloads else None


def _claims(way: Way, pod: Object) -> list[tuple[str, str]]:
    """(name, state) of the claims of a pod that are not bound."""
    named = [
        str(mapping(one.get("persistentVolumeClaim")).get("claimName"))
        for one in maps(pod.pod.get("volumes"))
        if one.get("persistentVolumeClaim")
    ]
    there = {
        one.name: str(mapping(one.manifest.get("status")).get("phase", "Pending"))
        for one in way.sight.all("PersistentVolumeClaim")
    }
    return [(name, there.get(name, "not there")) for name in named if there.get(name) != "Bound"]


def pulled(way: Way) -> Iterator[Check]:
    """Whether the images of its containers can be had."""
    for trouble in containers.troubles(way, [*way.gateway_pods, *way.pickers, *way.pods]):
        if trouble.kind == "pull":
            image = next(
                (
                    str(c.get("image"))
                    for kind in ("initContainers", "containers")
                    for c in maps(trouble.pod.pod.get(kind))
                    if c.get("name") == trouble.container
                ),
                "",
            )
            maker = containers.workload_of(way, trouble.pod)
            denied = re.search(r"unauthorized|denied|forbidden|401|403", trouble.message, re.IGNORECASE)
            fix = "an imagePullSecret for its registry" if denied else "an image and a tag that its registry has"
            change = commands.set_image(way.sight, maker, trouble.container, "IMAGE:TAG") if maker else ""
            yield Check(
                "WL747",
                "every image can be pulled",
                "fail",
                f"{image or trouble.container} cannot be pulled: {trouble.reason}",
                f"{fix}: {change}",
                "\n".join([trouble.evidence, *way.sight.events(trouble.pod.name)[-2:]]),
            )


def has_what_it_reads(way: Way) -> Iterator[Check]:
    """Whether secrets, config maps and volumes that pods name are there."""
    title = "every pod has the secrets, config maps and volumes that it names"
    pods = [*way.gateway_pods, *way.pickers, *way.pods]
    config = [trouble for trouble in containers.troubles(way, pods) if trouble.kind == "config"]
    stuck = [trouble for trouble in config if not ROOT.search(trouble.message)]  # has a check of its own
    missing = _secrets(way)
    told: set[str] = set()
    for trouble in stuck:
        secret = next(
            (one for one in missing if f'"{_name(one)}"' in trouble.message or _name(one) in trouble.message), None
        )
        fix = secret.fix if secret else commands.kubectl(way.sight, "describe", "pod", trouble.pod.name)
        told.add(secret.title if secret else "")
        yield Check("WL748", title, "fail", trouble.message or trouble.reason, fix, trouble.evidence)
    for pod in pods:
        events = [one for one in way.sight.events(pod.name) if one.startswith(("FailedMount", "FailedAttach"))]
        if events and not ways.state(pod).ready and not containers.statuses_running(pod):
            secret = next((one for one in missing if _name(one) in events[-1]), None)
            told.add(secret.title if secret else "")
            fix = secret.fix if secret else commands.kubectl(way.sight, "describe", "pod", pod.name)
            yield Check("WL748", title, "fail", events[-1], fix, f"pod {pod.name}: {ways.state(pod).state}")
            break
    for one in missing:
        if one.title not in told:
            yield Check(
                "WL748", title, "warn" if one.status == "fail" else one.status, f"{one.title}: {one.detail}", one.fix
            )


def _name(check: Check) -> str:
    """The secret's name in preflight's title: ``the secret NAME ...``."""
    return check.title.split()[2]


def _secrets(way: Way) -> list[Check]:
    if not way.sight.cluster:
        return []
    found = preflight.secrets(wants(way.sight), way.sight.cluster)
    return [one for one in found if one.status == "fail"]
