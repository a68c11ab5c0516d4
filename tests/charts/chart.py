"""Renders this project's charts with the real helm, for the upstream versions of each train."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from wellit import capabilities, charts, paths, process, tools

IMITATING = {"gateway": "llm-d-infra", "inferencepool": "inferencepool", "modelservice": "llm-d-modelservice"}
Values = dict[str, Any]


@lru_cache
def version(chart: str, train: str) -> str:
    """The upstream version that `chart` imitates on `train`."""
    data = yaml.safe_load((paths.ENVIRONMENTS / "versions" / f"{train}.yaml").read_text())
    return str(data["versions"]["charts"][chart]["version"])


def imitates(chart: str, train: str) -> Values:
    """What the guide's helmfile hands in: the facts of that version, as plain data."""
    contract = capabilities.contract(IMITATING[chart], version(chart, train))
    return {**{name: _plain(fact) for name, fact in contract.items()}, "version": contract.version}


def _plain(fact: Any) -> Any:
    if isinstance(fact, Mapping):
        return {key: _plain(value) for key, value in fact.items()}
    return [_plain(value) for value in fact] if isinstance(fact, tuple | list) else fact


@dataclass(frozen=True)
class Answer:
    """What helm said: the objects by "Kind/name", or why not."""

    objects: Mapping[str, Any]
    error: str

    def __getitem__(self, name: str) -> Any:
        assert not self.error, self.error
        return self.objects[name]

    def only(self, kind: str) -> Any:
        """The one object of `kind`."""
        (name,) = (name for name in self.objects if name.startswith(f"{kind}/"))
        return self[name]

    @property
    def names(self) -> set[str]:
        assert not self.error, self.error
        return set(self.objects)


@dataclass(frozen=True)
class Chart:
    """One chart of this project, a release name, and a folder for values files."""

    name: str
    release: str
    folder: Path

    def render(self, values: Values, train: str = "") -> Answer:
        """Render with `values`, imitating the version of `train` (none for a chart that imitates nothing)."""
        done = self.helm(
            "template", self.release, paths.CHARTS / self.name, "--namespace", "ns", values=values, train=train
        )
        documents = [document for document in yaml.safe_load_all(done.out) if document] if done.ok else []
        objects = {f"{document['kind']}/{document['metadata']['name']}": document for document in documents}
        assert len(objects) == len(documents)
        return Answer(objects, "" if done.ok else done.err)

    def helm(self, *arguments: str | Path, values: Values, train: str = "") -> process.Done:
        """Run helm with `values` in a file."""
        facts = {"imitates": imitates(self.name, train)} if train else {}
        file = self.folder / f"{self.name}.json"
        file.write_text(json.dumps(facts | values))
        return process.run([tools.path("helm"), *arguments, "--values", file], env=charts.environment(), timeout=60)
