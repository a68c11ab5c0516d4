"""What there is by name, among rendered objects and among those that the charts of releases will make."""

from __future__ import annotations

from wellit.seen import workloads
from wellit.subject import INFERENCEPOOL, INFRA, Release, Subject

MOST = 63  # characters of a name


def pools(subject: Subject) -> dict[str, str]:
    """The InferencePools by name, each with its API group."""
    found = {one.name: one.group for one in workloads.of_kind(subject, "InferencePool")}
    for release in subject.of(INFERENCEPOOL):
        if not release.of_objects:
            name = str(release.facts["names"]["pool"]).format(release=release.name)
            said = release.values.get("inferencePool") or {}
            api = said.get("apiVersion") if release.facts["poolApiSettable"] and isinstance(said, dict) else None
            found.setdefault(name, str(api or release.facts["poolApi"]).rpartition("/")[0])
    return found


def gateways(subject: Subject) -> dict[str, str]:
    """The Gateways by name, each with its API group."""
    found = {one.name: one.group for one in workloads.of_kind(subject, "Gateway")}
    for release in subject.of(INFRA):
        if not release.of_objects and (name := _gateway(release)):
            found.setdefault(name, "gateway.networking.k8s.io")
    return found


def _gateway(release: Release) -> str:
    """The name of the gateway that a release makes; "" when it makes none."""
    said = release.values.get("gateway")
    gateway = said if isinstance(said, dict) else {}
    if gateway.get("enabled") is False:
        return ""
    given = gateway.get("fullnameOverride")
    name = str(given or str(release.facts["gatewayName"]).format(release=release.name))
    return name[:MOST].rstrip("-")
