"""What is said of a launch: what will be started, and how to ask it when it is ready."""

from __future__ import annotations

import json
import os
import shlex
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from wellit.launch import surroundings
from wellit.launch.planned import Plan, Process
from wellit.launch.ready import Answered
from wellit.overrides import masked_words
from wellit.paths import shown
from wellit.say import Say


def lines(plan: Plan, environment: Mapping[str, str], folder: Path) -> Iterator[str]:
    """What will be started: process, role, ports, GPUs, command; and where it is logged."""
    local = plan.local
    how = f"they find each other by {local.discovery}, requests go by {local.request_plane}"
    yield f"{plan.name}: {len(plan.processes)} processes of Dynamo {plan.version} on this machine; {how}"
    width = max((len(process.name) for process in plan.processes), default=0)
    for process in plan.processes:
        yield f"  {process.name:<{width}}  {'; '.join(_about(process))}"
        yield f"  {'':<{width}}  {shlex.join(masked_words(process.argv))}"
    said = {name for process in plan.processes for name in process.environment}
    if passed := surroundings.told(environment, dict.fromkeys(said, "")):
        yield f"  of your environment they have: {', '.join(passed)}"
    yield f"  what each says is in {shown(folder)}, {', '.join(f'{one.name}.log' for one in plan.processes)}"


def _about(process: Process) -> Iterator[str]:
    if process.role not in process.name:
        yield process.role
    yield "ports " + ", ".join(f"{port} ({what})" for what, port in process.ports.items())
    if process.devices:
        yield f"GPU {','.join(process.devices)}"


def ready(answered: Answered, say: Say) -> None:
    """That it is ready."""
    say(f"ready: a {answered.what} was answered {answered.seconds:.1f} s after the start")
    if answered.instead_of:
        say(f"  a chat is answered with {answered.instead_of}")


def to_ask(plan: Plan, say: Say, *, line: bool = True) -> None:
    """How to end it, and on stdout the line with which to ask it, if anybody reads there: it runs on without.

    Without `line` stdout is for a report that a program reads.
    """
    say("  Ctrl-C ends all of it; in another terminal: invoke smoke --launched")
    if not line:
        return
    try:
        print(curl(plan), flush=True)
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python says it once more in the end


def curl(plan: Plan) -> str:
    body = json.dumps({"model": plan.model, "messages": [{"role": "user", "content": "Hello"}], "max_tokens": 32})
    words = ["curl", "-s", f"{plan.url}/v1/chat/completions", "-H", "Content-Type: application/json", "-d", body]
    return shlex.join(words)
