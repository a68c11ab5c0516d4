"""Invoke's entry: the tasks are in wellit/tasks."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from wellit.tasks import namespace

__all__ = ["namespace"]
