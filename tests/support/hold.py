"""``python -m tests.support.hold KUBECONFIG NAMESPACE POSTFIX``: holds a lock until its stdin ends, or until a kill."""

from __future__ import annotations

import sys

from wellit import access
from wellit.errors import WellitError
from wellit.lifecycle import lock


def main(kubeconfig: str, namespace: str, postfix: str) -> int:
    def say(line: str) -> None:
        print(line, flush=True)

    lock.RENEW_SECONDS = 0.2
    there = access.open_access(kubeconfig=kubeconfig)
    try:
        with lock.held(there, namespace, postfix, "install", say):
            say("held")
            sys.stdin.read()
    except WellitError as problem:
        say(f"{problem.message}; {problem.write}")
        return problem.code
    say("given back")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
