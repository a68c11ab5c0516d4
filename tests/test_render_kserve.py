"""What a guide that KServe makes renders: the LLMInferenceService of each environment and each train."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.trains import OF_KSERVE
from wellit import capabilities, catalogue, charts, compose, paths, process, render, tools
from wellit.compose import Choice

GUIDE = "llm-inference-service"
ENVIRONMENTS = catalogue.guide_source(GUIDE).data["environments"]
NAME = "Qwen/Qwen3-8B"
NIXL = '{"kv_connector":"NixlConnector","kv_role":"kv_both"}'
SPLIT = ["--disaggregation-transfer-backend", "nixl"]


def say(_: str) -> None:
    """Nothing is to be said in these tests."""


def values(environment: str, *sets: str, **components: str) -> dict[str, Any]:
    stack = compose.compose(Choice(GUIDE, environment, components={"charts": "offline", **components}, sets=sets))
    return render.render(stack, say).part("kserve").values


def main(server: dict[str, Any]) -> dict[str, Any]:
    (container,) = server["template"]["containers"]
    assert container["name"] == "main"
    return dict(container)


def words(port: int) -> list[str]:
    """How SGLang is told of its model, in this order."""
    where = ["--model-path", "/mnt/models", "--host", "0.0.0.0", "--port", str(port)]
    return [*where, "--served-model-name", NAME, "--tp-size", "1", "--enable-metrics"]


def test_vllm_is_left_to_the_preset_but_for_its_settings() -> None:
    made = values("kserve")
    assert (made["api"], made["name"]) == ("v1alpha2", "llm")
    spec = made["spec"]
    assert spec["model"] == {"uri": f"hf://{NAME}", "name": NAME}
    assert main(spec) == {
        "name": "main", "args": ["--tensor-parallel-size", "1"],
        "resources": {what: {"cpu": "8", "memory": "64Gi", "nvidia.com/gpu": "1"} for what in ("limits", "requests")},
    }  # fmt: skip
    assert set(spec) == {"model", "replicas", "template", "router"}


def test_the_route_leads_through_the_gateway_of_the_stack_and_the_picker_is_reached_by_tls() -> None:
    made = values("kserve")
    gateway = {"name": "infra-llm-inference-gateway", "namespace": GUIDE}
    assert made["spec"]["router"] == {"route": {}, "gateway": {"refs": [gateway]}, "scheduler": {}}
    assert made["picker"]["destinationRule"]["trafficPolicy"]["connectionPool"]
    assert values("kserve", gateway="agentgateway")["picker"] == {"destinationRule": None}


def test_without_a_gateway_there_is_no_route_and_without_a_picker_requests_go_in_turn() -> None:
    assert values("kserve", gateway="none")["spec"]["router"] == {"scheduler": {}}
    alone = values("kserve", "scheduler.enabled=false")
    assert "scheduler" not in alone["spec"]["router"] and alone["picker"] == {"destinationRule": None}
    assert "router" not in values("kserve", "scheduler.enabled=false", gateway="none")["spec"]


def test_sglang_is_a_container_of_its_own_with_all_that_the_preset_would_have_for_vllm() -> None:
    spec = values("kserve-sglang")["spec"]
    made = main(spec)
    own = catalogue.component_data("engine", "sglang")["kserve"]
    assert made["image"] == f"{own['image']}:{own['tag']}"
    assert (made["command"], made["args"]) == (["python3", "-m", "sglang.launch_server"], words(8000))
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert made[probe]["httpGet"] == {"path": "/health", "port": 8000, "scheme": "HTTP"}
        assert (
            made[probe]["timeoutSeconds"] >= catalogue.component_data("engine", "sglang")["health"]["minTimeoutSeconds"]
        )
    assert made["securityContext"] == {"runAsNonRoot": False, "readOnlyRootFilesystem": False}
    folders = {volume["name"] for volume in spec["template"]["volumes"]}
    assert {mount["name"] for mount in made["volumeMounts"]} == folders == {"shm", "cache", "config"}
    assert spec["labels"] == {"llm-d.ai/engine-type": "sglang"}
    assert spec["annotations"] == {"serving.kserve.io/model-based-routing-enabled": "false"}
    assert not {"parallelism", "kvCacheOffloading", "tracing", "worker"} & set(spec)


def test_prefill_and_decode_of_vllm_say_how_the_cache_is_handed_over_past_a_second_shell() -> None:
    spec = values("kserve-pd")["spec"]
    both = "publishers/llm-inference-service/models/Qwen/Qwen3-8B"  # which KServe's preset for prefill leaves out
    for server, names in ((spec, []), (spec["prefill"], ["--served-model-name", "Qwen/Qwen3-8B", both])):
        made = main(server)
        assert made["args"] == ["--tensor-parallel-size", "1", "--kv-transfer-config", f"'{NIXL}'", *names]
        assert [one["name"] for one in made["env"]] == ["VLLM_NIXL_SIDE_CHANNEL_HOST"]
        assert "initContainers" not in server["template"]  # the preset's proxy speaks vLLM's protocol
    assert (spec["replicas"], spec["prefill"]["replicas"]) == (2, 1)


def test_prefill_and_decode_of_sglang_have_a_proxy_that_speaks_their_protocol() -> None:
    spec = values("kserve-sglang-pd", "disaggregation.bootstrapPort=9001")["spec"]
    decode, prefill = main(spec), main(spec["prefill"])
    assert decode["args"] == [*words(8001), "--disaggregation-mode", "decode", *SPLIT]
    assert prefill["args"] == [
        *words(8000), "--disaggregation-mode", "prefill", *SPLIT, "--disaggregation-bootstrap-port", "9001",
    ]  # fmt: skip
    for made, port in ((decode, 8001), (prefill, 8000)):
        assert made["ports"] == [{"containerPort": port, "protocol": "TCP"}]
        assert {made[probe]["httpGet"]["port"] for probe in ("startupProbe", "readinessProbe", "livenessProbe")} == {
            port
        }
    (proxy,) = spec["template"]["initContainers"]
    assert proxy["name"] == "llm-d-routing-sidecar"
    assert {"--port=8000", "--vllm-port=8001", "--kv-connector=sglang"} <= set(proxy["command"])
    assert f"--inference-pool={GUIDE}/llm-inference-pool" in proxy["command"]
    assert proxy["env"] == [{"name": "SGLANG_BOOTSTRAP_PORT", "value": "9001"}]
    assert "initContainers" not in spec["prefill"]["template"]
    assert spec["prefill"]["labels"] == spec["labels"]


@pytest.mark.parametrize(
    ("environment", "flags"),
    [
        ("kserve", {"--tensor-parallel-size": "2", "--max-model-len": "4096", "--gpu-memory-utilization": "0.5",
                    "--block-size": "32"}),
        ("kserve-sglang", {"--tp-size": "2", "--context-length": "4096", "--mem-fraction-static": "0.5",
                           "--page-size": "32"}),
    ],
)  # fmt: skip
def test_neutral_settings_are_told_in_the_engine_s_own_words(environment: str, flags: dict[str, str]) -> None:
    made = main(values(
        environment, "decode.tensorParallel=2", "model.contextLength=4096", "decode.memoryFraction=0.5",
        "decode.pageSize=32", "model.trustRemoteCode=true", "decode.args=[--log-level, debug]",
        "decode.env=[{name: A, value: b}]",
    )["spec"])  # fmt: skip
    args = made["args"]
    assert {flag: args[args.index(flag) + 1] for flag in flags} == flags
    assert "--trust-remote-code" in args and args[-2:] == ["--log-level", "debug"]
    assert made["env"][-1] == {"name": "A", "value": "b"}
    assert made["resources"]["limits"]["nvidia.com/gpu"] == "2"


def test_what_downloads_the_model_is_told_of_the_token_by_either_annotation() -> None:
    names = capabilities.contract("kserve", "v0.20.0")["secretAnnotations"]
    assert values("kserve")["annotations"] == dict.fromkeys(names, "hf-token-secret")
    assert not values("kserve", "model.secret=")["annotations"]


def test_a_model_is_called_as_clients_call_it_and_comes_from_where_it_is() -> None:
    made = values("kserve-sglang", "model.servedName=chat", "model.uri=pvc://models/qwen")
    assert made["spec"]["model"] == {"uri": "pvc://models/qwen", "name": "chat"}
    args = main(made["spec"])["args"]
    assert args[args.index("--served-model-name") + 1] == "chat"


def test_another_accelerator_has_its_own_image_and_device() -> None:
    for environment, image in (("kserve", "ghcr.io/llm-d/llm-d-rocm:v0.8.0"),
                               ("kserve-sglang", "docker.io/lmsysorg/sglang:v0.5.5.post2-rocm700-mi30x")):  # fmt: skip
        made = main(values(environment, accelerator="amd")["spec"])
        assert made["image"] == image and made["resources"]["limits"]["amd.com/gpu"] == "1"


def test_a_person_s_own_words_come_last() -> None:
    made = values(
        "kserve", "scheduler.replicas=2", "scheduler.config={ref: {name: mine}}", "baseRefs=[a, b]",
        "values.kserve={spec: {replicas: 5, storageInitializer: {enabled: false}}}",
    )["spec"]  # fmt: skip
    assert made["router"]["scheduler"] == {"replicas": 2, "config": {"ref": {"name": "mine"}}}
    assert made["baseRefs"] == [{"name": "a"}, {"name": "b"}]
    assert (made["replicas"], made["storageInitializer"]) == (5, {"enabled": False})


@pytest.mark.parametrize("train", OF_KSERVE)
def test_a_train_says_the_api_and_how_the_preset_takes_arguments(train: str) -> None:
    made = values("kserve", versions=train)
    can = capabilities.contract("kserve", catalogue.component_data("versions", train)["charts"]["kserve"]["version"])
    assert made["api"] == can["api"]
    whole = ["--port", "8000", "--served-model-name", NAME] if can["preset"]["args"] == "replaced" else []
    assert main(made["spec"])["args"] == [*whole, "--tensor-parallel-size", "1"]
    sglang = values("kserve-sglang", versions=train)["spec"]
    assert main(sglang)["args"] == words(8000)
    assert ("labels" in sglang, "annotations" in sglang) == (can["podLabels"], can["podLabels"])


def test_an_older_proxy_is_told_by_its_arguments() -> None:
    spec = values("kserve-sglang-pd", versions="kserve-0.17")["spec"]
    (proxy,) = spec["template"]["initContainers"]
    assert proxy["args"] == ["--port=8000", "--vllm-port=8001", "--secure-proxy=false", "--connector=sglang"]
    assert "command" not in proxy  # the preset's arguments would come behind it, and the last connector wins
    assert main(values("kserve-pd", versions="kserve-0.17")["spec"])["args"][-1] == NIXL  # no shell


def helmfile(environment: str) -> list[str | Path]:
    """The words of a call as a person types it who has helmfile alone."""
    binaries = tools.ensure(["helm", "helmfile"], say)
    file = paths.GUIDES / GUIDE / "helmfile.yaml.gotmpl"
    called: list[str | Path] = [
        binaries["helmfile"],
        "--file",
        file,
        "--environment",
        environment,
        "--helm-binary",
        binaries["helm"],
    ]
    return [*called, "--state-values-set", "components.charts=offline"]


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_plain_helmfile_renders_the_same_objects(environment: str) -> None:
    stack = compose.compose(Choice(GUIDE, environment, components={"charts": "offline"}))
    rendered = render.render(stack, say)
    kinds = [one["kind"] for one in rendered.manifests]
    assert kinds.count("LLMInferenceService") == kinds.count("Gateway") == kinds.count("DestinationRule") == 1
    done = process.run([*helmfile(environment), "template", "--skip-deps"], env=charts.environment(), timeout=120)
    assert done.ok, done.err
    plain = [one for one in yaml.safe_load_all(done.out) if one]
    assert sorted(map(_named, plain)) == sorted(map(_named, rendered.manifests))
    assert sorted(plain, key=_named) == sorted(rendered.manifests, key=_named)


def _named(one: dict[str, Any]) -> tuple[str, str]:
    return str(one["kind"]), str(one["metadata"]["name"])


def test_plain_helmfile_refuses_what_does_not_go_with_the_way() -> None:
    for said, why in (
        ("components.versions=llm-d-0.6", "refused: llm-d-0.6 is a release train of llm-d"),
        ("components.engines=trtllm", "refused: no release of KServe starts it in an LLMInferenceService"),
        ("components.accelerators=google", "refused: vllm has no image for google"),
        ("runtime=kserve-llm-sglang", "KServe v0.20.0 knows no runtime kserve-llm-sglang"),
    ):
        done = process.run(
            [*helmfile("kserve"), "--state-values-set", said, "template", "--skip-deps"],
            env=charts.environment(), timeout=120,
        )  # fmt: skip
        assert not done.ok
        assert why in done.err
