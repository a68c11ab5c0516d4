"""What a component of Dynamo's is told of Dynamo itself, and what its release makes of that."""

from __future__ import annotations

from wellit import capabilities
from wellit.capabilities import Contract, Unknown
from wellit.errors import CannotAnswer
from wellit.seen.disaggregation import PORT
from wellit.seen.graph import Component, Graph
from wellit.seen.neutral import Told, spec
from wellit.subject import DYNAMO, PREFILL

NAMESPACE = "DYN_NAMESPACE"  # the variable that Dynamo's programs read


def facts(one: Component) -> Contract | Unknown:
    """What the release of Dynamo in a component does (schemas/capabilities/dynamo.yaml)."""
    if isinstance(one.version, Unknown):
        return one.version
    try:
        return capabilities.contract(DYNAMO, one.version)
    except CannotAnswer as unknown:
        return Unknown(unknown.message)


def namespace(one: Component) -> Told | None:
    """The namespace of Dynamo's that it is told; None for the one that the operator gives to every component."""
    if endpoint := one.words.given("--endpoint"):
        name = endpoint.value.removeprefix("dyn://").partition(".")[0]
        return Told(endpoint.value if endpoint.open else name, endpoint.node, endpoint.flag)
    if said := one.words.given("--namespace"):
        return Told(said.value, said.node, said.flag)
    entry = one.environment.get(NAMESPACE)
    value = entry["value"] if entry else None
    return Told(value.text(), value, NAMESPACE) if value and value.text() else None


def drawn_port(one: Component) -> str:
    """The flag of the port on which a prefill worker is met, where it is not told and drawn at each start; else ""."""
    flag = str(spec(one.engine, PORT).get("flag") or "") if one.engine and one.role == one.mode == PREFILL else ""
    return "" if flag and one.given(PORT) else flag


def facts_of(graph: Graph) -> Contract:
    """What the release of Dynamo that a graph is for does."""
    return graph.release.facts
