"""modelServerType does nothing in this version of the chart.

The setting makes the chart pass names of metrics, for the types that the version knows. For any other word nothing
happens, and helm says nothing: the picker reads vLLM's metrics unless its flags or its configuration say otherwise.
From v1.5.0 on a word that is not known ends the picker, which WL205 says.

Bad::

    # inferencepool@v1.2.1
    inferencePool:
      modelServerType: sglang

Good::

    # inferencepool@v1.2.1
    inferencePool:
      modelServerType: vllm
"""

from __future__ import annotations

from wellit.capabilities import Contract
from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.inferencepool import Pool, pools
from wellit.seen.metrics import WEIGHED
from wellit.subject import INFERENCEPOOL, Subject

RULE = Rule(
    "WL242",
    "model-server-type",
    "warning",
    (INFERENCEPOOL,),
    "read",
    reads="inferenceExtension.image inferencePool.modelServerType",
)


def check(subject: Subject) -> Items:
    for pool in pools(subject):
        node, known = pool.pool["modelServerType"], pool.facts["modelServerTypes"]
        if node.text() and node.text() not in known and pool.facts["unknownModelServerType"] == "ignored":
            yield Hit(
                node,
                f"modelServerType {node.text()} does nothing in {pool.release.chart} {pool.release.version}",
                write=f"modelServerType: {known[0]}, and {_instead(pool)}",
                why=f"the chart knows {', '.join(known)}; by itself the picker reads the metrics of {known[0]}",
            )


def _instead(pool: Pool) -> str:
    """What has an effect with the picker in the image."""
    picker = pool.contract
    if not isinstance(picker, Contract):
        return "what the picker in the image wants to be told"
    if picker["metricFlagsTaken"]:
        return f"flags: {', '.join(picker['metricFlags'][what] for what in WEIGHED)}"
    return (
        f"{picker['dataLayer']['engineParameter']} of {picker['dataLayer']['extractor']} in the picker's configuration"
    )
