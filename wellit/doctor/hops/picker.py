"""The endpoint picker: its service, whether it stays up, and what it may read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from wellit.doctor import commands, containers, mending, signatures, ways
from wellit.doctor.ways import Way
from wellit.findings import Check
from wellit.picture.objects import Object, matched_labels
from wellit.picture.plain import maps


def service(way: Way) -> Iterator[Check]:
    """Whether the pool's picker has a service with pods behind it."""
    if not way.pool:
        return
    name = str(way.picker_reference.get("name", ""))
    title = f"the picker's service {name} leads to the picker"
    if "Service" in way.sight.unread:
        yield Check("WL740", title, "unknown", f"you may not {way.sight.unread['Service']}")
        return
    said = f"InferencePool {way.pool_name}: {json.dumps(way.picker_reference)}"
    found, maker = way.picker_service, way.picker_workload
    if not found:
        there = [one.name for one in way.sight.all("Service")]
        yield Check(
            "WL740",
            title,
            "fail",
            f"there is no service {name or '(none is named)'}",
            commands.edit(way.sight, way.pool),
            f"{said}\nservices: {', '.join(there)}",
        )
        return
    selector = matched_labels(found.spec.get("selector"))
    served = [one.get("port") for one in maps(found.spec.get("ports"))]
    if way.picker_port not in served:
        path = {"op": "replace", "path": "/spec/endpointPickerRef/port/number", "value": served[0] if served else 9002}
        yield Check(
            "WL740",
            title,
            "fail",
            f"the pool asks it at port {way.picker_port}, and it has {served}",
            commands.patch(way.sight, way.pool, path),
            said,
        )
    elif not maker or not selector.items() <= maker.pod_labels.items():
        fix = commands.edit(way.sight, found)
        told = [f"Service {name}: selector: {json.dumps(selector)}"]
        if maker:
            right = {key: None for key in selector if key not in maker.pod_labels} | maker.pod_labels
            fix = commands.merge(way.sight, found, {"selector": right})
            told.append(f"{maker.kind} {maker.name}: labels: {json.dumps(maker.pod_labels)}")
        yield Check("WL740", title, "fail", "it selects no pod", fix, "\n".join(told))
    else:
        yield Check("WL740", title, "pass")


def stays(way: Way) -> Iterator[Check]:
    """Whether its pods run and are Ready."""
    maker = way.picker_workload
    title = f"the picker {maker.name if maker else way.picker_reference.get('name', '')} stays up"
    found = list(mending.ended(way, way.pickers, "picker", "WL742", title))
    yield from found
    waiting = [pod for pod in way.pickers if not ways.state(pod).ready]
    if maker and not maker.replicas:
        fix = commands.scale(way.sight, maker)
        yield Check("WL742", title, "fail", "it is scaled to 0 pods", fix)
    elif waiting and len(waiting) == len(way.pickers) and not found and not _stuck(way, waiting):
        yield _not_ready(way, waiting[0], title)
    elif maker and way.pickers and not found and len(waiting) < len(way.pickers):
        yield Check("WL742", title, "pass")


def _stuck(way: Way, pods: list[Object]) -> bool:
    """Whether the hop of the pods' start says it already."""
    return bool(containers.troubles(way, pods)) or any(ways.state(pod).state == "pending" for pod in pods)


def _not_ready(way: Way, pod: Object, title: str) -> Check:
    said = [
        one
        for c in containers.statuses(pod)
        for one in signatures.known(way.sight.log(pod.name, str(c["name"])).text, "picker")
    ]
    first = next(iter(said), None)
    if first:
        fix = "\n".join(filter(None, [first.write, _rights(way, first)]))
        return Check(first.check or "WL742", title, "fail", first.means, fix, first.line)
    log = next((way.sight.log(pod.name, str(c["name"])) for c in containers.statuses(pod)), None)
    evidence = "\n".join([*way.sight.events(pod.name)[-3:], signatures.tail(log.text) if log else ""]).strip()
    look = commands.kubectl(way.sight, "logs", pod.name)
    return Check("WL742", title, "fail", f"pod {pod.name}: {ways.state(pod).state}", look, evidence)


def may_watch(way: Way) -> Iterator[Check]:
    """Whether a picker that is up may read what it needs."""
    for pod in way.pickers:
        if not ways.state(pod).ready:
            continue
        for status in containers.statuses(pod):
            for said in signatures.known(way.sight.log(pod.name, str(status.get("name"))).text, "picker"):
                if said.check == "WL743":
                    fix = "\n".join(filter(None, [said.write, _rights(way, said)]))
                    yield Check(
                        "WL743", f"the picker {pod.name} may read what it watches", "fail", said.means, fix, said.line
                    )
                    return


def _rights(way: Way, said: signatures.Said) -> str:
    found = re.search(
        r'serviceaccount:([\w-]+:[\w.-]+)\\?" cannot (\w+) resource \\?"([\w-]+)\\?" in API group \\?"([^"\\]*)',
        said.line,
    )
    if not found:
        return ""
    account, _, resource, group = found.groups()
    name = account.partition(":")[2]
    what = f"{resource}.{group}" if group else resource
    role = commands.kubectl(
        way.sight, "create", "role", f"{name}-{resource}", "--verb=get,list,watch", f"--resource={what}"
    )
    bind = commands.kubectl(
        way.sight,
        "create",
        "rolebinding",
        f"{name}-{resource}",
        f"--role={name}-{resource}",
        f"--serviceaccount={account}",
    )
    return f"{role}\n{bind}"
