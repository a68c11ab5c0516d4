"""The chart makes nothing for this provider.

The chart knows a few providers by name, and for any other word does what it does for none. That is right for a
gateway that needs nothing beside the pool, as agentgateway; `none` says so.

Bad::

    # inferencepool@v1.4.0
    provider: {name: kgateway}

Good::

    # inferencepool@v1.4.0
    provider: {name: none}
"""

from __future__ import annotations

from wellit.errors import nearest
from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.inferencepool import pools
from wellit.subject import INFERENCEPOOL, Subject

RULE = Rule("WL244", "pool-provider-unknown", "info", (INFERENCEPOOL,), "read", reads="provider.name")


def check(subject: Subject) -> Items:
    for pool in pools(subject):
        name, known = pool.provider.text("none"), pool.facts["providers"]
        if name and name not in known and pool.provider_name == "none" and not nearest(name, known, 0.7):
            yield Hit(
                pool.provider,
                f'{pool.release.chart} {pool.release.version} makes nothing for the provider "{name}"',
                write="name: none",
                why=f"it knows {', '.join(known)}; another word is as good as none",
            )
