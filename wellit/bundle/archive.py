"""The file of a bundle: a plain tar with a list of checksums, the same bytes for the same content.

It is read without being trusted: nothing is unpacked before every member was looked at.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import tarfile
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from wellit import schema
from wellit.bundlekinds import ADDED, CHANGED, KINDS, LACKS, UNSAFE
from wellit.errors import CannotAnswer
from wellit.findings import Finding, Location
from wellit.paths import shown
from wellit.schema.walk import document
from wellit.source import dotted

SUMS, MANIFEST = "SHA256SUMS", "manifest.json"
PROGRAMS = "tools/"  # what lies below it may be started
EPOCH = 315532800  # 1 January 1980: the same in every bundle, and late enough for every tar
MOST_FILES = 5000
MOST_TEXT = 16 * 1024 * 1024  # of the manifest and of the checksums
CHUNK = 1024 * 1024
_LINE = re.compile(r"([0-9a-f]{64})  (\S.*)")
_COMPRESSED = (b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"\xfd7zXZ", b"BZh")

Content = Mapping[str, bytes | Path]


@dataclass(frozen=True)
class Archive:
    """A bundle that was read. `findings` say what is wrong with its files; then nothing of it may be unpacked."""

    file: Path
    digest: str
    manifest: Mapping[str, Any]
    members: Mapping[str, str]  # with the checksum of each
    findings: tuple[Finding, ...] = ()

    @property
    def name(self) -> str:
        return shown(self.file)

    def unpack(self, folder: Path, wanted: Iterable[str]) -> None:
        """Write these members below `folder`. They are read a second time: a file that changed meanwhile is refused."""
        names = set(wanted)
        folder.mkdir(parents=True, exist_ok=True)
        with _opened(self.file) as tar:
            listed = [one.replace(mode=_mode(one.name), deep=False) for one in tar if one.name in names]
            tar.extractall(folder, listed, filter="data")
        if not self.unpacked(folder, names):
            raise CannotAnswer(f"{self.name} changed while it was read", write="the same command again")

    def unpacked(self, folder: Path, wanted: Iterable[str]) -> bool:
        """Whether these members lie below `folder`, as they are in the bundle."""
        return all((folder / name).is_file() and _sum(folder / name) == self.members[name] for name in wanted)

    def text(self, name: str) -> str:
        """One small member as text."""
        with _opened(self.file) as tar:
            return _read(tar, name, self.name)


def write(file: Path, content: Content) -> str:
    """Write a bundle, whole or not at all. Returns its own checksum."""
    sums = {name: _sum(body) for name, body in sorted(content.items())}
    listed = "".join(f"{digest}  {name}\n" for name, digest in sums.items()).encode()
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=file.parent, prefix=f".{file.name}-", delete=False) as out:
        try:
            with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
                for name, body in [(SUMS, listed), *sorted(content.items())]:
                    _add(tar, name, body)
            out.flush()
            Path(out.name).chmod(0o644)
            Path(out.name).replace(file)
        except BaseException:
            Path(out.name).unlink(missing_ok=True)
            raise
    return _sum(file)


def read(name: str) -> Archive:
    """Look at every member of a bundle. Raises CannotAnswer for what is no bundle, or cannot be read."""
    file = Path(name).expanduser()
    _known(file)
    findings: list[Finding] = []
    members: dict[str, str] = {}
    with _opened(file) as tar:
        for number, member in enumerate(tar):
            if member.isdir():
                continue
            if number > MOST_FILES:
                raise CannotAnswer(f"{shown(file)} is no bundle: it has more than {MOST_FILES} members")
            if why := _unsafe(member, members):
                findings.append(found(UNSAFE, file, member.name, f"{_plain(member.name)} {why}"))
                continue
            members[member.name] = _sum(_stream(tar, member))
        listed = _sums(_read(tar, SUMS, shown(file)), shown(file))
        findings += _compared(file, members, listed)
        manifest = _manifest(_read(tar, MANIFEST, shown(file)), shown(file))
    return Archive(file, _sum(file), manifest, members, tuple(findings))


def found(id_: str, file: Path, path: str, message: str, write: str = "", why: str = "") -> Finding:
    """One of the bundle's findings."""
    slug, severity, doc = KINDS[id_]
    why = why or " ".join(doc.strip().partition("\n\n")[2].partition("\n\n")[0].split())
    return Finding(id_, slug, severity, message, Location(shown(file)), _plain(path), write, why)


def _known(file: Path) -> None:
    if file.is_dir():
        raise CannotAnswer(
            f"{shown(file)} is a folder, not a bundle", write=f"a file in it: {shown(file / 'stack.tar')}"
        )
    if not file.is_file():
        raise CannotAnswer(f"there is no bundle {shown(file)}", write="invoke bundle -g GUIDE -e ENV -o FILE makes one")
    with file.open("rb") as stream:
        head = stream.read(8)
    if head.startswith(_COMPRESSED):
        raise CannotAnswer(
            f"{shown(file)} is compressed", why="a bundle is a plain tar, as invoke bundle writes it",
            write=f"gunzip {shown(file)}, or what else it was compressed with",
        )  # fmt: skip


@contextmanager
def _opened(file: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(file, "r:") as tar:
            yield tar
    except (tarfile.TarError, EOFError, UnicodeError, ValueError) as problem:
        raise CannotAnswer(
            f"{shown(file)} is no bundle, or only a part of one: {problem}",
            write="copy it again, and compare its checksum with the one that invoke bundle said",
        ) from problem
    except OSError as problem:
        raise CannotAnswer(f"{shown(file)} cannot be read: {problem.strerror or problem}") from problem


def _unsafe(member: tarfile.TarInfo, before: Mapping[str, str]) -> str:
    path = PurePosixPath(member.name)
    if not member.isreg() or member.sparse is not None:
        return "is no plain file"
    if path.is_absolute() or ".." in path.parts or "\\" in member.name or str(path) != member.name:
        return "leads out of the folder that it is unpacked into"
    if not member.name.isprintable():
        return "has a name that cannot be printed"
    if member.name in before:
        return "comes twice"
    if any(str(parent) in before for parent in path.parents):
        return "lies below a file"
    return ""


def _compared(file: Path, members: Mapping[str, str], listed: Mapping[str, str]) -> Iterator[Finding]:
    again = "copy the bundle again, or make it again"
    for name in sorted({*members, *listed} - {SUMS}):
        if name not in members:
            yield found(LACKS, file, name, f"{_plain(name)} is listed and not in the bundle", again)
        elif name not in listed:
            yield found(ADDED, file, name, f"{_plain(name)} is in the bundle and not in its list", "take it out")
        elif members[name] != listed[name]:
            yield found(CHANGED, file, name, f"{_plain(name)} is not what was put into the bundle", again)


def _sums(text: str, name: str) -> dict[str, str]:
    lines = [_LINE.fullmatch(line) for line in text.splitlines()]
    if not lines or None in lines:
        raise CannotAnswer(f"{name} is no bundle: its {SUMS} is no list of checksums")
    return {line[2]: line[1] for line in lines if line}


def _manifest(text: str, name: str) -> Mapping[str, Any]:
    try:
        said = json.loads(text)
    except (ValueError, RecursionError) as problem:
        raise CannotAnswer(f"{name} is no bundle: its {MANIFEST} is no JSON: {problem}") from problem
    version = said.get("bundle") if isinstance(said, dict) else None
    if version != 1:
        raise CannotAnswer(
            f"{name} is a bundle of a form that this wellit does not know: {_plain(str(version))}",
            write="the wellit that made it, or a bundle of this one",
        )
    if wrong := schema.problems_of(said, document("bundle.schema.json")):
        first = wrong[0]
        raise CannotAnswer(f"{name} is no bundle: {dotted(first.keys)} in its {MANIFEST} is not as it must be")
    return dict(said)


def _read(tar: tarfile.TarFile, name: str, file: str) -> str:
    try:
        member = tar.getmember(name)
    except KeyError:
        raise CannotAnswer(f"{file} is no bundle: there is no {name} in it") from None
    if not member.isreg() or member.size > MOST_TEXT:
        raise CannotAnswer(f"{file} is no bundle: its {name} is no text")
    return b"".join(_stream(tar, member)).decode()


def _stream(tar: tarfile.TarFile, member: tarfile.TarInfo) -> Iterator[bytes]:
    stream = tar.extractfile(member)
    while stream and (chunk := stream.read(CHUNK)):
        yield chunk


def _sum(body: bytes | Path | Iterable[bytes]) -> str:
    if isinstance(body, Path):
        with body.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    sha = hashlib.sha256()
    for chunk in [body] if isinstance(body, bytes) else body:
        sha.update(chunk)
    return sha.hexdigest()


def _add(tar: tarfile.TarFile, name: str, body: bytes | Path) -> None:
    about = tarfile.TarInfo(name)
    about.mtime, about.mode = EPOCH, _mode(name)
    if isinstance(body, bytes):
        about.size = len(body)
        tar.addfile(about, io.BytesIO(body))
    else:
        about.size = body.stat().st_size
        with body.open("rb") as stream:
            tar.addfile(about, stream)


def _mode(name: str) -> int:
    return 0o755 if name.startswith(PROGRAMS) else 0o644


def _plain(name: str) -> str:
    """A name out of the file, fit for a screen."""
    return "".join(one if one.isprintable() else "?" for one in name)[:200]
