"""A box with no cluster, that does what a test says."""

from __future__ import annotations

import json
import os
import shutil
import socket
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.sandbox.box import part
from wellit.process import Done, run
from wellit.sandbox import processes
from wellit.sandbox.box.settings import LOG, Settings


class TestBox:
    """A box in `folder`, whose API server is whatever listens on `api` of the host's loopback."""

    __test__ = False

    def __init__(self, folder: Path, api: int = 1, users: bool = True) -> None:
        self.folder = folder.resolve()
        self.box = self.folder / "box"
        self.box.mkdir(parents=True)
        (self.folder / "bin").mkdir()
        for name, program in (("box", sys.executable), ("unshare", shutil.which("unshare"))):
            (self.folder / "bin" / name).symlink_to(Path(program or "").resolve())
        Settings("test", str(self.box), api, users=users, parts=(part.__name__,)).write()
        self._socket: socket.socket | None = None
        self._wire: Any = None

    def start(self) -> Done:
        path = os.pathsep.join(filter(None, sys.path))
        done = run(
            [self.folder / "bin" / "box", "-P", "-m", "wellit.sandbox.box.outside", self.box],
            env={"PYTHONPATH": path}, timeout=60,
        )  # fmt: skip
        assert done.ok, self.log()
        file = self.box / part.FILE
        while not file.exists() or not file.read_text():
            assert self.living(), self.log()
        self._socket = socket.create_connection(("127.0.0.1", int(file.read_text())), timeout=120)
        self._wire = self._socket.makefile("rw")
        return done

    def end(self) -> None:
        if self._socket:
            self._wire.close()
            self._socket.close()
        processes.end(self.folder)

    def living(self) -> dict[int, str]:
        return processes.living(self.folder)

    def pid(self, module: str) -> int:
        """The process id, on the host, of one of the box's processes."""
        for pid, name in self.living().items():
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            if name == "box" and f"wellit.sandbox.box.{module}".encode() in words:
                return pid
        raise AssertionError(f"no {module}: {self.living()}")

    def log(self) -> str:
        return (self.folder / LOG).read_text()

    def ask(self, do: str, **said: Any) -> Any:
        self._wire.write(json.dumps({"do": do, **said}) + "\n")
        self._wire.flush()
        return json.loads(self._wire.readline())

    def start_in(
        self,
        ip: str | None,
        *argv: str,
        name: str = "c",
        env: Mapping[str, str] | None = None,
        mounts: Sequence[tuple[Path, str, bool]] = (),
        provides: Mapping[str, Path] | None = None,
        **spec: Any,
    ) -> Running:
        log = self.folder / "logs" / f"{name}-{len(list((self.folder / 'logs').glob('*')))}.log"
        log.parent.mkdir(exist_ok=True)
        log.touch()
        said = self.ask(
            "start", ip=ip, name=name, argv=argv, log=str(log), env=dict(env or {}),
            mounts=[(str(source), target, read_only) for source, target, read_only in mounts],
            provides={path: str(program) for path, program in (provides or {}).items()}, **spec,
        )  # fmt: skip
        assert "number" in said, said
        return Running(self, said["number"], said["problem"], log)

    def said_by(self, ip: str | None, *argv: str, **spec: Any) -> str:
        """What a command in a container of its own prints; it has to end well."""
        ran = self.start_in(ip, *argv, **spec)
        code = ran.wait()
        assert code == 0, (code, ran.said())
        return ran.said()


class Running:
    """A container in a test box."""

    def __init__(self, box: TestBox, number: int, problem: str, log: Path) -> None:
        self.box = box
        self.number = number
        self.problem = problem
        self.log = log

    def wait(self) -> int:
        code: int = self.box.ask("wait", number=self.number)
        return code

    def signal(self, sign: int) -> bool:
        """Send it; whether the container was over a moment later."""
        over: bool = self.box.ask("signal", number=self.number, sign=sign)
        return over

    def run(self, *argv: str, seconds: float = 10) -> list[Any]:
        ran: list[Any] = self.box.ask("run", number=self.number, argv=argv, seconds=seconds)
        return ran

    def lines(self) -> list[list[str]]:
        """[time, stream, mark, text] of each line of its log."""
        return [line.split(" ", 3) for line in self.log.read_text().splitlines()]

    def said(self) -> str:
        return "\n".join(line[3] for line in self.lines())
