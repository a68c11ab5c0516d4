"""helm stops on inferenceObjectives in this version of the chart.

The chart's template for InferenceObjectives looks for a value in the wrong place; with any entry in the list helm
ends with nil pointer evaluating interface {}.inferenceExtension. The objectives have to be applied by themselves.

Bad::

    # inferencepool@v1.5.0
    inferenceObjectives:
    - {name: batch, priority: -1}

Good::

    # inferencepool@v1.5.0
    inferenceObjectives: []
"""

from __future__ import annotations

from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.inferencepool import pools
from wellit.subject import INFERENCEPOOL, Subject

RULE = Rule("WL249", "objectives-crash", "error", (INFERENCEPOOL,), "read", reads="inferenceObjectives")
DEFECT = "inferenceObjectives-nil-pointer"


def check(subject: Subject) -> Items:
    for pool in pools(subject):
        node = pool.release.root["inferenceObjectives"]
        if DEFECT in pool.facts["defects"] and node:
            yield Hit(
                node,
                f"{pool.release.chart} {pool.release.version} cannot render inferenceObjectives",
                write="inferenceObjectives: [], and apply the InferenceObjective objects by themselves",
                why="helm stops with: nil pointer evaluating interface {}.inferenceExtension",
            )
