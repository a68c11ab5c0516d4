"""Runs a graph of the stand-in as `invoke launch` would, without the files of a stack: python -m tests.launch.launcher.

Its only word is JSON: {"components", "local", "timeout"}.
"""

from __future__ import annotations

import json
import os
import sys

from tests.launch.made import graph
from wellit.cli import guarded
from wellit.doctor import signatures
from wellit.launch import checks, machine, state
from wellit.launch.facts import Local
from wellit.launch.plan import plan
from wellit.launch.planned import Options
from wellit.launch.run import Run, run
from wellit.launch.state import Launched


def main() -> int:
    asked = json.loads(sys.argv[1])
    with state.hold("one") as folder:
        planned = plan("one", graph(asked["components"]), Local(**asked["local"]), Options(folder))
        pool = checks.pool(planned, machine.Machine(gpus=())) or ["0"] * planned.gpus
        launched = Launched("one", "dynamo-sglang", "agg", planned.model, planned.url, os.getpid())
        run(Run(planned.on(pool), launched, folder, os.environ, asked.get("timeout", 60), None, signatures.meaning))
    return 0


sys.exit(guarded(main))
