"""What a stack's way, or its gateway, needs of a cluster before a stack, and what of it is there.

    steps(stack)            the steps of the way or the gateway's file, with the versions of the train
    look(access, steps)     one read-only look at the cluster
    judge(steps, seen, ..)  per step a check, and whether there is something to do

Nothing here writes: provide does.
"""

from wellit.prerequisites.judge import Judged, gateway_class, judge
from wellit.prerequisites.look import Defined, Installed, Seen, look
from wellit.prerequisites.steps import Charted, Definitions, Step, TurnedOn, class_of, steps, whose

__all__ = [
    "Charted",
    "Defined",
    "Definitions",
    "Installed",
    "Judged",
    "Seen",
    "Step",
    "TurnedOn",
    "class_of",
    "gateway_class",
    "judge",
    "look",
    "steps",
    "whose",
]
