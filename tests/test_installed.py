"""validate --live: what helm has noted of a namespace's releases, judged like files."""

from __future__ import annotations

import base64
import gzip
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.clusters import access, forbidden
from wellit import access as clusters
from wellit import installed, tools
from wellit.charts import environment
from wellit.errors import CannotAnswer
from wellit.findings import Report
from wellit.paths import ROOT
from wellit.sandbox import Sandbox

SECRETS = "get --raw /api/v1/namespaces/ns/secrets?limit=500&labelSelector=owner%3Dhelm"
NAMESPACES = "get --raw /api/v1/namespaces?limit=500"
SGLANG: dict[str, Any] = {
    "modelArtifacts": {"uri": "hf://Qwen/Qwen3-0.6B", "name": "Qwen/Qwen3-0.6B", "size": "5Gi",
                       "labels": {"llm-d.ai/guide": "chat"}},
    "routing": {"proxy": {"enabled": False}},
    "decode": {
        "replicas": 1,
        "containers": [
            {
                "name": "sglang",
                "image": "lmsysorg/sglang:v0.5.9",
                "modelCommand": "custom",
                "command": ["python3", "-m", "sglang.launch_server"],
                "args": ["--model-path", "Qwen/Qwen3-0.6B", "--port", "8000", "--enable-metrics"],
                "env": [{"name": "HF_TOKEN", "value": "hf_abcdefghijklmnopqrstuv"}],
            }
        ],
    },
    "prefill": {"create": False},
}  # fmt: skip


def secret(
    name: str, values: Any, *, chart: str = "llm-d-modelservice", version: str = "v0.4.9", revision: int = 1,
    status: str = "deployed", manifest: str = "",
) -> dict[str, Any]:  # fmt: skip
    noted = {
        "name": name, "config": values, "manifest": manifest,
        "chart": {"metadata": {"name": chart, "version": version}},
    }  # fmt: skip
    packed = base64.b64encode(gzip.compress(json.dumps(noted).encode()))
    labels = {"owner": "helm", "name": name, "status": status, "version": str(revision)}
    return {
        "type": "helm.sh/release.v1",
        "metadata": {"name": f"sh.helm.release.v1.{name}.v{revision}", "labels": labels},
        "data": {"release": base64.b64encode(packed).decode()},
    }


def judged(*secrets: dict[str, Any]) -> Report:
    here, runner = access({SECRETS: json.dumps({"items": list(secrets), "metadata": {}})})
    found = installed.judge(here, "ns")
    assert runner.asked == [SECRETS]  # one look, and nothing is written
    return found


def test_the_values_of_a_release_are_judged_as_helm_prints_them() -> None:
    found = judged(secret("ms-chat", SGLANG))
    (finding,) = [finding for finding in found.findings if finding.id == "WL105"]
    assert str(finding.at).startswith("live ns/ms-chat:")
    assert finding.at.text.strip() == "- args:"
    assert (found.summary["releases"], found.exit_code) == (["ms-chat"], 1)


def test_releases_are_judged_together() -> None:
    pool = {"inferencePool": {"targetPorts": [{"number": 8000}],
                              "modelServers": {"matchLabels": {"llm-d.ai/guide": "other"}}}}  # fmt: skip
    found = judged(secret("ms-chat", SGLANG), secret("gaie-chat", pool, chart="inferencepool", version="v1.3.0"))
    assert "WL301" in {finding.id for finding in found.findings}


def test_the_revision_that_is_deployed_counts() -> None:
    args = SGLANG["decode"]["containers"][0] | {
        "args": [*SGLANG["decode"]["containers"][0]["args"], "--host", "0.0.0.0"]
    }
    right = SGLANG | {"decode": SGLANG["decode"] | {"containers": [args]}}
    found = judged(secret("ms", SGLANG, revision=1, status="superseded"), secret("ms", right, revision=2),
                   secret("ms", SGLANG, revision=10, status="failed"))  # fmt: skip
    assert "WL105" not in {finding.id for finding in found.findings}


def test_a_revision_whose_label_is_no_number_stops_nothing() -> None:
    strange = secret("ms-chat", SGLANG)
    strange["metadata"]["labels"]["version"] = "one"
    assert judged(strange).summary["releases"] == ["ms-chat"]
    assert installed.note(strange).revision == 0


def test_what_looks_secret_is_never_shown() -> None:
    values = SGLANG | {"decode": SGLANG["decode"] | {"replica": "hf_abcdefghijklmnopqrstuv"}}
    shown = repr(judged(secret("ms-chat", values)))
    assert "WL020" in shown
    assert "hf_abcdefghijklmnopqrstuv" not in shown


def test_a_release_of_another_chart_is_not_checked() -> None:
    found = judged(secret("prometheus", {}, chart="kube-prometheus-stack", version="75.0.0"))
    assert [(check.title, check.status, check.detail) for check in found.checks] == [
        ("prometheus (kube-prometheus-stack 75.0.0)", "skip", "kube-prometheus-stack is no chart that wellit knows")
    ]


def test_a_route_of_another_chart_leads_there_all_the_same() -> None:
    gateway = "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: door}\n"
    pool = "apiVersion: inference.networking.k8s.io/v1\nkind: InferencePool\nmetadata: {name: room}\n"
    route = (
        "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: way}\nspec:\n"
        "  parentRefs: [{name: door}]\n  rules:\n  - backendRefs:\n"
        "    - {group: inference.networking.k8s.io, kind: InferencePool, name: room}\n"
    )
    values = {"inferencePool": {"modelServers": {"matchLabels": {"llm-d.ai/guide": "chat"}}}}
    both = (
        secret("infra", {}, chart="llm-d-infra", version="v1.3.6", manifest=gateway),
        secret("room", values, chart="inferencepool", version="v1.3.0", manifest=pool),
    )
    assert "WL324" in {finding.id for finding in judged(*both).findings}
    way = secret("way", {}, chart="route", version="0.1.0", manifest=route)
    assert "WL324" not in {finding.id for finding in judged(*both, way).findings}


def test_a_release_of_an_unknown_version_is_not_checked() -> None:
    (check,) = judged(secret("ms", SGLANG, version="v9.0.0")).checks
    assert (check.status, "newer than the newest version known" in check.detail) == ("skip", True)


@pytest.mark.parametrize("data", ["", "bm90IGdvb2Q=", base64.b64encode(base64.b64encode(b"\x1f\x8bxx")).decode()])
def test_a_note_that_cannot_be_read_is_unknown(data: str) -> None:
    found = judged(secret("ms", SGLANG) | {"data": {"release": data}})
    assert [(check.title, check.status) for check in found.checks] == [("ms", "unknown")]
    assert found.exit_code == 2


def test_releases_that_may_not_be_read_are_unknown_with_the_permission() -> None:
    here, _ = access({SECRETS: forbidden("list", "secrets", 'in the namespace "ns"')})
    found = installed.judge(here, "ns")
    assert [(check.status, check.detail) for check in found.checks] == [("unknown", "you may not list secrets in ns")]
    assert found.exit_code == 2


@pytest.mark.parametrize(
    ("namespaces", "said"), [(["ns"], "no helm release is in the namespace ns"), (["other"], 'unknown namespace "ns"')]
)
def test_a_namespace_without_releases_is_no_success(namespaces: list[str], said: str) -> None:
    listed = {"items": [{"metadata": {"name": name}} for name in namespaces]}
    here, _ = access({SECRETS: json.dumps({"items": []}), NAMESPACES: json.dumps(listed)})
    with pytest.raises(CannotAnswer, match=said):
        installed.judge(here, "ns")


def test_a_namespace_must_be_said() -> None:
    with pytest.raises(CannotAnswer, match="--live does not say which namespace"):
        installed.judge(access({})[0], "")


def test_values_are_written_as_helm_writes_them() -> None:
    text = installed.as_helm_prints({"b": {"c": [{"d": 1}]}, "a": "one\ntwo\n"})
    assert text == "a: |\n  one\n  two\nb:\n  c:\n  - d: 1\n"


def test_what_helm_installed_on_a_real_api(sandbox: Sandbox, tmp_path: Path) -> None:
    here = clusters.open_access(kubeconfig=str(sandbox.kubeconfig))
    facts = yaml.safe_load((ROOT / "schemas/capabilities/llm-d-modelservice.yaml").read_text())
    merged: dict[str, Any] = {}
    for entry in facts["contract"]:
        merged |= entry
    values = SGLANG | {"imitates": {**merged, "version": "v0.4.12"}}
    file = tmp_path / "values.yaml"
    file.write_text(yaml.safe_dump(values))
    done = here.run(
        [tools.path("helm", print), "upgrade", "--install", "ms-chat", ROOT / "charts" / "modelservice",
         "--namespace", "live-judged", "--create-namespace", "--values", file],
        env=environment() | here.env, timeout=120,
    )  # fmt: skip
    assert done.ok, done.err
    found = installed.judge(here, "live-judged")
    assert {finding.id for finding in found.findings} >= {"WL105"}
    (finding,) = [finding for finding in found.findings if finding.id == "WL105"]
    printed = here.run([tools.path("helm", print), "get", "values", "ms-chat", "-n", "live-judged"],
                       env=environment() | here.env, timeout=180).out  # fmt: skip
    assert finding.at.text in printed
    here.call("delete", "namespace", "live-judged", "--wait=false")
