"""The model of a launch, before anything is started: is it there, or can it be fetched? Looked at once, judged purely.

    model.checks("Qwen/Qwen3-0.6B", os.environ)      what is to be said, WL845 to WL849

WL845 it is there or can be fetched    WL848 the hub is reached
WL846 the cache may be written         WL849 a token, where one is needed
WL847 the disk has room
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from wellit import weights
from wellit.findings import Check
from wellit.launch.model import judge, look
from wellit.launch.model.hub import Ask, ask
from wellit.weights import Estimate


def checks(
    name: str,
    env: Mapping[str, str],
    *,
    folder: Path | None = None,
    size: Estimate | None = None,
    asking: Ask = ask,
) -> list[Check]:
    """All checks of one model. `env` is what the workers get, `folder` where they start, `size` what the weights take.

    The hub is asked once and for a few seconds, and only where something has to be fetched from it.
    """
    found = look.model(name, env, folder or Path.cwd(), asking)
    return judge.checks(found, size or weights.estimate(name))


__all__ = ["checks"]
