"""A network for each pod: a namespace with an address of its own, on the box's bridge.

A namespace is held by a file descriptor of this process, so that it goes when the process does, however that ends.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from pyroute2 import AsyncIPRoute, IPRoute, NetlinkError

from wellit.sandbox.box.launch import NEWNET, unshare
from wellit.sandbox.box.settings import GATEWAY

POD_RANGE = ipaddress.ip_network("10.66.0.0/16")
BRIDGE = "pods"
LOOPBACK = 1  # lo's index, in every network namespace
# Linux's own limit of one bridge (BR_MAX_PORTS)
MOST_PODS = 1023
Made = TypeVar("Made")


class NoNetwork(Exception):
    """A pod's network cannot be made; the text says why."""


@dataclass(frozen=True, eq=False)
class PodNetwork:
    """The network of one pod. `path` opens its namespace, for as long as the network is not removed."""

    ip: str
    descriptor: int = field(repr=False)
    link: str = field(repr=False)

    @property
    def path(self) -> str:
        return f"/proc/{os.getpid()}/fd/{self.descriptor}"


class Network:
    """The bridge and the pods on it. Made by `async with Network() as network`."""

    def __init__(self) -> None:
        self._kernel = AsyncIPRoute()
        self._bridge = 0
        self._pods: dict[str, PodNetwork] = {}
        self._last = int(POD_RANGE.network_address) + 1
        self._one_at_a_time = asyncio.Lock()

    async def __aenter__(self) -> Network:
        await self._kernel.__aenter__()
        await self._kernel.link("set", index=LOOPBACK, state="up")
        await self._kernel.link("add", ifname=BRIDGE, kind="bridge")
        (self._bridge,) = await self._kernel.link_lookup(ifname=BRIDGE)
        await self._kernel.addr("add", index=self._bridge, address=GATEWAY, prefixlen=POD_RANGE.prefixlen)
        await self._kernel.link("set", index=self._bridge, state="up")
        return self

    async def __aexit__(self, *_: object) -> None:
        for pod in list(self._pods.values()):
            await self.remove(pod)
        await self._kernel.__aexit__(None, None, None)

    async def add(self) -> PodNetwork:
        """A network with an address that no other pod has and none had a short while ago. Raises NoNetwork."""
        async with self._one_at_a_time:
            if len(self._pods) >= MOST_PODS:
                raise NoNetwork(f"{MOST_PODS} pods run in this sandbox already, a Linux bridge takes no more")
            ip = self._free()
            link = f"pod{int(ipaddress.ip_address(ip)) & 0xFFFF}"
            here = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
            try:
                pod = PodNetwork(ip, await _in_a_thread_of_its_own(lambda: _furnish(ip, link, here)), link)
                self._pods[ip] = pod
                (index,) = await self._kernel.link_lookup(ifname=link)
                await self._kernel.link("set", index=index, master=self._bridge, state="up")
            except (OSError, NetlinkError, ValueError) as problem:
                raise NoNetwork(f"no network for a pod: {problem}") from problem
            finally:
                os.close(here)
        return pod

    async def remove(self, pod: PodNetwork) -> None:
        """Take a pod off the network; what is left in its namespace can reach nothing. Doing it again is no error."""
        if self._pods.pop(pod.ip, None) is not pod:
            return
        with contextlib.suppress(NetlinkError):
            for index in await self._kernel.link_lookup(ifname=pod.link):
                await self._kernel.link("del", index=index)
        os.close(pod.descriptor)

    def _free(self) -> str:
        """The next address after the last one given out, so that one is not given again at once."""
        while True:
            self._last += 1
            address = ipaddress.ip_address(self._last)
            if str(address) == GATEWAY or address not in POD_RANGE:
                self._last = int(POD_RANGE.network_address) + 1
            elif str(address) not in self._pods:
                return str(address)


def _furnish(ip: str, link: str, box: int) -> int:
    """In a thread: leave the box's network for a new one and furnish it. Returns its descriptor."""
    unshare(NEWNET)
    descriptor = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    try:
        with IPRoute() as kernel:
            kernel.link("set", index=LOOPBACK, state="up")
            kernel.link("add", ifname="eth0", kind="veth", peer={"ifname": link, "net_ns_fd": box})
            (index,) = kernel.link_lookup(ifname="eth0")
            kernel.addr("add", index=index, address=ip, prefixlen=POD_RANGE.prefixlen)
            kernel.link("set", index=index, state="up")
            kernel.route("add", dst="default", gateway=GATEWAY)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


async def _in_a_thread_of_its_own(work: Callable[[], Made]) -> Made:
    """A namespace belongs to a thread: one of a pool would take it along to the next one's work."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[Made] = loop.create_future()

    def body() -> None:
        try:
            made = work()
        except Exception as problem:  # noqa: BLE001 - raised again where it is awaited
            loop.call_soon_threadsafe(_unless_over, done, done.set_exception, problem)
        else:
            loop.call_soon_threadsafe(_unless_over, done, done.set_result, made)

    threading.Thread(target=body, daemon=True).start()
    return await done


def _unless_over(done: asyncio.Future[Made], settle: Callable[..., None], said: object) -> None:
    if not done.done():
        settle(said)
