"""The programs wellit needs: found on PATH, kept in the cache, or built from pinned Go modules.

    path("helm")                          one program
    ensure(["helm", "kubectl"])           several, built together
    module_files("sigs.k8s.io/gateway-api")  files that a pinned module publishes

Everything that is kept lies under wellit.paths.cache().
"""

from wellit.say import Say, announce
from wellit.tools.find import Found
from wellit.tools.get import carried, ensure, path, pinned, versions
from wellit.tools.modules import module_files, published, publishes
from wellit.tools.pins import Pin, names
from wellit.tools.shown import Shown, cache_size, clean, installed

__all__ = [
    "Found",
    "Pin",
    "Say",
    "Shown",
    "announce",
    "cache_size",
    "carried",
    "clean",
    "ensure",
    "installed",
    "module_files",
    "names",
    "path",
    "pinned",
    "published",
    "publishes",
    "versions",
]
