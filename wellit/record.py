"""The record of an installed stack: one Secret of type wellit.dev/stack in the stack's namespace.

It makes status and uninstall possible without the choices of the install, and tells an interrupted install from a
finished one. Pure, but for the reading: lifecycle writes it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import platform
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from wellit import __version__, choices, entry, paths
from wellit.access import Access, Missing, Unread
from wellit.cluster import whole
from wellit.compose import Stack
from wellit.demand import Demand, Kind, Object
from wellit.errors import CannotAnswer, Refused
from wellit.overrides import looks_secret
from wellit.render import Rendered

TYPE = "wellit.dev/stack"
VERSION = 1
State = Literal["installing", "installed", "uninstalling"]


@dataclass(frozen=True)
class Record:
    """What was installed, how, when, and how far it came.

    `objects` are (apiVersion, kind, name, release) of the render. `entry` is where requests come in: a gateway with its
    service and port, or a deployment with its port; `ways` are what a client writes (entry.ways; an older record has
    none). `notes` are what the guide has to say of these choices. `host` and `process` are those of the wellit that is
    or was at work. `resource_version` is the Secret's: it keeps two writers from overwriting each other.
    """

    guide: str
    environment: str
    namespace: str
    postfix: str
    components: Mapping[str, str] = field(default_factory=dict)
    size: str = "default"
    overrides: Mapping[str, Any] = field(default_factory=dict)
    model: str = ""
    releases: tuple[Mapping[str, str], ...] = ()
    objects: tuple[tuple[str, str, str, str], ...] = ()
    entry: Mapping[str, str] = field(default_factory=dict)
    ways: tuple[Mapping[str, Any], ...] = ()
    notes: tuple[str, ...] = ()
    tools: Mapping[str, str] = field(default_factory=dict)
    rendered: str = ""
    when: str = ""
    by: str = ""
    host: str = ""
    process: int = 0
    state: State = "installing"
    resource_version: str = ""

    @property
    def secret(self) -> str:
        """The name of the Secret."""
        return secret_name(self.postfix)

    @property
    def path(self) -> str:
        return f"/api/v1/namespaces/{self.namespace}/secrets/{self.secret}"

    @property
    def release_names(self) -> list[str]:
        return [release["name"] for release in self.releases]

    def all_objects(self) -> list[Object]:
        return [Object(Kind(version, kind), name, release) for version, kind, name, release in self.objects]

    @property
    def maker_alive(self) -> bool | None:
        """Whether the wellit that wrote it still runs; None when it ran on another machine."""
        if self.host != platform.node():
            return None
        return self.process != os.getpid() and _runs(self.process)


def secret_name(postfix: str) -> str:
    """The name of the record of the stack with this postfix."""
    return f"wellit-stack-{postfix}"


def make(stack: Stack, rendered: Rendered, demand: Demand, tools: Mapping[str, str] | None = None) -> Record:
    """The record of a stack that is about to be installed. Raises Refused when its settings hold what looks secret."""
    refuse_secrets(stack.overrides)
    model = stack.values.get("model") or {}
    return Record(
        guide=stack.name,
        environment=stack.environment,
        namespace=stack.namespace,
        postfix=str(stack.values["postfix"]),
        components=stack.components,
        size=stack.size,
        overrides=stack.overrides,
        model=str(model.get("servedName") or model.get("name") or ""),
        releases=tuple(_releases(stack, rendered)),
        objects=tuple((o.of.api_version, o.of.kind, o.name, o.release) for o in demand.objects),
        entry=entry.entry(stack, rendered, demand),
        ways=entry.ways(stack, rendered, demand),
        notes=tuple(note.message for note in choices.notes(stack)),
        tools=tools or {},
        rendered=digest(rendered),
        when=datetime.now(UTC).isoformat(timespec="seconds"),
        by=f"wellit {__version__}",
        host=maker()[0],
        process=maker()[1],
    )


def maker() -> tuple[str, int]:
    """This machine's name and this process."""
    return platform.node(), os.getpid()


def digest(rendered: Rendered) -> str:
    """``sha256:...`` of all rendered manifests."""
    text = json.dumps([[r.name, r.manifests] for r in rendered.releases], sort_keys=True)
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def refuse_secrets(settings: Mapping[str, Any]) -> None:
    """Raise Refused when a setting looks like a secret: settings are recorded in the cluster."""
    for path, key, value in _leaves(settings, ()):
        if looks_secret(key, value):
            raise Refused(
                f"the setting {'.'.join(path)} looks like a secret; it is not recorded, so nothing is installed",
                why="the settings of a stack are kept in the cluster, where others read them",
                write="put it into a Kubernetes Secret and name that: model.secret, or valueFrom.secretKeyRef in env",
            )


def to_secret(record: Record) -> dict[str, Any]:
    """The Secret that holds a record, ready to be written."""
    body = {"version": VERSION} | {k: v for k, v in asdict(record).items() if k != "resource_version"}
    about: dict[str, Any] = {
        "name": record.secret,
        "namespace": record.namespace,
        "labels": {"app.kubernetes.io/managed-by": "wellit", "wellit.dev/guide": record.guide},
    }
    if record.resource_version:
        about["resourceVersion"] = record.resource_version
    data = base64.b64encode(json.dumps(body, sort_keys=True).encode()).decode()
    return {"apiVersion": "v1", "kind": "Secret", "type": TYPE, "metadata": about, "data": {"stack.json": data}}


def from_secret(secret: Mapping[str, Any]) -> Record:
    """The record in a Secret. Raises CannotAnswer when another version of wellit wrote it, or something else."""
    about = secret["metadata"]
    try:
        body = json.loads(base64.b64decode(secret["data"]["stack.json"]))
        version = body.pop("version")
        body["releases"] = tuple(body["releases"])
        body["objects"] = tuple(tuple(item) for item in body["objects"])
        body |= {name: tuple(body.get(name) or ()) for name in ("ways", "notes")}
        if version != VERSION:
            raise ValueError(f"it is of version {version}")
        return Record(**body, resource_version=about.get("resourceVersion", ""))
    except (KeyError, TypeError, ValueError) as problem:
        raise CannotAnswer(
            f"the record {about['name']} in {about.get('namespace')} cannot be read: {problem}",
            why=f"wellit {__version__} reads version {VERSION}",
            write="use the wellit that installed the stack",
        ) from problem


def find(access: Access, namespace: str | None, guide: str | None = None) -> list[Record]:
    """The records in a namespace, or with None in all; of one guide or of all.

    Raises CannotAnswer when they may not be read.
    """
    where = f"/api/v1/namespaces/{namespace}/secrets" if namespace else "/api/v1/secrets"
    secrets = whole(access, where, from_secret, fieldSelector=f"type={TYPE}")
    if isinstance(secrets, Unread):
        raise CannotAnswer(
            f"the records of stacks in {namespace or 'all namespaces'} cannot be read: you may not {secrets.why}",
            write="ask for that permission" if namespace else "-n NAMESPACE",
        )
    return [record for record in secrets if guide in (None, record.guide)]


def one(access: Access, namespace: str, guide: str | None = None) -> Record | None:
    """The one stack of a namespace, or None. Raises CannotAnswer when there are several and no guide says which."""
    found = find(access, namespace, guide)
    if len(found) > 1:
        names = ", ".join(f"{r.guide} ({r.postfix})" for r in found)
        raise CannotAnswer(
            f"there are {len(found)} stacks in {namespace}", write=f"-g GUIDE says which; there are: {names}"
        )
    return found[0] if found else None


def elsewhere(access: Access) -> list[Record]:
    """The records of all namespaces, as far as they may be read: a hint, not an answer."""
    found = whole(access, "/api/v1/secrets", from_secret, fieldSelector=f"type={TYPE}")
    return [] if isinstance(found, Unread) else list(found)


def read(access: Access, namespace: str, postfix: str) -> Record | None:
    """The record of the stack with this postfix, or None. Raises CannotAnswer when it may not be read."""
    answer = access.get(f"/api/v1/namespaces/{namespace}/secrets/{secret_name(postfix)}")
    if isinstance(answer, Unread):
        raise CannotAnswer(f"the record of the stack cannot be read: you may not {answer.why}", write="ask for it")
    return None if isinstance(answer, Missing) else from_secret(answer)


def _releases(stack: Stack, rendered: Rendered) -> Iterator[dict[str, str]]:
    from wellit import charts

    for release in rendered.releases:
        # Parts that no component of charts names have a chart of the checkout under their own name.
        chart = rendered.charts.get(release.part) or stack.values["charts"].get(release.part)
        path = stack.folder / chart if chart else paths.CHARTS / release.part
        yield {
            "name": release.name,
            "part": release.part,
            "chart": release.chart,
            "version": release.version,
            "digest": charts.digest(path) if path.exists() else "",
        }


def _leaves(data: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str, str]]:
    """(path, key, value) of each plain value; a {name, value} pair (as in env) counts under its name."""
    if isinstance(data, Mapping):
        if isinstance(data.get("name"), str) and isinstance(data.get("value"), str):
            yield (*path, "value"), data["name"], data["value"]
        for key, value in data.items():
            yield from _leaves(value, (*path, str(key)))
    elif isinstance(data, list):
        for i, item in enumerate(data):
            yield from _leaves(item, (*path, str(i)))
    elif data is not None:
        yield path, path[-1] if path else "", str(data)


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
