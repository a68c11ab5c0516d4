"""Every stack of this checkout, and what its roles and engines are called."""

from __future__ import annotations

import pytest

from tests.compare.support import asked, compared, told
from tests.support.trains import OF_DYNAMO
from wellit import catalogue
from wellit import compare as comparing
from wellit.compare import difference, sides, text
from wellit.report.style import Style
from wellit.ways import Way

GUIDES = catalogue.guide_names()
STACKS = [f"{guide}/{name}" for guide in GUIDES for name in catalogue.guide_source(guide).data["environments"]]


@pytest.mark.parametrize("stack", STACKS)
def test_every_stack_is_the_same_as_itself(stack: str) -> None:
    found = compared(stack, stack)
    assert (found.different, found.uncompared) == ([], ())
    of_charts = {"pool", "picker", "decode", "charts"}
    assert {line.role for line in found.lines} >= (of_charts if _way(stack).charts else {"frontend", "decode"})
    engines = {part.engine for part in found.a.engines()}
    assert engines and "" not in engines


def _way(stack: str) -> Way:
    return catalogue.way_of(catalogue.guide_source(stack.partition("/")[0]))


def test_prefill_is_compared_beside_decode() -> None:
    found = compared("pd-disaggregation/default", "pd-disaggregation/sglang")
    shown = text.render(found, Style())
    assert "\ndecode and prefill\n  engine: vLLM | SGLang\n" in shown and "\nprefill\n" in shown
    assert told(found)["decode connector"] == "nixlv2 | sglang"
    assert found.aligns == ("B", ("--engine vllm",))


def test_another_page_size_of_prefill_is_marked() -> None:
    start = asked("prefill.pageSize=32", "decode.pageSize=16")
    found = comparing.stacks("pd-disaggregation/sglang", "pd-disaggregation/default", start)
    pages = [line for line in found.lines if line.what == "pageSize"]
    assert all(line.same for line in pages)
    one = sides.read("pd-disaggregation/sglang", start)
    other = sides.read("pd-disaggregation/sglang", asked("decode.pageSize=16", "prefill.pageSize=16"))
    (line,) = difference.compare(one, other).different
    assert (line.role, line.what) == ("prefill", "pageSize")
    assert line.matters == ("A: decode has 16, prefill 32: they hand pages over",)


def test_one_of_several_engines_is_aligned_by_its_own_settings() -> None:
    found = compared("inference-scheduling/sglang", "multi-engine/vllm-sglang")
    assert {(line.role, line.part) for line in found.different if not line.what} == {
        ("pool", "vllm"), ("picker", "vllm"), ("decode", "vllm")
    }  # fmt: skip
    words = {line.what: line.aligns for line in found.different if line.part == "sglang"}
    assert words["replicas"] == ("--set perEngine.sglang.decode.replicas=2",)
    again = comparing.stacks("inference-scheduling/sglang", "multi-engine/vllm-sglang", asked())
    assert told(again)["route rule PathPrefix /sglang"] == "none | the pool of sglang"


@pytest.mark.parametrize("train", OF_DYNAMO)
def test_a_graph_is_compared_by_its_frontend_and_its_workers(train: str) -> None:
    """Alike in both versions of Dynamo's API."""
    start = asked(versions=train)
    found = comparing.stacks("dynamo-sglang/agg", "dynamo-sglang/disagg", start)
    assert told(found) == {
        "decode host": "none | 0.0.0.0",
        "decode disaggregationTransfer": "none | nixl",
        "decode transferPort": "none | 12345",
        "decode disaggregationRole": "none | decode",
        "prefill": "none | SGLang",
    }
    found = comparing.stacks("dynamo-sglang/agg", "dynamo-sglang/agg-router", start)
    assert told(found)["frontend env DYN_ROUTER_MODE"] == "none | kv"
    assert told(found)["decode kvEventsEndpoint"] == "none | tcp://*:5557"
    (replicas,) = (line for line in found.different if line.what == "replicas")
    assert replicas.aligns == ("--set decode.replicas=1",)


def test_the_api_of_a_graph_is_compared_and_what_it_asks_for_is_the_same_in_both() -> None:
    newer = sides.read("dynamo-sglang/disagg-multinode", asked())
    older = sides.read("dynamo-sglang/disagg-multinode", asked(versions="dynamo-0.8"))
    assert told(difference.compare(older, newer)) == {
        "frontend api": "nvidia.com/v1alpha1 | nvidia.com/v1beta1",
        "frontend tag": "0.8.1 | 1.3.1", "decode tag": "0.8.1 | 1.3.1", "prefill tag": "0.8.1 | 1.3.1",
    }  # fmt: skip
    (decode,) = newer.of("decode")
    assert (decode.says("nodes"), decode.says("devices"), decode.says("tensorParallel")) == (
        "2",
        "4 nvidia.com/gpu",
        "8",
    )


def test_between_a_graph_and_llm_d_s_charts_no_setting_is_advised() -> None:
    found = compared("inference-scheduling/sglang", "dynamo-sglang/agg")
    assert told(found)["frontend"] == "none | there"
    assert told(found)["decode started by"] == "python3 -m sglang.launch_server | python3 -m dynamo.sglang"
    assert not any(line.aligns for line in found.different)
