"""One kubectl for many questions: the same answers as kubectl's own, and nothing of it left."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from wellit import access, cluster, process
from wellit.access import Access, Missing, Unread
from wellit.cluster import HelmRelease
from wellit.demand import Demand
from wellit.door import AGAIN, Door
from wellit.errors import CannotAnswer
from wellit.paths import ROOT
from wellit.sandbox import Sandbox
from wellit.tried import tried


@pytest.fixture
def through(sandbox: Sandbox) -> Iterator[Access]:
    """An access that asks through the door."""
    found = access.open_access(kubeconfig=str(sandbox.kubeconfig))
    yield found
    assert found.door
    found.door.close()


@pytest.fixture
def direct(through: Access) -> Access:
    """The same, with a kubectl for each question."""
    return replace(through, door=None)


def major(there: Access) -> str:
    answer = there.get("/version")
    assert isinstance(answer, dict)
    return str(answer["major"])


NAMESPACE = json.dumps({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "default"}})


@pytest.mark.parametrize(
    ("words", "stdin"),
    [
        (["get", "--raw", "/api/v1/namespaces/default"], None),
        (["get", "--raw", "/api/v1/namespaces/no-such"], None),
        (["get", "--raw", "/apis/monitoring.coreos.com/v1"], None),
        (["create", "--raw", "/api/v1/namespaces", "-f", "-"], NAMESPACE),
        (["delete", "--raw", "/api/v1/namespaces/no-such"], None),
    ],
    ids=["there", "not-there", "not-served", "exists", "delete-nothing"],
)
def test_the_answer_is_kubectls(through: Access, direct: Access, words: list[str], stdin: str | None) -> None:
    ours, theirs = through.call(*words, stdin=stdin), direct.call(*words, stdin=stdin)
    assert ours.ok == theirs.ok
    if ours.ok:
        assert json.loads(ours.out) == json.loads(theirs.out)
    else:
        assert ours.err.partition(":")[0] == theirs.err.partition(":")[0]
        assert "Error from server (" in ours.err


@pytest.mark.parametrize(
    ("data", "how"), [({"data": {"a": "b"}}, "taken"), ({"data": {"a b": "c"}}, "refused"), ({"dota": {}}, "refused")]
)
def test_a_dry_run_is_kubectls_and_keeps_nothing(
    through: Access, direct: Access, data: dict[str, object], how: str
) -> None:
    made = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "dry"}, **data}
    ours, theirs = tried(through, "default", made), tried(direct, "default", made)
    assert ours.how == theirs.how == how
    if ours.answer and theirs.answer:
        assert ours.answer["data"] == theirs.answer["data"]
    assert isinstance(through.get("/api/v1/namespaces/default/configmaps/dry"), Missing)


def test_a_refusal_names_the_permission(through: Access, direct: Access) -> None:
    assert through.door and direct.door is None
    nobody = [*through.door.kubectl, "--as=nobody"]
    other = replace(through, door=Door(nobody, through.env))
    assert other.door
    assert other.get("/api/v1/nodes") == Unread("list nodes")
    assert isinstance(through.get("/api/v1/namespaces/no-such"), Missing)
    other.door.close()


def test_one_kubectl_answers_everything(through: Access, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[object] = []
    real = process.start

    def start(*args: object, **named: object) -> process.Running:
        started.append(args)
        return real(*args, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(process, "start", start)
    for _ in range(5):
        assert major(through) == "1"
    assert len(started) == 1


def test_only_this_user_reaches_it(through: Access) -> None:
    through.get("/version")
    assert through.door
    assert Path(through.door._socket).parent.stat().st_mode & 0o077 == 0


def test_a_kubectl_that_cannot_serve_is_asked_itself(tmp_path: Path, sandbox: Sandbox) -> None:
    real = access.open_access(kubeconfig=str(sandbox.kubeconfig))
    stub = tmp_path / "kubectl"
    stub.write_text(f'#!/bin/sh\ncase "$*" in *proxy*) exit 1;; esac\nexec {real.kubectl} "$@"\n')
    stub.chmod(0o755)
    poor = replace(real, kubectl=stub, door=Door([stub, "--context", real.context], real.env))
    assert major(poor) == "1"


def test_a_server_that_is_not_there(sandbox: Sandbox, tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.write_text(sandbox.kubeconfig.read_text().replace(sandbox.server, "https://127.0.0.1:1"))
    gone = access.open_access(kubeconfig=str(config))
    with pytest.raises(CannotAnswer, match="does not answer"):
        gone.get("/version")


class Busy(BaseHTTPRequestHandler):
    """An API server that asks to be asked later, as one that starts does, so often as it was told to."""

    times = 0

    def do_GET(self) -> None:
        """Later, or the answer."""
        later, Busy.times = Busy.times > 0, Busy.times - 1
        status = {"kind": "Status", "reason": "TooManyRequests", "message": "storage is (re)initializing"}
        body = json.dumps(status if later else {"major": "1"}).encode()
        self.send_response(429 if later else 200)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        if later:
            self.send_header("Retry-After", "0")
        self.end_headers()
        self.wfile.write(body)

    def log_request(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def busy(sandbox: Sandbox, tmp_path: Path) -> Iterator[Access]:
    """The way to a server of that kind."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Busy)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    config = tmp_path / "config"
    url = f"http://127.0.0.1:{server.server_port}"
    config.write_text(sandbox.kubeconfig.read_text().replace(sandbox.server, url))
    found = access.open_access(kubeconfig=str(config))
    yield found
    assert found.door
    found.door.close()
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("way", ["through", "direct"])
def test_a_server_that_asks_to_be_asked_later(busy: Access, way: str) -> None:
    """It is, as often as kubectl does it; one that never has time is told so."""
    there = busy if way == "through" else replace(busy, door=None)
    Busy.times = 3
    assert major(there) == "1"
    Busy.times = 100
    with pytest.raises(CannotAnswer, match="asks to be asked later"):
        there.get("/version")
    assert Busy.times == 100 - AGAIN - 1


def living(mark: str) -> list[str]:
    listed = subprocess.run(["ps", "-ewwo", "stat=,args="], capture_output=True, text=True, check=True).stdout
    return [line for line in listed.splitlines() if mark in line and not line.startswith("Z")]


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM, None], ids=["killed", "terminated", "ended"])
def test_nothing_is_left_however_this_process_ends(end: signal.Signals | None, sandbox: Sandbox) -> None:
    code = (
        "import sys, time; from wellit import access; "
        f"a = access.open_access(kubeconfig={str(sandbox.kubeconfig)!r}); a.get('/version'); "
        f"print(a.door._socket, flush=True); time.sleep({600 if end else 0})"
    )
    child = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert child.stdout
    mark = child.stdout.readline().strip()
    if end:
        assert living(mark)
        os.kill(child.pid, end)
    child.wait()
    child.stdout.close()
    until = time.monotonic() + 60
    while living(mark) and time.monotonic() < until:
        time.sleep(0.02)
    assert not living(mark)


def note(name: str, version: int, status: str, kind: str = "helm.sh/release.v1") -> str:
    labels = {"owner": "helm", "name": name, "version": str(version), "status": status, "modifiedAt": "7"}
    file = f"sh.helm.release.v1.{name}.v{version}" if kind.startswith("helm") else f"{name}-own"
    body = {"apiVersion": "v1", "kind": "Secret", "type": kind, "metadata": {"name": file, "labels": labels}}
    return json.dumps(body)


def test_releases_and_versions_are_the_same_both_ways(through: Access, direct: Access) -> None:
    space = json.dumps({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "door-notes"}})
    assert through.call("create", "--raw", "/api/v1/namespaces", "-f", "-", stdin=space).ok
    path = "/api/v1/namespaces/door-notes/secrets"
    notes = [
        note("a", 9, "superseded"),
        note("a", 10, "deployed"),
        note("b", 1, "uninstalled"),
        note("c", 1, "", "Opaque"),
    ]
    try:
        assert all(through.call("create", "--raw", path, "-f", "-", stdin=one).ok for one in notes)
        found = cluster.releases(through, "door-notes")
        assert found == cluster.releases(direct, "door-notes") == (HelmRelease("a", "deployed", 10, 7.0),)
        assert cluster.left(through, "door-notes") == {"b"}
    finally:
        through.call("delete", "--raw", "/api/v1/namespaces/door-notes")
    assert cluster.releases(through, "no-such") == cluster.releases(direct, "no-such") == ()
    seen = [cluster.look(one, Demand("no-such", ())) for one in (through, direct)]
    assert seen[0].version == seen[1].version and seen[0].client_version == seen[1].client_version
