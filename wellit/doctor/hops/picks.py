"""What the picker chooses by: the pods that it sees, and their metrics."""

from __future__ import annotations

from collections.abc import Iterator

from wellit.doctor import commands, containers, ways
from wellit.doctor.ways import Way
from wellit.findings import Check
from wellit.picture.objects import Object
from wellit.picture.plain import mapping, maps
from wellit.prometheus import READY_PODS, parse
from wellit.seen import words

FLUSHED_SECONDS = 10.0  # the picker writes it anew every 5 s


def sees(way: Way) -> Iterator[Check]:
    """Whether it watches this pool, and counts the pods that are Ready."""
    title = f"the picker sees the pods of {way.pool_name}"
    edge = next((e for e in way.sight.picture.edges if e.target == f"pool/{way.pool_name}" and e.does == "picks"), None)
    if edge and "watches the pool" in edge.broken:
        maker = way.picker_workload
        fix = commands.edit(way.sight, maker) if maker else ""
        for place in maker.place("containers") if maker else ():
            for flag in ("--pool-name", "--poolName"):
                if maker and words.read(place["command"], place["args"]).given(flag):
                    change = commands.set_word(maker, place["name"].text(), flag, way.pool_name)
                    fix = commands.patch(way.sight, maker, change) if change else fix
        yield Check("WL744", title, "fail", edge.broken, fix)
        return
    for pod in way.pickers:
        heard = way.sight.metrics.get(pod.name)
        counted = parse(heard.text).total(READY_PODS) if heard else None
        if counted is not None and way.ready:
            count, ready = int(counted), len(way.ready) * max(len(way.ports), 1)
            if count == 0 and not way.answered and all(_long_ready(way, pod) for pod in way.ready):
                yield Check(
                    "WL744",
                    title,
                    "fail",
                    f"it counts {count} Ready pods, and {ready} are",
                    commands.kubectl(way.sight, "rollout", "restart", f"deployment/{way.picker_workload.name}")
                    if way.picker_workload
                    else "",
                    f"{READY_PODS} {count}",
                )
            elif count:
                yield Check("WL744", title, "pass", f"{count} Ready")
            return


def _long_ready(way: Way, pod: Object) -> bool:
    """Whether a pod has been Ready for so long that the picker's figures have it."""
    for one in maps(mapping(pod.manifest.get("status")).get("conditions")):
        if one.get("type") == "Ready":
            since = containers.seconds(str(one.get("lastTransitionTime") or ""))
            return not since or way.sight.now - since > FLUSHED_SECONDS
    return False


def reads_metrics(way: Way) -> Iterator[Check]:
    """Whether engines serve the metrics that it weighs pods by."""
    for node in way.servers:
        container = ways.engine(node)
        engine = ways.known_engine(container)
        pods = [pod for pod in way.ready if way.server_of(pod) is node and pod.name in way.sight.metrics]
        heard = [way.sight.metrics[pod.name] for pod in pods]
        if not engine or not container or not heard or any(one.failure for one in heard):
            continue
        title = f"the picker can read the metrics of {node.name}"
        name = str(engine.metrics["queued"])
        missing = [(pod, one) for pod, one in zip(pods, heard, strict=True) if not one.ok or name not in one.text]
        if not missing:
            yield Check("WL745", title, "pass", name)
            continue
        flag = engine.metrics.get("flag")
        maker = next((one for one in way.workloads if one.name == node.name), None)
        fix = commands.edit(way.sight, maker) if maker else ""
        if flag and maker and (change := commands.set_word(maker, container.name, str(flag), "")):
            fix = commands.patch(way.sight, maker, change)
        pod, answer = missing[0]
        detail = f"{engine.title} serves no {name}: the picker takes its queue for empty, always" + (
            f"; {flag} is missing" if flag and flag not in _spoken(maker, container.name) else ""
        )
        yield Check(
            "WL745",
            title,
            "fail",
            detail,
            fix,
            f"GET {pod.name}:{way.ports[0]}{engine.metrics['path']}: "
            f"{answer.words if not answer.ok else f'HTTP {answer.status}, without {name}'}",
        )


def _spoken(maker: Object | None, container: str) -> list[str]:
    for place in maker.place("containers") if maker else ():
        if place["name"].text() == container:
            return words.read(place["command"], place["args"]).texts
    return []
