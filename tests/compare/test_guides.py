"""Every stack of this checkout, and what its roles and engines are called."""

from __future__ import annotations

import pytest

from tests.compare.support import asked, compared, told
from wellit import catalogue
from wellit import compare as comparing
from wellit.compare import difference, sides, text
from wellit.report.style import Style

GUIDES = catalogue.guide_names()
STACKS = [f"{guide}/{name}" for guide in GUIDES for name in catalogue.guide_source(guide).data["environments"]]


@pytest.mark.parametrize("stack", STACKS)
def test_every_stack_is_the_same_as_itself(stack: str) -> None:
    found = compared(stack, stack)
    assert (found.different, found.uncompared) == ([], ())
    assert {line.role for line in found.lines} >= {"pool", "picker", "decode", "charts"}
    engines = {part.engine for part in found.a.engines()}
    assert engines and "" not in engines


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
