"""What upstream's charts, at the versions of a train, do not know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from wellit import capabilities, catalogue
from wellit.cells.kinds import Cell, Refusal


def by_chart(engines: Mapping[str, Mapping[str, Any]], train: Mapping[str, Any]) -> Iterator[Refusal]:
    chart = train["charts"]["modelservice"]
    takes = capabilities.contract(chart["name"], chart["version"])["modelCommands"]
    for engine in engines.values():
        if not set(engine["modelCommands"]) & set(takes):
            message = f"{chart['name']} {chart['version']} takes none of {engine['title']}'s modelCommands"
            yield Refusal("engine", message, f"it takes {', '.join(takes)}", "modelCommands: [custom], with a command")


def gateway(cell: Cell, train: Mapping[str, Any]) -> Iterator[Refusal]:
    gateway = catalogue.component_data("gateway", cell.gateway)
    chart = train["charts"]["gateway"]
    can = capabilities.contract(chart["name"], chart["version"])
    if not gateway["create"] or _made(gateway, can) in can["classes"]:
        return
    newest = capabilities.contract(chart["name"], capabilities.versions(chart["name"])[-1])
    files = {name: catalogue.component_data("gateway", name) for name in catalogue.component_names("gateway")}
    known = [name for name, other in files.items() if other["create"] and _made(other, can) in can["classes"]]
    near = [name for name in known if newest["classAliases"].get(files[name]["className"]) == cell.gateway] or known
    message = f"the train {cell.versions} does not know the gateway {cell.gateway}"
    why = f"{chart['name']} {chart['version']} makes gateways of the classes {', '.join(can['classes'])}"
    yield Refusal("gateway", message, why, " or ".join(f"--gateway {name}" for name in near))


def _made(gateway: Mapping[str, Any], can: Mapping[str, Any]) -> str:
    """The class that a version of the gateway's chart makes of a gateway's."""
    name = gateway["className"]
    return str(can["classAliases"].get(name, name))


def accelerator(cell: Cell, train: Mapping[str, Any]) -> Iterator[Refusal]:
    chart = train["charts"]["modelservice"]
    known = capabilities.contract(chart["name"], chart["version"])["accelerators"]
    kind = catalogue.component_data("accelerator", cell.accelerator)["type"]
    if kind not in known:
        message = f"the train {cell.versions} does not know the accelerator {kind}"
        why = f"{chart['name']} {chart['version']} would ask for nvidia.com/gpu; it knows {', '.join(known)}"
        yield Refusal("accelerator", message, why, "--accelerator nvidia")


def runtime(train: Mapping[str, Any], values: Mapping[str, Any]) -> Iterator[Refusal]:
    """A runtime that the release does not know: KServe takes it for none, and starts what it starts then."""
    asked = values.get("runtime")
    for chart in train["charts"].values() if asked else ():
        known = capabilities.contract(chart["name"], chart["version"]).get("runtimes")
        if known is not None and asked not in known:
            message = f"{chart['name']} {chart['version']} knows no runtime {asked}"
            why = f"it knows {', '.join(known) or 'none'}; what it does not know it leaves out, and starts vLLM"
            yield Refusal("runtime", message, why, " or ".join(known) or "null")
