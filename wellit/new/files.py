"""Writing a file that is whole or not there, and never another one's."""

from __future__ import annotations

import os
from pathlib import Path

from wellit import paths
from wellit.errors import CannotAnswer
from wellit.new import names


def put(file: Path, written: str) -> None:
    """Write a new file. Raises CannotAnswer when there is one by now, or it cannot be written."""
    temporary = file.with_name(f".{file.stem}.{os.getpid()}")  # no *.yaml: nobody takes it for an environment
    try:
        temporary.write_text(written, encoding="utf-8")
        _rename(temporary, file)
    except FileExistsError:
        raise names.taken(file.stem) from None
    except OSError as problem:
        raise CannotAnswer(
            f"cannot write {paths.shown(file)}: {problem.strerror}",
            write="a checkout that you may write to",
        ) from problem
    finally:
        temporary.unlink(missing_ok=True)


def _rename(temporary: Path, file: Path) -> None:
    """A link refuses where a file is; where there are no links, a look has to do."""
    try:
        os.link(temporary, file)
    except FileExistsError:
        raise
    except OSError:
        if os.path.lexists(file):
            raise FileExistsError(file) from None
        temporary.rename(file)
