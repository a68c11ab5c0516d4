"""The text of a file, and what is to be said when it has none: it is not there, a pipe, binary, too large."""

from __future__ import annotations

import codecs
import os
import stat
from pathlib import Path

from wellit.errors import CannotAnswer
from wellit.findings import Finding, Location
from wellit.paths import shown
from wellit.source.limits import MAX_BYTES

IDS = {
    "unreadable": "WL001",
    "yaml": "WL002",
    "duplicate-key": "WL003",
    "too-much": "WL007",
    "several-documents": "WL008",
    "outside": "WL009",
}
_BYTE_ORDER = {
    codecs.BOM_UTF32_LE: "UTF-32",
    codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
}


class BadSource(CannotAnswer):
    """A file that cannot be read as YAML; `finding` has the place."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message, where=str(finding.at), why=finding.why, write=finding.write)
        self.finding = finding


def read(path: Path, name: str) -> str:
    """The text of a file. Raises BadSource when it is no file, not there, larger than MAX_BYTES, or no UTF-8 text.

    A pipe or a device is not waited for.
    """
    try:
        number = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        try:
            kind = os.fstat(number).st_mode
            data = _bytes(number) if stat.S_ISREG(kind) else b""
        finally:
            os.close(number)
    except (OSError, ValueError) as problem:
        reason = problem.strerror if isinstance(problem, OSError) else "no file has such a name"
        raise BadSource(_unreadable(name, reason or "", "check the path")) from problem
    if not stat.S_ISREG(kind):
        write = "the name of a file in it" if stat.S_ISDIR(kind) else "write what comes out of it into a file"
        raise BadSource(_unreadable(name, f"it is {_kind(kind)}, not a file", write))
    if len(data) > MAX_BYTES:
        size = f"{name} is larger than {MAX_BYTES // 2**20} MiB, which is all that wellit reads of a file"
        raise BadSource(finding(size, Location(name), write="name the file with the values", slug="too-much"))
    return _decoded(data, name)


def _bytes(number: int) -> bytes:
    with open(number, "rb", closefd=False) as file:
        return file.read(MAX_BYTES + 1)


def _kind(mode: int) -> str:
    kinds = {stat.S_IFDIR: "a folder", stat.S_IFIFO: "a pipe", stat.S_IFSOCK: "a socket"}
    return kinds.get(stat.S_IFMT(mode), "a device")


def _decoded(data: bytes, name: str) -> str:
    for mark, encoding in _BYTE_ORDER.items():
        if data.startswith(mark):
            write = f"iconv -f {encoding} -t UTF-8 {name}"
            raise BadSource(_unreadable(name, f"it is {encoding} text, and helm reads UTF-8", write))
    try:
        return data.removeprefix(codecs.BOM_UTF8).decode("utf-8")
    except UnicodeDecodeError as problem:
        line = data.count(b"\n", 0, problem.start) + 1
        what = "it is a binary file" if b"\0" in data else f"it is not UTF-8 text: a byte {data[problem.start]:#04x}"
        told = _unreadable(name, f"{what}, line {line}", "check the path, or save it as UTF-8", line)
        raise BadSource(told) from problem


def _unreadable(name: str, reason: str, write: str, line: int = 0) -> Finding:
    return finding(f"cannot read {name}: {reason}", Location(name, line), write=write)


def inside(path: Path, folder: Path, at: Location) -> Path:
    """`path`, when it is a file below `folder`, also after its links are followed; for names that stand in files.

    Raises BadSource, with the place `at` where the name stands.
    """
    real, root = os.path.realpath(path), os.path.realpath(folder)
    if not real.startswith(root + os.sep):
        message = f"this leads to {real}, which is not below {shown(folder)}"
        why = "what a file names is read only where the file belongs, so that a foreign file cannot show others"
        raise BadSource(finding(message, at, write="a name without ../, or a copy", why=why, slug="outside"))
    return path


def finding(message: str, at: Location, *, write: str = "", why: str = "", slug: str = "unreadable") -> Finding:
    return Finding(IDS[slug], slug, "error", message, at, write=write, why=why)
