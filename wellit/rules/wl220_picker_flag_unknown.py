"""The picker's release does not know a flag that it is given.

`inferenceExtension.flags` go to the picker as they are, and the chart passes some of its own. Which flags there are
depends on the release in the image: names were written like totalQueuedRequestsMetric up to GAIE 0.5, and --tracing
came with 1.1. With one that it does not know the picker exits.

Bad::

    # inferencepool@v1.4.0
    inferenceExtension:
      image: {hub: ghcr.io/llm-d, name: llm-d-inference-scheduler, tag: v0.7.1}
      flags:
        secureServing: true

Good::

    # inferencepool@v1.4.0
    inferenceExtension:
      image: {hub: ghcr.io/llm-d, name: llm-d-inference-scheduler, tag: v0.7.1}
      flags:
        secure-serving: true
"""

from __future__ import annotations

import re

from wellit.capabilities import Contract, Unknown
from wellit.errors import nearest
from wellit.node import Node
from wellit.rules.rule import Fix, Hit, Items, NotChecked, Rule
from wellit.seen.inferencepool import Pool, pools
from wellit.seen.pickerflags import added, ask, given, unknown_flag
from wellit.subject import INFERENCEPOOL, Subject

RULE = Rule(
    "WL220",
    "picker-flag-unknown",
    "error",
    (INFERENCEPOOL,),
    "asked",
    reads="inferenceExtension.flags inferenceExtension.image",
)


def check(subject: Subject) -> Items:
    for pool in pools(subject):
        picker = pool.contract
        if not isinstance(picker, Contract):
            continue  # WL205 says why
        said = given(pool, picker)
        if isinstance(said, Unknown):
            yield NotChecked(f"the picker's flags: {said.reason}")
            continue
        for one in said:
            if one.problem.kind in ("unknown", "ambiguous"):
                yield _unknown(picker, one.name, one.node)
        yield from _dashes(pool, picker)
        if unknown := added(pool, picker):
            yield _of_the_chart(pool, picker, unknown)


def _names(picker: Contract) -> list[str]:
    answer = ask(picker, [])
    return [] if isinstance(answer, Unknown) else [flag.key.lstrip("-") for flag in answer.line.all()]


def _unknown(picker: Contract, name: str, node: Node) -> Hit:
    known = _names(picker)
    plain = re.sub(r"(?<=[a-z])([A-Z])", r"-\1", name).replace("_", "-").lower()
    same = next((flag for flag in known if flag.lower().replace("-", "") == plain.replace("-", "")), "")
    near = same or nearest(name, known, 0.75)
    in_a_map = node.keys[-1] == name
    return Hit(
        node,
        f'the picker {picker.version} has no flag "{name}"',
        write=near or f"remove {name}",
        why=unknown_flag(picker, name),
        fix=Fix(node, near, key=True) if in_a_map and (same or nearest(name, known, 0.9)) else None,
    )


def _dashes(pool: Pool, picker: Contract) -> Items:
    """The chart writes the dashes itself."""
    for name, node in pool.picker["flags"].items():
        if name.startswith("-"):
            yield Hit(
                node,
                f'the chart puts two dashes before "{name}"',
                write=name.lstrip("-"),
                why=f"the picker {picker.version} exits, again and again: bad flag syntax: --{name}",
                fix=Fix(node, name.lstrip("-"), key=True),
            )


def _of_the_chart(pool: Pool, picker: Contract, unknown: list[str]) -> Hit:
    release, passed = pool.release, " --".join(unknown[:3])
    return Hit(
        pool.image_node if pool.image_node.written else pool.picker["image"],
        f"{release.chart} {release.version} passes --{passed}, which the picker {picker.version} has not",
        write=f"a picker of the chart's time: {pool.facts['defaultImage']}:{release.version}",
        why=unknown_flag(picker, unknown[0]),
    )
