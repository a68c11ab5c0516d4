"""A copy of this checkout in a temporary folder, for tests that write into one."""

from __future__ import annotations

import shutil
import site
import sys
from pathlib import Path

from wellit import process
from wellit.paths import ROOT


def checkout(folder: Path) -> Path:
    """A copy of what git lists here, with a .venv of its own that has this one's packages. Returns its root."""
    root = folder / "checkout"
    listed = process.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT)
    assert listed.ok, listed.err
    for name in filter(None, listed.out.split("\0")):
        if (ROOT / name).exists():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, root / name, follow_symlinks=False)
    _environment(root)
    return root


def _environment(root: Path) -> None:
    made = process.run([sys.executable, "-I", "-m", "venv", "--without-pip", root / ".venv"])
    assert made.ok, made.err
    packages = next((root / ".venv" / "lib").glob("python3*/site-packages"))
    (packages / "wellit.pth").write_text("\n".join([str(root), *site.getsitepackages()]) + "\n")
    for stamp in ("complete", "complete-dev"):
        digest = (ROOT / ".venv" / stamp).read_text().splitlines()[1]
        (root / ".venv" / stamp).write_text(f"{root}\n{digest}\n")
