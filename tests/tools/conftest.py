"""A cache and a PATH of the test's own, a `go` that builds nothing real, a runner that refuses what it was not told."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from wellit.process import Done

FAKE_GO = """#!{python} -IS
import json, os, sys, time
from pathlib import Path

with open({log!r}, "a") as log:
    log.write(json.dumps({{"argv": sys.argv[1:], "env": dict(os.environ), "pid": os.getpid()}}) + "\\n")
if sys.argv[1:] == ["env", "GOVERSION"]:
    print({version!r})
    sys.exit()
kept = Path(os.environ["GOMODCACHE"], "example.com@v1")
kept.mkdir(parents=True, exist_ok=True)
time.sleep({seconds})
while {gate!r} and not os.path.exists({gate!r}) and os.path.isdir(os.path.dirname({gate!r})):
    time.sleep(0.02)
if {stderr!r}:
    sys.exit({stderr!r})
if sys.argv[1] == "build":
    out = sys.argv[sys.argv.index("-o") + 1]
    for package in sys.argv[sys.argv.index("-o") + 2:]:
        parts = [part for part in package.split("/") if part != "v3"]
        Path(out, parts[-1]).write_text("built from " + package)
else:
    chart = "manifests/charts/istio-control/istio-discovery/"
    for name in ("config/crd/standard/a.yaml", "config/crd/standard/b.yaml", "config/crd/other/c.yaml", "main.go",
                 "config/configmap/inferenceservice.yaml", "config/llmisvcconfig/config-a.yaml", chart + "Chart.yaml",
                 chart + "templates/a.yaml"):
        (kept / name).parent.mkdir(parents=True, exist_ok=True)
        (kept / name).write_text("kind: " + name)
    print(json.dumps({{"Dir": str(kept)}}))
"""


@dataclass
class FakeGo:
    """Writes a `go` that notes every call.

    A build takes `seconds`, does not end before the file `gate` exists, and fails with `stderr`.
    """

    folder: Path

    def install(
        self,
        version: str = "go1.26.8",
        seconds: float = 0,
        gate: Path | None = None,
        stderr: str = "",
        at: Path | None = None,
    ) -> Path:
        program = at or self.folder / "go"
        program.parent.mkdir(parents=True, exist_ok=True)
        text = FAKE_GO.format(
            python=sys.executable,
            log=str(self._log),
            version=version,
            seconds=seconds,
            gate=str(gate or ""),
            stderr=stderr,
        )
        program.write_text(text)
        program.chmod(0o755)
        return program

    def calls(self, verb: str) -> list[dict[str, object]]:
        lines = self._log.read_text().splitlines() if self._log.exists() else []
        return [call for line in lines if (call := json.loads(line))["argv"][0] == verb]

    def built(self) -> list[list[str]]:
        """The packages of every `go build`, in order."""
        return [_after_o(call["argv"]) for call in self.calls("build")]

    @property
    def _log(self) -> Path:
        return self.folder.parent / "go.log"


def _after_o(argv: object) -> list[str]:
    assert isinstance(argv, list)
    return argv[argv.index("-o") + 2 :]


@dataclass
class FakeRunner:
    """Answers the commands it was told of, by their last words, and refuses every other."""

    answers: dict[str, Done | Callable[[Sequence[str]], Done]] = field(default_factory=dict)
    asked: list[list[str]] = field(default_factory=list)

    def tell(self, ending: str, out: str = "", *, code: int = 0, err: str = "") -> None:
        self.answers[ending] = Done((), code, out, err)

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
        del env, cwd, stdin, timeout, on_line, tied
        words = [str(word) for word in argv]
        self.asked.append(words)
        for ending, answer in self.answers.items():
            if " ".join(words).endswith(ending):
                return answer if isinstance(answer, Done) else answer(words)
        raise AssertionError(f"not told of {words}")


@pytest.fixture(autouse=True)
def bin_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder on PATH; the cache is tmp_path/cache, and no setting of the machine's reaches Go or pip."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setenv("WELLIT_CACHE", str(tmp_path / "cache"))
    for name in ("GOPROXY", "GOFLAGS", "GOMODCACHE", "GOCACHE"):
        monkeypatch.delenv(name, raising=False)
    return folder


@pytest.fixture
def go(bin_folder: Path) -> FakeGo:
    return FakeGo(bin_folder)


@pytest.fixture
def runner() -> FakeRunner:
    return FakeRunner()


@pytest.fixture
def program(bin_folder: Path) -> Callable[[str], Path]:
    """Puts a file on PATH that looks like a compiled program: it is asked through a FakeRunner only."""

    def put(name: str) -> Path:
        file = bin_folder / name
        file.write_bytes(b"\x7fELF" + name.encode())
        file.chmod(0o755)
        return file

    return put
