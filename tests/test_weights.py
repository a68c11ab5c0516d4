"""What a model's name says of its weights."""

from __future__ import annotations

import pytest

from wellit import weights

# GiB, from the parameters that the models have and the format they are published in.
SIZES = {
    "Qwen/Qwen3-32B": 61.0,
    "Qwen/Qwen2.5-0.5B-Instruct": 0.93,
    "Qwen/Qwen2.5-7B-Instruct-1M": 14.2,  # 1M is its context
    "HuggingFaceTB/SmolLM2-135M-Instruct": 0.25,
    "facebook/opt-125m": 0.23,
    "openai/gpt-oss-120b": 60.8,
    "openai/gpt-oss-20b": 10.9,
    "amd/Llama-3.3-70B-Instruct-FP8-KV": 66.0,
    "nvidia/Llama-3.3-70B-Instruct-NVFP4": 37.0,
    "Qwen/Qwen3-Coder-480B-A35B-Instruct-FP8": 447.0,
    "Qwen/Qwen3-30B-A3B": 56.8,
    "mistralai/Mixtral-8x7B-Instruct-v0.1": 87.0,
    "mistralai/Mixtral-8x22B-Instruct-v0.1": 262.0,
    "Qwen/Qwen2.5-72B-Instruct-AWQ": 38.0,
    "Qwen/Qwen2.5-72B-Instruct-GPTQ-Int8": 67.0,
    "Qwen/Qwen2.5-72B-Instruct-GPTQ-Int4": 38.0,
    "RedHatAI/Meta-Llama-3.1-8B-Instruct-quantized.w4a16": 4.2,
    "unsloth/Llama-3.1-8B-Instruct-bnb-4bit": 4.2,
    "deepseek-ai/DeepSeek-R1-Distill-Qwen-32B": 61.0,
    "moonshotai/Kimi-1T-FP8": 931.0,
    "Llama-2-7b-chat-hf": 12.6,
}
NOTHING = {
    "random": "does not say how large it is",
    "deepseek-ai/DeepSeek-V3": "does not say how large it is",
    "microsoft/Phi-3-mini-4k-instruct": "does not say how large it is",
    "meta-llama/Llama-4-Scout-17B-16E-Instruct": "not of all experts",
    "Qwen/Qwen1.5-MoE-A2.7B-Chat": "the part at work for one token",
    "google/gemma-3n-E4B-it": "an effective one",
    "TheBloke/Llama-2-7B-Chat-GGUF": "many formats",
}
HOW = {
    "Qwen/Qwen3-32B": "32 billion parameters of 16 bits each, by its name",
    "Qwen/Qwen2.5-0.5B-Instruct": "500 million parameters of 16 bits each, by its name",
    "Qwen/Qwen2.5-72B-Instruct-GPTQ-Int8": "72 billion parameters of 8 bits each (int8), by its name",
    "openai/gpt-oss-120b": "120 billion parameters of 4.5 bits each (mxfp4, as gpt-oss is published), by its name",
    "mistralai/Mixtral-8x7B-v0.1": "about 45.9 billion (of 8 experts that share the rest) parameters of 16 bits each,"
    " by its name",
    "moonshotai/Kimi-1T-FP8": "1000 billion parameters of 8 bits each (fp8), by its name",
}


@pytest.mark.parametrize("name", SIZES)
def test_a_name_tells_the_size_of_the_weights(name: str) -> None:
    assert weights.estimate(name).gib == pytest.approx(SIZES[name], rel=0.15)


@pytest.mark.parametrize("name", NOTHING)
def test_a_name_that_does_not_tell_it_says_why(name: str) -> None:
    found = weights.estimate(name)
    assert found.gib is None and NOTHING[name] in found.how


@pytest.mark.parametrize("name", HOW)
def test_it_says_how_it_was_made(name: str) -> None:
    assert weights.estimate(name).how == HOW[name]


def test_what_a_person_says_is_taken() -> None:
    assert weights.given(12.5) == weights.Estimate(12.5, "as model.weights says")
