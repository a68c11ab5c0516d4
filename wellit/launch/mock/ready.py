"""Everything that --mock needs, made ready once; and what it says of itself."""

from __future__ import annotations

from wellit.engines import Engine
from wellit.launch.mock import install, model
from wellit.process import Runner, run
from wellit.say import Say, announce


def ensure(say: Say = announce, runner: Runner = run) -> None:
    """Dynamo and the tokenizer, where they are not there yet. Raises CannotAnswer when they cannot be had."""
    model.ensure()
    install.ensure(say, runner)


def told(wanted: str, engine: Engine) -> str:
    """What stands in for what, in an environment that is for the release `wanted` of Dynamo."""
    have, module = install.version(), engine.dynamo.get("module", engine.title)
    if wanted.removeprefix("v") == have:
        return f"Dynamo {have}'s own frontend runs, and its mocker stands in for {module}: no model, no GPU"
    return f"Dynamo {have}'s frontend and mocker stand in for {wanted}'s frontend and {module}: no model, no GPU"
