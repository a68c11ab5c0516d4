"""What helm and helmfile are told, and what their words mean. lifecycle runs them."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from wellit.access import Access, webhook
from wellit.charts import environment
from wellit.cluster import HelmRelease
from wellit.compose import Stack, merge
from wellit.errors import Refused
from wellit.process import Done
from wellit.release_values import QUICK
from wellit.render import Rendered, arguments
from wellit.tools.room import passing

FRESH_SECONDS = 300.0  # a pending release that changed this lately may still have somebody at work on it
SYNC_SECONDS = 1800.0
# Without them helm refuses a field that somebody changed by hand since ("conflict with kubectl-edit"), and a release
# that an older helm applied by itself, not by the server, stays so, which has no --force-conflicts.
OWNS = ("--server-side=true", "--force-conflicts")
# As helmDefaults of the guides say: helm keeps 10 revisions by itself, and a few attempts that were stopped would push
# out those that a rollback goes back to.
KEEPS = "--history-max=100"
_RELEASE = re.compile(r"^Upgrading release=([^,]+),|^Release \"([^\"]+)\" (does not exist|has been upgraded)")
_DEPLOYED = re.compile(r"^(\S+)\s+\S+\s+(\d+)\s+.*\s(deployed)\s")
_REASON = re.compile(
    r"^\s*(?:Error: |in .*: )?(.*(?:UPGRADE FAILED|INSTALLATION FAILED|Error|error|failed|denied|refused).*)$"
)


@dataclass(frozen=True)
class Helm:
    """helm and helmfile on one cluster."""

    access: Access
    binaries: Mapping[str, Path]

    @property
    def env(self) -> dict[str, str]:
        return environment() | QUICK | self.access.env

    def helm(self, *words: str, timeout: float = 600.0) -> Done:
        return self.access.run([self.binaries["helm"], *words], env=self.env, timeout=timeout, tied=True)

    def sync(self, stack: Stack, rendered: Rendered, on_line: Callable[[str], None]) -> Done:
        """helmfile sync of the stack, from the very charts that were rendered; what comes ready is not waited for."""
        with _overrides(stack, rendered) as file:
            words = [*arguments(stack, self.binaries, file), "sync", "--skip-deps", "--sync-args", " ".join(OWNS)]
            # A killed helmfile leaves the values of releases behind.
            env = {**self.env, "TMPDIR": str(file.parent)}
            return self.access.run(words, env=env, timeout=SYNC_SECONDS, on_line=on_line, tied=True)

    def mend(self, release: HelmRelease, namespace: str) -> Done:
        """Bring a release out of a pending state: one that never was is removed, another goes back."""
        if release.status == "uninstalling":
            return self.leave(release.name, namespace)
        if release.revision == 1:
            return self.helm("uninstall", release.name, "-n", namespace, "--ignore-not-found")
        return self.helm("rollback", release.name, "-n", namespace, *OWNS, KEEPS)

    def back(self, release: str, revision: int, namespace: str) -> Done:
        """Bring a release back to a revision that helm keeps; also one that was left."""
        return self.helm("rollback", release, str(revision), "-n", namespace, *OWNS, KEEPS)

    def leave(self, release: str, namespace: str, seconds: int = 300) -> Done:
        """Remove what a release made; helm keeps what it was, so that it may come back."""
        words = ("--wait", "--ignore-not-found", "--keep-history", "--timeout", f"{seconds}s")
        return self.helm("uninstall", release, "-n", namespace, *words)

    def uninstall(self, names: Iterable[str], namespace: str, seconds: int = 300) -> Done:
        """Remove releases, one after another in the order given; those that are not there are passed over."""
        limit = f"{seconds}s"
        return self.helm("uninstall", *names, "-n", namespace, "--wait", "--ignore-not-found", "--timeout", limit)


@contextmanager
def _overrides(stack: Stack, rendered: Rendered) -> Iterator[Path]:
    """The file of overrides for helmfile; charts that were found in the cache stand in it by path."""
    values = merge(stack.overrides, {"charts": dict(rendered.charts)}) if rendered.charts else stack.overrides
    with passing() as folder:
        file = folder / "overrides.json"
        file.write_text(json.dumps(values))
        yield file


def progress_of(line: str) -> tuple[str, bool, str] | None:
    """(release, done, words) of a line that helmfile wrote, or None for any other."""
    if found := _RELEASE.match(line):
        name = found[1] or found[2]
        return name, False, "applying"
    if found := _DEPLOYED.match(line):
        return found[1], True, f"applied, revision {found[2]}"
    return None


def reason(done: Done) -> str:
    """Why helm or helmfile failed, without the wrapping."""
    if said := webhook(done.err):
        return said
    told = [found[1].strip() for line in done.err.splitlines() if (found := _REASON.match(line))]
    told = [re.sub(r"^(Error: |UPGRADE FAILED: |INSTALLATION FAILED: )+", "", line) for line in told]
    useful = [
        line for line in told if not re.search(r"exited with status|err: release .* failed|command .* exited", line)
    ]
    return (useful or told or [line for line in done.err.splitlines() if line.strip()] or ["no reason given"])[-1]


def mended(said: str, namespace: str, flags: str) -> str:
    """What mends what helm said, where that is known; "" where it is not."""
    if not said.endswith("release: already exists"):
        return ""
    shown = f"kubectl {flags} get secrets -n {namespace} --field-selector type=helm.sh/release.v1 --show-labels"
    return f"a release's Secret has lost the labels that helm finds it by (name, owner=helm, status, version): {shown}"


def in_the_way(pending: Iterable[HelmRelease], ours: bool, namespace: str, flags: str) -> None:
    """Raise Refused when a release is pending and somebody else may be at work on it."""
    for release in pending:
        age = time.time() - release.changed
        if not ours and age < FRESH_SECONDS:
            raise Refused(
                f"helm says that {release.name} is {release.status} since {age:.0f} s: somebody is at work on it",
                why=f"after {FRESH_SECONDS / 60:.0f} minutes without a change it counts as left behind, and is mended",
                write=f"wait; or, when nobody is: helm {flags.replace('--context', '--kube-context')} "
                f"uninstall {release.name} -n {namespace}",
            )
