"""The record of an installed stack: one Secret of type wellit.dev/stack in the stack's namespace.

It makes status and uninstall possible without the choices of the install, and tells an interrupted install from a
finished one. Pure, but for the reading: lifecycle writes it.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from typing import Any

from wellit import __version__, choices, entry, paths, shape
from wellit.access import Access, Missing, Unread
from wellit.cluster import whole
from wellit.compose import Stack
from wellit.demand import Demand
from wellit.errors import CannotAnswer
from wellit.overrides import refuse_secrets
from wellit.recorded import Record, maker, secret_name
from wellit.render import Rendered

TYPE = "wellit.dev/stack"
VERSION = 1

__all__ = ["Record", "maker"]


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
        images=demand.images,
        rendered=digest(rendered),
        when=datetime.now(UTC).isoformat(timespec="seconds"),
        by=f"wellit {__version__}",
        host=maker()[0],
        process=maker()[1],
    )


def digest(rendered: Rendered) -> str:
    """``sha256:...`` of all rendered manifests."""
    text = json.dumps([[r.name, r.manifests] for r in rendered.releases], sort_keys=True)
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


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


def from_secret(secret: Mapping[str, Any], access: Access | None = None) -> Record:
    """The record in a Secret. Raises CannotAnswer when another version of wellit wrote it, or something else.

    What a record of another place says is not followed: one that was restored into another namespace would have the
    stack of the first one removed.
    """
    about = secret["metadata"]
    name, namespace = about["name"], about.get("namespace")
    try:
        body = json.loads(base64.b64decode(secret["data"]["stack.json"]))
        version = body.pop("version")
        if version != VERSION:
            raise CannotAnswer(
                f"the record {name} in {namespace} cannot be read: it is of version {version}",
                why=f"wellit {__version__} reads version {VERSION}",
                write="use the wellit that installed the stack",
            )
        found = Record(**_formed(body), resource_version=about.get("resourceVersion", ""))
        if (found.namespace, found.secret) != (namespace, name):
            raise ValueError(f"it is the record of {found.postfix} in {found.namespace}, copied here")
        return found
    except (AttributeError, KeyError, TypeError, ValueError) as problem:
        said = str(problem) if type(problem) is ValueError else "it is not what wellit writes"
        theirs, ours = (f" {access.flags}", f" {access.invoke_flags}") if access else ("", "")
        raise CannotAnswer(
            f"the record {name} in {namespace} cannot be read: {said}",
            why="somebody else wrote or edited it; what is in it is not followed",
            write=f"kubectl{theirs} delete secret {name} -n {namespace} takes the record alone away; "
            f"invoke adopt -n {namespace}{ours} then records what helm has there",
        ) from problem


def _formed(body: dict[str, Any]) -> dict[str, Any]:
    """The fields of a record in JSON. Raises ValueError, with the names of those that no record has so."""
    found = _tuples(body)
    found["history"] = tuple(_tuples(former) for former in body.get("history") or ())
    wrong = shape.misfits(found, Record)
    wrong += [f"history {name}" for former in found["history"] for name in shape.misfits(former, Record)]
    if "releases" not in wrong and any("name" not in release for release in found.get("releases", ())):
        wrong.append("releases")
    if wrong:
        raise ValueError(f"no record has such {', '.join(dict.fromkeys(wrong))}")
    return found


def find(access: Access, namespace: str | None, guide: str | None = None) -> list[Record]:
    """The records in a namespace, or with None in all; of one guide, of one name (``=NAME``), or of all.

    Raises CannotAnswer when they may not be read.
    """
    secrets = listed(access, namespace)
    if isinstance(secrets, Unread):
        raise hidden(namespace, secrets)
    return [record for record in secrets if guide in (None, record.guide, f"={record.postfix}")]


def hidden(namespace: str | None, unread: Unread) -> CannotAnswer:
    """What is said where records may not be listed."""
    return CannotAnswer(
        f"the records of stacks in {namespace or 'all namespaces'} cannot be read: you may not {unread.why}",
        write="ask for that permission" if namespace else "-n NAMESPACE",
    )


def listed(access: Access, namespace: str | None) -> tuple[Record, ...] | Unread:
    """The records in a namespace, or with None in all; Unread when they may not be listed."""
    return whole(access, _where(namespace), partial(from_secret, access=access), fieldSelector=f"type={TYPE}")


def each(access: Access, namespace: str | None) -> tuple[Record | CannotAnswer, ...] | Unread:
    """As listed(), with why it cannot be read in the place of each record that cannot."""
    return whole(access, _where(namespace), partial(_or_why, access=access), fieldSelector=f"type={TYPE}")


def _or_why(secret: Mapping[str, Any], access: Access) -> Record | CannotAnswer:
    try:
        return from_secret(secret, access)
    except CannotAnswer as why:
        return why


def _where(namespace: str | None) -> str:
    return f"/api/v1/namespaces/{namespace}/secrets" if namespace else "/api/v1/secrets"


def meant(guide: str | None) -> str:
    """What find() is asked for, in words: `` of GUIDE``, `` named NAME``, or nothing."""
    return f" named {guide[1:]}" if guide and guide.startswith("=") else f" of {guide}" if guide else ""


def one(access: Access, namespace: str, guide: str | None = None) -> Record | None:
    """The one stack of a namespace, or None. Raises CannotAnswer when there are several and no guide says which."""
    found = find(access, namespace, guide)
    if len(found) > 1:
        names = ", ".join(f"{r.guide} ({r.postfix})" for r in found)
        how = "-g GUIDE" if len({r.guide for r in found}) == len(found) else "--name NAME"
        raise CannotAnswer(
            f"there are {len(found)} stacks in {namespace}", write=f"{how} says which; there are: {names}"
        )
    return found[0] if found else None


def elsewhere(access: Access) -> list[Record]:
    """The records of all namespaces, as far as they may be read: a hint, not an answer."""
    found = each(access, None)
    return [] if isinstance(found, Unread) else [one for one in found if isinstance(one, Record)]


def read(access: Access, namespace: str, postfix: str) -> Record | None:
    """The record of the stack with this postfix, or None. Raises CannotAnswer when it may not be read."""
    answer = access.get(f"/api/v1/namespaces/{namespace}/secrets/{secret_name(postfix)}")
    if isinstance(answer, Unread):
        raise CannotAnswer(f"the record of the stack cannot be read: you may not {answer.why}", write="ask for it")
    return None if isinstance(answer, Missing) else from_secret(answer, access)


def _tuples(body: dict[str, Any]) -> dict[str, Any]:
    """Fields as a record has them, of what JSON made of them; older records do not have all."""
    lists = ("releases", "objects", "ways", "notes", "images", "going", "going_objects", "restarts")
    found = {name: tuple(body[name] or ()) for name in lists if name in body}
    pairs = {name: tuple(map(tuple, found[name])) for name in ("objects", "going_objects", "restarts") if name in found}
    return body | found | pairs


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
