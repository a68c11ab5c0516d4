"""validate --live: the values of a namespace's helm releases, judged together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import yaml

from wellit import source, subject, validate
from wellit.access import Access, Unread
from wellit.errors import CannotAnswer
from wellit.findings import Check, Report
from wellit.installed.notes import Installed, every, nothing
from wellit.overrides import masked
from wellit.source import LOADER, BadSource
from wellit.subject import CHARTS, Manifest, Release, Subject

# What leads to pods, whoever made it: of a release that is not judged these are looked at all the same.
LEADS = ("HTTPRoute", "GRPCRoute", "VirtualService", "AIGatewayRoute", "Gateway")


def judge(access: Access, namespace: str) -> Report:
    """Judge the releases of a namespace together. Raises CannotAnswer when there is none."""
    if not namespace:
        raise CannotAnswer("--live does not say which namespace", write="--live -n NAMESPACE; helm list -A shows all")
    found = every(access, namespace)
    report = Report("validate", summary={"namespace": namespace, "cluster": access.label})
    if isinstance(found, Unread):
        report.checks.append(
            Check("WL500", f"the releases of {namespace}", "unknown", f"you may not {found.why}", "ask for that right")
        )
        return report
    if not found:
        raise nothing(access, namespace, "--live judges the values of helm releases")
    releases: list[Release] = []
    objects: list[Manifest] = []
    for one in found:
        if one.broken:
            report.checks.append(Check("WL500", one.name, "unknown", one.broken))
            continue
        made, reason = _release(one, namespace)
        if made is None:
            report.checks.append(Check("WL500", f"{one.name} ({one.chart} {one.version})", "skip", reason))
            objects += (each for each in _objects(one) if each.object["kind"] in LEADS)
            continue
        releases.append(made)
        objects += _objects(one)
    report.summary["releases"] = names = [release.name for release in releases]
    report.summary["about"] = f"{', '.join(names)} in {namespace}"
    if releases:
        judged = validate.of_subject(Subject(tuple(releases), tuple(objects), rendered=True), {})
        report.add([*judged.findings, *judged.checks])
    return report


def _release(one: Installed, namespace: str) -> tuple[Release | None, str]:
    """The release to judge, or why it is not judged."""
    if one.chart not in CHARTS:
        return None, f"{one.chart} is no chart that wellit knows"
    try:
        chart, known = subject.chart_version(f"{one.chart}@{one.stands_for}")
        own = {key: value for key, value in one.values.items() if key != "imitates"}
        read = source.parse(as_helm_prints(own), f"live {namespace}/{one.name}")
        return replace(subject.from_source(read, chart, known, one.name), namespace=namespace), ""
    except BadSource as bad:
        return None, f"its values cannot be read: {bad.message}"
    except CannotAnswer as problem:
        return None, problem.message


def as_helm_prints(values: Mapping[str, Any]) -> str:
    """Values as ``helm get values`` prints them: keys sorted, text of several lines as it stands."""
    return str(yaml.dump(values, Dumper=_Dumper, sort_keys=True, default_flow_style=False, width=10**6,
                         allow_unicode=True))  # fmt: skip


class _Dumper(yaml.SafeDumper):
    """Writes text of several lines as a block."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)


def _objects(one: Installed) -> Iterator[Manifest]:
    """What was rendered, secrets left out."""
    try:
        documents = list(yaml.load_all(one.rendered, LOADER))
    except yaml.YAMLError:
        return
    for document in documents:
        if isinstance(document, dict) and document.get("kind") and document["kind"] != "Secret":
            yield Manifest(one.name, masked(document))
