"""The engine has no such flag.

An engine that is given a flag it does not know prints its usage and ends; the pod is started again and again. What
each version takes was read from its own parser, and its ways of reading are known, too: beginnings of flags, `_` for
`-`, `--no-`. Which version an image carries follows from its tag; where it does not, the question stays open.

Bad::

    # llm-d-modelservice@v0.4.9
    decode:
      containers:
      - image: lmsysorg/sglang:v0.5.9
        modelCommand: custom
        command: [python3, -m, sglang.launch_server]
        args: [--model-path, Qwen/Qwen3-0.6B, --mem-fraction-statik, "0.8"]

Good::

    # llm-d-modelservice@v0.4.9
    decode:
      containers:
      - image: lmsysorg/sglang:v0.5.9
        modelCommand: custom
        command: [python3, -m, sglang.launch_server]
        args: [--model-path, Qwen/Qwen3-0.6B, --mem-fraction-static, "0.8"]
"""

from __future__ import annotations

from wellit.capabilities import Unknown
from wellit.rules.rule import Fix, Hit, Items, NotChecked, Rule
from wellit.seen.commandline import READS, lines
from wellit.seen.unknownflags import UnknownFlag, unknown_flags
from wellit.subject import DYNAMO, KSERVE, MODELSERVICE, Subject

RULE = Rule("WL110", "flag-unknown", "error", (MODELSERVICE, DYNAMO, KSERVE), "read", reads=READS)


def check(subject: Subject) -> Items:
    for line in lines(subject):
        if isinstance(line.answer, Unknown) and (line.words or line.unclear):
            yield NotChecked(f"the flags of the {line.title}: {line.answer.reason}")
    for one in unknown_flags(subject):
        meant = one.respelt or one.near
        if not one.respelt and (one.elsewhere or one.owners):
            continue  # told by other rules
        if one.sure or meant:
            yield _hit(one, meant)
        else:
            yield NotChecked(f"whether the {one.answer.title} of the {one.line.title} has {one.word}: "
                             "none of its versions whose flags are known has it")  # fmt: skip


def _hit(one: UnknownFlag, meant: str) -> Hit:
    spelt = f": it writes {meant}" if one.respelt else ""
    return Hit(
        one.node,
        f"{one.answer.title} has no flag {one.word}{spelt}",
        write=f'"{one.renamed(meant)}"' if meant else "take it away",
        why=f"the {one.line.title} never serves: {one.refusal}",
        fix=Fix(one.node, one.renamed(meant)) if one.respelt else None,
    )
