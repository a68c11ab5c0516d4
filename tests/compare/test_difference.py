"""What is a difference, what is none, and what it matters for."""

from __future__ import annotations

import copy
from typing import Any

from tests.compare.support import changed, compared, described, one, pod, rendered, shown, told
from wellit.compare import difference, text
from wellit.report.style import Style

Manifests = list[dict[str, Any]]


def test_a_stack_is_the_same_as_itself() -> None:
    found = compared("sglang", "inference-scheduling/sglang")
    assert (found.different, found.uncompared, found.exit_code) == ([], (), 0)
    assert len(found.lines) > 100


def test_order_and_spelling_of_flags_are_no_difference() -> None:
    def spell(manifests: Manifests) -> None:
        pod(manifests)["containers"][0]["args"] = [
            "--enable-metrics", "--tp-size=1", "--served-model-name", "Qwen/Qwen2.5-0.5B-Instruct", "--port=8200",
            "--model-path=Qwen/Qwen2.5-0.5B-Instruct", "--host", "0.0.0.0",
        ]  # fmt: skip
        pod(manifests)["containers"][0]["command"] = ["/usr/bin/python3", "-m", "sglang.launch_server"]

    assert told(changed(spell)) == {}


def test_aliases_and_parts_of_a_flag_s_json_are_the_same() -> None:
    def engine(words: list[str]) -> Manifests:
        manifests, _ = rendered("default")
        pod(manifests)["containers"][0]["args"] += words
        return manifests

    json_ = '{"kv_role":"kv_both","kv_connector":"NixlConnector"}'
    one_way = ["-tp", "2", "--max_model_len", "32k", "--kv-transfer-config", json_, "--enable-prefix-caching"]
    other = [
        "--tensor-parallel-size=2",
        "--max-model-len",
        "32000",
        "--kv-transfer-config.kv_connector",
        "NixlConnector",
    ]
    other += ["--kv-transfer-config.kv_role", "kv_both"]
    found = difference.compare(described(engine(one_way)), described(engine(other)))
    assert told(found) == {}
    facts = {line.what: shown(line) for line in found.lines if line.role == "decode"}
    assert facts["tensorParallel"] == "2 | 2"


def test_a_setting_that_is_not_written_is_what_the_engine_takes() -> None:
    def cut(manifests: Manifests) -> None:
        pod(manifests)["containers"][0]["args"] = ["--model-path", "Qwen/Qwen2.5-0.5B-Instruct"]

    found = changed(cut)
    assert told(found) == {
        "decode host": "0.0.0.0 | 127.0.0.1",
        "decode enginePort": "8200 | 30000",
        "decode metrics": "yes | no",
    }
    matters = {line.what: line.matters for line in found.different}
    assert "no probe" in matters["host"][0] and "after" not in matters["host"][0]
    assert matters["enginePort"] == ("B: the proxy asks 8200, the engine listens on 30000",)


def test_a_script_is_read_like_a_shell_reads_it() -> None:
    def script(manifests: Manifests) -> None:
        container = pod(manifests)["containers"][0]
        container["args"] = [" ".join([*container["command"], *container["args"]])]
        container["command"] = ["sh", "-c"]

    assert told(changed(script)) == {"decode started by": "python3 -m sglang.launch_server | sh -c python3 -m "
                                     "sglang.launch_server"}  # fmt: skip


def test_flags_that_are_only_known_when_it_starts_are_not_compared() -> None:
    def more(manifests: Manifests) -> None:
        pod(manifests)["containers"][0]["args"] = ["$(ALL_ARGS)"]

    found = changed(more)
    assert told(found) == {}
    unsaid = {one.what: one.because for one in found.uncompared}
    assert unsaid["tensorParallel"] == "its words are only known when it starts"
    assert {"host", "enginePort", "servedName", "metrics"} <= set(unsaid)


def test_a_variable_in_an_argument_is_its_value() -> None:
    def variable(manifests: Manifests) -> None:
        container = pod(manifests)["containers"][0]
        container["args"] = [word.replace("8200", "$(PORT)") for word in container["args"]]
        container["env"].append({"name": "PORT", "value": "8200"})

    assert told(changed(variable)) == {"decode env PORT": "none | 8200"}


def test_what_the_api_server_adds_is_no_difference() -> None:
    def defaults(manifests: Manifests) -> None:
        spec = pod(manifests)
        spec |= {"restartPolicy": "Always", "dnsPolicy": "ClusterFirst", "terminationGracePeriodSeconds": 30}
        probe = spec["containers"][0]["startupProbe"]
        probe |= {"successThreshold": 1}
        probe["httpGet"] |= {"scheme": "HTTP"}
        readiness = pod(manifests)["containers"][0]["readinessProbe"]
        readiness.setdefault("initialDelaySeconds", 0)
        one(manifests, "HTTPRoute")["spec"]["rules"][0]["backendRefs"][0]["weight"] = 1
        one(manifests, "InferencePool")["spec"]["endpointPickerRef"] |= {"kind": "Service", "group": ""}
        labels = one(manifests, "Deployment", "decode")["spec"]["template"]["metadata"]["labels"]
        labels["pod-template-hash"] = "1234"

    assert told(changed(defaults)) == {}


def test_amounts_are_compared_as_amounts() -> None:
    def amounts(manifests: Manifests) -> None:
        resources = pod(manifests)["containers"][0]["resources"]
        resources["limits"] = {"cpu": "4000m", "memory": "16384Mi", "nvidia.com/gpu": 1}
        resources["requests"] = {}

    assert told(changed(amounts)) == {}


def test_a_label_of_the_selector_is_marked() -> None:
    def label(manifests: Manifests) -> None:
        labels = one(manifests, "Deployment", "decode")["spec"]["template"]["metadata"]["labels"]
        labels["llm-d.ai/guide"] = "mine"
        labels["team"] = "a"

    found = changed(label)
    marks = {line.what: bool(line.matters) for line in found.different}
    assert marks == {"label llm-d.ai/guide": True, "label team": False}
    assert found.different[0].matters == (
        "B: the pool selects llm-d.ai/guide=inference-scheduling, the pods have mine",
        "the pools of both select by it",
    )


def test_a_part_that_one_side_does_not_have() -> None:
    found = compared("sglang", "sglang", gateway="none")
    assert found.exit_code == 0
    before, _ = rendered()
    after, _ = rendered(gateway="none")
    lines = difference.compare(described(before), described(after)).different
    assert [(line.role, line.what, shown(line)) for line in lines[:2]] == [
        ("gateway", "", "there | none"), ("route", "", "there | none")
    ]  # fmt: skip


def test_what_belongs_to_a_missing_probe_is_not_told_by_itself() -> None:
    def drop(manifests: Manifests) -> None:
        del pod(manifests)["containers"][0]["startupProbe"]

    assert told(changed(drop)) == {"decode startup probe": "GET /v1/models | none"}


def test_a_probe_that_asks_where_nothing_listens() -> None:
    def move(manifests: Manifests) -> None:
        pod(manifests)["containers"][0]["livenessProbe"]["httpGet"]["port"] = 9000

    (line,) = changed(move).different
    assert line.matters == ("B: it asks 9000, where nothing listens; the engine is on 8200",)


def test_the_names_of_objects_are_no_difference() -> None:
    def rename(manifests: Manifests) -> None:
        one(manifests, "InferencePool")["metadata"]["name"] = "other"
        rule = one(manifests, "HTTPRoute")["spec"]["rules"][0]
        rule["backendRefs"][0]["name"] = "other"

    assert told(changed(rename)) == {}


def test_a_route_that_leads_nowhere() -> None:
    def lose(manifests: Manifests) -> None:
        one(manifests, "HTTPRoute")["spec"]["rules"][0]["backendRefs"][0]["name"] = "other"

    assert told(changed(lose)) == {"route rule PathPrefix /": "the pool | InferencePool other, which is not there"}


def test_the_picker_is_compared_by_what_it_reads_and_weighs() -> None:
    def weigh(manifests: Manifests) -> None:
        config = one(manifests, "ConfigMap", "epp")["data"]
        name = next(name for name in config if name != "default-plugins.yaml")
        config[name] = config[name].replace("weight: 3", "weight: 1").replace("sglang:num_queue_reqs", "vllm:waiting")

    found = changed(weigh)
    assert told(found) == {
        "picker reads queued": "sglang:num_queue_reqs | vllm:waiting",
        "picker profile default: prefix-cache-scorer": "weight 3 | weight 1",
    }
    assert found.different[0].matters == ("B: SGLang serves sglang:num_queue_reqs",)


def test_engines_that_differ_are_shown_with_their_own_spelling() -> None:
    found = compared("default", "sglang", "decode.memoryFraction=0.8", "decode.pageSize=16")
    line = next(line for line in found.lines if line.what == "memoryFraction")
    assert line.same and (line.a and line.a.by, line.b and line.b.by) == (
        "--gpu-memory-utilization", "--mem-fraction-static"
    )  # fmt: skip
    assert line.same
    assert {line.what for line in found.different} >= {"engine", "image", "connector"}


def test_a_number_that_means_something_else_on_the_other_engine_is_marked() -> None:
    first, _ = rendered("default", "decode.memoryFraction=0.9")
    second, _ = rendered("sglang", "decode.memoryFraction=0.8")
    found = difference.compare(described(first), described(second))
    line = next(line for line in found.different if line.what == "memoryFraction")
    (told_,) = line.matters
    assert told_.startswith("the numbers do not mean the same: the share of the GPU's total memory")
    assert " | the share of the GPU's memory for weights and KV cache" in told_
    assert "memoryFraction (--gpu-memory-utilization | --mem-fraction-static): 0.9 | 0.8" in text.render(found, Style())


def test_nothing_to_compare_is_no_answer() -> None:
    assert difference.compare(described([]), described([])).exit_code == 2


def test_a_secret_in_plain_text_is_told_apart_and_not_shown() -> None:
    def secret(manifests: Manifests) -> None:
        container = pod(manifests)["containers"][0]
        container["env"].append({"name": "HF_TOKEN", "value": "hf_abcdefghijklmnopqrstuv"})
        container["args"] += ["--api-key", "letmein"]

    found = told(changed(secret))
    assert found == {"decode env HF_TOKEN": "none | hidden, 7c6710fb", "decode apiKey": "none | hidden, 1c8bfe8f"}


def test_prefill_and_decode() -> None:
    def split(manifests: Manifests) -> None:
        other = copy.deepcopy(one(manifests, "Deployment", "decode"))
        other["metadata"]["name"] = "prefill"
        labels = other["spec"]["template"]["metadata"]["labels"]
        labels["llm-d.ai/role"] = "prefill"
        spec = other["spec"]["template"]["spec"]
        del spec["initContainers"]
        spec["containers"][0]["args"] += ["--page-size", "64"]
        manifests.append(other)

    before, _ = rendered()
    split(before)
    after = copy.deepcopy(before)
    for name in ("decode", "prefill"):
        args = one(after, "Deployment", name)["spec"]["template"]["spec"]["containers"][0]["args"]
        args += ["--page-size", "32"] if name == "decode" else ["--page-size", "32", "--log-requests"]
        args += ["--dtype", "auto"]
    found = difference.compare(described(before), described(after))
    assert told(found) == {
        "decode pageSize": "the engine's default | 32",
        "decode dtype": "none | auto",
        "prefill pageSize": "64 | 32",
        "prefill logRequests": "none | yes",
        "prefill dtype": "none | auto",
    }
    (marked,) = {line.matters for line in found.different if line.matters}
    assert marked == ("A: decode has the engine's default, prefill 64: they hand pages over",)
    shown_ = text.render(found, Style())
    assert "\ndecode and prefill\n  dtype: none | auto\n" in shown_
    assert shown_.count("none | auto") == 1


def test_two_that_play_one_role_are_told_apart_by_their_engine() -> None:
    def second(manifests: Manifests) -> None:
        other, _ = rendered("default")
        manifests.append(one(other, "Deployment", "decode"))
        manifests[-1]["metadata"]["name"] = "other"

    lines = changed(second).different
    assert [(line.role, line.part, line.what, shown(line)) for line in lines if not line.what] == [
        ("decode", "vllm", "", "none | vLLM")
    ]  # fmt: skip


def test_what_stands_in_a_mounted_file_is_compared_and_its_name_is_not() -> None:
    def mount(name: str, text: str) -> Manifests:
        manifests, _ = rendered()
        spec = pod(manifests)
        spec["volumes"].append({"name": "files", "configMap": {"name": name}})
        spec["containers"][0]["volumeMounts"].append({"name": "files", "mountPath": "/etc/engine"})
        manifests.append({"kind": "ConfigMap", "metadata": {"name": name}, "data": {"config.yaml": text}})
        return manifests

    one_, other = mount("a", "x: {w: 1}\nz: true\n"), mount("b", "z: true\nx:\n  w: 2\n")
    found = difference.compare(described(one_), described(other))
    assert told(found) == {"decode file /etc/engine/config.yaml x.w": "1 | 2"}
