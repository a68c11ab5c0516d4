"""Which releases helm has noted in a namespace."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from wellit.access import Access, Missing, Unread

NOTES = "sh.helm.release."  # how helm begins the names of its Secrets
NOTE = NOTES + "v1.{}.v{}"  # that of a revision, by release and number
LEFT = "uninstalled"  # what helm calls a release that went with --keep-history


@dataclass(frozen=True)
class HelmRelease:
    """What helm has noted about a release: its newest revision. `changed` is in seconds since 1970."""

    name: str
    status: str
    revision: int
    changed: float = 0.0

    @property
    def pending(self) -> bool:
        """Somebody is at work on it, or was killed while at it."""
        return pending(self.status)


def pending(status: str) -> bool:
    """Whether helm's word for a release says that somebody is at work on it, or was killed while at it."""
    return status.startswith("pending-") or status == "uninstalling"


def releases(access: Access, namespace: str) -> tuple[HelmRelease, ...] | Unread:
    """The newest revision of each helm release; one of which helm keeps nothing but the history is none."""
    found = _noted(access, namespace)
    return found if isinstance(found, Unread) else tuple(one for one in found if one.status != LEFT)


def left(access: Access, namespace: str) -> frozenset[str]:
    """The releases of which helm keeps nothing but the history, as far as that may be read."""
    found = _noted(access, namespace)
    return frozenset() if isinstance(found, Unread) else frozenset(one.name for one in found if one.status == LEFT)


def _noted(access: Access, namespace: str) -> tuple[HelmRelease, ...] | Unread:
    """The newest revision of each release, from the labels of helm's own Secrets (their data is not fetched)."""
    found = _labels(access, namespace)
    if isinstance(found, Unread):
        return found
    newest: dict[str, HelmRelease] = {}
    for labels in found:
        if not ({"name", "status"} <= labels.keys() and labels.get("version", "").isdecimal()):
            continue  # helm does not find one either whose labels somebody took away
        changed = float(labels.get("modifiedAt") or labels.get("createdAt") or 0)
        release = HelmRelease(labels["name"], labels["status"], int(labels["version"]), changed)
        if release.name not in newest or newest[release.name].revision < release.revision:
            newest[release.name] = release
    return tuple(newest[name] for name in sorted(newest))


def _labels(access: Access, namespace: str) -> list[dict[str, str]] | Unread:
    """The labels of each revision that helm keeps."""
    answer = access.abouts(f"/api/v1/namespaces/{namespace}/secrets?{urlencode({'labelSelector': 'owner=helm'})}")
    if answer is None:
        return _told(access, namespace)
    if isinstance(answer, (Missing, Unread)):
        return [] if isinstance(answer, Missing) else answer
    notes = (one["metadata"] for one in answer.get("items") or [])
    return [one["labels"] for one in notes if one["name"].startswith(NOTES)]


def _told(access: Access, namespace: str) -> list[dict[str, str]] | Unread:
    """The same by kubectl itself, which has the server leave out what it does not print."""
    done = access.call("get", "secrets", "-n", namespace, "-l", "owner=helm", "--show-labels", "--no-headers")
    answer = access.read(done, "secrets") if not done.ok else done.out
    if isinstance(answer, (Missing, Unread)):
        return [] if isinstance(answer, Missing) else answer
    lines = (line.split()[-1] for line in answer.splitlines() if "helm.sh/release" in line)
    return [dict(pair.split("=", 1) for pair in labels.split(",") if "=" in pair) for labels in lines]
