"""Dynamo's own frontend, and mockers in the place of workers, as plain processes without a launcher above them."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.launch.made import graph, worker
from tests.support.dynamo import free_port
from wellit import process
from wellit.launch.facts import Local
from wellit.launch.mocked import Mocked
from wellit.launch.plan import plan
from wellit.launch.planned import Options, Process

Answer = tuple[int, Any]


class Running:
    """One frontend, and workers of several models before it. Each model has a namespace of Dynamo's of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.processes: dict[str, process.Running] = {}
        self.systems: dict[str, str] = {}
        self.words: dict[str, tuple[str, ...]] = {}
        self.url = ""

    def frontend(self, **variables: str) -> None:
        planned = plan("any", graph({"any": worker()}), Local(port=free_port()), Options(self.folder), Mocked())
        self.url = planned.url
        self.start(planned.processes[0], variables)

    def workers(self, components: Mapping[str, Any], namespace: str, *, without: str = "") -> None:
        """Start the workers of a graph, by the names of its components; `without` one variable."""
        system = free_port(len(components))
        planned = plan(namespace, graph(components), Local(system_port=system), Options(self.folder), Mocked())
        for one in planned.processes[1:]:
            self.systems[one.name] = planned.system_url(one)
            self.words[one.name] = one.argv
            self.start(one, {"DYN_NAMESPACE": namespace}, without)

    def start(self, one: Process, variables: Mapping[str, str], without: str = "") -> None:
        env = {name: value for name, value in {**one.environment, **variables}.items() if name != without}
        self.processes[one.name] = process.start(one.argv, log=self.log(one.name), env=env, tied=True)

    def given(self, name: str, flag: str) -> str:
        """What a worker was told with a flag."""
        words = self.words[name]
        return words[words.index(flag) + 1]

    def log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def said(self, name: str) -> str:
        return self.log(name).read_text(errors="replace")

    def kill(self, name: str) -> None:
        """Kill a program itself, not the shell that ties it to the test."""
        shell = self.processes[name].pid
        for child in Path(f"/proc/{shell}/task/{shell}/children").read_text().split():
            if "dynamo" in Path(f"/proc/{child}/cmdline").read_text():
                os.kill(int(child), signal.SIGKILL)

    def runs(self, name: str) -> bool:
        return self.processes[name].poll() is None

    def models(self) -> list[str]:
        status, body = get(f"{self.url}/v1/models")
        return [card["id"] for card in body["data"]] if status == 200 else []

    def chat(self, model: str, text: str = "Hello", tokens: int = 4) -> Answer:
        return get(f"{self.url}/v1/chat/completions", question(model, text, tokens))

    def health(self, name: str) -> int:
        return get(f"{self.systems[name]}/health")[0]


def question(model: str, text: str = "Hello", tokens: int = 4, **more: Any) -> dict[str, Any]:
    messages = [{"role": "user", "content": text}]
    fields = {"extra_fields": ["worker_id"]}
    return {"model": model, "messages": messages, "max_tokens": tokens, "nvext": fields, **more}


def get(url: str, body: Any = None) -> Answer:
    """The status and the body, as JSON where it is some; 0 when nobody listens."""
    data = json.dumps(body).encode() if body else None
    asked = urllib.request.Request(url, data, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(asked, timeout=60) as answer:
            return answer.status, _read(answer.read())
    except urllib.error.HTTPError as refused:
        return refused.code, _read(refused.read())
    except OSError:
        return 0, None


def _read(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        return raw.decode()


@contextlib.contextmanager
def running(folder: Path) -> Iterator[Running]:
    (folder / "kv").mkdir()
    here = Running(folder)
    try:
        yield here
    finally:
        for one in here.processes.values():
            process.stop(one)
