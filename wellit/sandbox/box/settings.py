"""With what a box is started: known on the host, read in the box. Nothing of the box's own is imported here."""

from __future__ import annotations

import hashlib
import json
import resource
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from wellit import paths

# The bridge's own address: what the box itself offers to pods, the API server first of all, is found there.
GATEWAY = "10.66.255.254"
API_PORT = 6443
SERVER = f"https://{GATEWAY}:{API_PORT}"
# A name that stands in the API server's certificate.
TLS_SERVER_NAME = "localhost"
FILE = "settings.json"
LOG = "box.log"
# What makes a box alive. Each has `async def run(box: Box) -> None`, which goes on for as long as the box.
PARTS = ("wellit.sandbox.box.kubelet", "wellit.sandbox.box.gateway")
# What runs in a box, all of it: a box that was started with other files is started again.
SOURCES = ("wellit/sandbox/box", "wellit/standin", "wellit/process")


@dataclass(frozen=True)
class Settings:
    """`folder` is the box's own, `api` the API server's port on the host, `python` the interpreter that has wellit's
    packages, `shown` what of the machine every container sees at its own path, `tools` the pinned programs by name,
    `users` whether the box has users of its own, which needs no root, `parts` what runs in it."""

    name: str
    folder: str
    api: int
    python: str = sys.executable
    shown: tuple[str, ...] = field(default_factory=lambda: tuple(map(str, needed())))
    tools: Mapping[str, str] = field(default_factory=dict)
    users: bool = True
    parts: tuple[str, ...] = PARTS
    recipe: str = field(default_factory=lambda: recipe())

    def write(self) -> None:
        (Path(self.folder) / FILE).write_text(json.dumps(asdict(self)))

    @classmethod
    def read(cls, folder: Path) -> Settings:
        """Raises OSError, ValueError or TypeError for settings that are not there or of another version."""
        said = json.loads((folder / FILE).read_text())
        return cls(**said | {name: tuple(said[name]) for name in ("shown", "parts")})


def namespaces(*, users: bool) -> list[str]:
    """What unshare is told. Root in a box with users of its own is nobody special outside; --kill-child makes the box
    end with unshare."""
    whose = ["--user", "--map-root-user"] if users else []
    return [*whose, "--net", "--pid", "--mount", "--uts", "--ipc", "--fork", "--kill-child", "--mount-proc"]


def needed() -> list[Path]:
    """What wellit's own programs need at its own path: this checkout, Python and its packages, the tools."""
    base = Path(sys.base_prefix)
    given = [paths.ROOT, Path(sys.prefix), Path(sys.executable), paths.cache() / "tools"]
    # bin too: a virtual environment's python may lead to it by one link after another
    given += [base / name for name in ("bin", "lib", "lib64")]
    whole = [path.resolve() for path in given]
    machine = (Path("/usr/bin"), Path("/usr/lib"), Path("/usr/lib64"))
    return [path for path in whole if path.exists() and not any(path.is_relative_to(there) for there in machine)]


def recipe() -> str:
    """Eight characters that change with the files of which a box is made."""
    files = [file for folder in SOURCES for file in (paths.ROOT / folder).rglob("*") if file.suffix in (".py", ".yaml")]
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in sorted(files))).hexdigest()[:8]


def most_descriptors() -> None:
    """A connection through a relay takes two."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
