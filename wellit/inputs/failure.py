"""What helmfile says when it fails, without its wrapping: one finding, at the line of the template."""

from __future__ import annotations

import re
from pathlib import Path

from wellit.findings import Finding, Location
from wellit.inputs.outline import Outline

ID, SLUG = "WL014", "helmfile"
DOC = """
helmfile does not render a helmfile.

A variable that a template requires is not set, a template reads what is not there, a values file is missing. What
helmfile says is shown at the template's own line, without its account of how it got there.

Bad:  namespace: {{ requiredEnv "NAMESPACE" }}    and NAMESPACE is not set
Good: namespace: {{ env "NAMESPACE" | default "llm-d" }}
"""
_TEMPLATE = re.compile(r"template: stringTemplate:(\d+)(?::(\d+))?: ?(.*)", re.DOTALL)
_PART = re.compile(r"\.part\.(\d+)")
_FILE = re.compile(r'failed to render (?:values files )?"([^"]+)"|failed to render \[([^\]]+)\]')
_ENVIRONMENT = re.compile(r"required env var `(\w+)` is not set")
_CALLING = re.compile(r'^executing "stringTemplate" at <(.*?)>: (?:error calling \w+: )?(.*)', re.DOTALL)
_MISSING = re.compile(r'values file matching "([^"]+)" does not exist')
_NO_RELEASE = re.compile(r"no releases found .*environment\((.*?)\)")
_INSECURE = "HELMFILE_DISABLE_INSECURE"


class Failed(Exception):
    """helmfile ended with an error."""

    def __init__(self, outline: Outline, stderr: str) -> None:
        super().__init__(stderr)
        self.finding = finding(outline, stderr)


def finding(outline: Outline, stderr: str) -> Finding:
    """The one thing that is wrong, and where."""
    said = _said(stderr)
    at = Location(outline.name)
    if template := _TEMPLATE.search(said):
        at = _place(outline, said, int(template[1]), int(template[2] or 0))
        said = template[3].strip()
        if calling := _CALLING.match(said):
            said = f"{calling[2].strip()} ({calling[1]})"
    elif missing := _MISSING.search(said):
        at = outline.at(outline.containing((), missing[1]))
    write, why = "what the template can be rendered with", "helmfile stops here, and nothing of it is installed"
    if variable := _ENVIRONMENT.search(said):
        write, said = f"{variable[1]}=VALUE before the command", f"the variable {variable[1]} is not set"
    elif missing := _MISSING.search(said):
        write, said = "a file that is there", f"the values file {missing[1]} is not there"
    elif environment := _NO_RELEASE.search(said):
        said, write = f"the environment {environment[1]} has no releases", "-e, with an environment that it names"
    elif _INSECURE in said:
        said, write = "its templates start programs", "the values themselves, or a file of values"
        why = "validate reads somebody's files, and starts nothing that they name; so helmfile cannot render this one"
    return Finding(ID, SLUG, "error", f"helmfile does not render it: {said}", at, write=write, why=why)


def _in_file(file: Path, line: int) -> Location:
    try:
        lines = file.expanduser().read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    return _at_action(str(file), line, lines[line - 1] if 0 < line <= len(lines) else "", 0)


def _at_action(name: str, number: int, text: str, column: int) -> Location:
    """The template action of a line."""
    action = re.search(r"\{\{.*?\}\}", text)
    begin, length = (action.start(), len(action.group())) if action else (column, 1)
    return Location(name, number, begin + 1, length, text)


def _said(stderr: str) -> str:
    """The last thing helmfile complains of; warnings and the account of how it got there left out."""
    lines = [line for line in stderr.splitlines() if line.strip() and not re.match(r"WARN|Pulling|Writing", line)]
    start = next((number for number, line in enumerate(lines) if re.match(r"(in |err: |Error)", line)), 0)
    said = " ".join(line.strip() for line in lines[start : start + 4]) or "it gave no reason"
    return re.sub(r"^(?:in [^:]+: |err: |Error: )+", "", said)


def _place(outline: Outline, said: str, line: int, column: int) -> Location:
    """A line of one part of the helmfile, which is cut at its ``---`` lines; or of a values template that it reads."""
    if (file := _FILE.search(said)) and not _PART.search(said):
        return _in_file(Path(outline.name).parent / str(file[1] or file[2]), line)
    part = int(found[1]) if (found := _PART.search(said)) else 0
    cuts = [0, *(number for number, text in enumerate(outline.lines, 1) if text.rstrip() == "---")]
    number = line + (cuts[part] if part < len(cuts) else 0)
    text = outline.lines[number - 1] if 0 < number <= len(outline.lines) else ""
    return _at_action(outline.name, number, text, column)
