"""The variables that a helmfile's templates compare: a word that none of them knows chooses something else, in silence.

``{{ if eq (env "INFERENCE_SERVER") "sglang" }}`` takes ``SGLang`` and ``sgl`` for anything but SGLang.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from wellit.errors import nearest
from wellit.findings import Finding
from wellit.inputs.outline import Entry, Outline

ID, SLUG = "WL015", "helmfile-variable"
DOC = """
A variable has a word that the helmfile does not know.

A template that compares a variable with some words takes any other word for none of them, without a word: with
INFERENCE_SERVER=SGLang the upstream guides install vLLM.

Bad:  INFERENCE_SERVER=SGLang    and the helmfile has eq (env "INFERENCE_SERVER") "sglang"
Good: INFERENCE_SERVER=sglang
"""
_COMPARED = re.compile(r'\b(?:eq|ne)\s+\(\s*env\s+"(\w+)"\s*\)((?:\s+"[^"]*")+)')
_READ = re.compile(r'\benv\s+"(\w+)"')


def judge(outline: Outline, environment: Mapping[str, str]) -> Iterator[Finding]:
    """A finding for each variable that is set to a word which the helmfile compares with others only."""
    compared: dict[str, list[str]] = {}
    for found in _COMPARED.finditer(outline.text):
        compared.setdefault(found[1], []).extend(re.findall(r'"([^"]*)"', found[2]))
    for name, words in compared.items():
        known = list(dict.fromkeys(word for word in words if word))
        value = environment.get(name, "")
        if not value or value in known or not known or _read(outline, name) > _compared(outline, name):
            continue
        number = next(n for n, line in enumerate(outline.lines) if f'env "{name}"' in line)
        column = outline.lines[number].index(f'env "{name}"')
        yield Finding(
            ID, SLUG, "warning", f"{name} is {value}, and the helmfile knows {' and '.join(known)} only",
            outline.at(Entry((), number, column, "")), write=f"{name}={nearest(value, known) or known[0]}, or unset it",
            why="every comparison is false, so what is rendered is what there is without the variable",
        )  # fmt: skip


def _read(outline: Outline, name: str) -> int:
    return sum(found == name for found in _READ.findall(outline.text))


def _compared(outline: Outline, name: str) -> int:
    return sum(found[1] == name for found in _COMPARED.finditer(outline.text))
