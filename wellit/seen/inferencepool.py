"""What the inferencepool chart makes of its values: the pool, and the picker's image, flags and configuration."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from wellit import capabilities
from wellit.nested import parsed
from wellit.node import Node, spoken
from wellit.seen.modelservice import Service, services
from wellit.subject import DYNAMO, INFERENCEPOOL, KSERVE, MODELSERVICE, Release, Subject


@dataclass(frozen=True, eq=False)
class Pool:
    """One inferencepool release."""

    release: Release

    @property
    def facts(self) -> Mapping[str, Any]:
        return self.release.facts

    @property
    def picker(self) -> Node:
        return self.release.root["inferenceExtension"]

    @property
    def pool(self) -> Node:
        return self.release.root["inferencePool"]

    @cached_property
    def ports_node(self) -> Node:
        """The setting that names the pods' ports; an old apiVersion has the old one."""
        return self.pool["targetPortNumber" if self.old_api else self.facts["portKey"].rpartition(".")[2]]

    @property
    def ports(self) -> list[int]:
        """The pods' ports that requests are sent to."""
        if not self.ports_node.written:
            return [self.facts["ports"]["pool"]]
        if isinstance(self.ports_node.value, list):
            numbers = [entry["number"].number() for entry in self.ports_node]
        else:
            numbers = [self.ports_node.number()]
        return [number for number in numbers if number is not None]

    @property
    def old_api(self) -> bool:
        """Whether it is an InferencePool of the old kind, by the version or by the setting."""
        settable = self.facts["poolApiSettable"]
        return ".x-k8s.io/" in (self.pool["apiVersion"].text() if settable else self.facts["poolApi"])

    @property
    def api(self) -> str:
        """The group and version of the InferencePool that is made."""
        return (
            self.pool["apiVersion"].text() if self.facts["poolApiSettable"] and self.old_api else self.facts["poolApi"]
        )

    @property
    def provider(self) -> Node:
        """Whose gateway is said to stand before the pool."""
        return self.release.root["provider"]["name"]

    @property
    def provider_name(self) -> str:
        """The provider as the chart takes it; none for a word that renders nothing."""
        name = self.provider.text("none")
        if name.lower() in self.facts["providersAnyCase"]:
            return name.lower()
        return name if name in self.facts["providers"] else "none"

    def behind(self, provider: str) -> bool:
        """Whether a provider's gateway may stand before it: it is said so, or this version has no word for it."""
        return self.provider_name == provider or provider not in self.facts["providers"]

    def makes(self, kind: str) -> bool:
        """Whether the chart makes an object of this kind for the pool's provider."""
        return kind in self.facts["providerMakes"].get(self.provider_name, ())

    @property
    def istio(self) -> Node:
        """The block for Istio where this version of the chart reads it, or where newer ones do."""
        place = self.facts["istioBlock"]
        return self.release.root.at(*(place.split(".") if place != "none" else ("provider", "istio")))

    @property
    def name(self) -> str:
        """The name of the InferencePool."""
        return str(self.facts["names"]["pool"].format(release=self.release.name))

    @property
    def group(self) -> str:
        """The API group of the InferencePool."""
        settable = self.pool["apiVersion"].text() if self.facts["poolApiSettable"] else ""
        return (settable or str(self.facts["poolApi"])).partition("/")[0]

    @property
    def picker_name(self) -> str:
        """The name of the picker's Service."""
        return str(self.facts["names"]["picker"].format(release=self.release.name))

    @property
    def selector_node(self) -> Node:
        return self.pool.at("modelServers", "matchLabels")

    @property
    def selector(self) -> dict[str, Node]:
        return dict(self.selector_node.items())

    def selects(self, service: Service) -> bool:
        """Whether pods of the release have every label that the pool asks for, as far as the values tell."""
        return any(not self.missing(service, labels) for labels in service.pod_labels)

    def missing(self, service: Service, labels: Mapping[str, str | None]) -> list[Node]:
        """The labels of the selector that these pods do not have; one that only the cluster knows may be there."""
        open_labels = {key for key, value in service.labels.items() if value is None}
        asked = self.selector.items()
        return [node for key, node in asked if key not in open_labels and labels.get(key) != spoken(node.value)]

    @cached_property
    def server_type(self) -> str:
        return self.pool["modelServerType"].text() or str(self.facts["modelServerTypes"][0])

    @cached_property
    def image(self) -> str:
        """The picker's image: what is written, the rest from the chart's own."""
        first, second, tag = self.facts["imageKeys"][:3]
        default = self.facts["defaultImage"]
        host, _, path = default.partition("/") if first == "registry" else default.rpartition("/")
        image = self.picker["image"]
        version = self.release.version
        return f"{image[first].text() or host}/{image[second].text() or path}:{image[tag].value or version}"

    @property
    def image_node(self) -> Node:
        """The tag, or what stands for it when the chart's own is used."""
        return self.picker["image"][self.facts["imageKeys"][2]]

    @cached_property
    def contract(self) -> capabilities.Contract | capabilities.Unknown:
        """What the release in its image takes, or why that cannot be told."""
        return capabilities.picker(self.image)

    @cached_property
    def flags(self) -> dict[str, Node]:
        """The picker's flags that the values give, by name without dashes, each with its value's place."""
        node = self.picker["flags"]
        if isinstance(node.value, list):
            return {entry["name"].text().lstrip("-"): entry["value"] for entry in node if entry["name"]}
        return {name.lstrip("-"): value for name, value in node.items()}

    @property
    def config_file(self) -> Node:
        """The setting that names the configuration to read."""
        return self.picker["pluginsConfigFile"]

    @property
    def custom_configs(self) -> Node:
        return self.picker["pluginsCustomConfig"]

    @property
    def config_files(self) -> list[str]:
        """The configurations that there are: the chart's own first, then those of the values."""
        return [*self.facts.get("configFiles", ()), *(name for name, _ in self.custom_configs.items())]

    @property
    def config_elsewhere(self) -> bool:
        """Whether a flag of the values names another configuration than pluginsConfigFile does."""
        return bool({"config-file", "config-text", "configFile", "configText"} & set(self.flags))

    @property
    def config_text(self) -> Node:
        """The picker's configuration as the values bring it: text, or a map by mistake."""
        return self.custom_configs[self.config_file.text()]

    @cached_property
    def config(self) -> Node:
        """The picker's configuration, when the values bring one; nothing is written there otherwise."""
        node = self.config_text
        if isinstance(node.value, str):
            return Node(node.owner, node.keys, parsed(node.value) or {})
        return node

    @property
    def gates(self) -> dict[str, Node]:
        """The feature gates that the configuration switches on."""
        return {gate.text(): gate for gate in self.config["featureGates"]}

    @property
    def plugins(self) -> dict[str, Node]:
        """The configured plugins, by type."""
        return {plugin["type"].text(): plugin for plugin in self.config["plugins"]}


def pools(subject: Subject) -> Iterator[Pool]:
    """Every inferencepool release."""
    return iter(subject.once(_pools))


def _pools(subject: Subject) -> list[Pool]:
    return [Pool(release) for release in subject.of(INFERENCEPOOL)]


def pairs(subject: Subject) -> Iterator[tuple[Pool, Service]]:
    """Each pool with each modelservice release that it is for: those it selects, or the only ones there are."""
    known, asked = list(services(subject)), list(pools(subject))
    for pool in asked:
        for service in known:
            if len(known) == len(asked) == 1 or pool.selects(service):
                yield pool, service


def alone(subject: Subject) -> str:
    """Why pools and pods cannot be held against each other: whose values are missing; "" when both are there.

    A graph of Dynamo and a service of KServe's, by themselves, have neither, and nobody asks.
    """
    if any(True for _ in subject.of(DYNAMO, KSERVE)) and not any(True for _ in subject.of(MODELSERVICE, INFERENCEPOOL)):
        return ""
    if not any(True for _ in services(subject)):
        return "no values of the llm-d-modelservice chart were given"
    return "" if any(True for _ in pools(subject)) else "no values of the inferencepool chart were given"


__all__ = ["Pool", "alone", "pairs", "pools"]
