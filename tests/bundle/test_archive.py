"""The file of a bundle: the same bytes for the same content, and nothing of a bad one is unpacked."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from wellit.bundle import archive
from wellit.errors import CannotAnswer

MANIFEST: dict[str, Any] = {
    "bundle": 1, "wellit": "1", "rendered": "sha256:0", "releases": [], "charts": {}, "tools": {}, "programs": {},
    "stack": {"guide": "g", "environment": "e", "namespace": "n", "components": {}, "size": "default"},
    "images": {"stack": [], "prerequisites": []}, "prerequisites": [],
}  # fmt: skip


def content(**more: bytes) -> dict[str, bytes | Path]:
    named = {name.replace("__", "/"): body for name, body in more.items()}
    return {archive.MANIFEST: json.dumps(MANIFEST).encode(), "charts/a.tgz": b"a chart", **named}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "b.tar"
    archive.write(made, content(tools__t__helm=b"#!"))
    return made


def rewritten(file: Path, change: Callable[[list[tuple[tarfile.TarInfo, bytes]]], None]) -> Path:
    """The same bundle after somebody was at it."""
    with tarfile.open(file) as tar:
        members = [(one, (tar.extractfile(one) or io.BytesIO()).read()) for one in tar]
    change(members)
    with tarfile.open(file, "w") as tar:
        for about, body in members:
            about.size = len(body)
            tar.addfile(about, io.BytesIO(body))
    return file


def member(name: str, **about: Any) -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    for key, value in about.items():
        setattr(made, key, value)
    return made


def ids(found: archive.Archive) -> list[tuple[str, str]]:
    return [(one.id, one.path) for one in found.findings]


def test_the_same_content_has_the_same_bytes(tmp_path: Path) -> None:
    first, second = tmp_path / "1.tar", tmp_path / "below" / "2.tar"
    given = content(x=b"1", y=b"2")
    assert archive.write(first, given) == archive.write(second, dict(reversed(given.items())))
    assert first.read_bytes() == second.read_bytes()
    with tarfile.open(first) as tar:
        assert {(one.mtime, one.uid, one.gid, one.uname) for one in tar} == {(archive.EPOCH, 0, 0, "")}
        assert tar.getnames() == ["SHA256SUMS", *sorted(given)]


def test_its_checksums_are_those_of_sha256sum(file: Path) -> None:
    found = archive.read(str(file))
    assert not found.findings
    assert f"{hashlib.sha256(b'a chart').hexdigest()}  charts/a.tgz" in found.text(archive.SUMS).splitlines()


def test_what_is_unpacked_is_what_was_asked_for_and_only_programs_may_be_started(file: Path, tmp_path: Path) -> None:
    archive.read(str(file)).unpack(tmp_path / "out", ["tools/t/helm", "charts/a.tgz"])
    out = sorted(one for one in (tmp_path / "out").rglob("*") if one.is_file())
    assert [one.read_bytes() for one in out] == [b"a chart", b"#!"]
    assert [bool(one.stat().st_mode & 0o111) for one in out] == [False, True]


def test_files_that_are_missing_changed_and_added_are_told_apart(file: Path) -> None:
    def change(members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
        kept = [one for one in members if one[0].name != "tools/t/helm"]
        members[:] = [(about, b"another" if about.name == "charts/a.tgz" else body) for about, body in kept]
        members.append((member("more.yaml"), b"x"))

    found = archive.read(str(rewritten(file, change)))
    assert ids(found) == [("WL651", "charts/a.tgz"), ("WL652", "more.yaml"), ("WL650", "tools/t/helm")]
    assert "is listed and not in the bundle" in found.findings[2].message


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (member("../escape"), "leads out of the folder"),
        (member("/etc/wellit"), "leads out of the folder"),
        (member("charts/../../x"), "leads out of the folder"),
        (member("charts\\..\\x"), "leads out of the folder"),
        (member("link", type=tarfile.SYMTYPE, linkname="/etc"), "is no plain file"),
        (member("hard", type=tarfile.LNKTYPE, linkname="charts/a.tgz"), "is no plain file"),
        (member("null", type=tarfile.CHRTYPE), "is no plain file"),
        (member("charts/a.tgz"), "comes twice"),
        (member("charts/a.tgz/below"), "lies below a file"),
        (member("red\x1b[31m"), "has a name that cannot be printed"),
    ],
    ids=lambda value: value.name if isinstance(value, tarfile.TarInfo) else "",
)
def test_a_member_that_is_no_plain_file_below_the_folder(file: Path, bad: tarfile.TarInfo, said: str) -> None:
    found = archive.read(str(rewritten(file, lambda members: members.append((bad, b"")))))
    first = next(one for one in found.findings if one.id == "WL653")
    assert said in first.message and first.message.isprintable()


def test_a_file_that_changes_between_the_look_and_the_unpacking(file: Path, tmp_path: Path) -> None:
    found = archive.read(str(file))
    archive.write(file, content(tools__t__helm=b"#!") | {"charts/a.tgz": b"a chart of somebody's"})
    with pytest.raises(CannotAnswer, match="changed while it was read"):
        found.unpack(tmp_path / "out", ["charts/a.tgz"])


def other(**more: Any) -> bytes:
    return json.dumps(MANIFEST | more).encode()


@pytest.mark.parametrize(
    ("manifest", "said"),
    [
        (b"{", "its manifest.json is no JSON"),
        (b"[" * 100_000, "its manifest.json is no JSON"),
        (b"\xff", "is no bundle"),
        (b"[]", "a form that this wellit does not know: None"),
        (other(bundle=2), "a form that this wellit does not know: 2"),
        (other(images=[]), "images in its manifest.json is not as it must be"),
        (other(programs={"helm": 1}), "programs.helm in its manifest.json is not as it must be"),
    ],
    ids=["cut", "deep", "no text", "a list", "newer", "no map", "no word"],
)
def test_a_manifest_that_says_something_else(tmp_path: Path, manifest: bytes, said: str) -> None:
    archive.write(tmp_path / "b.tar", {archive.MANIFEST: manifest})
    with pytest.raises(CannotAnswer, match=said):
        archive.read(str(tmp_path / "b.tar"))


def _cut(body: bytes) -> bytes:
    return body[:1800]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (gzip.compress, "is compressed"),
        (_cut, "is no bundle, or only a part of one"),
        (lambda _: b"", "is no bundle"),
        (lambda _: b"kind: Deployment\n" * 100, "is no bundle"),
    ],
    ids=["compressed", "cut", "empty", "a manifest"],
)
def test_a_file_that_is_no_whole_tar(file: Path, change: Callable[[bytes], bytes], said: str) -> None:
    file.write_bytes(change(file.read_bytes()))
    with pytest.raises(CannotAnswer, match=said):
        archive.read(str(file))


@pytest.mark.parametrize("lacking", [archive.SUMS, archive.MANIFEST])
def test_a_tar_of_something_else(file: Path, lacking: str) -> None:
    def without(members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
        members[:] = [one for one in members if one[0].name != lacking]

    with pytest.raises(CannotAnswer, match=f"there is no {lacking} in it"):
        archive.read(str(rewritten(file, without)))


def test_more_members_than_any_bundle_has(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST_FILES", 2)
    with pytest.raises(CannotAnswer, match="more than 2 members"):
        archive.read(str(file))


def test_a_bundle_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    def broken() -> Iterable[Path]:
        yield tmp_path / "nowhere"

    with pytest.raises(OSError, match="No such file"):
        archive.write(tmp_path / "b.tar", content() | {"x": next(iter(broken()))})
    assert list(tmp_path.iterdir()) == []
