"""The pins agree with each other, and with what the programs really print."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from wellit.errors import CannotAnswer
from wellit.paths import TOOL_MODULES
from wellit.tools.find import numbers
from wellit.tools.golang import wheel_version
from wellit.tools.pins import Pin, command_of, make_pin, names, pin, publishers, requires, statements

MODULES = sorted(file.parent for file in TOOL_MODULES.glob("*/go.mod"))


@pytest.mark.parametrize("folder", MODULES, ids=lambda folder: folder.name)
def test_every_program_of_a_module_is_in_tools_yaml(folder: Path) -> None:
    in_go_mod = {rest for verb, rest in statements((folder / "go.mod").read_text()) if verb == "tool"}
    assert {pin(name).package for name in names() if pin(name).folder == folder} == in_go_mod


@pytest.mark.parametrize("name", names())
def test_the_checksums_of_a_pinned_version_are_committed(name: str) -> None:
    lines = (pin(name).folder / "go.sum").read_text().splitlines()
    pinned = [line.split()[0] for line in lines if line.split()[1] == pin(name).version]
    assert any(f"{pin(name).package}/".startswith(f"{module}/") for module in pinned)


@pytest.mark.parametrize("module", publishers())
def test_a_publisher_is_pinned_with_checksums(module: str) -> None:
    for version, (folder, _) in publishers()[module].items():
        assert requires((folder / "go.mod").read_text())[module] == version
        assert f"{module} {version} h1:" in (folder / "go.sum").read_text()


@pytest.mark.parametrize("folder", MODULES, ids=lambda folder: folder.name)
def test_the_go_wheel_is_new_enough_for_every_module(folder: Path) -> None:
    needed = dict(statements((folder / "go.mod").read_text()))["go"]
    assert numbers(wheel_version()) >= numbers(needed)


@pytest.mark.parametrize(
    ("name", "printed", "version"),
    [
        ("helm", "v4.3.1\n", "4.3.1"),
        ("helm", "v3.18.6+gb76a950\n", "3.18.6"),
        ("helmfile", "helmfile version 1.8.0\n", "1.8.0"),
        ("helmfile", "helmfile version v0.144.0\n", "0.144.0"),
        ("kubectl", "Client Version: v1.37.1\nKustomize Version: v5.7.1\n", "1.37.1"),
        ("kubectl", "Client Version: v1.34.0+k3s1\nKustomize Version: v5.7.1\n", "1.34.0"),
    ],
)
def test_a_version_is_read_from_what_the_program_prints(name: str, printed: str, version: str) -> None:
    match = re.search(pin(name).reads, printed)
    assert match and match.group(1) == version


def test_a_name_that_is_not_pinned_is_answered_with_the_nearest() -> None:
    with pytest.raises(CannotAnswer) as raised:
        pin("kubect")
    assert raised.value.message == 'unknown tool "kubect"'
    assert 'did you mean "kubectl"?' in raised.value.write


def test_a_program_is_called_as_go_calls_it() -> None:
    assert command_of("go.etcd.io/etcd/server/v3") == "server"
    assert command_of("helm.sh/helm/v4/cmd/helm") == "helm"


@pytest.fixture
def module(tmp_path: Path) -> Path:
    (tmp_path / "go.mod").write_text(
        "module x\n\ngo 1.26.0\n\ntool example.com/a/v2/cmd/a // the program\n\n"
        "require (\n\texample.com/a/v2 v2.3.4 // indirect\n\texample.com/a v1.0.0\n)\n"
    )
    return tmp_path


def made(module: Path, ldflags: str = "") -> Pin:
    return make_pin("a", module, {"seconds": 1, "megabytes": 1}, {"scratch": 1, "ldflags": ldflags})


def test_the_version_is_that_of_the_module_that_has_the_package(module: Path) -> None:
    assert made(module, "-X v={version} n={number} m={major}.{minor}").ldflags == "-s -w -X v=v2.3.4 n=2.3.4 m=2.3"


def test_other_dependencies_or_flags_make_another_place_in_the_cache(module: Path) -> None:
    before = made(module)
    text = (module / "go.mod").read_text()
    (module / "go.mod").write_text(text.replace("// the program", "// another word"))
    assert made(module).file == before.file
    assert made(module, "-X a=b").file != before.file
    (module / "go.mod").write_text(text.replace("v1.0.0", "v1.0.1"))
    assert made(module).file != before.file
