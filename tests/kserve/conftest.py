"""KServe's own webhooks and controller, for what rules and rendered stacks say of them."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
import yaml

from tests.conftest import own_name
from wellit import sandbox as sandboxes
from wellit.sandbox import Sandbox
from wellit.sandbox.kubectl import kubectl

Object = dict[str, Any]
KIND = "llminferenceservices.serving.kserve.io"
CONDITIONS_SECONDS = 300.0  # a busy machine takes its time
POLL_SECONDS = 0.2


@dataclass(frozen=True)
class Answer:
    """What KServe said of a manifest.

    `refused` is what the API server or a webhook answered instead of taking it ("" when it was taken). `service` is the
    LLMInferenceService as it was read last, `conditions` its conditions: type -> (status, reason, message).
    """

    namespace: str
    name: str
    refused: str
    service: Object
    conditions: Mapping[str, tuple[str, str, str]]


class Asked:
    """KServe in a sandbox, and what it says of manifests, each in a namespace of its own."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self._number = itertools.count(1)

    def __call__(
        self,
        manifest: str | Object,
        *,
        beside: Iterable[Object] = (),
        until: Callable[[Answer], bool] | None = None,
        seconds: float = CONDITIONS_SECONDS,
    ) -> Answer:
        """Put an LLMInferenceService there, and wait until the controller has set conditions, or until `until` holds.

        `beside` are objects that are put into the same namespace before.

        The answer is what was read last, also when the time is over: the caller asserts. Nothing is waited for when the
        manifest was refused.
        """
        wanted: Object = yaml.safe_load(manifest) if isinstance(manifest, str) else manifest
        namespace, name = self.namespace(), str(wanted["metadata"]["name"])
        wanted, *others = [one | {"metadata": one["metadata"] | {"namespace": namespace}} for one in (wanted, *beside)]
        if others:
            self.apply(*others)
        done = kubectl(self.sandbox, "create", "-f", "-", stdin=json.dumps(wanted))
        if not done.ok:
            return Answer(namespace, name, done.err.strip(), {}, {})
        return self.wait(namespace, name, until, seconds)

    def wait(
        self,
        namespace: str,
        name: str,
        until: Callable[[Answer], bool] | None = None,
        seconds: float = CONDITIONS_SECONDS,
    ) -> Answer:
        """Read one again and again, until it has conditions, or until `until` holds."""
        over = time.monotonic() + seconds
        while True:
            service = self.get(f"{KIND}/{name}", namespace)
            answer = Answer(namespace, name, "", service, _conditions(service))
            if (until(answer) if until else bool(answer.conditions)) or time.monotonic() > over:
                return answer
            time.sleep(POLL_SECONDS)

    def dry(self, manifest: str | Object) -> str:
        """What the API server and the webhooks refuse in it ("" for nothing), without keeping it."""
        said = manifest if isinstance(manifest, str) else json.dumps(manifest)
        done = kubectl(self.sandbox, "create", "--dry-run=server", "-f", "-", stdin=said)
        return "" if done.ok else done.err.strip()

    def get(self, what: str, namespace: str) -> Object:
        """An object, or a List of a kind; empty when it is not there."""
        done = kubectl(self.sandbox, "get", what, "-n", namespace, "-o", "json")
        found: Object = json.loads(done.out) if done.ok else {}
        return found

    def apply(self, *objects: Object) -> None:
        """Put other objects there: a Gateway, a LLMInferenceServiceConfig.

        Unvalidated: kubectl would ask for all definitions first, for which a busy API server takes half a minute.
        """
        listed = json.dumps({"apiVersion": "v1", "kind": "List", "items": list(objects)})
        done = kubectl(self.sandbox, "apply", "--server-side", "--validate=ignore", "-f", "-", stdin=listed)
        assert done.ok, done.err

    def namespace(self) -> str:
        """A new namespace."""
        name = f"asked-{next(self._number)}"
        self.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
        return name


def _conditions(service: Object) -> dict[str, tuple[str, str, str]]:
    found = service.get("status", {}).get("conditions") or []
    return {one["type"]: (one["status"], one.get("reason", ""), one.get("message", "")) for one in found}


@pytest.fixture(scope="session")
def asked() -> Iterator[Asked]:
    """A sandbox with KServe, simulated readiness, for the whole run."""
    name = own_name("-kserve")
    yield Asked(sandboxes.up(name, say=print, ready="simulated", besides=["kserve"]))
    sandboxes.down(name, say=print)


@pytest.fixture(scope="module")
def answering(can_answer: None) -> Iterator[Sandbox]:  # noqa: ARG001
    """A sandbox with KServe that answers. One file asks for it, and the others have the machine to themselves."""
    name = own_name("-kserve-answers")
    yield sandboxes.up(name, say=print, ready="answers", besides=["kserve"])
    sandboxes.down(name, say=print)
