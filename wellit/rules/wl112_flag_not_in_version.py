"""This version of the engine does not have the flag.

Flags come and go with releases, and a guide or a blog speaks of one release. The engine ends at a flag that its own
version does not know, whether it is too old for it or too new.

Bad::

    # llm-d-modelservice@v0.4.9
    decode:
      containers:
      - image: ghcr.io/llm-d/llm-d-cuda:v0.6.0
        modelCommand: vllmServe
        args: [--disable-log-requests]

Good::

    # llm-d-modelservice@v0.4.9
    decode:
      containers:
      - image: ghcr.io/llm-d/llm-d-cuda:v0.6.0
        modelCommand: vllmServe
        args: [--no-enable-log-requests]
"""

from __future__ import annotations

from wellit.flags import history
from wellit.rules.rule import Fix, Hit, Items, Rule
from wellit.seen.commandline import READS
from wellit.seen.unknownflags import UnknownFlag, unknown_flags
from wellit.subject import DYNAMO, KSERVE, MODELSERVICE, Subject

RULE = Rule("WL112", "flag-not-in-version", "error", (MODELSERVICE, DYNAMO, KSERVE), "read", reads=READS)


def check(subject: Subject) -> Items:
    for one in unknown_flags(subject):
        if one.elsewhere and one.sure and not one.respelt:
            yield _hit(one)


def _hit(one: UnknownFlag) -> Hit:
    instead = history.instead(one.answer.line, one.word)
    return Hit(
        one.node,
        f"{one.answer.title} has no {one.word}: {one.elsewhere}",
        write=f'"{one.renamed(instead)}"' if instead else "take it away, or choose another image",
        why=f"the {one.line.title} never serves: {one.refusal}",
        also=(("this version", one.line.container.node["image"]),),
        fix=Fix(one.node, one.renamed(instead)) if instead and " " not in instead and "." not in instead else None,
    )
