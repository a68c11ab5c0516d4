"""Where a rendered value was written: the word of a graph's worker, at the setting that it says."""

from __future__ import annotations

import pytest

from wellit import compose, render
from wellit.compose import Choice
from wellit.places import Places
from wellit.say import announce


def places(*sets: str) -> Places:
    stack = compose.compose(Choice("dynamo-sglang", "disagg", components={"charts": "offline"}, sets=sets))
    return Places(stack, render.render(stack, announce).part("dynamo"))


SAID = {
    "16": ("guides/dynamo-sglang/guide.yaml", "16"),
    "--page-size": ("guides/dynamo-sglang/guide.yaml", "16"),
    "Qwen/Qwen3-8B": ("guides/dynamo-sglang/guide.yaml", "Qwen/Qwen3-8B"),
    "--served-model-name": ("guides/dynamo-sglang/guide.yaml", "null"),
    "12345": ("guides/dynamo-sglang/guide.yaml", "12345"),
    "--enable-metrics": ("environments/engines/sglang.yaml", "--enable-metrics"),
    "prefill": ("environments/engines/sglang.yaml", "prefill"),
}


@pytest.mark.parametrize("word", SAID)
def test_a_word_of_a_worker_is_placed_at_what_says_it(word: str) -> None:
    found = places()
    words = found.release.values["components"]["prefill"]["args"]
    at = found.at(("components", "prefill", "args", words.index(word)))
    assert (at.file, at.words) == SAID[word]


def test_a_persons_own_word_is_placed_where_it_was_typed() -> None:
    found = places("decode.args=[--stream-interval,'4']", "prefill.pageSize=32")
    values = found.release.values["components"]
    decode, prefill = values["decode"]["args"], values["prefill"]["args"]
    assert found.at(("components", "decode", "args", decode.index("4"))).file.startswith("--set ")
    assert found.at(("components", "prefill", "args", prefill.index("32"))).file.startswith("--set ")
    assert found.at(("components", "decode", "args", 99)).file == "guides/values/dynamo.yaml.gotmpl"
