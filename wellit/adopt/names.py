"""Which part of a stack a helm release is, by its chart; and the stack's postfix, by the releases' names. Pure."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from wellit import catalogue, paths
from wellit.installed import Installed
from wellit.render import Rendered


@functools.cache
def parts() -> Mapping[str, str]:
    """The part of each chart's name: those that trains name, and this checkout's own."""
    trains = [catalogue.component_data("versions", name) for name in catalogue.component_names("versions")]
    found = {str(chart["name"]): part for train in trains for part, chart in train["charts"].items()}
    own = [folder.name for folder in paths.CHARTS.iterdir() if (folder / "Chart.yaml").is_file()]
    return {name: name for name in own if name not in found.values()} | found


def part_of(one: Installed) -> str:
    """The part that a release is; "" for one of no chart that wellit knows."""
    return parts().get(one.chart, "")


def postfixes(found: Iterable[Installed], rendered: Rendered, postfix: str) -> Counter[str]:
    """How many releases would fit with each postfix; `postfix` is the one in the names of `rendered`."""
    return Counter(said for one in found for said in dict.fromkeys(_said(one, rendered, postfix)))


def _said(one: Installed, rendered: Rendered, postfix: str) -> Iterator[str]:
    for release in rendered.releases:
        before, _, after = release.name.partition(postfix)
        if release.part != part_of(one) or not (one.name.startswith(before) and one.name.endswith(after)):
            continue
        if middle := one.name[len(before) : len(one.name) - len(after)]:
            yield middle
