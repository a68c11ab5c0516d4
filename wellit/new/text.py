"""The text of an environment: YAML as a person would write it, with what is changed next commented out."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from wellit import paths
from wellit.new.drafts import Draft
from wellit.source import Keys

# The neutral settings that are shown, commented out, with what the guide has.
SHOWN: tuple[tuple[tuple[str, str], str], ...] = (
    (("model", "name"), "a Hugging Face id"),
    (("model", "secret"), 'holds HF_TOKEN; "" for a model that needs none'),
    (("prefill", "replicas"), "pods"),
    (("prefill", "tensorParallel"), "GPUs of each server"),
    (("decode", "replicas"), "pods"),
    (("decode", "tensorParallel"), "GPUs of each server"),
    (("accelerator", "memoryGiB"), "of one device; what fits is estimated with it"),
)
_PLAIN = re.compile(r"(?:[A-Za-z/_]|--?[A-Za-z])[\w./@+-]*(?::[\w./@+-]+)*|\d+(?:\.\d+)?[KMGTP]i", re.ASCII)
_NO_TEXT = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}


def of(draft: Draft, name: str, words: Sequence[str]) -> str:
    """The whole file."""
    guide = draft.stack.name
    lines = [f"# yaml-language-server: $schema=../schemas/{draft.stack.way.environment}.schema.json"]
    lines += [f"# {line}" for line in _about(guide, name, words)]
    lines += [f"guides: [{guide}]", "components:"]
    for folder, chosen in draft.stack.components.items():
        lines += [f"- {folder}/{one}" for one in chosen.split("+")]
    hints, notes = _hints(draft)
    settings = list(_map(_ordered(draft), hints, notes | draft.notes, ()))
    if draft.settings:
        return "\n".join([*lines, "settings:", *(f"  {line}" for line in settings), ""])
    return "\n".join([*lines, "# settings:", *(f"#   {line.removeprefix('# ')}" for line in settings), ""])


def _about(guide: str, name: str, words: Sequence[str]) -> Iterator[str]:
    made = re.sub(r"[^ -~]+", "?", shlex.join(["invoke", "new", *words]) if words else f"invoke new {name}")
    folder = f"{paths.GUIDES.name}/{guide}"
    yield f"An environment of your own, to change and to keep. Made by: {made}"
    yield f"  invoke validate -g {guide} -e {name}"
    yield f"  invoke install -g {guide} -e {name}"
    yield f"  helmfile -f {folder}/helmfile.yaml.gotmpl -e {name} template"
    yield f"All that may be set is in {folder}/guide.yaml. What is commented out is what there is without it."


def _hints(draft: Draft) -> tuple[dict[str, Any], dict[Keys, str]]:
    """What is commented out: what the stack has without this file's saying so."""
    hints: dict[str, Any] = {}
    notes: dict[Keys, str] = {}
    for (part, key), note in SHOWN:
        value = (draft.stack.values.get(part) or {}).get(key)
        said = key in (draft.settings.get(part) or {}) if isinstance(draft.settings.get(part), Mapping) else False
        if value is not None and not said:
            hints.setdefault(part, {})[key] = value
        if not said or key == "secret":
            notes[(part, key)] = note
    return hints, notes


def _ordered(draft: Draft) -> dict[str, Any]:
    """The settings in the order of guide.yaml; what that has not, last."""
    return _like(draft.settings, draft.guide.data["settings"])


def _like(settings: Mapping[str, Any], pattern: Any) -> dict[str, Any]:
    known = list(pattern) if isinstance(pattern, Mapping) else []
    keys = [*(key for key in known if key in settings), *(key for key in settings if key not in known)]
    return {
        key: _like(settings[key], pattern[key] if key in known else None)
        if isinstance(settings[key], Mapping)
        else settings[key]
        for key in keys
    }


def _map(active: Mapping[str, Any], hints: Mapping[str, Any], notes: Mapping[Keys, str], above: Keys) -> Iterator[str]:
    """The lines of a map: what is said, and commented out what is only shown."""
    for key in [*active, *(key for key in hints if key not in active)]:
        keys = (*above, key)
        note = f" # {notes[keys]}" if keys in notes else ""
        value, hint = active.get(key), hints.get(key, {})
        if key not in active and isinstance(hint, Mapping):
            yield from (f"# {line}" for line in [f"{key}:", *(f"  {line}" for line in _map(hint, {}, notes, keys))])
        elif key not in active:
            yield f"# {scalar(key)}: {flow(hint)}{note}"
        elif isinstance(value, Mapping) and value:
            yield f"{scalar(key)}:"
            yield from (f"  {line}" for line in _map(value, hint if isinstance(hint, Mapping) else {}, notes, keys))
        elif isinstance(value, list) and any(isinstance(item, Mapping | list) for item in value):
            yield f"{scalar(key)}:{note}"
            yield from (f"- {flow(item)}" for item in value)
        else:
            yield f"{scalar(key)}: {flow(value)}{note}"


def flow(value: Any) -> str:
    """A value in one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar(key)}: {flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow, value)) + "]"
    return scalar(value)


def scalar(value: Any) -> str:
    """One word or number; text that any YAML could read as something else is quoted."""
    if value is None or isinstance(value, bool | int | float):
        return json.dumps(value)
    word = str(value)
    plain = _PLAIN.fullmatch(word) and word.lower() not in _NO_TEXT
    return word if plain else json.dumps(word, ensure_ascii=not word.isprintable())
