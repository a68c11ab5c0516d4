"""What rules judge of a stack: its settings, and the rendered values with the places that a person would mend."""

from __future__ import annotations

from wellit import render, subject
from wellit.compose import Stack
from wellit.places import Places
from wellit.source import Keys


def subject_of(composed: Stack, rendered: render.Rendered) -> subject.Subject:
    """What the rules judge: the rendered chart values, each with the place that a person would mend."""
    releases = []
    for release in rendered.releases:
        if release.chart not in subject.CHARTS:
            continue
        places = Places(composed, release)
        own = {key: value for key, value in release.values.items() if key != "imitates"}
        releases.append(
            subject.Release(
                release.name, release.chart, release.version, own, places.at, places.also, source=places.template
            )
        )
    manifests = None
    if not rendered.unrendered:
        manifests = tuple(subject.Manifest(r.name, m) for r in rendered.releases for m in r.manifests)
    return subject.Subject(tuple(releases), manifests, rendered=True)


def settings_of(composed: Stack) -> subject.Subject:
    """What the rules judge before anything is rendered."""

    def by_guide(keys: Keys) -> bool:
        layer = composed.layer_of(keys)
        return layer >= 0 and composed.layers[layer].source is composed.guide

    settings = subject.Settings(composed.values, composed.at, composed.layer_of, by_guide)
    return subject.Subject((), settings=settings)
