"""How much memory a model's weights take: an estimate from its name alone, because nothing is downloaded to find out.

    estimate("Qwen/Qwen3-32B").gib    59.6
    estimate("Qwen/Qwen3-32B").how    "32 billion parameters of 16 bits each, by its name"

A name tells the parameters (32B, 0.5B, 135M, 8x7B) and often the format (FP8, AWQ, GPTQ-Int4, NVFP4 ...); one that
tells no parameters, or only those that are at work for one token, gives no estimate but the reason.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

GIB = 1024**3
_SCALE = {"M": 1e6, "B": 1e9, "T": 1e12}
_NOT_INSIDE = r"(?<![A-Za-z0-9.])"  # A35B is not 35B, and 2.5B not 5B
_SIZE = re.compile(rf"{_NOT_INSIDE}(\d+(?:\.\d+)?)([BbMmT])(?![A-Za-z0-9])")
_EXPERTS = re.compile(rf"{_NOT_INSIDE}(\d+)[xX](\d+(?:\.\d+)?)([BbMm])(?![A-Za-z0-9])")
# Sizes that are not the weights': of the part at work for one token (A2.7B), of an effective model (E4B), and the
# number of experts beside the size of the part at work (17B-16E).
_ACTIVE = re.compile(r"(?<![A-Za-z0-9])A\d+(?:\.\d+)?B(?![A-Za-z0-9])", re.IGNORECASE)
_EFFECTIVE = re.compile(r"(?<![A-Za-z0-9])E\d+(?:\.\d+)?B(?![A-Za-z0-9])", re.IGNORECASE)
_COUNT_OF_EXPERTS = re.compile(r"(?<![A-Za-z0-9])\d+E(?![A-Za-z0-9])")
# 8x7B shares all but the experts: Mixtral 8x7B has 46.7 billion parameters, 8x22B 141 billion.
SHARED = 0.82
# Bits of one parameter by the words of a name, the first that stands there; 4-bit formats carry half a bit of scales.
FORMATS: tuple[tuple[float, str], ...] = (
    (4.5, r"nvfp4|mxfp4|fp4|nf4|int4|w4a(?:4|8|16)|w4afp8|4-?bits?"),
    (8, r"fp8|f8|int8|w8a(?:8|16)|8-?bits?"),
    (32, r"fp32|f32"),
    (16, r"bf16|fp16|f16"),
    (4.5, r"awq|gptq"),  # methods: 4 bits where no other number stands beside them
)
_FORMATS = tuple((bits, re.compile(rf"(?<![a-z0-9])(?:{words})(?![a-z0-9])")) for bits, words in FORMATS)
# Families that are published in another format than 16 bits without saying so in their names.
_PUBLISHED = ((re.compile(r"gpt-oss-\d"), 4.5, "mxfp4, as gpt-oss is published"),)
# Whose models the hub gives out only to those who have agreed to their terms.
_GATED = re.compile(
    r"meta-llama/|google/(codegemma|gemma-(2b|7b|1\.1|2|3n?)-|paligemma|recurrentgemma|shieldgemma)", re.I
)


@dataclass(frozen=True)
class Estimate:
    """GiB of weights, None when nothing can be said; `how` it was made, or why not."""

    gib: float | None
    how: str


def estimate(name: str) -> Estimate:
    """What the name of a model (``Qwen/Qwen3-32B``, with or without an owner) says of its weights."""
    own = name.rsplit("/", 1)[-1]
    if re.search(r"(?<![A-Za-z0-9])GGUF(?![A-Za-z0-9])", own, re.IGNORECASE):
        return Estimate(None, f'a GGUF repository holds the model in many formats: "{own}" does not say which')
    found = _parameters(own)
    if isinstance(found, str):
        return Estimate(None, found)
    count, said = found
    bits, of = _bits(own)
    return Estimate(float(f"{count * bits / 8 / GIB:.3g}"), f"{said} parameters of {of}, by its name")


def given(gib: float) -> Estimate:
    """What a person says (model.weights)."""
    return Estimate(gib, "as model.weights says")


def _parameters(name: str) -> tuple[float, str] | str:
    """How many parameters, and the same in words; or why nobody knows."""
    if _COUNT_OF_EXPERTS.search(name):
        return f'the size in "{name}" is that of the part at work for one token, not of all experts'
    if _EFFECTIVE.search(name):
        return f'the size in "{name}" is an effective one, not that of all weights'
    experts = [(float(each) * int(n) * _SCALE[unit.upper()], int(n)) for n, each, unit in _EXPERTS.findall(name)]
    if experts:
        count, n = max(experts)
        return count * SHARED, f"about {_spoken(count * SHARED)} (of {n} experts that share the rest)"
    sizes = [float(number) * _SCALE[unit.upper()] for number, unit in _SIZE.findall(name)]
    if sizes:
        return max(sizes), _spoken(max(sizes))  # a smaller one beside it is a context length, as in 7B-Instruct-1M
    if _ACTIVE.search(name):
        return f'the size in "{name}" is that of the part at work for one token'
    return f'"{name}" does not say how large it is'


def _bits(name: str) -> tuple[float, str]:
    """Bits of one parameter, and what says so."""
    low = name.lower()
    for bits, pattern in _FORMATS:
        if found := pattern.search(low):
            return bits, f"{bits:g} bits each ({found.group()})"
    for family, bits, words in _PUBLISHED:
        if family.search(low):
            return bits, f"{bits:g} bits each ({words})"
    return 16, "16 bits each"


def _spoken(count: float) -> str:
    unit, word = (1e9, "billion") if count >= 1e9 else (1e6, "million")
    return f"{count / unit:.3g} {word}" if count < 1e12 else f"{count / 1e9:.0f} billion"


def gated(name: str) -> bool:
    """Whether a model (``meta-llama/Llama-3.1-8B``) is known to need the token of somebody who agreed to its terms."""
    return bool(_GATED.match(name))
