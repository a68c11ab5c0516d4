"""The real picker reads the queue of each engine's stand-in, both started as the stack renders them."""

from __future__ import annotations

import threading
from collections.abc import Container
from functools import partial
from operator import eq
from pathlib import Path

import pytest
import yaml

from tests.support.picker import arguments, picker, until
from tests.support.pool import installed
from tests.support.standin import StandIn, command, environment, known, run
from tests.test_picker_reads_metrics import CACHE, ENGINES, QUEUE_OF_PODS, program, stack
from tests.test_prefill_and_decode import words
from wellit import flags
from wellit.render import Rendered
from wellit.sandbox import Sandbox

IP = "127.68.0.9"
TRAIN = "llm-d-0.6"


def known_flags(engine: str) -> Container[str]:
    listed = flags.program(engine)
    return listed.records if listed else ()


def started_with(engine: str, rendered: Rendered, port: int, folder: Path) -> list[str]:
    """The rendered words, at an address of the test's own, with the files that a pod would have mounted."""
    files = known(engine).data.get("files", {})
    for name, content in files.get("content", {}).items():
        (folder / name).write_text(yaml.safe_dump(content))
    rendered_words = [word.replace(files.get("path", "\0"), str(folder)) for word in words(rendered, "")]
    return command(engine, [*rendered_words, "--host", IP, "--port", str(port)])


# One that listens on every address would need the port of the whole machine.
@pytest.mark.parametrize("engine", [name for name in ENGINES if "--host" in known_flags(name)])
def test_the_picker_reads_its_queue(engine: str, sandbox: Sandbox, tmp_path: Path) -> None:
    rendered = stack(engine, TRAIN, "standin")
    release = rendered.part("inferencepool")
    port = release.values["inferencePool"]["targetPorts"][0]["number"]
    argv = started_with(engine, rendered, port, tmp_path)
    with (
        run(argv, tmp_path, IP, port, environment(capacity=0), True) as server,
        installed(sandbox, rendered, IP, tmp_path) as kubeconfig,
    ):
        env = {"KUBECONFIG": str(kubeconfig), "NAMESPACE": release.namespace, "POD_NAME": "picker"}
        with picker(program(rendered), arguments(release, tmp_path), env, tmp_path, release.name) as started:
            read = partial(started.read, QUEUE_OF_PODS)
            until(read, partial(eq, 0), "the pod's queue")
            clients = waiting(server, 3)
            until(read, partial(eq, 3), "three that wait")
            server.tell(kv_usage=0.5)
            until(partial(started.read, CACHE), partial(eq, 0.5), "the use of its cache")
            server.tell(capacity=4, tokens_per_second=0)
            until(read, partial(eq, 0), "nobody who waits")
            for client in clients:
                client.join()


def waiting(server: StandIn, count: int) -> list[threading.Thread]:
    """So many clients that ask and wait."""
    model = server.report()["names"][0]
    clients = [threading.Thread(target=server.complete, kwargs={"model": model, "max_tokens": 2}) for _ in range(count)]
    for client in clients:
        client.start()
    return clients


pytestmark = pytest.mark.timeout(300)
