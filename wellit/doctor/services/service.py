"""One LLMInferenceService: what KServe's controller says of it, and what it made of it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from wellit.carried import Carried, carried
from wellit.doctor import commands, signatures, ways
from wellit.doctor.sight import SERVICE, Sight
from wellit.doctor.signatures import Said
from wellit.picture.objects import Object
from wellit.picture.plain import mapping, maps

SPEAKER = "kserve"  # whose words conditions and events of the resource are, in signatures.yaml


@dataclass(frozen=True, eq=False)
class Service:
    """One of them. `conditions` are by type; a status of a version that is no more is an old one."""

    sight: Sight
    object: Object

    @property
    def name(self) -> str:
        return self.object.name

    @property
    def title(self) -> str:
        return f"{SERVICE} {self.name}"

    @property
    def known(self) -> Carried:
        """What is known of its controller."""
        found = carried(self.object.group, SERVICE)
        assert found
        return found

    @property
    def about(self) -> Mapping[str, Any]:
        return mapping(self.object.manifest.get("metadata"))

    @property
    def status(self) -> Mapping[str, Any]:
        return mapping(self.object.manifest.get("status"))

    @cached_property
    def conditions(self) -> dict[str, Mapping[str, Any]]:
        return {str(one.get("type")): one for one in maps(self.status.get("conditions"))}

    def says(self, kind: str) -> str:
        """A condition that is False, as ``TYPE: REASON: MESSAGE``; "" when it is not."""
        one = self.conditions.get(kind)
        if one is None or one.get("status") != "False":
            return ""
        return ": ".join(filter(None, (kind, str(one.get("reason") or ""), str(one.get("message") or ""))))

    @property
    def seen(self) -> bool:
        """Whether the conditions are of its newest version."""
        generation = self.about.get("generation", 0)
        return bool(self.conditions) and self.status.get("observedGeneration", generation) >= generation

    @cached_property
    def warned(self) -> list[str]:
        """What its controller warned of in events."""
        return self.sight.events(self.name)

    def known_words(self, text: str) -> Said | None:
        """What is known of words of its controller."""
        return next(iter(signatures.known(text, SPEAKER)), None)

    def kubectl(self, *words: str, namespace: str = "") -> str:
        return commands.kubectl(self.sight, *words, namespace=namespace)

    @property
    def describe(self) -> str:
        """The command that shows what its controller says."""
        return self.kubectl("describe", SERVICE.lower(), self.name)


def every(sight: Sight) -> list[Service]:
    """Those of the stack that was asked for, else of the namespace."""
    return [Service(sight, one) for one in ways.services(sight)]
