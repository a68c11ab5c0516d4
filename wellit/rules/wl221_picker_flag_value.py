"""A picker's flag has a value that it does not take.

The picker reads its flags first: text where a number belongs, a time without its unit, a word that is none of the
choices, and it exits before it looks at anything else.

Bad::

    # inferencepool@v1.4.0
    inferenceExtension:
      image: {hub: ghcr.io/llm-d, name: llm-d-inference-scheduler, tag: v0.7.1}
      flags:
        refresh-metrics-interval: 50

Good::

    # inferencepool@v1.4.0
    inferenceExtension:
      image: {hub: ghcr.io/llm-d, name: llm-d-inference-scheduler, tag: v0.7.1}
      flags:
        refresh-metrics-interval: 50ms
"""

from __future__ import annotations

from wellit.capabilities import Contract, Unknown
from wellit.errors import nearest
from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.inferencepool import pools
from wellit.seen.pickerflags import Said, given, word
from wellit.seen.shapes import SPOKEN
from wellit.subject import INFERENCEPOOL, Subject

RULE = Rule(
    "WL221",
    "picker-flag-value",
    "error",
    (INFERENCEPOOL,),
    "asked",
    reads="inferenceExtension.flags inferenceExtension.image",
)


def check(subject: Subject) -> Items:
    for pool in pools(subject):
        said = given(pool, pool.contract) if isinstance(pool.contract, Contract) else []
        for one in said if not isinstance(said, Unknown) else ():
            if one.problem.kind in ("type", "choice", "no-value") and "{{" not in word(one.node):
                yield _wrong(one)


def _wrong(one: Said) -> Hit:
    flag, value = one.problem.flag, word(one.node)
    kind = flag.kind if flag else ""
    choices = flag.choices if flag else []
    wanted = f"one of {', '.join(choices)}" if choices else SPOKEN.get(kind, kind)
    in_time = f"{value}ms" if kind == "duration" and value.isdecimal() else ""
    return Hit(
        one.node,
        f'the picker\'s flag {one.name} takes {wanted}, not "{value}"',
        write=f"{one.name}: {nearest(value, choices) or in_time or wanted}",
        why=f"the picker exits, again and again: it cannot read the value of --{one.name}",
    )
