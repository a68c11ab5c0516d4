"""Which cluster, and how it is asked: kubectl with the context that is on the screen.

Nothing here writes: lifecycle does, through `Access.call`.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from wellit import paths, process, tools
from wellit.demand import Kind
from wellit.door import Door
from wellit.errors import CannotAnswer, Refused, WellitError, unknown
from wellit.process import Done, Runner

MANAGER = "helm"  # as which helm 4 applies
METADATA = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"
SECONDS = 20.0  # for one request; a slow page of a large cluster needs a few
_DENIED = re.compile(r"Error from server \(Forbidden\): (.*)")
_CANNOT = re.compile(r'cannot (\w+) resource "([^"]+)" in API group "([^"]*)"(?: in the namespace "([^"]+)")?')
_MISSING = re.compile(r"Error from server \(NotFound\)|the server doesn't have a resource type")
_LOCAL = "--sandbox for the sandbox, --context NAME or --kubeconfig FILE for another cluster"


@dataclass(frozen=True)
class Unread:
    """What could not be looked at, and which permission is missing."""

    why: str

    @property
    def words(self) -> str:
        """As a check tells it."""
        return f"not looked at: you may not {self.why}"


@dataclass(frozen=True)
class Missing:
    """It is not there."""


Answer = Any | Missing | Unread


@dataclass(frozen=True)
class Access:
    """One cluster: the context's name, the server's URL and the user's name stand on the screen.

    `kubeconfig` is what KUBECONFIG is set to for children, empty for kubectl's own default;
    `sandbox` is the sandbox's name when it is one of ours.
    """

    kubectl: Path
    context: str
    server: str = ""
    user: str = ""
    kubeconfig: str = ""
    sandbox: str = ""
    run: Runner = process.run
    door: Door | None = field(default=None, compare=False, repr=False)

    @property
    def label(self) -> str:
        """The cluster in words: ``sandbox default (https://127.0.0.1:6443)``."""
        name = f"sandbox {self.sandbox}" if self.sandbox else f"context {self.context}"
        return f"{name} ({self.server})"

    @property
    def env(self) -> dict[str, str]:
        """Variables that make kubectl, helm and helmfile talk to this cluster and no other."""
        chosen = {"KUBECONFIG": self.kubeconfig} if self.kubeconfig else {}
        return chosen | {"HELM_KUBECONTEXT": self.context, "KUBECACHEDIR": str(paths.cache() / "kubectl")}

    @property
    def flags(self) -> str:
        """The words that a person adds to kubectl to reach this cluster."""
        own = self.kubeconfig and self.kubeconfig != os.environ.get("KUBECONFIG")
        config = f"--kubeconfig {paths.shown(Path(self.kubeconfig))} " if own else ""
        return f"{config}--context {self.context}"

    @property
    def invoke_flags(self) -> str:
        """The words that a person adds to an invoke task to reach this cluster."""
        return f"--sandbox={self.sandbox}" if self.sandbox else self.flags

    def call(self, *words: str, stdin: str | None = None, timeout: float = SECONDS) -> Done:
        """Run kubectl on this cluster; the caller judges the exit code. Raises CannotAnswer when it hangs."""
        if self.door and "--raw" in words and (answer := self.door.ask(words, stdin, timeout)):
            return answer
        limit = f"--request-timeout={timeout:.0f}s"
        argv: list[str | Path] = [self.kubectl, "--context", self.context, limit, *words]
        return self.run(argv, env=self.env, stdin=stdin, timeout=timeout + 10)

    def get(self, path: str) -> Answer:
        """What the API answers for a raw path: data, Missing or Unread. Raises CannotAnswer when it does not answer."""
        return self.read(self.call("get", "--raw", path), path)

    def about(self, path: str) -> Answer:
        """An object without its spec and status where the API can leave them out (else whole); answers as get()."""
        words = ("get", "--raw", path)
        done = self.door.ask(words, None, SECONDS, METADATA) if self.door else None
        return self.read(done or self.call(*words), path)

    def review(self, path: str, body: dict[str, Any]) -> Answer:
        """Put a question of the API's own (a SelfSubject...Review), which changes nothing."""
        return self.read(self.call("create", "--raw", path, "-f", "-", stdin=json.dumps(body)), path)

    def trial(self, path: str, body: Mapping[str, Any]) -> Done:
        """Put an object in the place of the one at a raw path, so that nothing is kept: what the API makes of it."""
        return self.call("replace", "--raw", f"{path}?dryRun=All", "-f", "-", stdin=json.dumps(body))

    def read(self, done: Done, what: str) -> Answer:
        """The answer in a finished kubectl call. Raises CannotAnswer when the server gave none."""
        if done.ok:
            return json.loads(done.out) if done.out.strip() else None
        if denied := _DENIED.search(done.err):
            return Unread(permission(denied.group(1)))
        if _MISSING.search(done.err):
            return Missing()
        raise failure(self, done, what)


def dry_run(access: Access, namespace: str, manifest: Mapping[str, Any]) -> Done:
    """Put an object to the API server as helm would, so that nothing is kept: what it and its webhooks say of it.

    What comes back is the object as it would be. Every way there says dryRun=All.
    """
    about = {key: value for key, value in manifest["metadata"].items() if key != "namespace"}
    body = json.dumps({**manifest, "metadata": about})
    if access.door:
        path = Kind(manifest["apiVersion"], manifest["kind"]).path(namespace, about["name"])
        asked = {"dryRun": "All", "fieldManager": MANAGER, "force": "true", "fieldValidation": "Strict"}
        words = ("patch", "--raw", f"{path}?{urlencode(asked)}")
        if answer := access.door.ask(words, body, SECONDS):
            return answer
    how = ["--server-side", "--dry-run=server", "--force-conflicts", f"--field-manager={MANAGER}", "--validate=strict"]
    return access.call("apply", *how, "-o", "json", "-n", namespace, "-f", "-", stdin=body)


def permission(said: str) -> str:
    """``list nodes`` or ``get pods in NAMESPACE`` from the API server's words of refusal."""
    found = _CANNOT.search(said)
    if not found:
        return said
    verb, resource, group, namespace = found.groups()
    return f"{verb} {resource}{f'.{group}' if group else ''}{f' in {namespace}' if namespace else ''}"


# What kubectl says -> what is wrong, what to do. The first that matches counts.
_FAILURES: tuple[tuple[str, str, str], ...] = (
    (
        r"Unauthorized|must be logged in",
        "{label} does not accept your login",
        "log in again as your cluster wants it, then: kubectl {flags} auth whoami",
    ),
    (
        r"x509|certificate|tls:",
        "the certificate of {label} is not accepted",
        "fetch the cluster's kubeconfig again; its certificate authority is not the server's",
    ),
    (
        r"getting credentials|exec plugin|executable .* not found",
        "the login program of {label} failed",
        "run it by hand: kubectl {flags} auth whoami",
    ),
    (r"context .* does not exist", "{label} is not in the kubeconfig", "kubectl config get-contexts"),
    (
        r"TooManyRequests|ServiceUnavailable",
        "{label} asks to be asked later",
        "the same again in a minute: it starts, or has much to do: kubectl {flags} get --raw '/readyz?verbose'",
    ),
    (
        r"refused|no such host|timeout|deadline exceeded|canceled|unreachable|no route|EOF|reset|Unable to connect",
        "{label} does not answer",
        "is it up, and is this machine on its network? " + _LOCAL,
    ),
)


_WEBHOOK = re.compile(r'admission webhook "([^"]+)" denied the request: ([^\n]*)')
_SILENT = re.compile(r'failed calling webhook "([^"]+)": ([^\n]*)')


def webhook(said: str) -> str:
    """What a webhook has to do with a refusal of the API server's; "" when that names none."""
    if refused := _WEBHOOK.search(said):
        return f"the webhook {refused[1]} refuses it: {' '.join(refused[2].split())}"
    if silent := _SILENT.search(said):
        return f"the webhook {silent[1]}, which must be asked, does not answer: {silent[2].strip()}"
    return ""


def failure(access: Access, done: Done, what: str) -> WellitError:
    """The error for a kubectl call that got no answer, or a webhook's no."""
    if refused := webhook(done.err):
        look = f"kubectl {access.flags} get validatingwebhookconfigurations,mutatingwebhookconfigurations"
        return Refused(f"{access.label} does not take {what}: {refused}", write=f"whose it is: {look}")
    said = done.err.strip().splitlines()
    reason = said[-1] if said else f"kubectl ended with {done.code}"
    for pattern, message, write in _FAILURES:
        if re.search(pattern, done.err):
            names = {"label": access.label, "flags": access.flags}
            return CannotAnswer(message.format(**names), why=reason, write=write.format(**names))
    return CannotAnswer(
        f"{access.label} did not answer {what}", why=reason, write=f"kubectl {access.flags} get --raw '{what}'"
    )


def open_access(
    *,
    kubeconfig: str | None = None,
    context: str | None = None,
    sandbox: str | None = None,
    say: Callable[[str], None] = lambda _: None,
    kubectl: Path | None = None,
    run: Runner = process.run,
) -> Access:
    """Find the cluster that was asked for; none is asked anything yet.

    `sandbox` is the name of a sandbox; else `kubeconfig` (a file) and `context`, else the user's KUBECONFIG and
    current context. Raises CannotAnswer when there is no such file or context.
    """
    chosen = os.environ.get("KUBECONFIG", "")
    if sandbox is not None:
        chosen, context = _sandbox(sandbox), None
    elif kubeconfig is not None:
        if not Path(kubeconfig).expanduser().is_file():
            raise CannotAnswer(f"there is no kubeconfig {kubeconfig}", write=_LOCAL)
        chosen = str(Path(kubeconfig).expanduser().absolute())
    kubectl = kubectl or tools.path("kubectl", say)
    env = {"KUBECONFIG": chosen} if chosen else {}
    done = run([kubectl, "config", "view", "-o", "json"], env=env, timeout=SECONDS)
    if not done.ok:
        reason = (done.err.strip().splitlines() or ["kubectl gave no reason"])[-1]
        raise CannotAnswer("the kubeconfig cannot be read", where=chosen, why=reason, write=_LOCAL)
    return _access(json.loads(done.out), kubectl, chosen, context, sandbox or "", run)


def _access(
    config: dict[str, Any], kubectl: Path, chosen: str, context: str | None, sandbox: str, run: Runner
) -> Access:
    contexts = {c["name"]: c.get("context") or {} for c in config.get("contexts") or []}
    name = context or config.get("current-context") or ""
    if not contexts:
        raise CannotAnswer(
            "there is no cluster to talk to", why=f"no context in {chosen or '~/.kube/config'}", write=_LOCAL
        )
    if not name:
        raise CannotAnswer(
            "the kubeconfig has no current context",
            where=chosen,
            write=f"--context NAME; known: {', '.join(sorted(contexts))}",
        )
    if name not in contexts:
        raise unknown("context", name, contexts, where=chosen)
    clusters = {c["name"]: c.get("cluster") or {} for c in config.get("clusters") or []}
    about = contexts[name]
    server = clusters.get(about.get("cluster", ""), {}).get("server", "")
    access = Access(kubectl, name, server, about.get("user", ""), chosen, sandbox, run)
    return replace(access, door=Door([kubectl, "--context", name], access.env)) if run is process.run else access


@dataclass(frozen=True)
class StandIn:
    """What runs in a sandbox in the place of an image: in words, and the image whose program it is ("" for none)."""

    words: str
    image: str = ""


def stand_ins(access: Access, images: Iterable[str]) -> dict[str, StandIn]:
    """Of these images those that something else stands in for; none outside of a sandbox that answers."""
    if not access.sandbox:
        return {}
    from wellit import sandbox

    return {image: StandIn(*found) for image, found in sandbox.stand_ins(access.sandbox, images).items()}


def _sandbox(name: str) -> str:
    # The sandbox is a room of its own: nobody else needs what it imports.
    from wellit import sandbox

    return str(sandbox.kubeconfig(name))


def part(access: Access, name: str) -> str:
    """What a part of the sandbox is, in words; "" for one that it does not have, and outside of a sandbox."""
    if not (access.sandbox and name):
        return ""
    from wellit import sandbox

    return sandbox.part(access.sandbox, name)
