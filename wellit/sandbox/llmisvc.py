"""KServe's controller of LLMInferenceServices as a process of a sandbox: it outlives us, and ends with the sandbox.

The certificate of its webhooks is the one that kwokctl made for the API server: it is for 127.0.0.1, and the sandbox's
own authority has signed it. The program has no flag for the address of its webhooks: they listen on all of them.
"""

from __future__ import annotations

import base64
import json
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from wellit.errors import CannotAnswer
from wellit.paths import shown
from wellit.process import run
from wellit.sandbox import config, model, ports, processes
from wellit.sandbox.kubectl import LONGEST_WHY, kubectl
from wellit.sandbox.lock import locked
from wellit.sandbox.model import Sandbox

PROGRAM = "llmisvc"
NAMESPACE = "kserve"
PORT = "kserve-webhooks"
# Where controller-runtime looks for its certificate, below the folder for temporary files.
CERTIFICATE = Path("k8s-webhook-server/serving-certs")
START_SECONDS = 120.0
LAST_LINES = 6
# As small as one can be: the webhooks are asked about it, and it is not kept.
PROBE: dict[str, Any] = {
    "apiVersion": "serving.kserve.io/v1alpha2", "kind": "LLMInferenceService",
    "metadata": {"name": "probe", "namespace": NAMESPACE}, "spec": {"model": {"uri": "hf://a/b", "name": "b"}},
}  # fmt: skip


def running(sandbox: Sandbox) -> bool:
    """Whether it runs."""
    return PROGRAM in processes.living(sandbox.folder).values()


def log(sandbox: Sandbox) -> Path:
    """What it writes."""
    return _folder(sandbox) / f"{PROGRAM}.log"


def reserve(sandbox: Sandbox) -> Sandbox:
    """The sandbox with a port for the webhooks: the one that it had, or another when somebody has taken it."""
    with locked(model.home(), lambda: None):
        known = [sandbox if name == sandbox.name else model.read(name) for name in model.all_names()]
        own = sandbox.ports.get(PORT)
        port = ports.besides({p for one in known if one for p in one.ports.values() if p != own}, own)
        return model.write(replace(sandbox, ports=sandbox.ports | {PORT: port}))


def called_by_url(sandbox: Sandbox, client: dict[str, Any]) -> dict[str, Any]:
    """How the API server reaches what a manifest reaches by a Service: nobody listens at a Service's address here."""
    said = base64.b64encode(_authority(sandbox).read_bytes()).decode()
    return {"url": f"https://127.0.0.1:{sandbox.ports[PORT]}{client['service']['path']}", "caBundle": said}


def start(sandbox: Sandbox, program: Path) -> None:
    """Start it, and wait until its webhooks listen. Raises CannotAnswer with its last words when they do not."""
    certificate = _folder(sandbox) / CERTIFICATE
    certificate.mkdir(parents=True, exist_ok=True)
    pki = config.cluster(sandbox) / "pki"
    # Linked, so that it is known as ours when it outlives us.
    own = sandbox.folder / "bin" / PROGRAM
    for link, to in ((certificate / "tls.crt", pki / "admin.crt"), (certificate / "tls.key", pki / "admin.key"),
                     (own, program)):  # fmt: skip
        link.unlink(missing_ok=True)
        link.symlink_to(to)
    flags = [f"--kubeconfig={sandbox.kubeconfig}", f"--webhook-port={sandbox.ports[PORT]}", "--metrics-addr=0",
             "--health-probe-addr=0"]  # fmt: skip
    env = {"HOME": str(_folder(sandbox)), "TMPDIR": str(_folder(sandbox)), "POD_NAMESPACE": NAMESPACE}
    run(["/bin/sh", "-c", '"$@" </dev/null >"$0" 2>&1 &', log(sandbox), own, *flags], env=env, timeout=START_SECONDS)
    until(sandbox, _silent)


def stop(sandbox: Sandbox) -> None:
    """End it; one that is not there is no error."""
    processes.end(sandbox.folder, {PROGRAM})


def until(sandbox: Sandbox, why_not: Callable[[Sandbox], str]) -> None:
    """Wait until there is no reason why not. Raises CannotAnswer with it, and with the controller's last words."""
    over = time.monotonic() + START_SECONDS
    while why := why_not(sandbox):
        if not running(sandbox) or time.monotonic() > over:
            raise CannotAnswer(
                f"KServe's controller does not work in the sandbox {sandbox.name}", where=shown(log(sandbox)),
                why=f"{why}\n{_last_words(sandbox)}"[-LONGEST_WHY:],
            )  # fmt: skip
        time.sleep(0.1)


def unasked(sandbox: Sandbox) -> str:
    """Why the API server does not take a resource through the webhooks; empty when it does."""
    done = kubectl(sandbox, "create", "--dry-run=server", "-f", "-", stdin=json.dumps(PROBE))
    return "" if done.ok else done.err.strip()


def _silent(sandbox: Sandbox) -> str:
    """Why the API server could not ask it; empty when it could."""
    context = ssl.create_default_context(cafile=_authority(sandbox))
    try:
        with (
            socket.create_connection(("127.0.0.1", sandbox.ports[PORT]), timeout=2) as plain,
            context.wrap_socket(plain, server_hostname="127.0.0.1"),
        ):
            return ""
    except OSError as problem:
        return str(problem)


def _last_words(sandbox: Sandbox) -> str:
    try:
        return "\n".join(log(sandbox).read_text(errors="replace").strip().splitlines()[-LAST_LINES:])
    except FileNotFoundError:
        return ""


def _folder(sandbox: Sandbox) -> Path:
    return sandbox.folder / "kserve"


def _authority(sandbox: Sandbox) -> Path:
    return config.cluster(sandbox) / "pki" / "ca.crt"
