"""One cluster, and how it is asked: kubectl with the context that is on the screen, or a door kept open beside it."""

from __future__ import annotations

import json
import os
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from wellit import paths, process
from wellit.access.failures import failure, forbidden
from wellit.demand import Kind
from wellit.door import Door
from wellit.process import Done, Runner

MANAGER = "helm"  # as which helm 4 applies
METADATA = "application/json;as=PartialObjectMetadata{};g=meta.k8s.io;v=v1"
SECONDS = 20.0  # for one request; a slow page of a large cluster needs a few
_MISSING = re.compile(r"Error from server \(NotFound\)|the server doesn't have a resource type")


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
        config = f"--kubeconfig {_typed(paths.shown(Path(self.kubeconfig)))} " if own else ""
        return f"{config}--context {_typed(self.context)}"

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
        return self.read(self._metadata(path, "") or self.call("get", "--raw", path), path)

    def abouts(self, path: str) -> Answer | None:
        """A list of objects without their specs and data; None where only whole ones can be had. Answers as get()."""
        done = self._metadata(path, "List")
        return self.read(done, path) if done else None

    def _metadata(self, path: str, form: str) -> Done | None:
        """None where kubectl is asked for each: it cannot ask for this form."""
        return self.door.ask(("get", "--raw", path), None, SECONDS, METADATA.format(form)) if self.door else None

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
        if denied := forbidden(done.err):
            return Unread(denied)
        if _MISSING.search(done.err):
            return Missing()
        raise failure(self, done, what)


def _typed(word: str) -> str:
    """As it is typed in a shell, which fills in a ~ that begins it, and does not when it is quoted."""
    return f"~/{shlex.quote(word[2:])}" if word.startswith("~/") else shlex.quote(word)


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
