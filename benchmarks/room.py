"""A cache of the benchmark's own, with the tools of the real one, and the commands that are run in it."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from wellit import charts, paths, process, render, tools
from wellit.compose import Choice, Stack, compose
from wellit.errors import CannotAnswer

SECONDS = 1800  # for one command
SHARED = ("tools", "modules")  # of the user's cache: never built a second time
MADE = ("data", "good", "render", "verdicts")  # of the room's own: what one call leaves for the next
WORDS = ["-e", "sglang", "--charts", "offline", "--size", "small"]


def say(line: str) -> None:
    """Progress; the table alone goes to standard output."""
    print(line, file=sys.stderr)


@dataclass(frozen=True)
class Room:
    """A folder with a cache in it."""

    folder: Path

    @property
    def cache(self) -> Path:
        return self.folder / "cache"

    def wellit(self, *words: str | Path, code: int = 0) -> None:
        """Run one of this project's tasks as a person would. Raises CannotAnswer when it does not end with `code`."""
        self.run([paths.ROOT / "scripts" / "invoke", *words], {"WELLIT_CACHE": str(self.cache)}, code=code)

    def helmfile(
        self, namespace: str, *words: str, kubeconfig: Path | None = None, settings: Mapping[str, Any] | None = None
    ) -> None:
        """Run plain helmfile on the same stack with the same charts. Raises CannotAnswer when it fails."""
        stack = self.stack(namespace)
        stack.overrides |= settings or {}
        self._helmfile(stack, *words, kubeconfig=kubeconfig)

    def diff(self, namespace: str, kubeconfig: Path, settings: Mapping[str, Any]) -> None:
        """Plain helmfile's template of the stack with `settings`, and kubectl's diff of it as helm would apply it.

        Raises CannotAnswer when one of them fails, or there is no difference.
        """
        stack = self.stack(namespace)
        stack.overrides |= settings
        made = self._helmfile(stack, "template")
        words = ["diff", "--server-side", "--field-manager=helm", "--force-conflicts", "-n", namespace, "-f", "-"]
        self.run([tools.path("kubectl", say), *words], {"KUBECONFIG": str(kubeconfig)}, stdin=made, code=1)

    def conform(self, choice: Choice) -> None:
        """What people run today on any stack: helmfile's template, and kubeconform over what it prints.

        Schemas are not downloaded for it: a folder of its own has none, which only makes it faster. Raises
        CannotAnswer when one of them fails.
        """
        made = self._helmfile(compose(choice), "template")
        words = ["-ignore-missing-schemas", "-schema-location", str(self.folder / "schemas"), "-"]
        self.run([tools.path("kubeconform", say), *words], stdin=made)

    def _helmfile(self, stack: Stack, *words: str, kubeconfig: Path | None = None) -> str:
        overrides = self.folder / "overrides.json"
        overrides.write_text(yaml.safe_dump(stack.overrides))
        start = render.arguments(stack, tools.ensure(["helm", "helmfile"]), overrides)
        env = {"KUBECONFIG": str(kubeconfig)} if kubeconfig else {}
        return self.run([*start, *words, "--skip-deps"], charts.environment() | env)

    def stack(self, namespace: str | None = None) -> Stack:
        """The stack that everything is measured on, as WORDS say it."""
        offline = {"charts": "offline"}
        return compose(Choice(namespace=namespace, environment="sglang", components=offline, size="small"))

    def forget(self) -> None:
        """Drop what was read, rendered and judged."""
        for kept in MADE:
            shutil.rmtree(self.cache / kept, ignore_errors=True)

    def run(
        self,
        argv: Sequence[str | Path],
        env: Mapping[str, str] | None = None,
        *,
        cwd: Path | None = None,
        stdin: str | None = None,
        code: int = 0,
    ) -> str:
        """Run a command and return what it printed. Raises CannotAnswer when it does not end with `code`."""
        done = process.run(argv, env=env, cwd=cwd, stdin=stdin, timeout=SECONDS)
        if done.code != code:
            last = (done.err or done.out).strip().splitlines()[-3:]
            raise CannotAnswer(f"{done.command} ended with {done.code}", why=" ".join(last))
        return done.out


@contextmanager
def room() -> Iterator[Room]:
    """A room that is gone afterwards; for this process too its cache is the cache."""
    real = paths.cache()
    with tempfile.TemporaryDirectory(prefix="wellit-benchmark-") as name:
        made = Room(Path(name))
        made.cache.mkdir()
        for shared in SHARED:
            (real / shared).mkdir(parents=True, exist_ok=True)
            (made.cache / shared).symlink_to(real / shared)
        os.environ["WELLIT_CACHE"] = str(made.cache)
        yield made
