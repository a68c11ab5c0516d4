"""Expected screens and documents, kept as files.

``WELLIT_GOLDEN=write`` in the environment of a test run writes them anew; read the difference before you commit it.
"""

from __future__ import annotations

import os
from pathlib import Path

HERE = Path(__file__).parent


def expect(name: str, got: str) -> None:
    """Hold `got` against tests/golden/`name`, or write it there when the run was told to."""
    file = HERE / name
    if os.environ.get("WELLIT_GOLDEN") == "write":
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(got, encoding="utf-8")
    wanted = file.read_text(encoding="utf-8") if file.is_file() else ""
    assert got == wanted, (
        f"tests/golden/{name} is not what came out. If the new one is right, write it with\n"
        f"    WELLIT_GOLDEN=write scripts/invoke test\n"
        f"and read the difference. What came out:\n{got}"
    )
