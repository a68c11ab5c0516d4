"""Two guides give their releases one name.

`postfix` is the tail of every release's name. With the same one, the second guide that is installed into a namespace
takes over the releases of the first, and an uninstall of either removes both; what is not in a namespace, as a
ClusterRole, they share even from two namespaces.

Bad::

    # settings -g inference-scheduling
    postfix: pd

Good::

    # settings -g inference-scheduling
    postfix: inference-scheduling-mine
"""

from __future__ import annotations

from wellit.rules.rule import Hit, Items, Rule
from wellit.seen import guides
from wellit.subject import SETTINGS, Subject

RULE = Rule("WL004", "release-name-twice", "error", (SETTINGS,), "read", reads="engines guide.name postfix")


def check(subject: Subject) -> Items:
    if not subject.settings:
        return
    root = subject.settings.root
    name, postfix = root["guide"]["name"].text(), root["postfix"]
    own = guides.ends(postfix.text(), [engine for engine, _ in root["engines"].items()])
    others = list(guides.others(name)) if guides.perhaps(name, own) else []
    for other in others:
        if both := own & other.ends:
            taken = {end for each in others for end in each.ends}
            free = name if name not in taken else f"{name}-2"
            yield Hit(
                postfix,
                f"{name} and {other.guide} both name their releases gaie-{min(both)}",
                write=f"postfix: {free}",
                why="whichever is installed second into a namespace takes over the releases of the other",
                also=((f"{other.guide}'s postfix", other.node),),
            )
