"""A flag of the picker repeats what the chart passes by itself.

The chart passes what it knows - the pool's name and namespace, the configuration's file - from its own settings. The
same flag in `inferenceExtension.flags` comes behind and wins: the picker then works for another pool, or reads another
file, than everything else in the release is made for.

Bad::

    # inferencepool@v1.4.0
    inferenceExtension:
      flags:
        pool-name: other

Good::

    # inferencepool@v1.4.0
    inferenceExtension:
      flags:
        v: 4
"""

from __future__ import annotations

from wellit.node import spoken
from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.inferencepool import Pool, pools
from wellit.subject import INFERENCEPOOL, Subject

RULE = Rule(
    "WL237", "flag-of-pool-chart", "warning", (INFERENCEPOOL,), "read",
    reads="inferenceExtension.flags inferencePool.apiVersion",
)  # fmt: skip


def check(subject: Subject) -> Items:
    for pool in pools(subject):
        passed = pool.facts["pickerFlagSettings"]
        for name, node in pool.flags.items():
            if name in passed and not _same(pool, name, node.value):
                setting = passed[name]
                yield Hit(
                    node,
                    f"{pool.release.label} passes --{name} by itself, and this one comes behind it",
                    write=f"{setting}, and no {name} here" if "." in setting else f"remove {name}: it is {setting}",
                    why="the last one wins: the picker is told otherwise than the rest of the release is made for",
                )


def _same(pool: Pool, name: str, value: object) -> bool:
    """Whether it says what the chart says, as far as that is known."""
    known = {"pool-name": pool.name if pool.release.named else "", "pool-group": pool.group}
    return bool(known.get(name)) and spoken(value) == known[name]
