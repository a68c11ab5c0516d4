"""What of a person's environment reaches the processes: all of it, less what would be taken for a setting of ours.

They run as they would by hand: with the person's libraries, caches, proxies and token.
"""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase

from wellit.launch.facts import facts


def passed_on(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if not _is(name, "withheld")}


def told(environment: Mapping[str, str], said: Mapping[str, str]) -> list[str]:
    """The names of the person's variables that change what the processes do; not those that are said otherwise."""
    return sorted(name for name in passed_on(environment) if _is(name, "told") and name not in said)


def _is(name: str, kind: str) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in facts()[kind])
