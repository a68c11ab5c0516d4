"""What the real pickers say to a configuration is what the rules say of it: refused or taken, and in which words.

Each ends by itself, because there is no cluster: see test_programs_say.
"""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.test_programs_say import PICKERS, ask_picker
from wellit import rules, source
from wellit.findings import Finding
from wellit.subject import Subject, chart_version, from_source
from wellit.tools.pins import pin

HEAD = "apiVersion: inference.networking.x-k8s.io/v1alpha1\nkind: EndpointPickerConfig\n"
TAKEN = ("loaded configuration from file/text successfully", "Loaded configuration from file/text successfully")
PROFILES = """
schedulingProfiles:
- {name: prefill, plugins: [{pluginRef: prefill-filter}]}
- {name: decode, plugins: [{pluginRef: decode-filter}]}
"""
FILTERS = """
plugins:
- type: prefill-filter
- type: decode-filter
"""
DECIDER = "- type: always-disagg-pd-decider\n"
HANDLER = "- {type: disagg-profile-handler, parameters: {deciders: {prefill: always-disagg-pd-decider}}}\n"
QUEUE = "plugins:\n- type: queue-scorer\n"
PROFILE = QUEUE + "schedulingProfiles: [{name: a, plugins: [{pluginRef: queue-scorer}]}]\n"
TWO = "schedulingProfiles: [{name: a, plugins: [{pluginRef: queue-scorer}]}, {name: b, plugins: []}]\n"
# For each rule what it is about: configurations that the picker refuses with these words.
REFUSED = {
    "a key of the document": ("WL226", QUEUE + "profiles: []\n"),
    "a key of a plugin": ("WL226", QUEUE + "  params: {}\n"),
    "a key in other letters": ("WL226", "Plugins:\n- type: queue-scorer\n"),
    "a weight as text": ("WL226", PROFILE.replace("scorer}", 'scorer, weight: "2"}')),
    "a time without its unit": ("WL226", QUEUE + "saturationDetector: {metricsStalenessThreshold: 200}\n"),
    "a threshold as text": ("WL226", QUEUE + 'saturationDetector: {kvCacheUtilThreshold: "0.8"}\n'),
    "plugins as a map": ("WL226", "plugins: {queue-scorer: {}}\n"),
    "no YAML": ("WL226", "plugins: [\n"),
    "a key twice": ("WL226", QUEUE + "plugins: []\n"),
    "a type that there is not": ("WL227", QUEUE + "- type: kv-cache-scorer\n"),
    "a plugin without type": ("WL227", "plugins:\n- name: queue-scorer\n"),
    "text for a number": ("WL230", 'plugins:\n- {type: max-score-picker, parameters: {maxNumOfEndpoints: "2"}}\n'),
    "half a whole number": ("WL230", "plugins:\n- {type: max-score-picker, parameters: {maxNumOfEndpoints: 1.5}}\n"),
    "text for true": ("WL230", 'plugins:\n- {type: prefix-cache-scorer, parameters: {autoTune: "true"}}\n'),
    "parameters as a word": ("WL230", "plugins:\n- {type: max-score-picker, parameters: 2}\n"),
    "an undefined plugin": ("WL231", PROFILE.replace("Ref: queue", "Ref: lora-affinity")),
    "two of one name": ("WL231", QUEUE + "- type: queue-scorer\n"),
    "a profile without name": ("WL232", QUEUE + "schedulingProfiles: [{plugins: [{pluginRef: queue-scorer}]}]\n"),
    "two profiles of one name": (
        "WL232", QUEUE + TWO.replace("name: b", "name: a"),
    ),
    "two profiles for a single handler": (
        "WL232", QUEUE + "- type: single-profile-handler\n" + TWO,
    ),
    "two profiles and no handler": ("WL232", QUEUE + TWO),
    "two pickers": (
        "WL232", "plugins:\n- type: max-score-picker\n- type: random-picker\n"
        "schedulingProfiles: [{name: a, plugins: [{pluginRef: max-score-picker}, {pluginRef: random-picker}]}]\n",
    ),
    "a gate that there is not": ("WL235", "featureGates: [prepareData]\n" + QUEUE),
}  # fmt: skip
REFUSED_BY_LLM_D = {
    "a decider after its handler": ("WL231", FILTERS + HANDLER + "- type: always-disagg-pd-decider\n" + PROFILES),
    "a decider that is not there": ("WL231", FILTERS + "- type: pd-profile-handler\n" + PROFILES),
    "a filter as decider": (
        "WL231", FILTERS + "- {type: pd-profile-handler, parameters: {deciderPluginName: decode-filter}}\n" + PROFILES,
    ),
    "two handlers": (
        "WL232", FILTERS + DECIDER + HANDLER + "- type: data-parallel-profile-handler\n" + PROFILES,
    ),
    "old parameters beside new ones": (
        "WL230", FILTERS + "- type: always-disagg-pd-decider\n- type: disagg-profile-handler\n"
        "  parameters: {deciders: {prefill: always-disagg-pd-decider}, decodeProfile: decode}\n" + PROFILES,
    ),
    "a scorer without its model": ("WL236", "plugins:\n- type: precise-prefix-cache-scorer\n"),
}  # fmt: skip
# What is left out without a word, or added by the picker.
IGNORED = {
    "another parameter": ("WL229", "plugins:\n- {type: max-score-picker, parameters: {maxEndpoints: 2}}\n"),
    "a parameter in other letters": ("", "plugins:\n- {type: max-score-picker, parameters: {MAXNUMOFENDPOINTS: 2}}\n"),
    "parameters of one that has none": ("WL229", "plugins:\n- {type: queue-scorer, parameters: {threshold: 5}}\n"),
    "a picker that it adds": (
        "", PROFILE.replace("scorer}", "scorer}, {pluginRef: max-score-picker}"),
    ),
    "no profile at all": ("", QUEUE),
    "a null": ("", "plugins:\n- {type: max-score-picker, parameters: {maxNumOfEndpoints: null}}\n"),
}  # fmt: skip


def found(tool: str, extension: dict[str, Any]) -> list[Finding]:
    """What the rules say of a picker in this image, told so."""
    hub, _, name = PICKERS[tool].rpartition("/")
    values = {"inferenceExtension": {"image": {"hub": hub, "name": name, "tag": pin(tool).version}} | extension}
    release = from_source(source.parse(yaml.safe_dump(values), "values.yaml"), *chart_version("inferencepool@v1.4.0"))
    return [item for item in rules.run(Subject((release,))) if isinstance(item, Finding)]


def judged(tool: str, text: str, *rule_ids: str) -> list[Finding]:
    """The errors about a configuration in this picker's image, and all findings of these rules."""
    said = found(tool, {"pluginsConfigFile": "test.yaml", "pluginsCustomConfig": {"test.yaml": text}})
    about = [item for item in said if "pluginsCustomConfig" in item.path]
    return [item for item in about if item.severity == "error" or item.id in rule_ids]


def taken(said: str) -> bool:
    return any(words in said for words in TAKEN)


def spoken(said: str) -> str:
    return said.replace('\\"', '"').replace("\\n", " ")


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.parametrize("tool", PICKERS)
def test_what_it_refuses_the_rule_refuses(tool: str, name: str, tmp_path: Path) -> None:
    rule, body = REFUSED[name]
    refused(tool, rule, body, tmp_path)


@pytest.mark.parametrize("name", REFUSED_BY_LLM_D)
def test_what_llm_d_s_own_refuses_the_rule_refuses(name: str, tmp_path: Path) -> None:
    rule, body = REFUSED_BY_LLM_D[name]
    refused("picker-0.7", rule, body, tmp_path)


def refused(tool: str, rule: str, body: str, folder: Path) -> None:
    text = HEAD + textwrap.dedent(body)
    said = ask_picker(tool, [f"--config-text={text}"], folder)
    assert not taken(said), said
    assert "Failed to parse configuration" in said, said
    about = [finding.why for finding in judged(tool, text, rule) if finding.id == rule]
    assert about
    assert any(why.partition("again and again: ")[2].partition(":")[0] in spoken(said) for why in about), said


@pytest.mark.parametrize("name", IGNORED)
@pytest.mark.parametrize("tool", PICKERS)
def test_what_it_ignores_is_no_error(tool: str, name: str, tmp_path: Path) -> None:
    rule, body = IGNORED[name]
    text = HEAD + textwrap.dedent(body)
    assert taken(ask_picker(tool, [f"--config-text={text}"], tmp_path))
    assert [finding.id for finding in judged(tool, text, rule)] == ([rule] if rule else [])


@pytest.mark.parametrize("tool", PICKERS)
def test_every_plugin_that_is_said_to_be_there_is(tool: str, tmp_path: Path) -> None:
    """Asked one by one: a type that is not registered is refused with other words than one that lacks a parameter."""
    from wellit import capabilities

    release = capabilities.picker(f"{PICKERS[tool]}:{pin(tool).version}")
    assert release
    for name, facts in release.group("plugin").items():
        said = spoken(ask_picker(tool, [f"--config-text={HEAD}plugins: [{{type: {name}}}]"], tmp_path))
        assert (release["refusals"]["plugin"].format(name=name) in said) == (facts is None), name


@pytest.mark.parametrize("tool", PICKERS)
def test_a_file_that_is_not_there_is_refused(tool: str, tmp_path: Path) -> None:
    assert "no such file or directory" in ask_picker(tool, ["--config-file=/config/none.yaml"], tmp_path)


FLAGS: dict[str, tuple[str, dict[str, Any]]] = {
    "a flag that there is not": ("WL220", {"refresh-metric-interval": "50ms"}),
    "a flag in the old spelling": ("WL220", {"enablePprof": "true"}),
    "a flag with dashes": ("WL220", {"--v": 4}),
    "text for a number": ("WL221", {"v": "high"}),
    "a time without its unit": ("WL221", {"refresh-metrics-interval": 50}),
    "a word that is no choice": ("WL221", {"zap-encoder": "xml"}),
    "known": ("", {"v": 4, "refresh-metrics-interval": "50ms", "zap-encoder": "json"}),
    "a switch that is on": ("", {"health-checking": True}),
}


@pytest.mark.parametrize("name", FLAGS)
@pytest.mark.parametrize("tool", PICKERS)
def test_a_flag_that_it_refuses_the_rule_refuses(tool: str, name: str, tmp_path: Path) -> None:
    rule, flags = FLAGS[name]
    words = [word for flag, value in flags.items() for word in (f"--{flag}", str(value).lower())]
    said = ask_picker(tool, words, tmp_path)
    started = "Flags processed" in said
    assert started == (not rule), said
    about = [finding for finding in found(tool, {"flags": flags}) if "flags" in finding.path]
    assert [finding.id for finding in about] == ([rule] if rule else [])
    if rule == "WL220":
        assert about[0].why.partition("again and again: ")[2] in said


@pytest.mark.parametrize("tool", PICKERS)
def test_a_switch_takes_no_second_word(tool: str, tmp_path: Path) -> None:
    said = spoken(ask_picker(tool, ["--health-checking", "false"], tmp_path))
    assert '"health-checking":true' in said.replace('"true"', "true")
    joined = spoken(ask_picker(tool, ["--health-checking=false", ""], tmp_path))
    assert '"health-checking":true' not in joined.replace('"true"', "true")
    about = found(tool, {"flags": {"health-checking": False}})
    assert "WL222" in {finding.id for finding in about}
    assert not [one for one in found(tool, {"flags": {"health-checking=false": ""}}) if "flags" in one.path]
