"""Changes as data for programs, and in words: a line for each field, or each object whole as a unified diff. Pure."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import yaml

from wellit.changes import Change, Changes, counted

Data = Mapping[str, Any]
LONGEST = 72  # letters of a value that are shown
MOST = 8  # fields of one object that are shown
INDENT = " " * 13
NOT_SHOWN = "changes; it looks secret and is not shown"
ORDER = ("removed", "changed", "new", "unknown")


def as_data(changes: Changes, *, diff: bool = False) -> dict[str, Any]:
    """What report.schema.json calls `changes`; with `diff` each object has its own as text."""
    return {
        **{what: [_entry(one, diff) for one in changes.all if one.what == what] for what in (*ORDER, "unchanged")},
        "gone": list(changes.gone),
        "notes": list(changes.notes),
    }


def _entry(one: Change, diff: bool) -> dict[str, Any]:
    item = one.object
    entry: dict[str, Any] = {
        "apiVersion": item.of.api_version, "kind": item.of.kind, "name": item.name, "release": item.release,
    }  # fmt: skip
    if one.what == "unchanged":
        return entry
    entry |= {
        "fields": [{"path": f.path, "before": f.before, "after": f.after} for f in one.fields],
        "meaning": list(one.meaning), "fixed": list(one.fixed), "readers": [str(item) for item in one.readers],
        "refused": one.refused, "why": one.why,
    }  # fmt: skip
    return entry | ({"diff": "\n".join(unified(one))} if diff else {})


def lines(data: Data) -> Iterator[str]:
    """What would change, object by object; what is new stands release by release, what stays the same is counted."""
    for what in ORDER:
        alike = [one for one in data[what] if _plain_new(what, one)]
        for one in data[what]:
            if one not in alike:
                yield from _object(what, one)
        yield from _together(what, alike)
    yield from (f"  gone       release {name}: it is recorded, and not rendered any more" for name in data["gone"])
    if same := data["unchanged"]:
        yield f"  unchanged  {len(same)}: {counted(one['kind'] for one in same)}"
    yield from (f"  unknown    {note}" for note in data["notes"])


def _plain_new(what: str, one: Data) -> bool:
    return what == "new" and "diff" not in one and not one["refused"]


def _together(what: str, found: Sequence[Data]) -> Iterator[str]:
    for release in dict.fromkeys(one["release"] for one in found):
        names = [f"{one['kind']} {one['name']}" for one in found if one["release"] == release]
        yield f"  {what:10} {', '.join(names)}{f' (release {release})' if release else ''}"
    for why in dict.fromkeys(one["why"] for one in found if one["why"]):
        about = [f"{one['kind']} {one['name']}" for one in found if one["why"] == why]
        yield f"  not asked  {why}" if len(about) == len(found) else f"  not asked  {', '.join(about)}: {why}"


def sentence(changes: Changes) -> str:
    """``1 changed, 2 new, 13 unchanged``."""
    numbers = {what: sum(one.what == what for one in changes.all) for what in (*ORDER, "unchanged")}
    return ", ".join(f"{number} {what}" for what, number in numbers.items() if number) or "nothing is rendered"


def _object(what: str, one: Data) -> Iterator[str]:
    release = f" (release {one['release']})" if one["release"] else ""
    yield f"  {what:10} {one['kind']} {one['name']}{release}"
    if "diff" in one:
        yield from (f"{INDENT}{line}" for line in one["diff"].splitlines())
    elif what == "changed":
        yield from (f"{INDENT}{line}" for line in _fields(one["fields"]))
    yield from (f"{INDENT}means: {words}" for words in one["meaning"])
    if one["refused"]:
        yield f"{INDENT}refused: {one['refused']}"
    if one["why"]:
        yield f"{INDENT}{one['why']}"


def _fields(fields: Sequence[Data]) -> Iterator[str]:
    for one in fields[:MOST]:
        yield from _field(one["path"], one["before"], one["after"])
    if left := len(fields[MOST:]):
        yield f"and {left} more {'field' if left == 1 else 'fields'}: --diff shows all"


def _field(path: str, before: Any, after: Any) -> Iterator[str]:
    if isinstance(before, str) and isinstance(after, str) and "\n" in before + after:
        found = difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
        kept = [line for line in found if not line.startswith(("---", "+++", "@@"))]
        yield f"{path}:" if kept else f"{path}: {NOT_SHOWN}"
        yield from (f"  {line}" for line in kept[:MOST])
        if len(kept) > MOST:
            yield f"  and {len(kept) - MOST} more lines: --diff shows all"
    elif before is None:
        yield f"{path}: + {short(after)}"
    elif after is None:
        yield f"{path}: - {short(before)}"
    elif before == after:
        yield f"{path}: {NOT_SHOWN}"
    else:
        yield f"{path}: {short(before)} -> {short(after)}"


def short(value: Any) -> str:
    """A value in one line, cut where it is long."""
    text = value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False)
    text = text.replace("\n", "\\n")
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."


def unified(one: Change) -> list[str]:
    """The whole difference of an object, as a unified diff of what YAML shows of it, masked."""
    was, becomes = _yaml(one.before), _yaml(one.after)
    found = list(difflib.unified_diff(was, becomes, f"live {one.object}", f"rendered {one.object}", lineterm=""))
    hidden = [f"# {field.path} {NOT_SHOWN}" for field in one.fields
              if field.before == field.after]  # fmt: skip
    return [*found, *hidden]


def _yaml(item: Mapping[str, Any] | None) -> list[str]:
    if item is None:
        return []
    return str(yaml.dump(item, Dumper=_Dumper, sort_keys=True, width=10**6, allow_unicode=True)).splitlines()


class _Dumper(yaml.SafeDumper):
    """Writes text of several lines as a block, and the same thing twice where it stands twice."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)
