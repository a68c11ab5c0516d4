"""Install, change, go back and uninstall: the only package that writes to a user's cluster.

The record is written before anything else and removed after everything else, so that at any moment the same command,
or an uninstall, goes on from where a killed one stopped.
"""

from wellit.lifecycle.adopt import adopt
from wellit.lifecycle.install import install
from wellit.lifecycle.rollback import rollback
from wellit.lifecycle.standing import Ask, Standing, recorded, status
from wellit.lifecycle.uninstall import goes_and_stays, uninstall

__all__ = ["Ask", "Standing", "adopt", "goes_and_stays", "install", "recorded", "rollback", "status", "uninstall"]
