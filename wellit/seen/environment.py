"""The variables that a container's command line may name as $(NAME)."""

from __future__ import annotations

from dataclasses import dataclass

from wellit.seen.container import Container


@dataclass(frozen=True)
class Environment:
    """The names that are known, and beginnings of others; `elsewhere` says where there may be more."""

    names: frozenset[str]
    elsewhere: str
    families: tuple[str, ...]

    def has(self, name: str) -> bool:
        service = name.endswith(("_SERVICE_HOST", "_SERVICE_PORT", "_PORT")) or "_PORT_" in name
        return name in self.names or name.startswith(self.families) or service


def environment(container: Container) -> Environment:
    names = {str(name) for name in container.facts["env"]}
    more = ""
    for added in container.facts["acceleratorEnv"].values():
        names |= {str(variable["name"]) for variable in added}
    for place in (container.node, container.node["extraConfig"]):
        names |= {variable["name"].text() for variable in place["env"]}
        if place["envFrom"]:
            more = "envFrom may have it"
    return Environment(frozenset(names), more, _families(container))


def _families(container: Container) -> tuple[str, ...]:
    own = (container.engine.data.get("speaks") or {}).get("variables", ()) if container.engine else ()
    return (*container.facts["envFamilies"], *own)
