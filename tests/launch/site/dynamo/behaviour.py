"""What a process of the stand-in is told to do, by its role."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from typing import Any


def behave(role: str) -> dict[str, Any]:
    """Begin with it; gives what else is told to this role."""
    told: dict[str, Any] = json.loads(os.environ.get("STANDIN", "{}")).get(role, {})
    print(f"{role} is up as {os.getpid()}", flush=True)
    if told.get("deaf"):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    else:
        signal.signal(signal.SIGTERM, lambda *_: bye(role))
    for number in range(told.get("children", 0)):
        child = subprocess.Popen(["sleep", "1000"], start_new_session=bool(number % 2))
        print(f"child {child.pid}", flush=True)
    if "die" in told or "kill" in told:
        threading.Timer(told.get("after", 0), end, [told]).start()
    return told


def bye(role: str) -> None:
    print(f"{role} says goodbye", flush=True)
    sys.exit(0)


def end(told: dict[str, Any]) -> None:
    if said := told.get("says"):
        print(said, file=sys.stderr, flush=True)
    time.sleep(0.05)
    if number := told.get("kill"):
        os.kill(os.getpid(), number)
    os._exit(told["die"])
