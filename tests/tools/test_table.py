"""The table of `invoke tools`, and a PATH on which the copies that will do come first."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.tools.conftest import FakeGo
from wellit.tools import find, table
from wellit.tools.get import path
from wellit.tools.pins import pin

VERSIONS = {"helm": "4.1.0", "kubectl": "1.30.2"}


@pytest.fixture(autouse=True)
def on_path(monkeypatch: pytest.MonkeyPatch, program: Callable[[str], Path]) -> None:
    """helm in a version that will do and kubectl in one that will not; neither is started."""
    for name in VERSIONS:
        program(name)
    monkeypatch.setattr(find, "ask_version", lambda copy, *_: VERSIONS[copy.name])


def test_a_copy_that_will_not_do_does_not_come_first(
    go: FakeGo, bin_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go.install()
    search = table.search_path(lambda _: None)
    monkeypatch.setenv("PATH", search)
    assert shutil.which("helm") == str(bin_folder / "helm")
    assert shutil.which("kubectl") == str(pin("kubectl").file)
    assert shutil.which("helmfile") == str(pin("helmfile").file)


def test_the_table_says_which_version_from_where(go: FakeGo) -> None:
    go.install()
    path("etcd", lambda _: None)
    lines = table.text().splitlines()
    rows = {line.split()[0]: line.split()[1:3] for line in lines if line}
    assert rows["helm"] == ["v4.1.0", "PATH"]
    assert rows["etcd"] == [pin("etcd").version, "cache"]
    assert rows["kubectl"] == [pin("kubectl").version, "to"]
    assert [line for line in lines if "is not used: 1.30.2, not >=1.34,<2" in line]
    assert [line for line in lines if line.startswith("The cache ")]


def test_cleaning_says_how_much_room_it_made(go: FakeGo) -> None:
    go.install()
    path("etcd", lambda _: None)
    assert table.cleaned().startswith("0 MB set free in ")
    assert not pin("etcd").file.exists()
