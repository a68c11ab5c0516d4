"""What KServe refuses when it is asked for an LLMInferenceService: which checks a version has, and who makes them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from wellit.node import Node
from wellit.seen.service import Service
from wellit.subject import PREFILL


@dataclass(frozen=True, eq=False)
class Part:
    """The half of a spec that one kind of pods is made of: the spec itself, or its prefill."""

    words: str
    node: Node

    def of(self, *keys: str) -> str:
        """The dotted path of a field, as the object has it."""
        return ".".join([self.words, *keys])


def parts(service: Service) -> Iterator[Part]:
    """The spec, and its prefill where there is one."""
    yield Part("spec", service.written)
    if there(service.written[PREFILL]):
        yield Part(f"spec.{PREFILL}", service.written[PREFILL])


def there(node: Node) -> bool:
    """Whether a field says something: null is nothing, an empty map is not."""
    return node.value is not None


def why_refused(service: Service, check: str) -> str:
    """Who refuses a service for it, as a clause; "" when nobody in this version does."""
    checks = service.facts["webhook"]
    if check in checks.get(service.api, ()):
        return "KServe's webhook refuses the object"
    if check in checks.get(service.facts["stored"], ()):
        return f"KServe's webhook takes it as {service.api}, and its controller stops at it: PresetsCombined is False"
    return ""
