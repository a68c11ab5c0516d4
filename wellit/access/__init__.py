"""Which cluster, and how it is asked.

    access = open_access(sandbox="default")          a sandbox, or a context of a kubeconfig
    access.get("/api/v1/nodes")                      the data, Missing, or Unread for want of a permission

Nothing here writes: lifecycle does, through `Access.call`.
"""

from wellit.access.asked import Access, Answer, Missing, Unread, dry_run
from wellit.access.failures import failure, permission, webhook
from wellit.access.opened import open_access
from wellit.access.standins import StandIn, part, stand_ins

__all__ = [
    "Access",
    "Answer",
    "Missing",
    "StandIn",
    "Unread",
    "dry_run",
    "failure",
    "open_access",
    "part",
    "permission",
    "stand_ins",
    "webhook",
]
