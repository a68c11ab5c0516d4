"""An engine's file names an accelerator that there is not.

`accelerators` of an engine's file are names of files in environments/accelerators. Of a misspelt one nobody would
know: the engine would be refused on the accelerator that was meant.

Bad::

    # settings -e default
    engine:
      accelerators: {nvdia: {}}

Good::

    # settings -e default
    engine:
      accelerators: {nvidia: {}}
"""

from __future__ import annotations

from wellit import catalogue
from wellit.errors import nearest
from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.settings import engine_settings
from wellit.subject import SETTINGS, Subject

RULE = Rule(
    "WL006", "engine-accelerator", "error", (SETTINGS,), "read",
    reads="engine engine.accelerators engine.name engine.title engines",
)  # fmt: skip


def check(subject: Subject) -> Items:
    for one in engine_settings(subject):
        known = catalogue.component_names("accelerator")
        for name, node in one.engine["accelerators"].items():
            if name not in known:
                meant = nearest(name, known)
                yield Hit(
                    node,
                    f'{one.title} names the accelerator "{name}", which there is not',
                    write=f"{meant}: {{}}" if meant else f"one of {', '.join(known)}",
                    why=f"an accelerator is a file, environments/accelerators/{name}.yaml",
                )
