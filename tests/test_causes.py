"""One mistake is one finding: what only follows from it is left out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from wellit import causes, validate
from wellit.findings import Finding, Location, Severity

CORPUS = Path(__file__).parent / "corpus" / "modelservice.yaml"
BASE = "MS00-v0.4.12"
POOL = """
inferencePool:
  targetPorts: [{number: 8000}]
  modelServers: {matchLabels: {llm-d.ai/model: Qwen3-0.6B}}
inferenceExtension:
  image: {hub: ghcr.io/llm-d, name: llm-d-inference-scheduler, tag: v0.7.1}
  pluginsConfigFile: pd.yaml
  pluginsCustomConfig:
    pd.yaml: |
      apiVersion: inference.networking.x-k8s.io/v1alpha1
      kind: EndpointPickerConfig
      plugins:
      - type: prefill-filter
      - type: decode-filter
      - type: always-disagg-pd-decider
      - type: disagg-headers-handler
      - type: disagg-profile-handler
        parameters: {deciders: {prefill: always-disagg-pd-decider}}
      schedulingProfiles:
      - name: prefill
        plugins: [{pluginRef: prefill-filter}]
      - name: decode
        plugins: [{pluginRef: decode-filter}]
provider: {name: none}
"""
Values = dict[str, Any]
Change = Callable[[Values], object]


def base() -> Values:
    cases = yaml.safe_load(CORPUS.read_text())
    values: Values = next(case["values"] for case in cases if case["id"] == BASE)
    return values


def container(values: Values, role: str = "decode") -> Values:
    found: Values = values[role]["containers"][0]
    return found


def word(old: str, new: str) -> Change:
    """Another word in decode's command line."""

    def change(values: Values) -> None:
        container(values)["args"] = [new if each == old else each for each in container(values)["args"]]

    return change


def renamed(*path: str) -> Change:
    """The last key of a path under another name, or, with ``a/b``, moved up to another map."""

    def change(values: Values) -> None:
        *above, old, new = path
        here: Any = values
        for key in above:
            here = here[int(key)] if key.isdigit() else here[key]
        here[new] = here.pop(old)

    return change


def up(values: Values) -> None:
    values["decode"]["args"] = container(values).pop("args")


def joined(values: Values) -> None:
    container(values)["args"] = [" ".join(container(values)["args"])]


def told(tmp_path: Path, change: Change, pool: str = "") -> list[str]:
    values = base()
    change(values)
    file, beside = tmp_path / "ms.yaml", tmp_path / "pool.yaml"
    file.write_text(yaml.safe_dump(values))
    beside.write_text(pool)
    files = [str(file), *([str(beside)] if pool else [])]
    charts = ["llm-d-modelservice@v0.4.12", "inferencepool@v1.3.0"][: len(files)]
    return [f.id for f in validate.values_files(files, charts).findings if f.severity != "info"]


@pytest.mark.parametrize(
    ("change", "id_"),
    [
        (word("--port", "--prot"), "WL110"),
        (word("--host", "--hots"), "WL110"),
        (word("--disaggregation-mode", "--disagregation-mode"), "WL110"),
        (word("--enable-metrics", "--enable-metric"), "WL115"),
        (word("nixl", "nixxl"), "WL114"),
        (joined, "WL116"),
        (up, "WL020"),
        (renamed("prefill", "prefills"), "WL020"),
        (renamed("prefill", "containers", "container"), "WL020"),
        (renamed("routing", "proxy", "proxie"), "WL020"),
        (lambda values: values["prefill"].update(containers=[]), "WL425"),
        (lambda values: values["routing"]["proxy"].update(enabled=False), "WL139"),
        (lambda values: values["routing"]["proxy"].update(targetPort=8201), "WL203"),
    ],
)
def test_one_mistake_is_one_finding(change: Change, id_: str, tmp_path: Path) -> None:
    assert told(tmp_path, lambda _: None) == []
    assert told(tmp_path, change) == [id_]


@pytest.mark.parametrize(
    ("old", "new", "id_"),
    [
        ("- type: decode-filter", "- type: decode-filtr", "WL227"),
        ("      plugins:\n      - type", "      plugin:\n      - type", "WL226"),
        ("schedulingProfiles", "schedulingProfile", "WL226"),
        ("pluginsConfigFile: pd.yaml", "pluginsConfigFile: pd.yml", "WL224"),
    ],
)
def test_of_a_picker_too(old: str, new: str, id_: str, tmp_path: Path) -> None:
    assert old in POOL
    before, after = (told(tmp_path, lambda _: None, pool) for pool in (POOL, POOL.replace(old, new, 1)))
    assert [id_ for id_ in after if id_ not in before] == [id_]


def test_a_label_that_kubernetes_refuses_is_not_held_against_the_pool(tmp_path: Path) -> None:
    def change(values: Values) -> None:
        values["modelArtifacts"]["labels"]["llm-d.ai/model"] = "my model"

    assert "WL301" not in told(tmp_path, change, POOL) and "WL413" in told(tmp_path, change, POOL)


def finding(id_: str, severity: Severity, path: str, write: str = "x") -> Finding:
    return Finding(id_, id_, severity, path, Location("a.yaml", 1, 1), path, write)


def test_a_warning_hides_no_error() -> None:
    mild = finding("WL040", "warning", "decode.imag", "image")
    worse = finding("WL425", "error", "decode.image")
    assert causes.only([mild, worse]) == [mild, worse]
    assert causes.only([finding("WL020", "error", "decode.imag", "image"), worse])[0].id == "WL020"
    assert len(causes.only([finding("WL020", "error", "decode.imag", "image"), worse])) == 1


def test_one_thing_about_two_places_is_said_once() -> None:
    one, other = (("here", Location("b.yaml", number)) for number in (1, 2))
    found = finding("WL104", "error", "flags")
    both = causes.only([Finding(**{**vars(found), "also": (place,)}) for place in (one, other)])
    assert [each.also for each in both] == [(one, other)]
