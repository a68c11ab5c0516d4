"""What is recorded of a stack that somebody else has installed: what helm has applied, under the choices that fit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from wellit import __version__, demand, record
from wellit.adopt import names
from wellit.adopt.match import Match
from wellit.compose import Stack
from wellit.installed import Installed
from wellit.record import Record
from wellit.render import Release, Rendered


def record_of(match: Match, stack: Stack, used: Mapping[str, str]) -> Record:
    """The record of the releases of a match. Raises Refused when a setting of the stack looks like a secret."""
    as_it_is = Rendered(tuple(_release(one, stack) for one in match.releases))
    wanted = demand.read(as_it_is, stack.namespace)
    made = record.make(stack, as_it_is, wanted, used)
    return replace(
        made,
        releases=tuple(dict(release) | {"digest": ""} for release in made.releases),
        revisions={one.name: one.revision for one in match.releases},
        rendered="",  # nothing was rendered: whatever is installed next is another state
        state="installed",
        adopted=True,
        by=f"somebody else, adopted by wellit {__version__}",
    )


def _release(one: Installed, stack: Stack) -> Release:
    return Release(
        one.name, stack.namespace, names.part_of(one), one.chart, one.version, dict(one.values), tuple(one.objects())
    )
