"""The settings that every guide has (guides/settings.yaml): what they make of the pods of each guide."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from wellit import capabilities, catalogue, charts, compose, paths, process, render, templates, tools
from wellit.compose import Choice
from wellit.errors import CannotAnswer

SETS = (
    "registry=registry.example.com/mirror",
    "pullSecrets=[regcred]",
    "huggingFace.endpoint=https://hub.example.com",
    "proxies.https=http://proxy.example.com:3128",
    "proxies.except=[10.0.0.0/8]",
    "tolerations=[{key: gpu, operator: Exists, effect: NoSchedule}]",
    "nodeSelector={pool: h100}",
    "priorityClass=serving",
)
PLACED = {
    "imagePullSecrets": [{"name": "regcred"}],
    "tolerations": [{"key": "gpu", "operator": "Exists", "effect": "NoSchedule"}],
    "nodeSelector": {"pool": "h100"},
    "priorityClassName": "serving",
}
STACKS = [
    ("inference-scheduling", "default", {}),
    ("inference-scheduling", "sglang", {"versions": "llm-d-0.4"}),
    ("inference-scheduling", "trtllm", {}),
    ("inference-scheduling", "sim", {}),
    ("multi-engine", "vllm-sglang", {}),
    ("pd-disaggregation", "sglang", {}),
    ("precise-prefix-cache-aware", "default", {}),
    ("dynamo-sglang", "disagg", {}),
    ("dynamo-sglang", "disagg", {"versions": "dynamo-1.1"}),
    ("llm-inference-service", "kserve", {}),
    ("llm-inference-service", "kserve-sglang-pd", {}),
]


def say(_: str) -> None:
    """Nothing is to be said in these tests."""


def stack(guide: str, environment: str, sets: tuple[str, ...], **components: str) -> compose.Stack:
    return compose.compose(Choice(guide, environment, components={"charts": "offline", **components}, sets=sets))


def pods(guide: str, environment: str, sets: tuple[str, ...], **components: str) -> list[dict[str, Any]]:
    """The specs of all pods that the objects of a stack ask for."""
    rendered = render.render(stack(guide, environment, sets, **components), say)
    assert rendered.refused is None, rendered.refused
    return [dict(one.spec) for manifest in rendered.manifests for one in templates.templates(manifest)]


def every(spec: dict[str, Any]) -> list[dict[str, Any]]:
    return [*spec.get("initContainers", []), *spec["containers"]]


@pytest.mark.parametrize(("guide", "environment", "components"), STACKS)
def test_every_image_comes_from_the_registry_and_every_model_server_stands_where_it_is_told(
    guide: str, environment: str, components: dict[str, str]
) -> None:
    made = pods(guide, environment, SETS, **components)
    images = [container["image"] for spec in made for container in every(spec) if "image" in container]
    assert [image for image in images if not image.startswith("registry.example.com/mirror/")] == []
    assert all(".io/" not in image for image in images)
    servers = [spec for spec in made if "priorityClassName" in spec]
    assert servers
    for spec in servers:
        assert {field: spec.get(field) for field in PLACED} == PLACED
        engine = next(c for c in spec["containers"] if c.get("args"))
        said = {one["name"]: one.get("value") for one in engine.get("env", [])}
        if guide != "dynamo-sglang":  # a graph says it once, for all of its components
            assert said["HF_ENDPOINT"] == "https://hub.example.com"
            assert said["HTTPS_PROXY"] == said["https_proxy"] == "http://proxy.example.com:3128"
            assert said["NO_PROXY"] == "localhost,127.0.0.1,.svc,.cluster.local,10.0.0.0/8"
    assert all("nodeSelector" not in spec for spec in made if spec not in servers)


def test_a_graph_tells_all_of_its_components_the_hub_and_the_proxy() -> None:
    for train in ("dynamo-1.1", "dynamo-1.3"):
        graph = render.render(stack("dynamo-sglang", "agg", SETS, versions=train), say).manifests[0]["spec"]
        names = {one["name"] for one in graph.get("env", graph.get("envs"))}
        assert names == {"HF_ENDPOINT", "HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy"}


def test_what_kserve_downloads_with_asks_the_mirror_where_it_can_be_told() -> None:
    spec = pods("llm-inference-service", "kserve", SETS)[0]
    (fetches,) = spec["initContainers"]
    assert fetches["name"] == capabilities.contract("kserve", "v0.20.0")["fetchesAs"]
    assert {one["name"] for one in fetches["env"]} > {"HF_ENDPOINT", "NO_PROXY"}


CLAIM = ("model.source.pvc=models", "model.source.path=Qwen/x")


@pytest.mark.parametrize(
    ("guide", "environment", "path"),
    [
        ("inference-scheduling", "default", "/model-cache/Qwen/x"),
        ("inference-scheduling", "sglang", "/model-cache/Qwen/x"),
        ("inference-scheduling", "trtllm", "/model-cache/Qwen/x"),
        ("dynamo-sglang", "agg", "/models/Qwen/x"),
    ],
)
def test_a_model_in_a_claim_is_mounted_and_named_and_no_token_is_asked_for(
    guide: str, environment: str, path: str
) -> None:
    for spec in pods(guide, environment, CLAIM):
        claims = [v for v in spec.get("volumes", []) if "persistentVolumeClaim" in v]
        if not claims:
            continue
        assert claims[0]["persistentVolumeClaim"] == {"claimName": "models", "readOnly": True}
        main = next(c for c in spec["containers"] if c["name"] != "routing-proxy")
        mounts = {mount["name"]: mount["mountPath"] for mount in main["volumeMounts"]}
        assert path.startswith(mounts[claims[0]["name"]])
        assert path in main.get("args", [path])
        assert "secretKeyRef" not in yaml.safe_dump(main) and "envFrom" not in main


def test_kserve_is_given_the_claim_as_the_model_s_address() -> None:
    for sets, address in ((CLAIM, "pvc://models/Qwen/x"), ((CLAIM[0], "model.source.path=."), "pvc://models")):
        made = render.render(stack("llm-inference-service", "kserve", sets), say).part("kserve").manifests
        service = next(one for one in made if one["kind"] == "LLMInferenceService")
        assert service["spec"]["model"]["uri"] == address
        assert "annotations" not in service["metadata"]


@pytest.mark.parametrize("train", ["llm-d-0.4", "llm-d-0.6"])
def test_a_folder_of_the_nodes_is_mounted_and_the_engine_is_started_by_its_own_command(train: str) -> None:
    sets = ("model.source.path=/data/qwen", "nodeSelector={models: qwen}")
    spec = pods("inference-scheduling", "default", sets, versions=train)[-1]
    assert {"name": "weights", "hostPath": {"path": "/data/qwen", "type": "Directory"}} in spec["volumes"]
    main = spec["containers"][0]
    assert {"name": "weights", "mountPath": "/model-cache", "readOnly": True} in main["volumeMounts"]
    assert (main["command"], main["args"][0]) == (["vllm", "serve"], "/model-cache")
    assert "--served-model-name" in main["args"] and "--port" in main["args"]


def test_a_storage_class_makes_a_volume_for_each_pod_and_the_cache_is_on_it() -> None:
    spec = pods("inference-scheduling", "sglang", ("storageClass=fast",), versions="llm-d-0.4")[-1]
    claim = next(v for v in spec["volumes"] if v["name"] == "weights")["ephemeral"]["volumeClaimTemplate"]["spec"]
    assert (claim["storageClassName"], claim["resources"]["requests"]["storage"]) == ("fast", "80Gi")
    said = [one for one in spec["containers"][0]["env"] if one["name"] == "HF_HOME"]
    assert said == [{"name": "HF_HOME", "value": "/model-cache"}]


def test_a_role_and_one_of_several_engines_may_say_their_own() -> None:
    roles = (*SETS, "prefill.nodeSelector={pool: a100}", "prefill.tolerations=[]")
    prefill = next(s for s in pods("pd-disaggregation", "sglang", roles) if s.get("nodeSelector") == {"pool": "a100"})
    assert "tolerations" not in prefill and prefill["priorityClassName"] == "serving"
    sets = ("perEngine.sglang.priorityClass=low", "perEngine.sglang.model.source={path: /data/q}")
    made = pods("multi-engine", "vllm-sglang", sets)
    low = [s for s in made if s.get("priorityClassName") == "low"]
    assert len(low) == 1 and "sglang" in low[0]["containers"][0]["image"]
    assert sum("hostPath" in v for s in made for v in s.get("volumes", [])) == 1


def test_an_account_of_one_s_own_takes_the_place_of_the_chart_s() -> None:
    rendered = render.render(stack("inference-scheduling", "default", ("serviceAccount=mine",)), say)
    assert pods("inference-scheduling", "default", ("serviceAccount=mine",))[-1]["serviceAccountName"] == "mine"
    assert [m["kind"] for m in rendered.part("modelservice").manifests] == ["Deployment"]


def test_the_picker_follows_its_own_placement() -> None:
    sets = ("picker.tolerations=[{operator: Exists}]", "picker.affinity={nodeAffinity: {}}", "nodeSelector={a: b}")
    picker = next(s for s in pods("inference-scheduling", "default", sets) if s["containers"][0]["name"] == "epp")
    assert picker["tolerations"] == [{"operator": "Exists"}] and "nodeSelector" not in picker


@pytest.mark.parametrize(
    ("guide", "environment", "said"),
    [("dynamo-sglang", "agg", "serviceAccount=mine"), ("llm-inference-service", "kserve", "model.source.path=/data/q")],
)
def test_what_a_release_cannot_be_told_is_refused_by_plain_helmfile_too(
    guide: str, environment: str, said: str
) -> None:
    name = said.partition("=")[0]
    train = stack(guide, environment, ()).values["versions"]["charts"][guide.split("-")[0].replace("llm", "kserve")]
    facts = capabilities.contract(train["name"], train["version"])["cannot"]
    because = next(fact["because"] for fact in facts if fact["setting"] == name)
    with pytest.raises(CannotAnswer, match=because[:40]):
        render.render(stack(guide, environment, (said,)), say)


@pytest.mark.parametrize(("guide", "environment"), [("pd-disaggregation", "sglang"), ("dynamo-sglang", "disagg")])
def test_plain_helmfile_renders_the_same(guide: str, environment: str, tmp_path: Path) -> None:
    made = stack(guide, environment, (*SETS, *CLAIM))
    binaries = tools.ensure(["helm", "helmfile"], say)
    given = tmp_path / "mine.yaml"
    given.write_text(yaml.safe_dump(made.overrides))
    words: list[str | Path] = [binaries["helmfile"], "--file", paths.GUIDES / guide / "helmfile.yaml.gotmpl"]
    words += ["--environment", environment, "--helm-binary", binaries["helm"], "--state-values-file", given]
    done = process.run([*words, "--skip-deps", "--quiet", "template"], env=charts.environment(), timeout=300)
    assert done.ok, done.err
    theirs = [one for one in yaml.safe_load_all(done.out) if one]
    assert sorted(map(repr, theirs)) == sorted(map(repr, render.render(made, say).manifests))


def test_nothing_said_changes_nothing() -> None:
    """Every setting of all guides has a value that asks for nothing."""
    known = catalogue.settings_source().data["settings"]
    assert not any(_asks(value) for value in known.values())


def _asks(value: Any) -> bool:
    return any(map(_asks, value.values())) if isinstance(value, dict) else bool(value)
