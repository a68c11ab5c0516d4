"""An LLMInferenceService of KServe's: its parts, and what their pods are started with.

Its values are those of the chart kserve; anybody's object is read back into them (wellit.inputs.readback.kserve).
KServe lays the spec over its presets and over what baseRefs name (wellit.seen.merged), so a container has what the spec
says of it, and of the presets what the spec does not say.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from wellit import capabilities
from wellit.capabilities import Contract
from wellit.findings import Location
from wellit.node import Node
from wellit.seen import presets
from wellit.seen.merged import Layer, Merged, merge
from wellit.seen.presets import MAIN, SCHEDULER, Names
from wellit.seen.workload import Workload
from wellit.seen.workloads import of_kind
from wellit.subject import KSERVE, PREFILL, Manifest, Release, Subject

__all__ = ["CONFIG", "GROUP", "KIND", "Service", "Workload", "of_object", "service_workloads", "services"]

KIND, CONFIG, GROUP = "LLMInferenceService", "LLMInferenceServiceConfig", "serving.kserve.io"


@dataclass(frozen=True, eq=False)
class Service:
    """One service. `configs` are the LLMInferenceServiceConfigs that are judged with it, by name."""

    release: Release
    configs: Mapping[str, Node]

    @property
    def name(self) -> str:
        return str(self._raw("name") or self.release.name)

    @property
    def namespace(self) -> str:
        """The namespace that it is applied to; "" where nobody says."""
        return self.release.namespace

    @property
    def title(self) -> str:
        return f"{KIND} {self.name}"

    @property
    def api(self) -> str:
        """The version of its object: v1alpha1, v1alpha2."""
        return self.release.root["api"].text()

    @property
    def facts(self) -> Contract:
        """What the release of KServe does with it."""
        return self.release.facts

    @property
    def written(self) -> Node:
        """Its spec as a person wrote it."""
        return self.release.root["spec"]

    @property
    def spec(self) -> Node:
        """Its spec as KServe's controller has it: over its presets and what baseRefs name."""
        return self.merged.root

    @cached_property
    def names(self) -> Names:
        model = self.asked.get("model")
        said = model.get("name") if isinstance(model, Mapping) else None
        return Names(self.name, self.namespace, str(said or self.name))

    @property
    def model_name(self) -> str:
        """The name by which requests ask for the model."""
        return self.names.model

    @cached_property
    def missing(self) -> list[Node]:
        """The baseRefs whose config nobody showed."""
        return [ref["name"] for ref in self.written["baseRefs"] if ref["name"].text() not in self.configs]

    @cached_property
    def merged(self) -> Merged:
        home = self._layer()
        return merge(home, presets.preset(self.facts, self.names, self.asked), [*self._bases(), home])

    @cached_property
    def asked(self) -> Mapping[str, Any]:
        """What decides which presets are looked up: the spec with what its baseRefs say."""
        home = self._layer()
        value: Mapping[str, Any] = merge(home, {}, [home, *self._bases()]).value
        return value

    def _layer(self) -> Layer:
        return Layer(self.release, ("spec",), self._raw("spec"))

    def _bases(self) -> Iterator[Layer]:
        spec = self._raw("spec")
        refs = spec.get("baseRefs") if isinstance(spec, Mapping) else None
        for ref in refs if isinstance(refs, list) else ():
            if isinstance(ref, Mapping) and (config := self.configs.get(str(ref.get("name")))):
                yield Layer(config.owner, (*config.keys, "spec"), config["spec"].value)

    def _raw(self, key: str) -> Any:
        """A value that is only looked up, and not judged."""
        return self.release.values.get(key)

    def called(self, what: str) -> str:
        """What the controller calls one of the objects that it makes of it: a word of the release's `makes`."""
        return self.names.fill(self.facts["makes"][what])

    @property
    def apart(self) -> bool:
        """Whether prefill and decode are apart."""
        return isinstance(self.asked.get(PREFILL), Mapping)

    @cached_property
    def workloads(self) -> list[Workload]:
        """The parts that serve the model: main, and prefill where it is apart."""
        return [Workload(self, part) for part in ((MAIN, PREFILL) if self.apart else (MAIN,))]

    @cached_property
    def scheduler(self) -> Workload | None:
        """The pods of its endpoint picker; None without one of its own."""
        return Workload(self, SCHEDULER) if self.spec.at("router", SCHEDULER, "template", "containers") else None


def services(subject: Subject) -> Iterator[Service]:
    """Every service that is judged."""
    return iter(subject.once(_services))


def service_workloads(subject: Subject) -> Iterator[Workload]:
    """Every part of every service that serves a model and has replicas."""
    return (one for service in services(subject) for one in service.workloads if one.replicas != 0)


def of_object(
    manifest: Mapping[str, Any], namespace: str, configs: Mapping[str, Mapping[str, Any]] | None = None
) -> Service:
    """A service as an object has it, for KServe's newest release: what its pods are, and not where it is written.

    `configs` are LLMInferenceServiceConfigs by name.
    """
    name = str((manifest.get("metadata") or {}).get("name"))
    values, version = {"name": name, "spec": manifest.get("spec")}, capabilities.versions(KSERVE)[-1]
    release = Release(name, KSERVE, version, values, lambda _: Location(name), namespace=namespace)
    return Service(release, {key: Manifest(name, one).root for key, one in (configs or {}).items()})


def _services(subject: Subject) -> list[Service]:
    configs = {one.name: one.root for one in of_kind(subject, CONFIG) if one.group == GROUP}
    return [Service(release, configs) for release in subject.of(KSERVE)]
