"""What is to be said of the choices that a stack is made of: refused cells, notes, settings that belong elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

from wellit import catalogue, cells
from wellit.cells import Cell
from wellit.compose import Stack
from wellit.errors import nearest
from wellit.findings import Finding

ID, SLUG = "WL030", "refused-cell"
DOC = """
A guide, an engine, a gateway, an accelerator and a release train that do not work together.

What a guide refuses, and why, stands in its guide.yaml; what an engine has not stands in the engine's file; what the
charts of a train know comes from schemas/capabilities. helm would take most of them in silence.

Bad:  -g pd-disaggregation --engine trtllm
Good: -g pd-disaggregation --engine sglang
"""
NOTE_ID, NOTE_SLUG = "WL031", "cell-note"
NOTE_DOC = """
What a guide has to say of a choice that it does not refuse.

It stands in the guide's guide.yaml, under notes, and is no mistake: validate, install and status say it.
"""


def foreign(stack: Stack) -> list[Finding]:
    """A finding for each setting that was given and that only other guides have (prefill, kvEvents ...)."""
    everywhere = {"guide", "size", "components", "engines", *catalogue.AXES}
    known = {*stack.guide.data["settings"], *catalogue.settings_source().data["settings"]}
    given = {key for layer in stack.layers for key in layer.data} - everywhere - known
    read = [catalogue.guide_source(name) for name in catalogue.guide_names()] if given else []
    read.sort(key=lambda guide: bool(guide.data["way"] != stack.way.name))  # those of the same way first
    others = {guide.data["name"]: guide.data["settings"] for guide in read}
    found = []
    for key in sorted(given):
        if having := [name for name, settings in others.items() if key in settings]:
            message = f'the guide {stack.name} has no setting "{key}"'
            why = f"its templates would make nothing of it, or half of something; {' or '.join(having)} has it"
            at = stack.at((key,), key=True)
            found.append(Finding("WL010", "unknown-setting", "error", message, at, key, f"-g {having[0]}", why))
    return [*found, *_of_no_engine(stack)]


def _of_no_engine(stack: Stack) -> Iterator[Finding]:
    """Settings of an engine under a name that the stack's engines have not."""
    several = len(stack.engines) > 1
    right = [f"engines.{name}" for name in stack.engines] if several else ["engine"]
    wrong = [(key,) for key in (["engine"] if several else ["engines"]) if stack.layer_of((key,)) >= 0]
    for keys in wrong:
        message = f'with {"several engines" if several else "one engine"} there is no setting "{keys[0]}"'
        at = stack.at(keys, key=True)
        yield Finding("WL010", "unknown-setting", "error", message, at, keys[0], " or ".join(right))
    for key in ("engines", "perEngine") if several else ():
        for name in sorted(set(stack.values.get(key) or {}) - set(stack.engines)):
            message = f'the stack has no engine "{name}"'
            at = stack.at((key, name), key=True)
            write = nearest(name, stack.engines) or " or ".join(stack.engines)
            yield Finding("WL010", "unknown-setting", "error", message, at, f"{key}.{name}", write)


def of_another_way(stack: Stack) -> list[Finding]:
    """A finding when the stack's train is one of another way: its settings have another form, then."""
    return refused(stack) if stack.values["versions"].get("way") != stack.way.name else []


def refused(stack: Stack) -> list[Finding]:
    """A finding when the stack's cell is refused, at the place where the choice was made."""
    if (no := cells.refusal(stack.guide, _cell(stack), stack.values)) is None:
        return []
    chosen = no.axis in catalogue.AXES
    at = stack.chosen(no.axis) if chosen else stack.at(no.axis.split("."))
    path = f"components.{catalogue.AXES[no.axis]}" if chosen else no.axis
    return [Finding(ID, SLUG, "error", no.message, at, path=path, write=no.write, why=no.why, also=no.also)]


def notes(stack: Stack) -> list[Finding]:
    """What guide.yaml has to say of the stack's cell although it is not refused."""
    cell, guide = _cell(stack), stack.guide
    said = [(n, guide.at(("notes", i, "note"))) for i, n in enumerate(guide.data["notes"])]
    return [
        Finding(NOTE_ID, NOTE_SLUG, "info", str(note["note"]), at)
        for note, at in said
        if cells.holds(note["when"], cell, stack.values)
    ]


def _cell(stack: Stack) -> Cell:
    names = stack.components
    return Cell(tuple(stack.engines), names["gateways"], names["accelerators"], names["versions"], stack.environment)
