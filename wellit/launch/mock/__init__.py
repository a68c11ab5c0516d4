"""``launch --mock``: Dynamo's own frontend, and its mocker in the place of every worker. No model and no GPU.

ready.told(wanted, engine)                which Dynamo stands in, and for what
words.frontend(arguments)                 Dynamo's frontend with exactly the words that Kubernetes would give it
words.worker(arguments, engine)           an engine's words as the mocker's, and those without a counterpart
words.environment()                       what all of them get besides
ready.ensure(say)                         fetch and write what is not there yet; nothing before needs it
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from wellit import remembered


def facts() -> dict[str, Any]:
    """What is known of the mocker: mocker.yaml."""
    known: dict[str, Any] = remembered.data(Path(__file__).parent / "mocker.yaml")
    return known
