"""Where things are: the checkout, and the folders that wellit may write to."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GUIDES = ROOT / "guides"
ENVIRONMENTS = ROOT / "environments"
SCHEMAS = ROOT / "schemas"
CAPABILITIES = SCHEMAS / "capabilities"
CHARTS = ROOT / "charts"
INVOKE = ROOT / "scripts" / "invoke"
TOOL_MODULES = ROOT / "scripts" / "tools"


def cache() -> Path:
    """The cache folder: $WELLIT_CACHE, else wellit under $XDG_CACHE_HOME or ~/.cache. It may not exist yet."""
    if chosen := os.environ.get("WELLIT_CACHE"):
        return Path(chosen).expanduser().absolute()
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "wellit"


def shown(path: Path) -> str:
    """`path` as a person would type it: relative to the current folder when it is below it, else below ~ or whole."""
    for base, prefix in ((Path.cwd(), ""), (Path.home(), "~/")):
        try:
            return prefix + str(path.absolute().relative_to(base))
        except ValueError:
            continue
    return str(path)
