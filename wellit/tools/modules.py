"""Files that pinned Go modules publish: custom resource definitions, the chart of istiod, KServe's presets."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from wellit.errors import CannotAnswer, unknown
from wellit.paths import cache
from wellit.process import Runner, run
from wellit.say import Say, announce
from wellit.tools.failures import cannot_write, no_network, ways_out
from wellit.tools.find import write_json
from wellit.tools.golang import environment, go
from wellit.tools.pins import definitions, publishers, statements
from wellit.tools.progress import timed
from wellit.tools.room import locked, room

LIST = "files.json"
SECONDS = 10


def published() -> list[str]:
    """The modules whose files are definitions for an API server."""
    return definitions()


def publishes(module: str, version: str) -> bool:
    """Whether that version of a module is pinned here, so that its files can be had."""
    return version in publishers().get(module, {})


def module_files(module: str, say: Say = announce, runner: Runner = run, *, version: str = "") -> list[Path]:
    """The wanted files of a pinned Go module, sorted; downloaded the first time, then kept without the rest of it.

    Those of a pattern with ** keep the folders in which they lie, and so do those of several patterns.

    Without `version` they are of the one that the sandbox takes. Raises CannotAnswer for a module or version that is
    not pinned and when it cannot be downloaded.
    """
    if module not in publishers():
        raise unknown("module", module, publishers())
    pinned = publishers()[module]
    version = version or next(iter(pinned))
    if version not in pinned:
        raise unknown(f"version of {module}", version, pinned)
    folder, patterns = pinned[version]
    mark = hashlib.sha256(" ".join(patterns).encode()).hexdigest()[:8]
    kept = cache() / "modules" / f"{module.replace('/', '-')}-{version}-{mark}"
    if files := _whole(kept):
        return files
    try:
        with room() as here, locked(cache() / "modules" / ".lock", lambda: say(f"waiting for {module}")):
            if not _whole(kept):
                _fetch(module, version, folder, patterns, here, say, runner)
                shutil.rmtree(kept, ignore_errors=True)
                (here / "files").rename(kept)
    except OSError as problem:
        raise cannot_write(problem) from problem
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


def _fetch(
    module: str, version: str, folder: Path, patterns: Sequence[str], here: Path, say: Say, runner: Runner
) -> None:
    pin = here / "pin"
    pin.mkdir()
    for name in ("go.mod", "go.sum"):
        shutil.copy(folder / name, pin)
    needed = next(rest for verb, rest in statements((pin / "go.mod").read_text()) if verb == "go")
    try:
        program = go(needed, here, say, runner)
    except CannotAnswer as problem:
        raise _cannot_download(module, needed, f"{problem.message}: {problem.why}") from problem
    with timed(say, f"downloading {module} {version}", SECONDS):
        done = runner([program, "mod", "download", "-modcacherw", "-json", module], env=environment(here), cwd=pin)
    if not done.ok:
        raise _cannot_download(module, needed, no_network(done) or done.err.strip() or done.out.strip())
    _keep_files(Path(json.loads(done.out)["Dir"]), patterns, here / "files")


def _keep_files(source: Path, patterns: Sequence[str], kept: Path) -> None:
    sizes = {}
    above = source / os.path.commonpath([Path(pattern.partition("*")[0] + "x").parent for pattern in patterns])
    found = {file for pattern in patterns for file in source.glob(pattern)}
    for file in sorted(file for file in found if file.is_file()):
        name = file.relative_to(above)
        (kept / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, kept / name)
        sizes[str(name)] = file.stat().st_size
    write_json(kept / LIST, sizes)


def _cannot_download(module: str, go_needed: str, why: str) -> CannotAnswer:
    return CannotAnswer(f"cannot download the Go module {module}", why=why, write=ways_out([], go_needed, "modules"))
