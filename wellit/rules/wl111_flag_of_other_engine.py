"""A flag of another engine.

Engines have flags for the same things under other names, and flags for things that only they do. A command line that
was moved from one engine to another has to be translated (`invoke translate` does it for a whole one): the engine ends
at the first flag that it does not know. Where the same setting has another name here, that name is given; where it has
none, the flag has to go.

Bad::

    # llm-d-modelservice@v0.3.8
    decode:
      containers:
      - image: lmsysorg/sglang:v0.5.6.post2-runtime
        modelCommand: custom
        command: [python3, -m, sglang.launch_server]
        args: [--model-path, Qwen/Qwen3-0.6B, --disable-uvicorn-access-log, --mem-fraction-static, "0.2"]

Good::

    # llm-d-modelservice@v0.3.8
    decode:
      containers:
      - image: lmsysorg/sglang:v0.5.6.post2-runtime
        modelCommand: custom
        command: [python3, -m, sglang.launch_server]
        args: [--model-path, Qwen/Qwen3-0.6B, --mem-fraction-static, "0.2"]
"""

from __future__ import annotations

from wellit import translate
from wellit.engines import Engine
from wellit.rules.rule import Fix, Hit, Items, Rule
from wellit.seen.commandline import READS
from wellit.seen.unknownflags import UnknownFlag, unknown_flags
from wellit.subject import DYNAMO, KSERVE, MODELSERVICE, Subject
from wellit.translate import Item

RULE = Rule("WL111", "flag-of-other-engine", "error", (MODELSERVICE, DYNAMO, KSERVE), "read", reads=READS)


def check(subject: Subject) -> Items:
    for one in unknown_flags(subject):
        if one.owners and not one.elsewhere and not one.respelt:
            yield _hit(one)


def _hit(one: UnknownFlag) -> Hit:
    title = one.line.engine.title
    item = _translated(one, one.owners[0])
    owners = " and ".join(engine.title for engine in one.owners)
    return Hit(
        one.node,
        f"{one.word} is a flag of {owners}: {one.answer.title} has none of that name",
        write=_write(one, item),
        why=f"the {one.line.title} never serves: {one.refusal}",
        also=((f"{title} is started here", one.line.container.engine_node),),
        fix=_fix(one, item) if _has(one, item) else None,
    )


def _translated(one: UnknownFlag, owner: Engine) -> Item | None:
    """What becomes of the flag when the owner's command line is put in this engine's words."""
    words = [*owner.command, one.word, *one.values]
    items = translate.command(words, owner, one.line.engine).items
    return next((item for item in items if item.was.startswith(one.word)), None)


def _has(one: UnknownFlag, item: Item | None) -> bool:
    """Whether this version has the flag that it comes to."""
    words = translate.words_of(item.now) if item and item.now.startswith("-") else []
    return all(one.answer.line.named(word) for word in words if word.startswith("--"))


def _write(one: UnknownFlag, item: Item | None) -> str:
    title = one.line.engine.title
    if not _has(one, item):
        return f"take it away: {one.answer.title} has nothing like it yet"
    if item is None or item.fate not in ("translated", "differs"):
        told = item.why if item and not item.why.startswith("it stands") else ""
        return f"take it away: {told}" if told else f"take it away: {title} has nothing like it"
    if item.now.startswith("-"):
        return ", ".join(f'"{word}"' for word in translate.words_of(item.now)) + (f" ({item.why})" if item.why else "")
    return f"take it away: {(item.now or item.why).removeprefix('nothing to write: ')}"


def _fix(one: UnknownFlag, item: Item | None) -> Fix | None:
    """The other name, where nothing else changes."""
    if item is None or item.fate != "translated" or item.why or not item.checked or not item.now.startswith("-"):
        return None
    flag, *values = translate.words_of(item.now)
    return Fix(one.node, one.renamed(flag)) if values == one.values else None
