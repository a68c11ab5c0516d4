"""scripts/invoke and scripts/bootstrap.py: .venv is made once, whole, and only when something changed."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

from wellit.paths import ROOT

PROGRAM = "import os, sys\nprint(sys.argv[1:], os.getcwd(), sys.prefix)\n"


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bootstrap", ROOT / "scripts" / "bootstrap.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


bootstrap = load()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with our scripts, a task runner that prints how it was called, and nothing to install."""
    root = tmp_path / "checkout"
    (root / "scripts").mkdir(parents=True)
    for name in ("invoke", "bootstrap.py"):
        shutil.copy(ROOT / "scripts" / name, root / "scripts")
    (root / "wellit").mkdir()
    (root / "wellit" / "program.py").write_text(PROGRAM)
    (root / "requirements.txt").write_text("# nothing\n")
    (root / "requirements-dev.txt").write_text("# nothing\n")
    return root


class FakeCommands:
    """Stands in for venv and pip, and refuses everything else."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.asked: list[str] = []
        self.fails: dict[str, str] = {}
        self.dies = ""

    def __call__(self, command: list[object]) -> tuple[int, str]:
        words = [str(word) for word in command]
        if words[-2] == "venv":
            name = "venv"
            (self.root / ".venv" / "bin").mkdir(parents=True)
            (self.root / ".venv" / "lib" / "python3.11" / "site-packages").mkdir(parents=True)
            (self.root / ".venv" / "bin" / "python").symlink_to(sys.executable)
        elif words[3:5] == ["pip", "install"] and "--require-hashes" in words:
            name = Path(words[-1]).name
        else:
            raise AssertionError(f"not told of {words}")
        self.asked.append(name)
        if self.dies == name:
            raise KeyboardInterrupt
        return (1, self.fails[name]) if name in self.fails else (0, "")


@pytest.fixture
def commands(checkout: Path) -> FakeCommands:
    return FakeCommands(checkout)


def ready(commands: FakeCommands, dev: bool = False) -> None:
    bootstrap.Checkout(commands.root, commands).ready(*(["dev"] if dev else []))


def test_the_second_run_does_nothing(commands: FakeCommands, capsys: pytest.CaptureFixture[str]) -> None:
    ready(commands)
    capsys.readouterr()
    ready(commands)
    assert commands.asked == ["venv", "requirements.txt"]
    assert capsys.readouterr().err == ""


def test_what_the_tests_need_is_installed_on_top_and_once(commands: FakeCommands) -> None:
    ready(commands, dev=True)
    ready(commands, dev=True)
    ready(commands)
    assert commands.asked == ["venv", "requirements.txt", "requirements-dev.txt"]


@pytest.mark.parametrize("step", ["venv", "requirements.txt"])
def test_an_interrupted_run_is_begun_again(step: str, commands: FakeCommands) -> None:
    commands.dies = step
    with pytest.raises(KeyboardInterrupt):
        ready(commands)
    commands.dies = ""
    commands.asked.clear()
    ready(commands)
    assert commands.asked == ["venv", "requirements.txt"]


def test_changed_requirements_are_installed_into_the_same_venv(commands: FakeCommands) -> None:
    ready(commands)
    (commands.root / "requirements.txt").write_text("# something else\n")
    ready(commands)
    assert commands.asked == ["venv", "requirements.txt", "requirements.txt"]


def test_a_moved_checkout_gets_a_new_venv(commands: FakeCommands, tmp_path: Path) -> None:
    ready(commands)
    commands.root = commands.root.rename(tmp_path / "moved")
    ready(commands)
    assert commands.asked == ["venv", "requirements.txt"] * 2


def test_a_venv_whose_python_has_gone_is_made_anew(commands: FakeCommands) -> None:
    ready(commands)
    python = commands.root / ".venv" / "bin" / "python"
    python.unlink()
    python.symlink_to("/no/such/python")
    ready(commands)
    assert commands.asked == ["venv", "requirements.txt"] * 2


@pytest.mark.parametrize(
    ("said", "why", "way"),
    [
        ("ERROR: Could not find a version that satisfies x\nERROR: No matching distribution found for x", "satisfies x",
         "PIP_INDEX_URL"),
        ("WARNING: Connection to index.example timed out\nERROR: No matching distribution found", "index.example timed",
         "HTTPS_PROXY"),
        ("ERROR: Could not install: [Errno 28] No space left on device", "No space left", "make room"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES", "HASHES", "to see all of it"),
    ],
)  # fmt: skip
def test_a_failure_of_pip_is_one_error_with_the_ways_out(said: str, why: str, way: str, commands: FakeCommands) -> None:
    commands.fails["requirements.txt"] = said
    with pytest.raises(bootstrap.CannotSetUp) as raised:
        ready(commands)
    assert str(raised.value) == "the Python packages of requirements.txt cannot be installed"
    assert why in raised.value.why
    assert way in raised.value.write
    assert not (commands.root / ".venv" / "complete").exists()


def test_a_python_without_venv_says_what_to_install(commands: FakeCommands) -> None:
    commands.fails["venv"] = "The virtual environment was not created successfully because ensurepip is not available."
    with pytest.raises(bootstrap.CannotSetUp) as raised:
        ready(commands)
    assert "python3-venv" in raised.value.write


def start(*argv: object, cwd: Path) -> subprocess.Popen[str]:
    words = [str(word) for word in argv]
    return subprocess.Popen(words, cwd=cwd, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def call(*argv: object, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(word) for word in argv], cwd=cwd, env={**os.environ, **env}, text=True, capture_output=True, check=False
    )


def test_from_a_clone_to_a_task(checkout: Path, tmp_path: Path) -> None:
    """The real thing, in one walk, because making a venv takes seconds."""
    prefix = checkout / ".venv"
    # two at once, from another folder: one of them makes it, the other waits
    both = [start(checkout / "scripts" / "invoke", "say", "two words", cwd=tmp_path) for _ in range(2)]
    answers = [process.communicate(timeout=120) for process in both]
    assert [out for out, _ in answers] == [f"['say', 'two words'] {tmp_path} {prefix}\n"] * 2
    assert "".join(err for _, err in answers).count("making .venv with Python") == 1

    # a complete .venv: bootstrap.py is not even started, whoever calls from wherever
    (checkout / "scripts" / "bootstrap.py").write_text("raise SystemExit('bootstrap.py was started')")
    (tmp_path / "links").mkdir()
    (tmp_path / "links" / "one").symlink_to("../checkout/scripts/invoke")
    (tmp_path / "two").symlink_to(tmp_path / "links" / "one")
    (tmp_path / "wellit.py").write_text("raise SystemExit('a stranger was imported')")
    again = call(tmp_path / "two", "again", cwd=tmp_path, PYTHONPATH=str(tmp_path))
    assert (again.returncode, again.stdout, again.stderr) == (0, f"['again'] {tmp_path} {prefix}\n", "")
    beside = call("sh", "invoke", cwd=checkout / "scripts")
    assert beside.stdout == f"[] {checkout / 'scripts'} {prefix}\n"

    # changed requirements, and a moved checkout, are noticed
    changed = time.time() + 10
    os.utime(checkout / "requirements.txt", (changed, changed))
    assert "bootstrap.py was started" in call(checkout / "scripts" / "invoke", cwd=tmp_path).stderr
    os.utime(checkout / "requirements.txt", (1, 1))
    moved = checkout.rename(tmp_path / "moved")
    assert "bootstrap.py was started" in call(moved / "scripts" / "invoke", cwd=tmp_path).stderr


def test_no_python_that_is_new_enough(checkout: Path, tmp_path: Path) -> None:
    (tmp_path / "python3").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "python3").chmod(0o755)
    answer = call("/bin/sh", checkout / "scripts" / "invoke", cwd=tmp_path, PATH=str(tmp_path))
    assert answer.returncode == 2
    assert "no Python 3.11 or newer on PATH" in answer.stderr
    assert not (checkout / ".venv").exists()


def test_what_pyproject_asks_for_is_pinned() -> None:
    whole = tomllib.loads((ROOT / "pyproject.toml").read_text())
    project = whole["project"]
    for name, wanted in (
        ("requirements.txt", project["dependencies"]),
        ("requirements-dev.txt", project["dependencies"] + project["optional-dependencies"]["dev"]),
        ("requirements-dynamo.txt", whole["dependency-groups"]["dynamo"]),
    ):
        pinned = {line.split("==")[0].lower() for line in (ROOT / name).read_text().splitlines() if "==" in line}
        assert {re.match(r"[\w-]+", line)[0].lower() for line in wanted} <= pinned  # type: ignore[index]


@pytest.mark.parametrize(
    "name", [*sorted(file.name for file in ROOT.glob("requirements*.txt")), "scripts/tools/go-requirements.txt"]
)
def test_every_pinned_package_has_hashes_and_no_index_is_named(name: str) -> None:
    text = (ROOT / name).read_text()
    packages = [block for block in text.replace("\\\n", " ").splitlines() if block and not block.startswith("#")]
    assert packages
    assert all("==" in block and "--hash=sha256:" in block for block in packages)
    assert "://" not in text
