"""Where an installed stack answers, ready to be pasted, and what its guide has to say of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from wellit.report.style import Style


def lines(summary: Mapping[str, object], style: Style) -> list[str]:
    """The commands of the summary's `endpoint`; nothing when it has none. They are never wrapped."""
    endpoint = summary.get("endpoint")
    if not isinstance(endpoint, Mapping) or not (endpoint.get("url") or endpoint.get("note")):
        return []
    note = endpoint.get("note")
    head = style.paint("to ask it:" if endpoint.get("url") else "endpoint:", "bold") + (f" ({note})" if note else "")
    return [head, *(f"  {line}" for line in _commands(endpoint))]


def notes(summary: Mapping[str, object], style: Style) -> list[str]:
    """The guide's notes on the choices of a recorded stack."""
    told = summary.get("notes")
    return (
        [line for note in told if note for line in style.wrap(note, "note: ", "  ")] if isinstance(told, list) else []
    )


def _commands(endpoint: Mapping[str, object]) -> Iterator[str]:
    asks = endpoint.get("asks")
    said = set()
    for ask in asks if isinstance(asks, list) else []:
        if ask["before"] and ask["before"] not in said:
            said.add(ask["before"])
            yield ask["before"]
        if ask["engine"]:
            yield f"# {ask['engine']}"
        yield ask["curl"]
