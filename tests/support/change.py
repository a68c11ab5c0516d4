"""``python -m tests.support.change KUBECONFIG NAMESPACE TASK [SETTING...]``: a process for a test to kill.

TASK is install (with settings) or rollback.
"""

from __future__ import annotations

import sys

from tests.support.stacks import parts
from wellit import access, back, lifecycle, plan
from wellit.errors import WellitError


def main(kubeconfig: str, namespace: str, task: str, *sets: str) -> int:
    def say(line: str) -> None:
        print(line, flush=True)

    def yes(_: str) -> None:
        return None

    there = access.open_access(kubeconfig=kubeconfig)
    try:
        if task == "install":
            made, manifests, _ = parts(namespace, sets)
            lifecycle.install(plan.prepare(made, manifests, there), there, say, yes, timeout=120)
        else:
            known = lifecycle.recorded(there, namespace)
            lifecycle.rollback(back.prepare(known, there), there, say, yes, yes, timeout=120)
    except WellitError as problem:
        print(problem.message, flush=True)
        return problem.code
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
