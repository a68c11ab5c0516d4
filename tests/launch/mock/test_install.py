"""Dynamo's venv in the cache: whole or not there, made once, and what is said when it cannot be had."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from wellit import process
from wellit.errors import CannotAnswer
from wellit.launch.mock import install
from wellit.paths import ROOT
from wellit.process import Done

NO_MATCH = "ERROR: No matching distribution found for "
NO_INDEX = f"WARNING: Retrying after connection broken by '[Errno -3] name resolution'\n{NO_MATCH}ai-dynamo==1.3.1"
NO_WHEEL = (
    f"ERROR: Could not find a version that satisfies it (from versions: none)\n{NO_MATCH}ai-dynamo-runtime==1.3.1"
)
CHANGED = "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE."
FULL = "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device"


class Pip:
    """Answers for venv, pip and the first start of a module, and refuses everything else."""

    def __init__(self, err: str = "", starts: str = "") -> None:
        self.err = err
        self.starts = starts
        self.asked: list[str] = []
        self.wait: Callable[[], None] = lambda: None

    def __call__(
        self,
        argv: Sequence[str | Path],
        *,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        stdin: str | None = None,
        timeout: float | None = None,
        on_line: Callable[[str], None] | None = None,
        tied: bool = False,
    ) -> Done:
        del cwd, stdin, timeout, on_line, tied
        said = [str(word) for word in argv]
        if said[1:4] == ["-I", "-m", "venv"]:
            assert said[4] == "--without-pip"
            (Path(said[5]) / "bin").mkdir(parents=True)
            (Path(said[5]) / "bin" / "python").touch()
            return self._done("venv")
        if said[1:4] == ["-I", "-m", "pip"]:
            assert "--require-hashes" in said and said[-1] == str(install.REQUIREMENTS)
            self.env = dict(env or {})
            self.wait()
            return self._done("pip", self.err)
        assert said[1] == "-m" and said[3:] == ["--help"], said
        return self._done(said[2], self.starts)

    def _done(self, what: str, err: str = "") -> Done:
        self.asked.append(what)
        return Done((), 1 if err else 0, "", err)


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WELLIT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def refuse(*_: object, **__: object) -> Done:
    raise AssertionError("it is there already")


def test_its_version_is_the_one_that_is_pinned() -> None:
    wanted = re.search(r'"ai-dynamo==(.+)"', (ROOT / "pyproject.toml").read_text("utf-8"))
    assert wanted and install.version() == wanted[1]


def test_it_is_made_once(cache: Path) -> None:
    pip, said = Pip(), list[str]()
    assert not install.python().exists()
    made = install.ensure(said.append, pip)
    assert pip.asked == ["venv", "pip", "dynamo.frontend", "dynamo.mocker"]
    assert made == install.python() and made.exists() and made.is_relative_to(cache / "dynamo")
    assert [line.partition(" (")[0] for line in said] == [f"fetching Dynamo {install.version()} and what it needs"]
    assert install.ensure(said.append, refuse) == made
    assert list((cache / "build").glob("room-*")) == []


def test_other_packages_are_another_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = install.folder()
    (tmp_path / "r.txt").write_text("ai-dynamo==9.9.9 \\\n")
    monkeypatch.setattr(install, "REQUIREMENTS", tmp_path / "r.txt")
    assert install.version() == "9.9.9"
    assert install.folder() != first


def test_two_at_once_wait_for_each_other() -> None:
    first, second, said = Pip(), Pip(), list[str]()
    began = threading.Event()

    def wait() -> None:
        began.set()
        deadline = time.monotonic() + 60
        while not said and time.monotonic() < deadline:
            time.sleep(0.01)

    first.wait = wait
    one = threading.Thread(target=install.ensure, args=(lambda _: None, first))
    one.start()
    assert began.wait(60)
    install.ensure(said.append, second)
    one.join()
    assert said == ["another wellit is fetching Dynamo, waiting for it"]
    assert second.asked == []


def test_an_interrupted_one_is_not_there(cache: Path) -> None:
    pip = Pip()

    def interrupt() -> None:
        raise KeyboardInterrupt

    pip.wait = interrupt
    with pytest.raises(KeyboardInterrupt):
        install.ensure(print, pip)
    assert not install.folder().exists()
    assert list((cache / "build").glob("room-*")) == []
    assert install.ensure(print, Pip()).exists()


@pytest.mark.parametrize(
    ("err", "message", "why", "write"),
    [
        (NO_INDEX, "cannot be fetched", "name resolution", "set HTTPS_PROXY, PIP_INDEX_URL"),
        (f"{NO_MATCH}ai-dynamo==1.3.1", "cannot be fetched", "No matching", "set HTTPS_PROXY, PIP_INDEX_URL"),
        (NO_WHEEL, "cannot be fetched", "no wheel of ai-dynamo-runtime for Python", "pip download -r"),
        (CHANGED, "cannot be fetched", "DO NOT MATCH THE HASHES", "pip download --require-hashes"),
        (FULL, "no space left on the disk", "MB in", "WELLIT_CACHE=FOLDER"),
        ("", "", "", ""),
    ],
    ids=["no network", "no index", "no wheel", "changed", "full", "nothing wrong"],
)
def test_what_is_said_when_it_cannot_be_had(err: str, message: str, why: str, write: str) -> None:
    if not err:
        assert install.ensure(print, Pip()).exists()
        return
    with pytest.raises(CannotAnswer) as told:
        install.ensure(print, Pip(err))
    assert message in told.value.message and why in told.value.why and write in told.value.write
    assert not install.folder().exists()


def test_one_that_does_not_start_here_is_not_kept() -> None:
    with pytest.raises(CannotAnswer, match=r"dynamo\.frontend does not start here") as told:
        install.ensure(print, Pip(starts="ImportError: /lib/libc.so.6: version `GLIBC_2.28' not found"))
    assert "GLIBC_2.28" in told.value.why
    assert not install.folder().exists()


def test_settings_of_pip_that_lead_elsewhere_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_TARGET", "/tmp/elsewhere")
    monkeypatch.setenv("PIP_FIND_LINKS", "/wheels")
    pip = Pip()
    install.ensure(print, pip)
    assert pip.env["PIP_FIND_LINKS"] == "/wheels" and "PIP_TARGET" not in pip.env


def test_a_real_pip_without_an_index_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What the words above are read from: the pip that is here, and an index that nobody has."""
    monkeypatch.setenv("PIP_FIND_LINKS", "")
    for name in ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_RETRIES", "0")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "none"))
    with pytest.raises(CannotAnswer, match="cannot be fetched") as told:
        install.ensure(print, process.run)
    assert "let pip reach its index" in told.value.write
