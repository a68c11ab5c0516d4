"""The versions of a train do not fit together.

A train (environments/versions) names charts, definitions (CRDs) and the gateways' providers. The kind of
InferencePool that the pool's chart makes, or KServe's controller, must be one that the definitions have and that the
train's Istio routes to.

Bad::

    # settings -e default
    versions: {istio: 1.27.3}

Good::

    # settings -e default
    versions: {istio: 1.28.3}
"""

from __future__ import annotations

from wellit import capabilities
from wellit.capabilities import Contract
from wellit.errors import CannotAnswer
from wellit.node import Node
from wellit.rules.rule import Hit, Items, NotChecked, Rule
from wellit.subject import INFERENCEPOOL, ISTIOD, KSERVE, SETTINGS, Subject

RULE = Rule(
    "WL260",
    "train-fits",
    "error",
    (SETTINGS,),
    "read",
    reads="versions.charts versions.crds versions.istio",
)


def check(subject: Subject) -> Items:
    if not subject.settings:
        return
    versions = subject.settings.root["versions"]
    made = versions.at("charts", KSERVE, "version")
    chart = versions.at("charts", INFERENCEPOOL, "version")
    pool = _facts(KSERVE, made) if made.written else _facts(INFERENCEPOOL, chart)
    chart = made if made.written else chart
    istio, crds = (
        _facts(ISTIOD, versions["istio"]),
        _facts(INFERENCEPOOL, versions.at("crds", "inferenceExtension")),
    )
    for what, known in (("pool", pool), ("gateway", istio), ("definitions", crds)):
        if isinstance(known, str) and known:
            yield NotChecked(f"whether the train's {what} fit{'s' * (what != 'definitions')} the rest: {known}")
    if not isinstance(pool, Contract):
        return
    api = pool["makes"]["poolApi"] if made.written else pool["poolApi"]
    if isinstance(istio, Contract) and istio["inferencePool"] != api:
        yield _apart(versions["istio"], chart, f"Istio {istio.version}", istio["inferencePool"] or "no pools", api)
    if isinstance(crds, Contract) and api not in crds["definitions"]:
        node = versions.at("crds", "inferenceExtension")
        yield _apart(node, chart, f"the definitions of {crds.version}", " and ".join(crds["definitions"]), api)


def _facts(name: str, node: Node) -> Contract | str:
    """What a version is, or why that is not known; "" for one that the train does not name."""
    version = str(node.value or "")
    try:
        return capabilities.contract(name, version) if version else ""
    except CannotAnswer as unknown:
        return unknown.message


def _apart(node: Node, chart: Node, what: str, has: str, api: str) -> Hit:
    return Hit(
        node,
        f"the train's pools are of {api}, and {what} has {has}",
        write=f"{node.keys[-1]}: a release that has {api}",
        why="the pool is refused by the API server, or no route leads to it",
        also=(("what makes the pool", chart),),
    )
