"""python -m benchmarks [--quick | --pods=10,100,1000]: measure, and print Markdown tables.

--quick leaves out what needs a sandbox; --pods measures nothing but installs of so many pods.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from benchmarks import cases, crowd, path, pods
from benchmarks.room import room, say
from benchmarks.timing import Comparison, Measured, measure, table
from wellit.errors import WellitError


def main(words: Sequence[str] = ()) -> int:
    """Print the tables. Returns 2 when something could not be measured."""
    if unknown := [word for word in words if word != "--quick" and not word.startswith("--pods=")]:
        say(f"error: unknown word {unknown[0]}; known: --quick, --pods=10,100,1000")
        return 2
    rows: list[Measured] = []
    asked: list[str] = []
    try:
        many = next((pods.parsed(word) for word in words if word != "--quick"), ())
        with room() as here:
            rows += [] if many else [_measured(one) for one in cases.quick(here)]
            if not words:
                with cases.on_a_cluster(here) as more:
                    rows += [_measured(one) for one in more]
                with crowd.look(here) as one:
                    rows += [_measured(one)]
                asked += path.tables(here)
            if many or not words:
                with pods.installs(here, many or pods.USUAL) as more:
                    rows += [_measured(one) for one in more]
    except WellitError as problem:
        say(f"error: {problem.message} {problem.why}")
        return 2
    finally:
        print("\n\n".join([*([table(rows)] if rows else []), *asked]))
    return 2 if any(row.problem for row in rows) else 0


def _measured(one: Comparison) -> Measured:
    say(f"measuring: {one.what}")
    return measure(one)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
