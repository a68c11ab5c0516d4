"""The one look at a launch: its processes, their logs, what they published, and a chat. Nothing is changed."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from wellit.doctor.launched.sight import Card, Sight
from wellit.launch import smoke
from wellit.launch.state import Launched
from wellit.smoke.frontend import gather
from wellit.smoke.verdicts import get

SECONDS = 30.0  # for all that is asked over HTTP
CONNECT_SECONDS = 2.0
MOST_BYTES = 256 * 1024  # of the end of each log
CARDS = "v1/mdc"  # the folder of the model cards below DYN_FILE_KV
FOLDER = "DYN_FILE_KV"


def look(launched: Launched) -> Sight:
    """Look at a launch, running or ended."""
    states = {one.name: _state(one.pid) for one in launched.processes}
    alive = {name: state not in ("", "Z") for name, state in states.items()}
    logs = {one.name: _tail(Path(one.log)) for one in launched.processes}
    target, cards = smoke.target(launched), _cards(launched)
    figures = gather.glance(target, SECONDS) if any(alive.values()) else None
    published = {card.bootstrap for card in cards or () if card.bootstrap}
    return Sight(
        launched, target, alive, logs, figures, cards,
        {address: _listens(*address) for address in published},
        tuple(name for name, state in states.items() if state == "T"),
    )  # fmt: skip


def _state(pid: int) -> str:
    """As ps has it: Z has ended and was not waited for yet, T is stopped; R where that cannot be told, "" for none."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return "R" if not Path("/proc/self").exists() and _answers(pid) else ""


def _answers(pid: int) -> bool:
    """Where there is no /proc."""
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


def _tail(file: Path) -> str:
    try:
        with file.open("rb") as log:
            log.seek(max(0, file.stat().st_size - MOST_BYTES))
            return log.read().decode(errors="replace")
    except OSError:
        return ""


def _cards(launched: Launched) -> tuple[Card, ...] | None:
    """What its workers have published, where they do it in a folder; None where they do not, or it is not read."""
    folders = {one.environment.get(FOLDER, "") for one in launched.processes} - {""}
    found = [Path(one) / CARDS for one in folders]
    if not any(one.is_dir() for one in found):
        return None
    return tuple(card for folder in found for file in sorted(folder.glob("*")) for card in _card(file))


def _card(file: Path) -> Iterator[Card]:
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):  # it is being written, or is gone
        return
    told = get(data, "card_json")
    number, name = get(data, "instance_id"), get(told, "display_name")
    if not isinstance(number, int) or not isinstance(name, str):
        return
    page, role = get(told, "kv_cache_block_size"), str(get(told, "worker_type") or "")
    yield Card(
        name, str(get(data, "namespace")), "" if role == "aggregated" else role, number,
        page if isinstance(page, int) else None, _bootstrap(told),
    )  # fmt: skip


def _bootstrap(told: Any) -> tuple[str, int] | None:
    there = get(told, "runtime_config", "disaggregated_endpoint")
    host, port = get(there, "bootstrap_host"), get(there, "bootstrap_port")
    return (str(host), port) if host and isinstance(port, int) else None


def _listens(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), CONNECT_SECONDS):
            return True
    except OSError:
        return False
