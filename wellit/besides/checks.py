"""Does what a controller goes by fit its object? Pure.

WL960 its definition keeps it as written   WL963 the presets that it asks for   WL966 pools are looked at
WL961 the API server and webhooks take it  WL964 the kinds that are made of it
WL962 its controller's settings            WL965 the gateway that it is joined to
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from wellit import publishers
from wellit.access import Missing, Unread
from wellit.besides.found import Besides, Joined
from wellit.carried import Carried
from wellit.demand import Object
from wellit.findings import Check
from wellit.tried import Tried

Settings = Mapping[str, Any]
VALIDATE = "invoke validate, with the same flags, says where it stands"


def checks(item: Object, found: Besides, values: Settings, flags: str) -> Iterator[Check]:
    """All of them. `values` are the stack's settings, `flags` kubectl's."""
    known = item.of.carried
    if not known or not known.goes_by:
        return
    yield from _definition(item, found, values)
    if found.tried:
        yield _tried(item, known, found.tried, values)
    yield from _settings(known, found, values, flags)
    yield from _presets(item, found, values, known)
    yield from _kinds(known, found, values, flags)
    for one in found.gateways:
        yield _gateway(one, flags)
    yield from _switched(found, values)


def _definition(item: Object, found: Besides, values: Settings) -> Iterator[Check]:
    title = f"the definition of {item.of.kind} keeps objects as {_version(item)}"
    about = found.definition
    if isinstance(about, Unread):
        yield Check("WL960", title, "unknown", about.words)
    elif not isinstance(about, Missing):
        wanted = publishers.wants(item.of.group, values)
        if about.stored == _version(item):
            yield Check("WL960", title, "pass")
            return
        detail = f"it keeps them as {about.stored} and serves {', '.join(about.served)}: it is of another release"
        detail += f"; {wanted}" if wanted else ""
        train = publishers.trains(item.of.group, values, [about.stored])
        fix = ", or ".join(filter(None, [train, publishers.prerequisites(values)]))
        yield Check("WL960", title, "warn", f"{detail}; each look at it goes through a conversion", fix)


def _version(item: Object) -> str:
    return item.of.api_version.rpartition("/")[2]


def _tried(item: Object, known: Carried, tried: Tried, values: Settings) -> Check:
    title = f"{item} is taken by the API server and the webhooks of {publishers.title(known.group)}"
    if tried.how == "taken":
        return Check("WL961", title, "pass", "in a dry run")
    if tried.how == "unread":
        return Check("WL961", title, "unknown", tried.said)
    if tried.how == "unanswered":
        fix = f"is {known.who} running? {publishers.prerequisites(values)}"
        return Check("WL961", title, "fail", f"a webhook that must be asked does not answer: {tried.said}", fix)
    return Check("WL961", title, "fail", f"it is refused: {tried.said}", VALIDATE)


def _settings(known: Carried, found: Besides, values: Settings, flags: str) -> Iterator[Check]:
    about = known.goes_by["settings"]
    where = f"{about['name']} in {about['namespace']}"
    title = f"{known.who} has its settings: {where}"
    look = f"kubectl {flags} -n {about['namespace']} edit configmap {about['name']}"
    if isinstance(found.settings, Unread):
        yield Check("WL962", title, "unknown", found.settings.words)
    elif isinstance(found.settings, Missing):
        detail = "they are not there: the controller does nothing without them"
        yield Check("WL962", title, "fail", detail, publishers.prerequisites(values))
    elif isinstance(found.settings, str):
        yield Check("WL962", title, "fail", f"the controller cannot read them: {found.settings}", look)
    elif found.settings.get(about["tls"]) and found.own:
        detail = f"{about['tls']} is on: gateway and picker speak TLS to the engines, and {found.own[0]} serves without"
        mend = f'{look}: "{about["tls"]}": false under {about["key"]}; or an engine that is given its certificate'
        yield Check("WL962", title, "fail", detail, mend)
    else:
        yield Check("WL962", title, "pass")


def _presets(item: Object, found: Besides, values: Settings, known: Carried) -> Iterator[Check]:
    title = f"the presets that {item} asks for are there"
    missing = [one for one in found.presets if isinstance(one.where, Missing)]
    hidden = [one for one in found.presets if isinstance(one.where, Unread)]
    if missing:
        named = ", ".join(f"{one.name} (for {one.why})" for one in missing)
        both = f"neither beside it nor in {known.goes_by['presets']['namespace']}"
        own = [one.name for one in missing if one.why == "baseRefs"]
        fix = f"apply {', '.join(own)}, or take it out of baseRefs" if own else publishers.prerequisites(values)
        yield Check("WL963", title, "fail", f"not there, {both}: {named}; nothing would be started", fix)
    elif hidden:
        said = hidden[0].where
        yield Check("WL963", title, "unknown", said.words if isinstance(said, Unread) else "")
    elif found.presets:
        yield Check("WL963", title, "pass", ", ".join(f"{one.name} in {one.where}" for one in found.presets))


def _kinds(known: Carried, found: Besides, values: Settings, flags: str) -> Iterator[Check]:
    title = f"the cluster knows what {known.who} makes of it"
    missing = [kind for kind, there in found.made.items() if there is False]
    for kind in missing:
        title = f"the cluster knows {kind.kind} ({kind.api_version}), which {known.who} makes of it"
        wants = publishers.wants(kind.group, values)
        detail = f"it would not be made: its definition is not there{f'; {wants}' if wants else ''}"
        yield Check("WL964", title, "fail", detail, publishers.fix(kind.group, values, flags))
    hidden = [there for there in found.made.values() if isinstance(there, Unread)]
    if hidden:
        yield Check("WL964", title, "unknown", hidden[0].words)
    elif not missing and found.made:
        yield Check("WL964", title, "pass", ", ".join(sorted(kind.kind for kind in found.made)))


def _gateway(one: Joined, flags: str) -> Check:
    title = f"the gateway {one.name}, to which its route is joined, takes requests"
    why = "; only the controller's settings name it" if one.by_default else ""
    other = "one of the stack's own: --gateway NAME; or spec.router.gateway.refs"
    if isinstance(one.of, Unread):
        return Check("WL965", title, "unknown", one.of.words)
    if isinstance(one.of, Missing):
        return Check("WL965", title, "fail", f"it is not there{why}: it comes before what is joined to it", other)
    namespace, _, name = one.name.partition("/")
    look = f"kubectl {flags} -n {namespace} describe gateway {name}"
    if isinstance(one.accepted, Unread):
        return Check("WL965", title, "unknown", one.accepted.words)
    if one.accepted is not True:
        lacks = "is not there" if isinstance(one.accepted, Missing) else "is accepted by no controller"
        return Check(
            "WL965", title, "fail", f"nobody reconciles it: its class {one.of} {lacks}{why}", f"{look}; {other}"
        )
    if not one.programmed:
        return Check("WL965", title, "fail", f"its controller has not programmed it{why}", look)
    return Check("WL965", title, "pass")


def _switched(found: Besides, values: Settings) -> Iterator[Check]:
    if found.switched is not None:
        about = publishers.switch("InferencePool")
        title = f"the gateway's controller looks at pools ({about['variable']})"
        if found.switched:
            yield Check("WL966", title, "pass")
        else:
            detail = "it refuses every route to a pool, and the pool is accepted by nobody"
            yield Check("WL966", title, "fail", detail, publishers.prerequisites(values))
