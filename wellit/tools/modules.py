"""Files that pinned Go modules publish: custom resource definitions, for the sandbox's API server."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

from wellit.errors import CannotAnswer, unknown
from wellit.paths import cache
from wellit.process import Runner, run
from wellit.tools.find import Say, write_json
from wellit.tools.golang import environment, go
from wellit.tools.pins import publishers, requires, statements
from wellit.tools.progress import announce, timed
from wellit.tools.room import locked, room

LIST = "files.json"
SECONDS = 10


def published() -> list[str]:
    """The modules that module_files() knows."""
    return list(publishers())


def module_files(module: str, say: Say = announce, runner: Runner = run) -> list[Path]:
    """The wanted files of a pinned Go module, sorted; downloaded the first time, then kept without the rest of it.

    Raises CannotAnswer for a module that is not pinned and when it cannot be downloaded.
    """
    if module not in publishers():
        raise unknown("module", module, published())
    folder, pattern = publishers()[module]
    text = (folder / "go.mod").read_text()
    version = requires(text)[module]
    mark = hashlib.sha256(pattern.encode()).hexdigest()[:8]
    kept = cache() / "modules" / f"{module.replace('/', '-')}-{version}-{mark}"
    if files := _whole(kept):
        return files
    with room() as here, locked(cache() / "modules" / ".lock", lambda: say(f"waiting for {module}")):
        if not _whole(kept):
            _fetch(module, version, folder, pattern, here, say, runner)
            shutil.rmtree(kept, ignore_errors=True)
            (here / "files").rename(kept)
    return _whole(kept)


def _whole(kept: Path) -> list[Path]:
    """The files of a kept folder, or none when one is missing or cut short."""
    try:
        sizes: dict[str, int] = json.loads((kept / LIST).read_text())
        return [kept / name for name, size in sorted(sizes.items()) if _same(kept / name, size)]
    except (OSError, ValueError):
        return []


def _same(file: Path, size: int) -> bool:
    if file.stat().st_size != size:
        raise ValueError(file)
    return True


def _fetch(module: str, version: str, folder: Path, pattern: str, here: Path, say: Say, runner: Runner) -> None:
    pin = here / "pin"
    pin.mkdir()
    for name in ("go.mod", "go.sum"):
        shutil.copy(folder / name, pin)
    needed = next(rest for verb, rest in statements((folder / "go.mod").read_text()) if verb == "go")
    program = go(needed, here, say, runner)
    with timed(say, f"downloading {module} {version}", SECONDS):
        done = runner([program, "mod", "download", "-modcacherw", "-json", module], env=environment(here), cwd=pin)
    if not done.ok:
        raise CannotAnswer(f"cannot download {module} {version}", why=done.out + done.err)
    source = Path(json.loads(done.out)["Dir"])
    sizes = {}
    (here / "files").mkdir()
    for file in sorted(source.glob(pattern)):
        shutil.copy(file, here / "files" / file.name)
        sizes[file.name] = file.stat().st_size
    write_json(here / "files" / LIST, sizes)
