"""``python -m tests.support.install KUBECONFIG NAMESPACE``: an install in a process of its own, for a test to kill."""

from __future__ import annotations

import sys

from tests.support.stacks import parts
from wellit import access, lifecycle, plan
from wellit.errors import WellitError


def main(kubeconfig: str, namespace: str) -> int:
    def say(line: str) -> None:
        print(line, flush=True)

    made, manifests, _ = parts(namespace)
    there = access.open_access(kubeconfig=kubeconfig)
    try:
        lifecycle.install(plan.prepare(made, manifests, there), there, say, ask=lambda _: None)
    except WellitError as problem:
        print(problem.message, flush=True)
        return problem.code
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
