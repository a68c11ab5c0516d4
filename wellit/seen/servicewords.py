"""The words that a part of an LLMInferenceService is started with, as the process gets them.

The presets since KServe v0.18 hand a spec's args, and the variable VLLM_ADDITIONAL_ARGS before them, to a shell as one
text: it splits them anew and takes quotes away.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from wellit.node import Node
from wellit.seen import shell, words
from wellit.seen.words import Word, Words

if TYPE_CHECKING:
    from wellit.seen.workload import Workload

_FLAG_AND_VALUE = re.compile(r"--?[A-Za-z][\w-]*[ =].*")  # several words in one: that a shell splits it may be meant
NAMES = {
    "{{ .Spec.Model.Name }}": "model",
    "{{ .ObjectMeta.Name }}": "service",
    "{{ .ObjectMeta.Namespace }}": "namespace",
}


def words_of(one: Workload) -> Words:
    """The words of command and args; `unclear` also where a config that nobody showed may have them."""
    if missing := [node for node in one.service.missing if not one.wrote(one.node["command"])]:
        return Words((), f"what the config {missing[0].text()} says is not known")
    if one.service.written["runtime"].text() and one.by_preset:
        return Words((), f"what the runtime {one.service.written['runtime'].text()} starts is not known")
    known = one.service.facts["presetWords"]
    if not one.by_preset or not one.service.facts["preset"]["shell"]:
        return _filled(one, words.read(one.node["command"], one.node["args"]))
    head = words.read(one.node["command"])
    entry = one.environment.get(known["variable"])
    if entry and not entry["value"].written:
        return Words((), f"what {known['variable']} says is not known")
    if one.node["args"].value is not None and not isinstance(one.node["args"].value, list):
        return Words((), "args is not a list of words")
    tail: list[Word] = []
    for node in (*([entry["value"]] if entry else ()), *one.node["args"]):
        try:
            tail += split(node)
        except ValueError as problem:
            return Words((), f"the preset's shell does not read {node.text()}: {problem}")
    whole = (*head.words, *tail)
    return _filled(one, Words(whole, commands=(whole,)))


def split(node: Node) -> Iterator[Word]:
    """The words that a shell makes of a text. Raises ValueError where it makes no words of it, or several commands."""
    found = shell.commands(str(node.value))
    if len(found) > 1:
        raise ValueError("it ends a command within it")
    return (Word(text, node) for command in found for text in command)


def arrives(node: Node) -> str | None:
    """What arrives of an argument that the preset's shell takes apart; None for one that arrives as it was meant."""
    text = str(node.value)
    try:
        words = [word.text for word in split(node)]
    except ValueError as problem:
        return f"nothing: {problem}"
    meant = _FLAG_AND_VALUE.fullmatch(text) if len(words) != 1 else words[0] == text or _quoted(text)
    return None if meant else " ".join(words)


def _quoted(text: str) -> bool:
    """Whether it has quotes around it that are meant for the shell."""
    return len(text) > 1 and text[0] == text[-1] and text[0] in "'\""


def _filled(one: Workload, said: Words) -> Words:
    """What KServe's own templates stand for, filled in."""
    names = one.service.names
    known = {template: str(getattr(names, key)) for template, key in NAMES.items() if getattr(names, key)}

    def fill(word: Word) -> Word:
        text = word.text
        for template, value in known.items():
            text = text.replace(template, value)
        return Word(text, word.node) if text != word.text else word

    commands = tuple(tuple(map(fill, command)) for command in said.commands)
    return replace(said, words=tuple(map(fill, said.words)), commands=commands)
