"""KServe's own controller of LLMInferenceServices in a sandbox: a process beside the control plane, in every tier.

Everything of upstream's is used by reference, from the pinned Go module. The certificate of the webhooks is the one
that kwokctl made for the API server: it is for 127.0.0.1, and the sandbox's own authority has signed it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from wellit import tools
from wellit.errors import CannotAnswer
from wellit.paths import shown
from wellit.process import run
from wellit.sandbox import config, crds, model, ports, processes
from wellit.sandbox.kubectl import LONGEST_WHY, apply, asked, kubectl
from wellit.sandbox.lock import locked
from wellit.sandbox.model import Sandbox
from wellit.say import Say
from wellit.tools.pins import pin

Object = dict[str, Any]
NAME = "kserve"
PROGRAM = "llmisvc"
PROGRAMS = (PROGRAM,)
MODULES = ("github.com/kserve/kserve", "sigs.k8s.io/lws")
NAMESPACE = "kserve"
PORT = "kserve-webhooks"
PRESETS = "llminferenceserviceconfigs.serving.kserve.io"
# Where controller-runtime looks for its certificate, below the folder for temporary files.
CERTIFICATE = Path("k8s-webhook-server/serving-certs")
START_SECONDS = 90.0
LAST_LINES = 6
# As small as one can be: the webhooks are asked about it, and nothing is made of it.
PROBE: Object = {
    "apiVersion": "serving.kserve.io/v1alpha2", "kind": "LLMInferenceService",
    "metadata": {"name": "probe", "namespace": NAMESPACE}, "spec": {"model": {"uri": "hf://a/b", "name": "b"}},
}  # fmt: skip
REAL = "its controller, its webhooks and its presets are upstream's"
NOT_REAL = "no cert-manager, no LeaderWorkerSet controller, no model is downloaded; it is an administrator here"


def title() -> str:
    """What it is, with its version."""
    return f"KServe {pin(PROGRAM).version}"


def log(sandbox: Sandbox) -> Path:
    """What the controller writes."""
    return _folder(sandbox) / f"{PROGRAM}.log"


def fetch(say: Say) -> None:
    """Download its definitions and presets, the first time."""
    _files(say)


def problem(sandbox: Sandbox) -> str:
    """What is wrong with it in a sandbox that has it; empty for nothing."""
    if not sandbox.parts[NAME]:
        return f"{title()} was never finished in it"
    if PROGRAM not in processes.living(sandbox.folder).values():
        return f"{title()}'s controller is not running (its log: {shown(log(sandbox))})"
    return ""


def words(sandbox: Sandbox) -> str:
    """What of it is real, and what is not."""
    return f"{pin(PROGRAM).version}: {REAL}\n             {NOT_REAL}\n             log: {shown(log(sandbox))}"


def put(sandbox: Sandbox, have: Mapping[str, Path], say: Say) -> Sandbox:
    """Put it into a running sandbox that the caller has locked, and record that it is whole. Again changes nothing.

    Raises CannotAnswer when the controller does not start; what is there then stays, and the next put goes on.
    """
    files = _files(say)
    made_of = _recipe(files)
    if sandbox.parts.get(NAME) == made_of and not (problem(sandbox) or _gone(sandbox, files)):
        say(f"sandbox {sandbox.name}: {title()} is in it already")
        return sandbox
    began = time.monotonic()
    say(f"sandbox {sandbox.name}: {title()}: definitions, controller, webhooks, presets")
    sandbox = model.write(replace(sandbox, parts=sandbox.parts | {NAME: ""}))
    apply(sandbox, objects=[{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}])
    _unguarded(sandbox)
    count = crds.put(sandbox, _definitions(files))
    apply(sandbox, *_below(files, "configmap"))
    sandbox = _start(sandbox, have[PROGRAM])
    _guard(sandbox, files)
    presets = _each(_below(files, "llmisvcconfig"))
    asked(sandbox, "apply", "--server-side", "--force-conflicts", "-n", NAMESPACE, *presets)
    _until(sandbox, "its webhooks answer", _webhooks_answer)
    say(f"sandbox {sandbox.name}: {title()} is there, after {time.monotonic() - began:.0f} s: {REAL}; {NOT_REAL}")
    return model.write(replace(sandbox, crds=count, parts=sandbox.parts | {NAME: made_of}))


def _files(say: Say) -> list[Path]:
    return [file for module in MODULES for file in tools.module_files(module, say)]


def _below(files: list[Path], folder: str) -> list[Path]:
    return [file for file in files if folder in file.parts]


def _definitions(files: list[Path]) -> list[Path]:
    return [file for file in files if "_" in file.name and not file.name.startswith(PROGRAM)]


def _recipe(files: list[Path]) -> str:
    said = [*map(str, files), str(pin(PROGRAM).file), Path(__file__).read_text()]
    return hashlib.sha256("\0".join(said).encode()).hexdigest()[:8]


def _gone(sandbox: Sandbox, files: list[Path]) -> bool:
    """Whether something of it was taken away by hand."""
    listed = kubectl(sandbox, "get", f"crds,configmaps,{PRESETS},{_GUARDS}", "-n", NAMESPACE, "-o", "name")
    there = {line.partition("/")[2] for line in listed.out.split()}
    plain = [*_below(files, "llmisvcconfig"), *_below(files, "configmap"), *_below(files, "webhook")]
    named = {one["metadata"]["name"] for file in plain for one in yaml.safe_load_all(file.read_text())}
    kinds = {".".join(reversed(file.stem.split("_"))) for file in _definitions(files)}
    return not listed.ok or bool((named | kinds) - there)


_GUARDS = "mutatingwebhookconfigurations,validatingwebhookconfigurations"


def _unguarded(sandbox: Sandbox) -> None:
    """Take the webhooks away while nobody answers for them: they would refuse what is about to be put."""
    if PROGRAM in processes.living(sandbox.folder).values():
        return
    for line in asked(sandbox, "get", _GUARDS, "-o", "name").split():
        if line.endswith(".serving.kserve.io"):
            asked(sandbox, "delete", line)


def _guard(sandbox: Sandbox, files: list[Path]) -> None:
    """Let the API server ask the controller, by its address: what is admitted, and how versions are converted."""
    for file in (file for file in files if file.name.startswith(f"{PROGRAM}")):
        patch = yaml.safe_load(file.read_text())
        _called_by_url(sandbox, patch["spec"]["conversion"]["webhook"]["clientConfig"])
        said = json.dumps({"spec": {"conversion": patch["spec"]["conversion"]}})
        asked(sandbox, "patch", "crd", patch["metadata"]["name"], "--type=merge", "-p", said)
    hooks = [one for file in _below(files, "webhook") for one in yaml.safe_load_all(file.read_text())]
    for one in hooks:
        one["metadata"].pop("creationTimestamp", None)
        for hook in one["webhooks"]:
            _called_by_url(sandbox, hook["clientConfig"])
    apply(sandbox, objects=hooks)


def _called_by_url(sandbox: Sandbox, client: Object) -> None:
    client["url"] = f"https://127.0.0.1:{sandbox.ports[PORT]}{client['service']['path']}"
    client["service"] = None
    client["caBundle"] = base64.b64encode(_authority(sandbox).read_bytes()).decode()


def _start(sandbox: Sandbox, program: Path) -> Sandbox:
    """Start the controller, in the place of one that may be there, so that it outlives us."""
    processes.end(sandbox.folder, {PROGRAM})
    sandbox = _reserve(sandbox)
    certificate = _folder(sandbox) / CERTIFICATE
    certificate.mkdir(parents=True, exist_ok=True)
    # Linked, so that it is known as ours when it outlives us.
    link = sandbox.folder / "bin" / PROGRAM
    pki = config.cluster(sandbox) / "pki"
    for name, target in ((certificate / "tls.crt", pki / "admin.crt"), (certificate / "tls.key", pki / "admin.key"),
                         (link, program)):  # fmt: skip
        name.unlink(missing_ok=True)
        name.symlink_to(target)
    flags = [f"--kubeconfig={sandbox.kubeconfig}", f"--webhook-port={sandbox.ports[PORT]}", "--metrics-addr=0",
             "--health-probe-addr=0"]  # fmt: skip
    env = {"HOME": str(_folder(sandbox)), "TMPDIR": str(_folder(sandbox)), "POD_NAMESPACE": NAMESPACE}
    run(["/bin/sh", "-c", '"$@" </dev/null >"$0" 2>&1 &', log(sandbox), link, *flags], env=env, timeout=START_SECONDS)
    _until(sandbox, "its webhooks listen", _listens)
    return sandbox


def _reserve(sandbox: Sandbox) -> Sandbox:
    """The port that it had, or another when somebody has taken it."""
    with locked(model.home(), lambda: None):
        known = [sandbox if name == sandbox.name else model.read(name) for name in model.all_names()]
        own = sandbox.ports.get(PORT)
        port = ports.besides({p for one in known if one for p in one.ports.values() if p != own}, own)
        return model.write(replace(sandbox, ports=sandbox.ports | {PORT: port}))


def _until(sandbox: Sandbox, what: str, true: Any) -> None:
    until = time.monotonic() + START_SECONDS
    why = ""
    while (why := true(sandbox)) and PROGRAM in processes.living(sandbox.folder).values():
        if time.monotonic() > until:
            break
        time.sleep(0.1)
    if why:
        raise CannotAnswer(
            f"{title()} does not start in the sandbox {sandbox.name}: waited until {what}",
            where=shown(log(sandbox)), why=f"{why}\n{_last_words(sandbox)}"[-LONGEST_WHY:],
        )  # fmt: skip


def _listens(sandbox: Sandbox) -> str:
    """Why the API server could not ask it now; empty when it could."""
    context = ssl.create_default_context(cafile=_authority(sandbox))
    try:
        with (
            socket.create_connection(("127.0.0.1", sandbox.ports[PORT]), timeout=2) as plain,
            context.wrap_socket(plain, server_hostname="127.0.0.1"),
        ):
            return ""
    except OSError as problem:
        return str(problem)


def _webhooks_answer(sandbox: Sandbox) -> str:
    done = kubectl(sandbox, "create", "--dry-run=server", "-f", "-", stdin=json.dumps(PROBE))
    return "" if done.ok else done.err.strip()


def _last_words(sandbox: Sandbox) -> str:
    try:
        return "\n".join(log(sandbox).read_text(errors="replace").strip().splitlines()[-LAST_LINES:])
    except FileNotFoundError:
        return ""


def _folder(sandbox: Sandbox) -> Path:
    return sandbox.folder / NAME


def _authority(sandbox: Sandbox) -> Path:
    return config.cluster(sandbox) / "pki" / "ca.crt"


def _each(files: list[Path]) -> list[str]:
    return [f"--filename={file}" for file in files]
