"""The settings of a real guide with a file laid over them, as ``-f`` does."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from wellit import catalogue, compose
from wellit.compose import Choice
from wellit.subject import SETTINGS, Subject
from wellit.validate import subjects


def is_settings(head: str) -> bool:
    """Whether the first line of a case names a stack (``# settings -e sglang``), not a chart."""
    return head.removeprefix("# ").split()[:1] == [SETTINGS]


def choice(head: str, *files: str) -> Choice:
    """The stack that the first line of a case names: ``# settings -g GUIDE -e ENV --size SIZE --engine X``."""
    words = argparse.ArgumentParser()
    words.add_argument("-g", default=catalogue.DEFAULT_GUIDE)
    words.add_argument("-e", default="default")
    words.add_argument("--size")
    for axis in catalogue.AXES:
        words.add_argument(f"--{axis}")
    said = words.parse_args(head.removeprefix("# ").split()[1:])
    axes = {axis: getattr(said, axis) for axis in catalogue.AXES if getattr(said, axis)}
    return Choice(guide=said.g, environment=said.e, size=said.size, components=axes, files=files)


def of_file(file: Path) -> Subject:
    head = file.read_text().splitlines()[0]
    return subjects.settings_of(compose.compose(choice(head, str(file))))


def of_text(text: str) -> Subject:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "settings.yaml"
        file.write_text(text)
        return of_file(file)
