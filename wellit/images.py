"""What a container image is called."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Image:
    """A reference such as ``ghcr.io/llm-d/llm-d-routing-sidecar:v0.7.1@sha256:...``, taken apart as a registry does.

    `text` is the whole of it as it was written; `tag` and `digest` are empty when they are not.
    """

    text: str
    registry: str
    path: str
    tag: str
    digest: str

    @classmethod
    def parse(cls, reference: str) -> Image:
        """Any word is read as an image: without a registry it is one of docker.io."""
        name, _, digest = reference.strip().partition("@")
        head, slash, last = name.rpartition("/")
        last, _, tag = last.partition(":")
        first, _, rest = (head + slash + last).partition("/")
        if rest and ("." in first or ":" in first or first == "localhost"):
            return cls(reference, first, rest, tag, digest)
        return cls(reference, "docker.io", head + slash + last if rest else f"library/{last}", tag, digest)

    def is_of(self, repository: str) -> bool:
        """Whether this is `repository` itself, or a mirror that kept its path or at least its last part."""
        known = Image.parse(repository).path
        return self.path == known or self.path.endswith(f"/{known}") or self.path == known.rpartition("/")[2]

    @property
    def unnamed(self) -> str:
        """Why its release cannot be told from its name; empty when it has a tag."""
        if self.tag:
            return ""
        return "its digest alone does not tell the release" if self.digest else "it has no tag, which means latest"
