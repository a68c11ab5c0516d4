"""A webhook that every write into one namespace passes: it tells of each, and lets it through, holds or refuses it.

A command that is held at a write has come exactly so far, however slow the machine is: there it is killed.
"""

from __future__ import annotations

import base64
import contextlib
import json
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from wellit import record
from wellit.access import Access

SECONDS = 60.0  # for a command to come to a write
WEBHOOK_SECONDS = 30  # the most that Kubernetes gives a webhook
CONFIGURATIONS = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations"


@dataclass(frozen=True)
class Write:
    """One write as the API server puts it to a webhook."""

    verb: str
    resource: str
    name: str
    state: str = ""  # of a release or a record
    who: str = ""

    def __str__(self) -> str:
        return f"{self.verb} {self.resource}/{self.name}{f' ({self.state})' if self.state else ''}"


Step = Callable[[Write], bool]


def step(verb: str, resource: str, name: str = "", state: str = "") -> Step:
    """A write of this verb to a resource whose name has these words; `state` is that of a release or a record."""

    def meant(write: Write) -> bool:
        return (write.verb, write.resource) == (verb, resource) and name in write.name and state in ("", write.state)

    return meant


class Gate:
    """Stands open until it is told what to hold or to refuse; see `gate`."""

    def __init__(self) -> None:
        self.seen: list[Write] = []
        self.asked = threading.Event()
        self._changed = threading.Condition()
        self._holds: Step | None = None
        self._refuses: Step | None = None
        self._held: Write | None = None

    def hold(self, at: Step) -> None:
        """The first write that is meant comes no further."""
        with self._changed:
            self._holds, self._held = at, None

    def refuse(self, at: Step | None) -> None:
        """Every write that is meant is refused."""
        with self._changed:
            self._refuses = at

    def open(self) -> None:
        """Let through what is held, and all that comes."""
        with self._changed:
            self._holds = self._refuses = self._held = None
            self._changed.notify_all()

    def held(self, alive: Callable[[], bool]) -> Write | None:
        """Wait until something is held; None when the command has ended before (`alive` says no more)."""
        with self._changed:
            while self._held is None and alive():
                self._changed.wait(0.1)
            return self._held

    def passes(self, write: Write, *, real: bool) -> bool:
        """Whether a write is let through; returns when that is decided. One that is not real is never held."""
        with self._changed:
            self.seen += [write] if real else []
            if self._refuses and self._refuses(write):
                return False
            if real and self._holds and self._holds(write) and self._held in (None, write):
                self._held = write
                self._changed.notify_all()
                self._changed.wait_for(lambda: self._held is None, WEBHOOK_SECONDS + 5)
            return True


@contextlib.contextmanager
def gate(here: Access, pki: Path, namespace: str, seconds: int = WEBHOOK_SECONDS) -> Iterator[Gate]:
    """A gate before everything in a namespace. `pki` is the sandbox's: its API server knows that certificate."""
    made = Gate()
    server = _serve(made, pki)
    name = f"gate-{namespace}"
    url = f"https://127.0.0.1:{server.server_address[1]}"
    body = json.dumps(_configuration(name, namespace, url, (pki / "ca.crt").read_bytes(), seconds))
    done = here.call("create", "--raw", CONFIGURATIONS, "-f", "-", stdin=body)
    assert done.ok, done.err
    try:
        _asked(here, made, namespace)
        yield made
    finally:
        made.open()
        here.call("delete", "--raw", f"{CONFIGURATIONS}/{name}")
        _asked_no_more(here, made, namespace)
        server.shutdown()
        server.server_close()


def _configuration(name: str, namespace: str, url: str, ca: bytes, seconds: int) -> dict[str, Any]:
    webhook = {
        "name": "gate.faults.example",
        "clientConfig": {"url": url, "caBundle": base64.b64encode(ca).decode()},
        "rules": [{"apiGroups": ["*"], "apiVersions": ["*"], "operations": ["CREATE", "UPDATE", "DELETE"],
                   "resources": ["*"]}],
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}},
        "sideEffects": "None", "admissionReviewVersions": ["v1"], "timeoutSeconds": seconds, "failurePolicy": "Fail",
    }  # fmt: skip
    return {
        "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingWebhookConfiguration",
        "metadata": {"name": name}, "webhooks": [webhook],
    }  # fmt: skip


def _serve(made: Gate, pki: Path) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["request"]
            made.asked.set()
            passes = made.passes(_write(request), real=not request.get("dryRun"))
            answer = {"uid": request["uid"], "allowed": passes} | (
                {} if passes else {"status": {"message": "not today"}}
            )
            body = json.dumps({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "response": answer})
            with contextlib.suppress(OSError):  # the API server has gone meanwhile
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body.encode())

        def log_message(self, *_: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: Any) -> None:
            pass  # an API server that is killed breaks its connections

    server = Server(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pki / "admin.crt", pki / "admin.key")
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def _write(request: Mapping[str, Any]) -> Write:
    body = request.get("object") or request.get("oldObject") or {}
    about = body.get("metadata") or {}
    kind = request["resource"]["resource"] + (f"/{request['subResource']}" if request.get("subResource") else "")
    name = request.get("name") or about.get("name") or about.get("generateName", "")
    return Write(request["operation"], kind, name, _state(body), request["userInfo"]["username"])


def _state(body: Mapping[str, Any]) -> str:
    """What helm's label says of a release, or a record of its stack."""
    if body.get("type") == record.TYPE:
        return record.from_secret(body).state
    return str((body["metadata"].get("labels") or {}).get("status", "")) if body else ""


def _asked(here: Access, made: Gate, namespace: str) -> None:
    """Returns when the API server asks the gate: it reads new configurations within a second."""
    while not made.asked.is_set():
        _try(here, namespace)


def _asked_no_more(here: Access, made: Gate, namespace: str) -> None:
    """Returns when it does not ask the gate any more: one that is asked and gone refuses every write."""
    made.asked.set()
    while made.asked.is_set():
        made.asked.clear()
        _try(here, namespace)


def _try(here: Access, namespace: str) -> None:
    probe = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}
    here.call("create", "--raw", "/api/v1/namespaces?dryRun=All", "-f", "-", stdin=json.dumps(probe))
