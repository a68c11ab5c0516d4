"""The way of the data is one direction: a module imports only what stands before it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from wellit.paths import ROOT

# Modules and packages of wellit, each allowed to import those before it.
ORDER = """
    errors paths findings causes bundlekinds checks say
    remembered ways process tools
    source images semver capabilities moved flags stranger values_schema schema overrides catalogue compose cells
    choices
    engines carried nested node subject quantities weights seen templates configfile translate standin rules
    ignore
    charts release_values
    render places inputs made ids validate new
    claims wanted demand owners sandbox door access tried changes permissions carriers served publishers needs besides
    cluster
    affinity placement operators preflight
    keys
    entry recorded shape record lease several again live installed dryrun plan planchecks back progress watch helm
    prerequisites endpoint reach waiting verify bundle prometheus refusals smoke drift lifecycle
    provide everywhere prepare operate ahead
    editor
    report
    fix
    compare adopt picture launch doctor unready show load support offers roads explain docs walk testing options cli
    finish tasks program
""".split()
STARTS_PROCESSES = {"process"}
# With the verbs that change a cluster, as `Access.call` and `Helm.helm` are given them; access asks its reviews by one.
WRITES = {"lifecycle", "provide", "helm"}
COMMANDS = {"operate", "prepare", "adopt", "tasks"}  # begin it
VERBS = {"annotate", "apply", "create", "delete", "edit", "install", "label", "patch", "replace", "rollback", "scale",
         "uninstall", "upgrade"}  # fmt: skip


def modules() -> list[Path]:
    return sorted((ROOT / "wellit").rglob("*.py"))


def unit(file: Path) -> str:
    return file.relative_to(ROOT / "wellit").parts[0].removesuffix(".py")


def imported(file: Path) -> set[str]:
    """What a file imports anywhere in it, also inside functions: names below wellit, and whole modules."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            parts = node.module.split(".")
            found |= {parts[1]} if parts[0] == "wellit" and len(parts) > 1 else set()
            found |= {alias.name for alias in node.names} if node.module == "wellit" else {node.module}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found


def test_every_module_has_its_place() -> None:
    assert {unit(file) for file in modules()} - {"__init__"} == set(ORDER)


@pytest.mark.parametrize("file", modules(), ids=lambda file: str(file.relative_to(ROOT)))
def test_no_arrow_goes_back(file: Path) -> None:
    if unit(file) == "__init__":
        return
    allowed = set(ORDER[: ORDER.index(unit(file)) + 1])
    assert imported(file) & set(ORDER) <= allowed


@pytest.mark.parametrize("file", modules(), ids=lambda file: str(file.relative_to(ROOT)))
def test_one_module_starts_processes(file: Path) -> None:
    if unit(file) not in STARTS_PROCESSES:
        assert not imported(file) & {"subprocess", "os.system", "pty", "multiprocessing"}


@pytest.mark.parametrize("file", modules(), ids=lambda file: str(file.relative_to(ROOT)))
def test_one_family_writes_to_a_cluster(file: Path) -> None:
    if unit(file) in WRITES | {"sandbox", "access"}:
        return
    calls = [node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Call) and node.args]
    verbs = {
        node.args[0].value
        for node in calls
        if isinstance(node.func, ast.Attribute) and node.func.attr in ("call", "helm")
        if isinstance(node.args[0], ast.Constant)
    }
    assert not verbs & VERBS
    assert not imported(file) & {"wellit.lifecycle", "wellit.provide"} or unit(file) in COMMANDS


def test_the_sandbox_is_a_room_of_its_own() -> None:
    users = {unit(file) for file in modules() if "sandbox" in imported(file)} - {"sandbox"}
    assert users == {"access", "tasks"}
