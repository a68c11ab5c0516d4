"""What is installed: a namespace's helm releases, as helm has noted them.

One read-only look: nothing is written, and helm itself is not started. What looks like a secret is masked before
anything else sees it.
"""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import yaml

from wellit.access import Access, Answer, Missing, Unread
from wellit.cluster import LEFT, whole
from wellit.cluster.releases import NOTE
from wellit.errors import CannotAnswer, unknown
from wellit.overrides import masked
from wellit.source import LOADER

# Of the states of a revision, what counts before the others: what runs, then what was tried last.
DEPLOYED = "deployed"
GZIP = b"\x1f\x8b"
MOST_BYTES = 32 * 1024 * 1024  # of one release, unpacked


@dataclass(frozen=True)
class Installed:
    """One revision of a helm release: its chart, the values that somebody gave it, and what was rendered.

    `revision` and `status` are those of the revision that runs, or else was tried last. `when` is when helm put it
    there, `said` what it noted of that; `broken` is why it could not be read.
    """

    name: str
    chart: str
    version: str
    values: Mapping[str, Any]
    rendered: str
    revision: int = 0
    status: str = ""
    when: str = ""
    said: str = ""
    broken: str = ""

    @property
    def stands_for(self) -> str:
        """The chart version whose place a chart of this checkout takes; else its own."""
        imitated = self.values.get("imitates")
        return str(imitated.get("version")) if isinstance(imitated, Mapping) else self.version

    @property
    def offline(self) -> bool:
        """Whether it is one of this checkout's charts that take an upstream chart's place."""
        return isinstance(self.values.get("imitates"), Mapping)

    def objects(self) -> list[dict[str, Any]]:
        """What helm applied. Raises yaml.YAMLError when its note is none."""
        documents = yaml.load_all(self.rendered, LOADER)
        return [one for one in documents if isinstance(one, dict) and one.get("kind")]

    @property
    def unreadable(self) -> str:
        """Why helm's note of it, or the objects in it, cannot be read; "" when they can."""
        try:
            self.objects()
        except yaml.YAMLError as problem:
            return self.broken or str(problem)
        return self.broken


def every(access: Access, namespace: str) -> list[Installed] | Unread:
    """Of every helm release of a namespace the revision that counts; Unread when none may be read."""
    secrets = whole(access, f"/api/v1/namespaces/{namespace}/secrets", dict, labelSelector="owner=helm")
    return secrets if isinstance(secrets, Unread) else [note(secret) for secret in _newest(secrets)]


def there(access: Access, namespace: str) -> tuple[list[Installed], dict[str, str]] | Unread:
    """Every helm release of a namespace, and of those whose note cannot be read why; Unread when none may be."""
    releases = every(access, namespace)
    if isinstance(releases, Unread):
        return releases
    broken = {one.name: why for one in releases if (why := one.unreadable)}
    return [one for one in releases if one.name not in broken], broken


def applied(access: Access, namespace: str, release: str) -> list[Mapping[str, Any]] | str:
    """The objects that helm applied for a release, as it has noted them; in words why that is not known."""
    path, label = f"/api/v1/namespaces/{namespace}/secrets", f"owner=helm,name={release}"
    secrets = whole(access, path, dict, labelSelector=f"{label},status={DEPLOYED}")
    if not secrets:  # it never was, or somebody is at work on it
        secrets = whole(access, path, dict, labelSelector=label)
    if isinstance(secrets, Unread):
        return secrets.words
    return _manifests(release, _newest(secrets))


def revision(access: Access, namespace: str, release: str, number: int) -> list[Mapping[str, Any]] | str:
    """The objects of one revision that helm keeps; in words why they are not known."""
    secret = _kept(access, namespace, release, number)
    if isinstance(secret, Missing):
        return f"helm no longer keeps revision {number} of {release}"
    return secret.words if isinstance(secret, Unread) else _manifests(release, [secret])


def _manifests(release: str, secrets: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]] | str:
    try:
        return [document for secret in secrets for document in _read(secret).objects()]
    except (_Broken, yaml.YAMLError) as problem:
        return f"helm's note of {release} cannot be read: {type(problem).__name__}"


def standing(access: Access, namespace: str, names: Sequence[str]) -> dict[str, list[Installed]] | Unread:
    """The revisions of releases that no other took the place of, newest first: deployed, failed, pending."""
    select = f"owner=helm,name in ({','.join(names)}),status!=superseded"
    found = whole(access, f"/api/v1/namespaces/{namespace}/secrets", note, labelSelector=select)
    if isinstance(found, Unread):
        return found
    newest = sorted(found, key=lambda one: -one.revision)
    return {name: [one for one in newest if one.name == name] for name in names}


def noted(access: Access, namespace: str, name: str, number: int) -> Installed | Missing | Unread:
    """One revision of a release; helm forgets old ones."""
    answer = _kept(access, namespace, name, number)
    return answer if isinstance(answer, (Missing, Unread)) else note(answer)


def _kept(access: Access, namespace: str, release: str, number: int) -> Answer:
    return access.get(f"/api/v1/namespaces/{namespace}/secrets/{NOTE.format(release, number)}")


def note(secret: Mapping[str, Any]) -> Installed:
    """What helm keeps in a Secret; `broken` when it cannot be read."""
    about = {"revision": _number(secret), "status": _label(secret, "status")}
    try:
        return replace(_read(secret), **about)  # type: ignore[arg-type]
    except _Broken as broken:
        return Installed(_label(secret, "name"), "", "", {}, "", **about, broken=str(broken))  # type: ignore[arg-type]


class _Broken(Exception):
    """A release that cannot be read, and why."""


def _label(secret: Mapping[str, Any], key: str) -> str:
    return str((secret["metadata"].get("labels") or {}).get(key, ""))


def _number(secret: Mapping[str, Any]) -> int:
    """The revision that a Secret of helm holds; 0 where its label does not say so any more."""
    said = _label(secret, "version")
    return int(said) if said.isdecimal() else 0


def _newest(secrets: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Of each release the revision that is deployed, else the newest; none of one that is gone but for its history."""
    of: dict[str, list[Mapping[str, Any]]] = {}
    for secret in secrets:
        if str(secret.get("type", "")).startswith("helm.sh/release") and _label(secret, "name"):
            of.setdefault(_label(secret, "name"), []).append(secret)
    for name in sorted(of):
        numbered = sorted(of[name], key=_number)
        if _label(numbered[-1], "status") == LEFT:
            continue
        yield next((one for one in reversed(numbered) if _label(one, "status") == DEPLOYED), numbered[-1])


def _read(secret: Mapping[str, Any]) -> Installed:
    """What helm keeps in a Secret: JSON, packed, and twice in base64. Raises _Broken."""
    try:
        packed = base64.b64decode(base64.b64decode(secret["data"]["release"]))
        unpack = zlib.decompressobj(wbits=31) if packed.startswith(GZIP) else None
        text = unpack.decompress(packed, MOST_BYTES) if unpack else packed
        if unpack and unpack.unconsumed_tail:
            raise _Broken("helm's note of it is larger than wellit reads")
        noted = json.loads(text)
        about = noted["chart"]["metadata"]
        values = masked(noted.get("config") or {})
        info = noted.get("info") or {}
        return Installed(
            str(noted["name"]), str(about["name"]), str(about["version"]), values, str(noted.get("manifest") or ""),
            int(noted.get("version") or 0), str(info.get("status") or _label(secret, "status")),
            str(info.get("last_deployed") or ""), str(info.get("description") or ""),
        )  # fmt: skip
    except (KeyError, TypeError, ValueError, AttributeError, binascii.Error, zlib.error) as problem:
        raise _Broken(f"helm's note of it cannot be read: {type(problem).__name__}") from problem


def nothing(access: Access, namespace: str, why: str) -> CannotAnswer:
    """The error for a namespace without helm releases."""
    listed = whole(access, "/api/v1/namespaces", lambda item: str(item["metadata"]["name"]))
    if not isinstance(listed, Unread) and namespace not in listed:
        return unknown("namespace", namespace, listed, why=f"it is not on {access.label}")
    return CannotAnswer(
        f"no helm release is in the namespace {namespace} on {access.label}",
        why=why,
        write="another namespace: -n; what kubectl applied: kubectl get ... -o yaml | invoke validate --manifests -",
    )
