"""The words that install a recorded stack again choose the same as those before."""

from __future__ import annotations

import shlex

import pytest

from wellit import again
from wellit.compose import Choice, compose
from wellit.record import Record


@pytest.mark.parametrize(
    ("sets", "axes"),
    [
        ((), {}),
        ((), {"charts": "offline", "engine": "vllm"}),
        (('decode.extraArgs=["--a b", "--c"]', "decode.replicas=3", 'model.uri="8"', "model.uri=a: b"), {}),
        (("decode.env={}", "proxy.enabled=false", "model.name="), {"gateway": "kgateway"}),
    ],
)
def test_what_is_typed_again_is_what_was_chosen(sets: tuple[str, ...], axes: dict[str, str]) -> None:
    stack = compose(Choice(environment="sglang", namespace="n", components=axes, size="small", sets=sets))
    known = Record(stack.name, stack.environment, "n", "x", size=stack.size, overrides=stack.overrides)
    words = shlex.split(again.words(known))
    given = dict(zip(words[::2], words[1::2], strict=True))
    assert [given[flag] for flag in ("-g", "-e", "-n", "--size")] == [stack.name, "sglang", "n", "small"]
    said = tuple(word for flag, word in zip(words[::2], words[1::2], strict=True) if flag == "--set")
    chosen = {axis: given[f"--{axis}"] for axis in axes}
    same = compose(Choice(environment="sglang", namespace="n", components=chosen, size="small", sets=said))
    assert (same.overrides, same.components) == (stack.overrides, stack.components)
