"""Where a stack answers, and curl lines that can be pasted."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wellit.access import Access
from wellit.live import Live
from wellit.record import Record

LOCAL_PORT = 8000
STRAIGHT = "straight to one model pod: the router is not in the way"


@dataclass(frozen=True)
class Ask:
    """A request that can be pasted. `before` is what must run first (a port-forward; often empty), `engine` who answers
    when the stack has several."""

    engine: str
    before: str
    curl: str


@dataclass(frozen=True)
class Endpoint:
    """`url` answers once `before` runs (a port-forward; empty when none is needed). `note` says what to know of it.

    `asks` has a request for each engine that is asked in its own way; `before` and `curl` are those of the first.
    """

    url: str
    note: str = ""
    asks: tuple[Ask, ...] = ()

    @property
    def before(self) -> str:
        return self.asks[0].before if self.asks else ""

    @property
    def curl(self) -> str:
        return self.asks[0].curl if self.asks else ""


def find_endpoint(access: Access, known: Record, live: Live) -> Endpoint:
    """The gateway's address when it can be reached, else a port-forward to it, to a frontend or to a model pod."""
    entry: Mapping[str, str] = known.entry
    note = "readiness here is simulated by the sandbox: nothing answers" if live.simulated else ""
    note = f"nothing runs there: {live.idle[0].idle}" if live.idle else note
    forward = f"kubectl {access.flags} port-forward -n {known.namespace}"
    # A record of an older wellit knows one model and no ways.
    ways = known.ways or ({"engine": "", "model": known.model, "path": "", "headers": {}},)
    if not entry:
        return Endpoint("", "nothing of it takes requests")
    if gateway := entry.get("gateway"):
        port = entry["port"]
        address = live.addresses.get(gateway, "")
        if address and not address.endswith((".svc", ".local")):
            url = f"http://{address}" + ("" if port == "80" else f":{port}")
            return Endpoint(url, note, tuple(_ask(way, url) for way in ways))
        if "service" not in entry:
            return Endpoint("", "; ".join(filter(None, [f"the gateway {gateway} has no address yet", note])))
    if "service" in entry:
        url = _local(LOCAL_PORT)
        before = f"{forward} service/{entry['service']} {LOCAL_PORT}:{entry['port']}"
        return Endpoint(url, note, tuple(_ask(way, url, before) for way in ways))
    asks = []
    for number, way in enumerate(ways, LOCAL_PORT):
        at = way if "deployment" in way else entry
        asks.append(_ask(way, _local(number), f"{forward} deployment/{at['deployment']} {number}:{at['port']}"))
    return Endpoint(_local(LOCAL_PORT), "; ".join(filter(None, [STRAIGHT, note])), tuple(asks))


def curl(url: str, model: str, headers: Mapping[str, str] | None = None) -> str:
    """A request for a completion."""
    body = json.dumps({"model": model, "prompt": "Say hello.", "max_tokens": 16})
    said = {"Content-Type": "application/json", **(headers or {})}
    words = [f"-H {shlex.quote(f'{name}: {value}')}" for name, value in said.items()]
    return f"curl {url}/v1/completions {' '.join(words)} -d {shlex.quote(body)}"


def _ask(way: Mapping[str, Any], url: str, before: str = "") -> Ask:
    return Ask(way["engine"], before, curl(url + way["path"], way["model"], way["headers"]))


def _local(port: int) -> str:
    return f"http://127.0.0.1:{port}"
