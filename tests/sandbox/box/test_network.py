"""A network for each pod, in a real box."""

from __future__ import annotations

import asyncio
import signal
import sys
from ipaddress import ip_address

import pytest

from tests.sandbox.box.boxes import TestBox
from wellit.sandbox.box import network
from wellit.sandbox.box.network import Network, NoNetwork, PodNetwork

PATH = {"PATH": "/usr/local/bin:/usr/bin:/bin"}
SERVE = "import http.server as h; h.test(h.SimpleHTTPRequestHandler, h.ThreadingHTTPServer, port=8000, bind='0.0.0.0')"
GET = "import sys, urllib.request as u; print(u.urlopen(sys.argv[1], timeout=5).read().decode())"
LOOK = "import socket; print(sorted(name for _, name in socket.if_nameindex()))"


def python(*words: str) -> list[str]:
    return [sys.executable, "-I", "-c", *words]


def test_two_pods_serve_the_same_port_and_reach_each_other(box: TestBox) -> None:
    pods = [box.ask("add"), box.ask("add")]
    assert len(set(pods)) == 2
    servers = []
    for ip in pods:
        index = f'mkdir /www; cd /www; echo {ip} >index.html; exec "$@"'
        servers.append(box.start_in(ip, "sh", "-c", index, "sh", *python(SERVE), env=PATH))
    wait = f"until {sys.executable} -I -c '{GET}' http://$1:8000/ 2>/dev/null; do sleep 0.1; done"
    for ip, other in (pods, reversed(pods)):
        assert box.said_by(ip, "sh", "-c", wait, "sh", other, env=PATH).split() == [other]
    # the box's own programs reach them too, as a kubelet's probes do
    assert box.said_by(None, "sh", "-c", wait, "sh", pods[0], env=PATH).split() == [pods[0]]
    for server in servers:
        server.signal(signal.SIGKILL)
        server.wait()
    for ip in pods:
        box.ask("remove", ip=ip)


def test_a_pod_has_loopback_and_one_address(box: TestBox) -> None:
    ip = box.ask("add")
    assert box.said_by(ip, *python(LOOK), env=PATH) == "['eth0', 'lo']"
    connect = "import socket; s = socket.create_server(('127.0.0.1', 80)); socket.create_connection(('127.0.0.1', 80))"
    assert box.said_by(ip, *python(connect), env=PATH) == ""
    box.ask("remove", ip=ip)


def test_containers_of_a_pod_share_its_network(box: TestBox) -> None:
    ip = box.ask("add")
    serving = box.start_in(ip, *python(SERVE), env=PATH, folder="/www")
    wait = f"until {sys.executable} -I -c '{GET}' http://127.0.0.1:8000/; do sleep 0.1; done"
    assert "Directory listing" in box.said_by(ip, "sh", "-c", wait, env=PATH)
    serving.signal(signal.SIGKILL)
    box.ask("remove", ip=ip)


def test_an_address_is_not_given_out_again_at_once(box: TestBox) -> None:
    first = box.ask("add")
    box.ask("remove", ip=first)
    second = box.ask("add")
    box.ask("remove", ip=second)
    assert int(ip_address(second)) > int(ip_address(first))


def test_what_is_not_in_the_box_cannot_be_reached(box: TestBox) -> None:
    ip = box.ask("add")
    out = "import socket; socket.create_connection(('192.0.2.1', 80), 2)"
    ran = box.start_in(ip, *python(out), env=PATH)
    assert ran.wait() == 1
    assert "unreachable" in ran.said() or "timed out" in ran.said()
    box.ask("remove", ip=ip)


def test_addresses_go_round_and_pass_over_those_in_use() -> None:
    async def given() -> list[str]:
        net = Network()
        net._last = int(ip_address("10.66.255.253")) - 1
        net._pods["10.66.0.2"] = PodNetwork("10.66.0.2", 0, "")
        return [net._free() for _ in range(3)]

    assert asyncio.run(given()) == ["10.66.255.253", "10.66.0.3", "10.66.0.4"]


def test_more_pods_than_a_bridge_takes_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "MOST_PODS", 0)

    async def add() -> None:
        await Network().add()

    with pytest.raises(NoNetwork, match="Linux bridge takes no more"):
        asyncio.run(add())
