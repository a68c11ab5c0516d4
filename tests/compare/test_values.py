"""What the values say is what the charts make of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.compare.support import compared, described, rendered, told
from tests.support.trains import TRAINS
from wellit import engines
from wellit.compare import describe, difference, values
from wellit.compare.description import Description
from wellit.compare.objects import Objects

ROLES = ("gateway", "pool", "picker", "decode", "prefill")
ORIGIN = Path(__file__).parent.parent / "origin"


# An engine that no connector speaks to has no proxy before it.
BEFORE = [
    (one.name, proxy) for one in engines.engines() for proxy in ("true", "false") if one.connectors or proxy != "true"
]


@pytest.mark.parametrize(("engine", "proxy"), BEFORE)
@pytest.mark.parametrize("train", TRAINS)
def test_values_mean_what_the_chart_renders_of_them(engine: str, train: str, proxy: str) -> None:
    # The default size has tensorParallel 2.
    sets = (f"proxy.enabled={proxy}", "model.secret=mine")
    manifests, subject = rendered("default", *sets, engine=engine, versions=train)
    made = describe.parts(Objects(values.objects(subject)))
    found = difference.compare(described(manifests), Description("v", "values", "", made))
    # Istio's own objects come from the chart's provider, which a values file does not show.
    mine = {w: t for w, t in told(found).items() if w.split()[0] in ROLES and not w.startswith("gateway ")}
    assert mine == {}
    assert {part.role for part in made} >= {"pool", "picker", "decode"}


def test_a_chart_s_values_say_nothing_of_the_rest() -> None:
    found = compared("sglang", f"{ORIGIN}/connector-of-vllm.yaml@llm-d-modelservice@v0.3.8")
    unsaid = {one.role: one.because for one in found.uncompared if not one.what}
    assert set(unsaid) == {"gateway", "route", "pool", "picker", "monitoring"}
    assert unsaid["pool"] == "values of llm-d-modelservice say nothing of it"
    assert {one.side for one in found.uncompared} == {"B"}


def test_several_files_are_one_side(tmp_path: Path) -> None:
    pool = tmp_path / "pool.yaml"
    pool.write_text(
        "inferencePool:\n  targetPorts: [{number: 8001}]\n  modelServers:\n    matchLabels: {llm-d.ai/model: other}\n"
    )
    found = compared(
        "sglang", f"{ORIGIN}/no-host-no-metrics.yaml@llm-d-modelservice@v0.3.8+{pool}@inferencepool@v1.4.0"
    )
    assert told(found)["pool ports"] == "8000 | 8001"
    line = next(line for line in found.different if (line.role, line.what) == ("pool", "ports"))
    assert line.matters == ("B: the pool asks 8001, the pods take requests at 8000",)
    assert "pool" not in {one.role for one in found.uncompared}


def test_what_the_chart_refuses_is_compared_all_the_same() -> None:
    found = told(compared("sglang", f"{ORIGIN}/sglang-serve.yaml@llm-d-modelservice@v0.3.8"))
    assert found["decode started by"].endswith(
        "| modelCommand sglangServe, which llm-d-modelservice@v0.3.8 does not have"
    )
    assert "decode engine" not in found
    assert found["decode --disable-uvicorn-access-log"] == "none | given"


def test_a_label_that_only_the_installed_release_has(tmp_path: Path) -> None:
    mine = tmp_path / "values.yaml"
    mine.write_text("decode:\n  containers: [{name: a, image: vllm/vllm-openai:v0.12.0, modelCommand: vllmServe}]\n")
    found = compared("default", f"{mine}@llm-d-modelservice@v0.2.8", versions="llm-d-0.4")
    assert [one.because for one in found.uncompared if one.what == "label llm-d.ai/model"] == [
        "only the installed release has its value"
    ]
