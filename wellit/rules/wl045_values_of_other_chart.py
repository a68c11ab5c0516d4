"""The values are another chart's.

Nothing at the top of the file is a key of the chart that it was given for, and all of it is known to another one: two
files, or two --chart, were probably swapped. A chart that takes any key would render its defaults without a word.

Bad::

    # inferencepool@v1.4.0
    modelArtifacts: {name: Qwen/Qwen3-0.6B, uri: "hf://Qwen/Qwen3-0.6B"}
    decode: {replicas: 2}

Good::

    # inferencepool@v1.4.0
    inferencePool:
      modelServers:
        matchLabels: {llm-d.ai/guide: chat}
"""

from __future__ import annotations

from wellit import capabilities, values_schema
from wellit.rules.rule import Hit, Items, Rule
from wellit.subject import CHARTS, DYNAMO, Release, Subject

RULE = Rule("WL045", "values-of-other-chart", "error", CHARTS, "read", reads="*")


def check(subject: Subject) -> Items:
    for release in subject.releases:
        keys = [key for key, _ in release.root.items() if key not in ("global", "fullnameOverride")]
        if release.of_objects or not keys or _known(release.chart, release.version).intersection(keys):
            continue
        # Nobody writes values for the chart of a graph but our own guides; its env alone would be anybody's.
        others = [chart for chart in CHARTS if chart not in (release.chart, DYNAMO)]
        newest = {chart: capabilities.versions(chart)[-1] for chart in others}
        meant = [chart for chart, version in newest.items() if _known(chart, version).issuperset(keys)]
        if len(meant) == 1:
            yield _hit(release, keys[0], f"{meant[0]}@{newest[meant[0]]}")


def _known(chart: str, version: str) -> set[str]:
    """The keys at the top of a chart's values."""
    return set(values_schema.schema_for(chart, version)["properties"])


def _hit(release: Release, first: str, label: str) -> Hit:
    chart = label.partition("@")[0]
    return Hit(
        release.root[first],
        f"these are values of {chart}, and they were given for {release.chart}",
        write=f"use --chart {label}, or the version that is installed",
        why=f"{release.chart} reads none of their keys",
    )
