"""Which cluster: a sandbox, or a context of a kubeconfig."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from wellit import process, tools
from wellit.access.asked import SECONDS, Access
from wellit.access.failures import OTHERS
from wellit.door import Door
from wellit.errors import CannotAnswer, unknown
from wellit.process import Runner


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
            raise CannotAnswer(f"there is no kubeconfig {kubeconfig}", write=OTHERS)
        chosen = str(Path(kubeconfig).expanduser().absolute())
    kubectl = kubectl or tools.path("kubectl", say)
    env = {"KUBECONFIG": chosen} if chosen else {}
    done = run([kubectl, "config", "view", "-o", "json"], env=env, timeout=SECONDS)
    if not done.ok:
        reason = (done.err.strip().splitlines() or ["kubectl gave no reason"])[-1]
        raise CannotAnswer("the kubeconfig cannot be read", where=chosen, why=reason, write=OTHERS)
    return _access(json.loads(done.out), kubectl, chosen, context, sandbox or "", run)


def _access(
    config: dict[str, Any], kubectl: Path, chosen: str, context: str | None, sandbox: str, run: Runner
) -> Access:
    contexts = {c["name"]: c.get("context") or {} for c in config.get("contexts") or []}
    name = context or config.get("current-context") or ""
    if not contexts:
        raise CannotAnswer(
            "there is no cluster to talk to", why=f"no context in {chosen or '~/.kube/config'}", write=OTHERS
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


def _sandbox(name: str) -> str:
    # The sandbox is a room of its own: nobody else needs what it imports.
    from wellit import sandbox

    return str(sandbox.kubeconfig(name))
