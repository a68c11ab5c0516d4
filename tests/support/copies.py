"""A copy of this checkout in a temporary folder, for tests that write into one."""

from __future__ import annotations

import json
import shutil
import site
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from wellit import process
from wellit.paths import ROOT


@dataclass(frozen=True)
class Copy:
    """A copy of the checkout, and its commands."""

    root: Path

    def run(self, *words: str) -> process.Done:
        return process.run([self.root / "scripts" / "invoke", *words], cwd=self.root)

    def report(self, *words: str) -> dict[str, Any]:
        """What validate says, from the offline charts."""
        done = self.run("validate", *words, "--charts", "offline", "--format", "json")
        document: dict[str, Any] = json.loads(done.out)
        return document

    def rendered(self, *words: str) -> list[dict[str, Any]]:
        """The manifests of a small stack, from the offline charts."""
        done = self.run("render", *words, "--charts", "offline", "--size", "small")
        assert done.ok, done.err
        return [each for each in yaml.safe_load_all(done.out) if each]

    def python(self, *words: str) -> process.Done:
        return process.run([self.root / ".venv" / "bin" / "python", *words], cwd=self.root)


def checkout(folder: Path) -> Copy:
    """A copy of what git lists here, with a .venv of its own that has this one's packages."""
    root = folder / "checkout"
    listed = process.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT)
    assert listed.ok, listed.err
    for name in filter(None, listed.out.split("\0")):
        if (ROOT / name).exists():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, root / name, follow_symlinks=False)
    _environment(root)
    return Copy(root)


def _environment(root: Path) -> None:
    made = process.run([sys.executable, "-I", "-m", "venv", "--without-pip", root / ".venv"])
    assert made.ok, made.err
    packages = next((root / ".venv" / "lib").glob("python3*/site-packages"))
    (packages / "wellit.pth").write_text("\n".join([str(root), *site.getsitepackages()]) + "\n")
    for stamp in ("complete", "complete-dev"):
        digest = (ROOT / ".venv" / stamp).read_text().splitlines()[1]
        (root / ".venv" / stamp).write_text(f"{root}\n{digest}\n")
