"""One read-only look at a cluster: which definitions, releases of the provider and gateway class are there."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from wellit import carriers, cluster
from wellit.access import Access, Missing, Unread
from wellit.carriers import Carriers
from wellit.demand import Kind
from wellit.helm import Helm
from wellit.prerequisites.steps import Charted, Definitions, Step

HELM_RELEASE = "meta.helm.sh/release-name"


@dataclass(frozen=True)
class Defined:
    """A definition that is there: the release that it says it is of, and the helm release that made it, or ""."""

    version: str = ""
    made_by: str = ""


@dataclass(frozen=True)
class Installed:
    """A helm release that is there. `values` are those that somebody gave it."""

    status: str
    version: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def pending(self) -> bool:
        return cluster.pending(self.status)


@dataclass(frozen=True)
class Seen:
    """What the look found. A release that is not there is Missing; the gateway class is True when it is accepted.

    `carriers` are who carries out the kinds for which a chart brings a controller, `marks` whether the object is there
    by which a release is known.
    """

    label: str
    flags: str
    definitions: Mapping[str, Defined] | Unread = field(default_factory=dict)
    releases: Mapping[str, Installed | Missing | Unread] = field(default_factory=dict)
    gateway_class: bool | Missing | Unread = field(default_factory=Missing)
    sandbox: bool = False
    carriers: Mapping[Kind, Carriers] = field(default_factory=dict)
    marks: Mapping[str, bool | Unread] = field(default_factory=dict)


def look(access: Access, wanted: Iterable[Step], gateway_class: str, helm: Helm) -> Seen:
    """Read what the steps make interesting. Raises CannotAnswer when the cluster does not answer."""
    steps = list(wanted)
    charts = [step for step in steps if isinstance(step, Charted)]
    bundles = {step.about["bundle"] for step in steps if isinstance(step, Definitions)}
    return Seen(
        access.label, access.flags,
        definitions=_definitions(access, bundles) if steps else {},
        releases={} if access.sandbox else _releases(access, charts, helm),
        gateway_class=cluster.accepted(access, gateway_class) if gateway_class else Missing(),
        sandbox=bool(access.sandbox),
        carriers={
            kind: carriers.look(access, kind, kind.carried)
            for kind in (step.carries for step in charts)
            if kind and kind.carried
        },
        marks={chart.release: _marked(access, chart) for chart in charts if "mark" in chart.about},
    )  # fmt: skip


def _marked(access: Access, chart: Charted) -> bool | Unread:
    mark = chart.about["mark"]
    found = access.get(Kind(mark["apiVersion"], mark["kind"]).path(chart.namespace, mark["name"]))
    return found if isinstance(found, Unread) else not isinstance(found, Missing)


def _definitions(access: Access, bundles: Iterable[str]) -> Mapping[str, Defined] | Unread:
    """Every definition of the cluster by name. kubectl keeps their schemas, which are megabytes, to itself."""
    keys = [*sorted(bundles), HELM_RELEASE]
    wanted = " ".join(f'(eq $key "{key}")' for key in keys)
    line = f"{{{{if or {wanted} false}}}} {{{{$key}}}}={{{{$said}}}}{{{{end}}}}"
    template = (
        "go-template={{range .items}}{{.metadata.name}}{{range $key, $said := .metadata.annotations}}"
        + line
        + '{{end}}{{"\\n"}}{{end}}'
    )
    done = access.call("get", "customresourcedefinitions", "-o", template)
    if not done.ok:
        answer = access.read(done, "customresourcedefinitions")
        return answer if isinstance(answer, Unread) else {}
    found = {}
    for row in done.out.splitlines():
        name, *said = row.split()
        notes = dict(word.split("=", 1) for word in said)
        bundle = next((notes[key] for key in keys[:-1] if key in notes), "")
        found[name] = Defined(bundle, notes.get(HELM_RELEASE, ""))
    return found


def _releases(access: Access, charts: list[Charted], helm: Helm) -> dict[str, Installed | Missing | Unread]:
    found: dict[str, Installed | Missing | Unread] = {}
    for namespace in dict.fromkeys(chart.namespace for chart in charts):
        here = [chart for chart in charts if chart.namespace == namespace]
        noted = cluster.releases(access, namespace)
        if isinstance(noted, Unread):
            found |= {chart.release: noted for chart in here}
            continue
        status = {release.name: release.status for release in noted}
        versions = _versions(helm, namespace) if any(chart.release in status for chart in here) else {}
        for chart in here:
            name = chart.release
            found[name] = (
                Installed(status[name], versions.get(name, ""), _values(helm, name, namespace))
                if name in status
                else Missing()
            )
    return found


def _versions(helm: Helm, namespace: str) -> dict[str, str]:
    """The version of each release's chart. helm writes it behind the chart's name: ``istiod-1.29.1``."""
    done = helm.helm("list", "-n", namespace, "-o", "json")
    listed = json.loads(done.out) if done.ok and done.out.strip() else []
    return {one["name"]: _version(one["chart"]) for one in listed}


def _version(chart: str) -> str:
    """``v1.0.0-rc.1`` of ``agentgateway-crds-v1.0.0-rc.1``: what follows the first dash before a digit."""
    parts = chart.split("-")
    first = next((i for i, part in enumerate(parts) if i and part.removeprefix("v")[:1].isdigit()), len(parts))
    return "-".join(parts[first:])


def _values(helm: Helm, release: str, namespace: str) -> dict[str, Any]:
    done = helm.helm("get", "values", release, "-n", namespace, "-o", "json")
    said = json.loads(done.out) if done.ok and done.out.strip() else None
    return said if isinstance(said, dict) else {}
