"""How each part of a stack is reached from this machine: the gateway's address, else port-forwards."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from wellit.access import Access
from wellit.errors import CannotAnswer
from wellit.reach import NotPermitted, Reach
from wellit.smoke.figures import Road, Roads
from wellit.smoke.parts import Parts, Server, Way

MOST_SERVERS = 16  # that are asked by themselves; each takes a port-forward
CONNECT_SECONDS = 3.0
STRAIGHT = "straight to a model server's pod: the router is not in the way"


def asked_directly(parts: Parts) -> list[Server]:
    """The servers that are asked by themselves: all that are Ready, of very many some of each role."""
    ready = [server for server in parts.servers if server.ready]
    by_role: dict[str, list[Server]] = {}
    for server in ready:
        by_role.setdefault(server.role, []).append(server)
    share = max(1, MOST_SERVERS // max(1, len(by_role)))
    return ready if len(ready) <= MOST_SERVERS else [one for group in by_role.values() for one in group[:share]]


def open_roads(ways: Reach, access: Access, parts: Parts) -> Roads:
    """Open all of them, side by side. What cannot be reached says why."""
    servers = asked_directly(parts)
    pickers = [(pool.name, pool.picker) for pool in parts.pools if pool.picker]
    with ThreadPoolExecutor(8) as pool:
        ways_in = pool.map(lambda way: entry(ways, access, parts, way), parts.ways)
        to_servers = pool.map(lambda server: _road(ways, f"pod/{server.name}", server.port), servers)
        to_pickers = pool.map(lambda one: _road(ways, f"service/{one[1].service}", one[1].port), pickers)
        return Roads(
            tuple(ways_in),
            dict(zip((server.name for server in servers), to_servers, strict=True)),
            dict(zip((name for name, _ in pickers), to_pickers, strict=True)),
        )


def entry(ways: Reach, access: Access, parts: Parts, way: Way) -> Road:
    address = parts.addresses.get(parts.gateway, "") if parts.gateway else ""
    if address and not access.sandbox and _connects(address, way.port):
        url = f"http://{address}" + ("" if way.port == 80 else f":{way.port}")
        return Road(url, f"through the gateway {parts.gateway} at {url}")
    if way.target == "service/":
        where = f"at {address}:{way.port}, which cannot be reached from here" if address else "without an address yet"
        look = f"kubectl {access.flags} -n {parts.known.namespace} get gateway {parts.gateway}"
        return Road(why=f"the gateway {parts.gateway} is {where}, and has no service in the cluster", fix=look)
    road = _road(ways, way.target, way.port)
    how = "its pod's port in the sandbox" if access.sandbox else "a port-forward"
    if not parts.gateway:
        kind, _, name = way.target.partition("/")
        said = f"through the service {name}, by {how}" if kind == "service" else STRAIGHT
        return Road(road.url, said, road.why, road.fix, road.permitted)
    said = f"through the gateway {parts.gateway}, by {how}"
    return Road(road.url, said, road.why, road.fix, road.permitted)


def _road(ways: Reach, target: str, port: int) -> Road:
    try:
        return Road(ways.url(target, port))
    except NotPermitted as problem:
        return Road(why=problem.message, fix=problem.write, permitted=False)
    except CannotAnswer as problem:
        return Road(why=problem.message, fix=problem.write)


def _connects(address: str, port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection((address, port), CONNECT_SECONDS):
        return True
    return False


def of_pool(roads: Roads, names: Sequence[str]) -> dict[str, str]:
    """The URLs of these pods, as far as they can be reached."""
    return {name: roads.servers[name].url for name in names if name in roads.servers and roads.servers[name].url}
