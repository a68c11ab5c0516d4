"""One read-only look at what a controller goes by besides its object."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from wellit import served
from wellit.access import Access, Missing, Unread
from wellit.besides.found import Besides, Definition, Joined, Preset
from wellit.carried import Carried, within
from wellit.carriers import Carrier, Carriers
from wellit.demand import Kind, Manifest, Object
from wellit.publishers import switch
from wellit.seen import presets
from wellit.seen.service import of_object
from wellit.tried import tried

GATEWAY = Kind("gateway.networking.k8s.io/v1", "Gateway")
CLASSES = "/apis/gateway.networking.k8s.io/v1/gatewayclasses"
ANYWHERE = "default"  # a namespace that every cluster has


def look(
    access: Access, namespace: str, item: Object, manifest: Manifest, carriers: Carriers, made: frozenset[str],
    *, classes: Iterable[str], there: bool,
) -> Besides:  # fmt: skip
    """What is beside `item`. `made` are gateways of the stack itself, of `classes`; `there` is whether its namespace
    is. Raises CannotAnswer when the cluster does not answer.
    """
    known = item.of.carried
    if not known or not known.goes_by:
        return Besides()
    settings = _settings(access, known.goes_by["settings"])
    configs = _Configs(access, item.of, known, namespace)
    spec: Mapping[str, Any] = manifest.get("spec") or {}
    bases = [str(ref.get("name")) for ref in spec.get("baseRefs") or ()]
    found = {name: configs.find(name) for name in bases}
    service = of_object(manifest, namespace, {name: {"spec": specs} for name, (_, specs) in found.items()})
    whole, usual, prefix = service.asked, known.goes_by["presets"]["prefix"], _prefix(known, carriers)
    names = [(prefix + name.removeprefix(usual), why) for name, why in presets.asked(service.facts, whole)]
    wanted = [Preset(name, why, configs.find(name)[0]) for name, why in names]
    wanted += [Preset(name, "baseRefs", where) for name, (where, _) in found.items()]
    kinds = [Kind(version, kind) for version, kind in known.asked_for(whole)]
    joined = tuple(_joined(access, known, whole, settings, namespace, made))
    return Besides(
        _definition(access, item.of), settings, tuple(wanted),
        {kind: _serves(access, kind) for kind in kinds if not kind.built_in},
        joined, tuple(_own(spec)), _switched(access, whole, {*classes, *(one.of for one in joined)}),
        tried(access, namespace if there else ANYWHERE, manifest),
    )  # fmt: skip


def _definition(access: Access, kind: Kind) -> Definition | Missing | Unread:
    """Its schema, which is megabytes, kubectl keeps to itself."""
    name = f"{kind.resource}.{kind.group}"
    template = "go-template={{range .spec.versions}}{{.name}} {{.served}} {{.storage}} {{end}}"
    done = access.call("get", "customresourcedefinition", name, "-o", template)
    if not done.ok:
        answer = access.read(done, name)
        return answer if isinstance(answer, (Missing, Unread)) else Missing()
    words = done.out.split()
    versions = list(zip(words[::3], words[1::3], words[2::3], strict=True))
    stored = next((name for name, _, storage in versions if storage == "true"), "")
    return Definition(tuple(name for name, on, _ in versions if on == "true"), stored)


def _settings(access: Access, about: Mapping[str, str]) -> Mapping[str, Any] | str | Missing | Unread:
    """The controller's settings; in words what is wrong with them."""
    answer = access.get(f"/api/v1/namespaces/{about['namespace']}/configmaps/{about['name']}")
    if isinstance(answer, (Missing, Unread)):
        return answer
    text = (answer.get("data") or {}).get(about["key"])
    if text is None:
        return f"it has no key {about['key']}"
    try:
        said = json.loads(text)
    except ValueError as problem:
        return f"what is under {about['key']} is no JSON: {problem}"
    return said if isinstance(said, dict) else f"what is under {about['key']} is no map"


class _Configs:
    """Presets by name: those of the object's own namespace come first."""

    def __init__(self, access: Access, of: Kind, known: Carried, namespace: str) -> None:
        self.access, self.kind = access, Kind(of.api_version, known.goes_by["presets"]["kind"])
        self.namespaces = (namespace, known.goes_by["presets"]["namespace"])

    def find(self, name: str) -> tuple[str | Missing | Unread, Mapping[str, Any]]:
        """Where it is, and its spec."""
        hidden: Missing | Unread = Missing()
        for namespace in self.namespaces:
            answer = self.access.get(self.kind.path(namespace, name))
            if isinstance(answer, Unread):
                hidden = answer
            elif not isinstance(answer, Missing):
                return namespace, answer.get("spec") or {}
        return hidden, {}


def _prefix(known: Carried, carriers: Carriers) -> str:
    """What the controller puts before the names of its presets: it may be told another word."""
    about = known.goes_by["presets"]
    found: tuple[Carrier, ...] = () if isinstance(carriers.found, Unread) else carriers.found
    told = (one.variables[about["variable"]] for one in found if about["variable"] in one.variables)
    return next(told, str(about["prefix"]))


def _serves(access: Access, kind: Kind) -> bool | Unread:
    found = served.kinds(access, kind.api_version)
    return found if isinstance(found, Unread) else kind.kind in found


def _joined(
    access: Access, known: Carried, spec: Mapping[str, Any], settings: object, namespace: str, made: frozenset[str]
) -> Iterator[Joined]:
    """The gateways that its route is joined to, but for those that the stack makes."""
    if within(spec, "router.route") is None or within(spec, "router.route.http.refs"):
        return
    paths = ("gateway.refs", "route.http.spec.parentRefs")
    named = [ref for path in paths for ref in within(spec["router"], path) or ()]
    for ref in named:
        where = str(ref.get("namespace") or namespace)
        if where != namespace or ref.get("name") not in made:
            yield _gateway(access, where, str(ref.get("name")), by_default=False)
    if not named and isinstance(settings, Mapping):
        said = str(settings.get(known.goes_by["settings"]["gateway"]) or "")
        where, _, name = said.rpartition("/")
        if name:
            yield _gateway(access, where or known.goes_by["settings"]["namespace"], name, by_default=True)


def _gateway(access: Access, namespace: str, name: str, *, by_default: bool) -> Joined:
    title = f"{namespace}/{name}"
    found = access.get(GATEWAY.path(namespace, name))
    if isinstance(found, (Missing, Unread)):
        return Joined(title, found, by_default=by_default)
    of = str(found["spec"].get("gatewayClassName", ""))
    conditions = (found.get("status") or {}).get("conditions") or []
    programmed = any(one["type"] == "Programmed" and one["status"] == "True" for one in conditions)
    return Joined(title, of, _accepted(access, of), programmed, by_default)


def _accepted(access: Access, name: str) -> bool | Missing | Unread:
    answer = access.get(f"{CLASSES}/{name}")
    if isinstance(answer, (Missing, Unread)):
        return answer
    conditions = (answer.get("status") or {}).get("conditions") or []
    return any(one["type"] == "Accepted" and one["status"] == "True" for one in conditions)


def _own(spec: Mapping[str, Any]) -> Iterator[str]:
    """Containers named main that a person wrote, with an image of their own and no word of TLS."""
    for path in ("template", "prefill.template"):
        for one in within(spec, f"{path}.containers") or ():
            words = [str(word) for key in ("command", "args") for word in one.get(key) or ()]
            if one.get("name") == "main" and one.get("command") and not any("--ssl-" in word for word in words):
                yield f"{path}.containers: main"


def _switched(access: Access, spec: Mapping[str, Any], classes: Collection[object]) -> bool | None:
    """Whether the controller of the gateways looks at pools; None where none must be told, or it cannot be seen."""
    about = switch("InferencePool")
    if within(spec, "router.scheduler") is None or access.sandbox or about["class"] not in classes:
        return None
    answer = access.get(f"/apis/apps/v1/deployments?{urlencode({'labelSelector': about['labels']})}")
    items = [] if isinstance(answer, (Missing, Unread)) else answer.get("items") or []
    said = [
        str(variable.get("value", "")).lower() == about["is"]
        for item in items
        for container in item["spec"]["template"]["spec"].get("containers") or ()
        for variable in container.get("env") or ()
        if variable.get("name") == about["variable"]
    ]
    return any(said) if items else None
