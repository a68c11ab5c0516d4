"""A switch of the picker is set to a value that the picker never reads.

The chart writes flag and value as two words, and a switch takes no second word: `secure-serving: false` becomes
--secure-serving, which is true, and a lonely false. Pickers before GAIE 1.3 stop reading there, so that the flags
after it are lost as well - the chart sorts them by name, and its own come last.

Bad::

    # inferencepool@v1.4.0
    inferenceExtension:
      image: {hub: ghcr.io/llm-d, name: llm-d-inference-scheduler, tag: v0.7.1}
      flags:
        secure-serving: false

Good::

    # inferencepool@v1.4.0
    inferenceExtension:
      image: {hub: ghcr.io/llm-d, name: llm-d-inference-scheduler, tag: v0.7.1}
      flags:
        secure-serving=false: ""
"""

from __future__ import annotations

from wellit.capabilities import Contract, Unknown
from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.inferencepool import Pool, pools
from wellit.seen.pickerflags import Said, given, word
from wellit.subject import INFERENCEPOOL, Subject

RULE = Rule(
    "WL222",
    "picker-switch",
    "error",
    (INFERENCEPOOL,),
    "asked",
    reads="inferenceExtension.flags inferenceExtension.image",
)


def check(subject: Subject) -> Items:
    for pool in pools(subject):
        said = given(pool, pool.contract) if isinstance(pool.contract, Contract) else []
        for one in said if not isinstance(said, Unknown) else ():
            if one.problem.kind in ("surplus", "stopped") and one.problem.at == 1:
                yield from _unread(pool, one)


def _unread(pool: Pool, one: Said) -> Items:
    value, stops = word(one.node), one.problem.kind == "stopped"
    lost = _after(pool, one.name) if stops else []
    if value != "false" and not lost:
        return
    no_more = f"; the picker reads no flag after it: {', '.join(lost)} {'is' if len(lost) == 1 else 'are'} lost" * bool(
        lost
    )
    yield Hit(
        one.node,
        f"{one.name} stays true, and {value} is not read" if value == "false" else f"nothing is read after {one.name}",
        write=_form(pool, one.name, value),
        why=f'the chart writes "--{one.name}" and "{value}", and a switch takes no second word{no_more}',
    )


def _after(pool: Pool, name: str) -> list[str]:
    """The flags of the values that come later: a map is sorted by name."""
    names = list(pool.flags) if pool.facts["flags"] == "list" else sorted(pool.flags)
    return names[names.index(name) + 1 :]


def _form(pool: Pool, name: str, value: str) -> str:
    joined = f"{name}={value}"
    return f'{{name: {joined}, value: ""}}' if pool.facts["flags"] == "list" else f'{joined}: ""'
