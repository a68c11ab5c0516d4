"""python -m benchmarks [--quick]: measure, and print Markdown tables. --quick leaves out what needs a sandbox."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from benchmarks import cases, crowd, path
from benchmarks.room import room, say
from benchmarks.timing import Comparison, Measured, measure, table
from wellit.errors import WellitError


def main(words: Sequence[str] = ()) -> int:
    """Print the tables. Returns 2 when something could not be measured."""
    if unknown := set(words) - {"--quick"}:
        say(f"error: unknown word {unknown.pop()}; known: --quick")
        return 2
    rows: list[Measured] = []
    asked: list[str] = []
    try:
        with room() as here:
            rows += [_measured(one) for one in cases.quick(here)]
            if not words:
                with cases.on_a_cluster(here) as more:
                    rows += [_measured(one) for one in more]
                with crowd.look(here) as one:
                    rows += [_measured(one)]
                asked += path.tables(here)
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
