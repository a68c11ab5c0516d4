"""The same steps in another environment."""

from __future__ import annotations

import pytest

from wellit import paths, walk
from wellit.errors import CannotAnswer
from wellit.walk import other


def test_the_same_steps_in_another_environment() -> None:
    found = walk.steps(paths.GUIDES / "inference-scheduling" / "README.md")
    made = other.in_environment("inference-scheduling", found, "default")
    assert other.own(found) == "sglang" and other.own(made) == "default"
    text = "\n".join(f"{step.command}\n{step.promised}" for step in made if step.where != "cluster")
    assert "2 pods, decode, vLLM" in text and "SGLang" not in text and "sglang" not in text
    assert other.in_environment("inference-scheduling", found, "sglang") == found


def test_the_connector_of_another_engine_is_promised() -> None:
    found = walk.steps(paths.GUIDES / "pd-disaggregation" / "README.md")
    text = "\n".join(step.promised for step in other.in_environment("pd-disaggregation", found, "default"))
    assert "KV by nixlv2 → " in text and "sglang" not in text


def test_metrics_are_promised_by_the_names_of_the_other_engine() -> None:
    step = walk.Step("scripts/invoke show -e sglang", "sglang:prompt_tokens_total{...", "", "f", 1)
    [made] = other.in_environment("inference-scheduling", [step], "trtllm")
    assert made.promised == "trtllm_prompt_tokens_total{..."


@pytest.mark.parametrize(
    ("guide", "environment", "said"),
    [
        ("inference-scheduling", "sim", "another accelerator"),
        ("inference-scheduling", "nope", "unknown environment"),
    ],
)
def test_an_environment_that_the_readme_has_no_steps_for_is_refused(guide: str, environment: str, said: str) -> None:
    found = walk.steps(paths.GUIDES / guide / "README.md")
    with pytest.raises(CannotAnswer) as refused:
        other.in_environment(guide, found, environment)
    assert said in f"{refused.value.message} {refused.value.why}"


def test_a_promise_without_a_counterpart_is_refused_with_its_place() -> None:
    step = walk.Step("scripts/invoke show -e sglang", "KV by sglang", "", "guides/g/README.md", 7)
    with pytest.raises(CannotAnswer) as refused:
        other.in_environment("inference-scheduling", [step], "trtllm")
    assert refused.value.where == "guides/g/README.md:7" and '"sglang" has no counterpart' in refused.value.why


def test_a_readme_that_names_no_environment_has_none_to_replace() -> None:
    with pytest.raises(CannotAnswer, match="has no steps for -e default"):
        other.in_environment("inference-scheduling", [walk.Step("echo", "", "", "f", 1)], "default")
