"""A stack in one file, for where there is no network: `invoke bundle` makes it, install and validate take it.

    written(stack, rendered, ...)   make it
    validated(file, flags, ...)     what of it is missing, changed or added; and the stack in it, judged and rendered

archive is the file itself, making what goes into it, judge what is wrong with one, use what a task takes from one.
"""

from __future__ import annotations

import os
from pathlib import Path

from wellit import charts
from wellit.bundle import judge
from wellit.bundle.making import images, make
from wellit.bundle.readme import needs
from wellit.bundle.use import validated
from wellit.compose import Stack
from wellit.errors import CannotAnswer
from wellit.findings import Report
from wellit.paths import shown
from wellit.render import Rendered
from wellit.say import Say

__all__ = ["images", "known_output", "validated", "written"]

COMPRESSED = (".gz", ".tgz", ".zst", ".xz", ".bz2", ".zip")


def known_output(name: str) -> Path:
    """Where a bundle is to be written, asked before the work. Raises CannotAnswer."""
    file = Path(name).expanduser()
    if not name:
        raise CannotAnswer(
            "-o does not say where the bundle goes", write="-o stack.tar; --images prints the images alone"
        )
    if file.suffix in COMPRESSED:
        plain = name.removesuffix(file.suffix).removesuffix(".tar") + ".tar"
        raise CannotAnswer(
            "a bundle is a plain tar", why="its charts are compressed already, and the same bundle has the same bytes",
            write=f"-o {plain}",
        )  # fmt: skip
    if file.is_dir():
        raise CannotAnswer(f"{shown(file)} is a folder", write=f"-o {shown(file / 'stack.tar')}")
    above = next(one for one in file.absolute().parents if one.exists())
    if not above.is_dir():
        raise CannotAnswer(f"{shown(file)} cannot be written: {shown(above)} is a file", write="another place with -o")
    if not os.access(above, os.W_OK | os.X_OK):
        raise CannotAnswer(f"{shown(file)} cannot be written: you may not write in {shown(above)}", write="another -o")
    return file


def written(
    stack: Stack, rendered: Rendered, report: Report, file: Path, say: Say, *, programs: bool = False
) -> Report:
    """Write the bundle of a rendered stack, with `programs` helm, helmfile and kubectl as well. Raises as make()."""
    made = make(stack, rendered, say, programs=programs)
    digest = made.write(file)
    for line in filter(None, needs(made.manifest)):
        say(line)
    kept = {name: charts.digest(one) for name, one in made.content.items() if isinstance(one, Path)}
    for line in judge.unpinned(stack, kept):
        say(f"no digest guards {line}: compare it with what its publisher says")
    size = f"{file.stat().st_size / 1e6:.1f} MB"
    listed = len(made.manifest["images"]["stack"]) + len(made.manifest["images"]["prerequisites"])
    report.summary |= {"bundle": shown(file), "sha256": digest, "images": made.manifest["images"]}
    report.summary["result"] = (
        f"{shown(file)}: {len(made.content) + 1} files, {size}, {listed} images listed; sha256 {digest}"
    )
    return report
