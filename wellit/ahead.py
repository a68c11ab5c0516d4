"""The way to a cluster, opened while files are judged. Nothing is asked of the cluster on it meanwhile."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from wellit.say import Say

if TYPE_CHECKING:
    from wellit.access import Access


def opened(way: Callable[[Say], Access], say: Say) -> Callable[[], Access]:
    """Begin to open the way; what is returned gives it, says what was to be said, and raises what stood against it.

    Where kubectl must still be built nothing begins: that is told line by line, and takes all of the machine.
    """
    said: list[str] = []
    pool = ThreadPoolExecutor(1)
    begun = pool.submit(_open, way, said.append)
    pool.shutdown(wait=False)

    def there() -> Access:
        try:
            found = begun.result()
        finally:
            while said:
                say(said.pop(0))
        return found or way(say)

    return there


def _open(way: Callable[[Say], Access], say: Say) -> Access | None:
    # What is loaded here is loaded while the other work waits for helm.
    from wellit import tools

    if not tools.versions(["kubectl"], say):
        return None
    there = way(say)
    if there.door:
        there.door.open()
    importlib.import_module("wellit.operate")
    return there
