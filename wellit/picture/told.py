"""What stands beside a node, line by line: the same words in the tree and in the drawing."""

from __future__ import annotations

from collections.abc import Mapping

from wellit.picture.model import Container, Node, words

TITLES = {"pods": "model pods", "picker": "endpoint picker", "workload": "workload", "filter": "body router"}
# Facts that a line of their own words tells, or that stand in the title.
_SPOKEN = ("role", "engine", "pods", "devices", "devices in all")


def title(node: Node) -> str:
    return TITLES.get(node.kind, node.kind)


def lines(node: Node, *, apart: bool = False) -> list[str]:
    """The facts of a node; with `apart` each member of a list or a map has a line of its own."""
    if not node.there:
        return ["not in this stack"]
    told = [_crowd(node)] if "pods" in node.facts else []
    if "pods" in node.facts and node.kind == "pods":
        told.append(_devices(node))
    for key, value in node.facts.items():
        if key in _SPOKEN or not value:
            continue
        members = [f"{k}={v}" for k, v in value.items()] if isinstance(value, Mapping) else value
        if apart and isinstance(members, list) and len(members) > 1:
            told += [f"{key}:", *(f"  {member}" for member in members)]
        else:
            told.append(f"{key}: {words(value)}")
    return told


def container_title(container: Container) -> str:
    """What a container is, and where it listens."""
    what = {"proxy": "routing proxy", "engine": container.title}.get(container.does, container.name)
    if container.port is None and "runs as" in container.facts:
        return what
    if container.port is None:
        return what if container.does == "other" else f"{what}, at a port that only its start tells"
    return f"{what} at port {container.port}"


def container_lines(container: Container) -> list[str]:
    """The facts of a container."""
    facts = [f"{key}: {words(value)}" for key, value in container.facts.items()]
    if container.does == "proxy":
        return [", ".join([f"passes to port {container.passes}", *facts]), container.image]
    return [container.image, *facts]


def _crowd(node: Node) -> str:
    count = node.facts["pods"]
    return ", ".join(filter(None, ["1 pod" if count == 1 else f"{count} pods", node.role, node.facts.get("engine")]))


def _devices(node: Node) -> str:
    devices, total = node.facts.get("devices", {}), node.facts.get("devices in all", {})
    told = [f"{count} {name} a pod, {total[name]} in all" for name, count in devices.items()]
    return "; ".join(told) or "no accelerator"
