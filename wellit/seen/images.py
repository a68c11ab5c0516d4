"""Container images: what they are called, and whose they are."""

from __future__ import annotations

import re
from dataclasses import dataclass

_NUMBER = re.compile(r"v?\d+\.\d+(\.\d+)?([-.+][\w.]+)*")


@dataclass(frozen=True)
class Image:
    """An image's name in its parts. `repository` has its registry (docker.io when none is written)."""

    repository: str
    tag: str = ""
    digest: str = ""

    @property
    def path(self) -> str:
        """The repository without its registry."""
        return self.repository.partition("/")[2]

    def of(self, known: str) -> bool:
        """Whether it is the repository `known`, or a copy of it in another registry.

        A mirror keeps the path, below a folder of its own (mirror.example/ghcr/llm-d/llm-d-cuda), or only its last part
        (mirror.example/llm-d-cuda).
        """
        path = parse(known).path
        if self.path == path or self.path.endswith(f"/{path}"):
            return True
        return "/" not in self.path and self.path == path.rpartition("/")[2]

    @property
    def fixed(self) -> bool:
        """Whether its tag names a version."""
        return bool(_NUMBER.fullmatch(self.tag))

    @property
    def unnamed(self) -> str:
        """Why its version cannot be told from its name; "" when it can."""
        if not self.tag:
            return "only a digest is written" if self.digest else "it has no tag, which means latest"
        return "" if self.fixed else f'the tag "{self.tag}" does not name a release'

    def __str__(self) -> str:
        return self.repository + (f":{self.tag}" if self.tag else "") + (f"@{self.digest}" if self.digest else "")


def parse(text: str) -> Image:
    """An image's name, as Kubernetes reads it."""
    name, _, digest = text.strip().partition("@")
    tag = ""
    if ":" in name.rpartition("/")[2]:
        name, _, tag = name.rpartition(":")
    first, slash, _ = name.partition("/")
    if not slash or not ("." in first or ":" in first or first == "localhost"):
        name = f"docker.io/{name}"
    return Image(name, tag, digest)
