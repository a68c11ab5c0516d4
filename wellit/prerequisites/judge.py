"""Per step: is it so already, and is there something to do. Pure: steps and a look give checks.

WL621 definitions   WL622 charts of the provider   WL623 what a cloud turns on   WL605 the gateway class
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from wellit import publishers
from wellit.access import Missing, Unread
from wellit.findings import Check, Status
from wellit.prerequisites.look import Defined, Installed, Seen
from wellit.prerequisites.steps import Charted, Definitions, Step, TurnedOn
from wellit.semver import order
from wellit.source import lookup

IN_A_SANDBOX = "in a sandbox no chart is fetched: its gateway is simulated"
DEFINED = "in a sandbox no chart is fetched: its API server has been given what definitions there are"


@dataclass(frozen=True)
class Judged:
    """A step as it stands. `todo`: provide has something to do. `version` is what it brings.

    `keep` are definitions that need not be applied, `guarded` whether one of them must not be; `there` is whether the
    release is there already.
    """

    step: Step
    check: Check
    todo: bool = False
    version: str = ""
    keep: frozenset[str] = frozenset()
    guarded: bool = False
    there: bool = False


def judge(steps: Iterable[Step], seen: Seen, class_name: str) -> tuple[Judged, ...]:
    """Every step against what the look found; `class_name` the gateway class that should come of them."""
    return tuple(_judge(step, seen, class_name) for step in steps)


def gateway_class(judged: Iterable[Judged], seen: Seen, name: str) -> Check:
    """What comes of it all: a class that a controller has accepted."""
    title = f"the gateway class {name} is there and accepted"
    found = seen.gateway_class
    if isinstance(found, Unread):
        return Check("WL605", title, "unknown", found.words)
    if found is True:
        return Check("WL605", title, "pass")
    if seen.sandbox:
        return Check("WL605", title, "skip", IN_A_SANDBOX)
    coming = [one.step.release for one in judged if one.todo and isinstance(one.step, Charted)]
    if coming:
        return Check("WL605", title, "skip", f"it comes with {coming[-1]}")
    if isinstance(found, Missing):
        return Check("WL605", title, "fail", "it is not there: nothing would make the gateway")
    fix = f"kubectl {seen.flags} describe gatewayclass {name}"
    return Check("WL605", title, "fail", "it is there, and no controller has accepted it", fix)


def _judge(step: Step, seen: Seen, class_name: str) -> Judged:
    if isinstance(step, Definitions):
        return _definitions(step, seen)
    if isinstance(step, Charted):
        return _chart(step, seen, class_name)
    return _turned_on(step, seen)


def _definitions(step: Definitions, seen: Seen) -> Judged:
    if isinstance(seen.definitions, Unread):
        return _told(step, "WL621", "unknown", seen.definitions.words)
    here = {name: found.version for name, found in seen.definitions.items() if step.has(name)}
    missing = [name for name in step.about["definitions"] if name not in here]
    older = [name for name, version in here.items() if _before(version, step.version)]
    newer = [version for version in here.values() if _before(step.version, version)]
    unsaid = [name for name, version in here.items() if order(version) is None]
    if newer:
        return _newer(step, seen.flags, max(newer, key=_key), missing)
    if missing or (older and not step.managed):
        fix = publishers.apply_command(step.about, step.version, seen.flags)
        parts = ["none of them is"] if not here else [f"not there: {_listed(missing)}"] if missing else []
        parts += [f"older: {_listed(f'{name} {here[name]}' for name in older)}"] if older else []
        keep = set(here) if step.managed else set(here) - set(older)
        told = Check("WL621", step.title, "fail", "; ".join(parts), fix)
        return Judged(step, told, True, step.version, frozenset(keep), guarded=step.managed or bool(unsaid))
    if older:
        return _told(step, "WL621", "warn", f"the cloud keeps {_listed(older)} at {here[older[0]]}: left alone")
    if unsaid:
        return _told(step, "WL621", "warn", f"they are there and do not say of which release: {_listed(unsaid)}")
    return _told(step, "WL621", "pass", f"{len(here)} definitions")


def _newer(step: Definitions, flags: str, version: str, missing: list[str]) -> Judged:
    detail = f"they are of {version}, newer than the train's: a newer one is never replaced by an older"
    if missing:
        fix = publishers.apply_command(step.about, version, flags)
        return _told(step, "WL621", "fail", f"{detail}; not there, and to be of {version} too: {_listed(missing)}", fix)
    if step.newer:
        return _told(step, "WL621", "warn", f"{detail}; {step.newer}")
    return _told(step, "WL621", "pass", detail)


def _chart(step: Charted, seen: Seen, class_name: str) -> Judged:
    carriers = seen.carriers.get(step.carries) if step.carries else None
    if carriers and carriers.idle:
        detail = f"in a sandbox no chart is fetched; {carriers.idle}: objects are checked in shape, and nothing runs"
        return _told(step, "WL622", "skip", detail)
    if seen.sandbox:
        beside = f"in a sandbox no chart is fetched; {carriers.beside}" if carriers and carriers.beside else ""
        return _told(step, "WL622", "skip", beside or (IN_A_SANDBOX if class_name and not step.of_way else DEFINED))
    found = seen.releases.get(step.release, Missing())
    if isinstance(found, Unread):
        return _told(step, "WL622", "unknown", found.words)
    if isinstance(found, Installed):
        return _installed(step, seen, found)
    running = carriers.found if carriers else ()
    if isinstance(running, Unread):
        return _told(step, "WL622", "unknown", running.words)
    if running:
        there = "; ".join(one.words for one in running)
        return _told(step, "WL622", "warn", f"it runs already, and was installed in another way: {there}: left alone")
    if isinstance(seen.definitions, Unread):
        return _told(step, "WL622", "unknown", seen.definitions.words)
    foreign = {name: about for name, about in seen.definitions.items() if step.has(name)}
    if foreign:
        owners = sorted({f"release {about.made_by}" if about.made_by else "elsewhere" for about in foreign.values()})
        detail = f"its {len(foreign)} definitions are there already, from {' and '.join(owners)}: left alone"
        return _told(step, "WL622", "warn", detail)
    if (marked := seen.marks.get(step.release, False)) is not False:
        mark = f"{step.about['mark']['kind']} {step.about['mark']['name']}"
        if isinstance(marked, Unread):
            return _told(step, "WL622", "unknown", marked.words)
        return _told(step, "WL622", "warn", f"helm has no such release, and {mark} is there: left alone")
    by_class = not (step.brings or step.carries or step.of_way)
    if by_class and isinstance(seen.gateway_class, Unread):
        return _told(step, "WL622", "unknown", seen.gateway_class.words)
    if by_class and seen.gateway_class is True:
        detail = f"helm has no such release, and the gateway class {class_name} is accepted: left alone"
        needs = ", ".join(f"{'.'.join(keys)}={said}" for keys, said in publishers.leaves(step.about["values"]))
        return _told(step, "WL622", "warn", detail + (f"; see that it was installed with {needs}" if needs else ""))
    if step.defines:
        return _defining(step, step.defines, seen, seen.definitions)
    return _lacking(step, seen.flags, f"it brings {' and '.join(step.besides)} as well" if step.besides else "")


def _lacking(step: Charted, flags: str, more: str = "") -> Judged:
    fix = publishers.upgrade_command(step.about, step.version, flags)
    told = Check("WL622", step.title, "fail", "; ".join(filter(None, ["it is not there", more])), fix)
    return Judged(step, told, True, step.version)


def _defining(step: Charted, api: Mapping[str, Any], seen: Seen, there: Mapping[str, Defined]) -> Judged:
    """A chart that brings the definitions of another API as well: helm refuses to touch those of somebody else."""
    here = {name: about for name, about in there.items() if name.partition(".")[2] in api["groups"]}
    if not here:
        return _lacking(step, seen.flags, f"it brings the definitions of {api['title']} as well")
    newer = [about.version for about in here.values() if _before(step.defined, about.version)]
    if newer:
        without = f" --set {step.about['definitions']['without']}=false"
        fix = publishers.upgrade_command(step.about, step.version, seen.flags) + without
        detail = f"it would put its definitions of {api['title']} over those of {max(newer, key=_key)}, which are newer"
        return _told(step, "WL622", "fail", detail, f"where its chart has that value: {fix}")
    adopting = replace(step, about={**step.about, "adopts": True})
    return _lacking(adopting, seen.flags, f"it takes over {len(here)} definitions of {api['title']} that are there")


def _installed(step: Charted, seen: Seen, found: Installed) -> Judged:
    if found.pending:
        fix = f"helm {publishers.helm_flags(seen.flags)} history {step.release} -n {step.namespace}"
        detail = f"it is {found.status}: somebody is at work on it, or was killed while at it"
        return _told(step, "WL622", "fail", detail, fix)
    if order(found.version) is None:
        return _told(step, "WL622", "warn", "it is there, and helm does not say in which version: left alone")
    lacking = [
        ".".join(keys) for keys, said in publishers.leaves(step.about["values"]) if not _same(found.values, keys, said)
    ]
    older = _before(found.version, step.version)
    parts = [f"it is {found.version}, older"] if older else []
    parts += [f"helm says that it is {found.status}"] if found.status != "deployed" else []
    parts += [f"without {', '.join(lacking)}"] if lacking else []
    version = step.version if older else found.version  # never back
    if parts:
        fix = publishers.upgrade_command(step.about, version, seen.flags, there=True)
        told = Check("WL622", step.title, "fail", "; ".join(parts), fix)
        return Judged(step, told, True, version, there=True)
    newer = _before(step.version, found.version)
    return _told(step, "WL622", "pass", f"it is {found.version}, newer than the train's: kept" if newer else "")


def _turned_on(step: TurnedOn, seen: Seen) -> Judged:
    command, page = step.about["command"], step.about["reference"]
    found = seen.gateway_class
    if step.about["seen"] is None:
        return _told(step, "WL623", "skip", f"the cluster does not tell; {page}", command)
    if isinstance(found, Unread):
        return _told(step, "WL623", "unknown", found.words, command)
    if isinstance(found, Missing):
        return _told(step, "WL623", "fail", f"its gateway class is not there; {page}", command)
    return _told(step, "WL623", "pass")


def _told(step: Step, id_: str, status: Status, detail: str = "", fix: str = "") -> Judged:
    return Judged(step, Check(id_, step.title, status, detail, fix))


def _same(values: Mapping[str, Any], keys: tuple[str, ...], said: Any) -> bool:
    try:
        return str(lookup(values, keys)).lower() == str(said).lower()
    except KeyError:
        return False


def _key(version: str) -> Any:
    return order(version) or ()


def _before(one: str, other: str) -> bool:
    """Whether a version is known to be older than another."""
    keys = order(one), order(other)
    return keys[0] is not None and keys[1] is not None and keys[0] < keys[1]


def _listed(names: Iterable[str]) -> str:
    every = list(names)
    return ", ".join(every[:4]) + (f" and {len(every) - 4} more" if len(every) > 4 else "")
