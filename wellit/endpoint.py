"""Where a stack answers, and a curl line that can be pasted."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass

from wellit.access import Access
from wellit.live import Live
from wellit.record import Record

LOCAL_PORT = 8000


@dataclass(frozen=True)
class Endpoint:
    """`url` answers once `before` runs (a port-forward; empty when none is needed). `note` says what to know of it."""

    url: str
    curl: str
    before: str = ""
    note: str = ""


def find_endpoint(access: Access, known: Record, live: Live) -> Endpoint:
    """The gateway's address when it has one that can be reached, else a port-forward to it or to a model pod."""
    entry: Mapping[str, str] = known.entry
    note = "readiness here is simulated by the sandbox: nothing answers" if live.simulated else ""
    forward = f"kubectl {access.flags} port-forward -n {known.namespace}"
    if gateway := entry.get("gateway"):
        port = entry["port"]
        address = live.addresses.get(gateway, "")
        if address and not address.endswith((".svc", ".local")):
            url = f"http://{address}" + ("" if port == "80" else f":{port}")
            return Endpoint(url, curl(url, known.model), note=note)
        before = f"{forward} service/{entry['service']} {LOCAL_PORT}:{port}"
    elif not entry:
        return Endpoint("", "", note="nothing of it takes requests")
    else:
        before = f"{forward} deployment/{entry['deployment']} {LOCAL_PORT}:{entry['port']}"
        note = "; ".join(filter(None, ["straight to one model pod: the router is not in the way", note]))
    url = f"http://127.0.0.1:{LOCAL_PORT}"
    return Endpoint(url, curl(url, known.model), before, note)


def curl(url: str, model: str) -> str:
    """A request for a completion."""
    body = json.dumps({"model": model, "prompt": "Say hello.", "max_tokens": 16})
    return f"curl {url}/v1/completions -H 'Content-Type: application/json' -d {shlex.quote(body)}"
