"""The model does not fit into what the size gives it.

Its weights are held against the memory of each role's accelerators (tensorParallel x memoryGiB x the engine's share)
and against `model.size`, the volume that they are downloaded to. All of it is an estimate: of the weights from the
model's name, of the memory from the accelerator's usual device. A name that does not tell the size is not checked.
Data parallel makes copies, and so gives no room. `model.weights` and `accelerator.memoryGiB` say it better.

Bad::

    # settings -e default
    model: {name: Qwen/Qwen3-32B, size: 80Gi}
    decode: {tensorParallel: 1}
    accelerator: {memoryGiB: 48}

Good::

    # settings -e default
    model: {name: Qwen/Qwen3-32B, size: 80Gi}
    decode: {tensorParallel: 2}
    accelerator: {memoryGiB: 48}
"""

from __future__ import annotations

from wellit.rules.rule import Hit, Items, NotChecked, Rule
from wellit.seen.fit import Unclear, fits
from wellit.subject import SETTINGS, Subject

READS = (
    "accelerator.memoryGiB accelerator.title engine engine.flags engine.memory engine.name engines model.name "
    "model.size model.source model.weights "
    "role.dataParallel role.expertParallel role.memoryFraction role.replicas role.resources "
    "role.tensorParallel values.modelservice"
)
RULE = Rule("WL302", "model-too-large", "error", (SETTINGS,), "read", reads=READS)


def check(subject: Subject) -> Items:
    for fit in fits(subject):
        if isinstance(fit, Unclear):
            yield NotChecked(fit.reason)
        elif fit.too_large:
            message = f"{fit.what} needs about {fit.weights:g} GiB for its weights, and has {fit.room:.3g} GiB"
            yield Hit(fit.at, message, write=fit.write, why=fit.why)
