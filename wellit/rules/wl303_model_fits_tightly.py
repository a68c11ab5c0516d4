"""The model fits only just.

The weights take nine tenths or more of the room that they have: what is left for the KV cache is small, so few
requests run at a time, or a repository that holds more than the weights overflows its volume. How it is estimated:
`invoke explain WL302`.

Bad::

    # settings -e default
    model: {name: Qwen/Qwen3-32B, size: 64Gi}

Good::

    # settings -e default
    model: {name: Qwen/Qwen3-32B, size: 80Gi}
"""

from __future__ import annotations

from wellit.rules.rule import Hit, Items, Rule
from wellit.rules.wl302_model_too_large import READS
from wellit.seen.fit import Fit, fits
from wellit.subject import SETTINGS, Subject

RULE = Rule("WL303", "model-fits-tightly", "warning", (SETTINGS,), "read", reads=READS)


def check(subject: Subject) -> Items:
    for fit in fits(subject):
        if isinstance(fit, Fit) and fit.tight:
            message = f"{fit.what} takes about {fit.weights:g} of {fit.room:.3g} GiB for its weights alone"
            yield Hit(fit.at, message, write=fit.write, why=fit.why)
