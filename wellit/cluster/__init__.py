"""One read-only look at a cluster: everything that preflight, plan and status want to know, read side by side.

    look(access, demand)    what a demand makes interesting, as a Cluster
    whole(access, path, ..) a list of the API, each item reduced as it comes
    releases(access, ns)    what helm has noted there

A field is Unread when the user may not read it. Nothing here judges.
"""

from wellit.cluster.around import PROGRAMS, Around, Shape, Told
from wellit.cluster.found import Cluster, Node, Pod
from wellit.cluster.look import PARALLEL, SIMULATED, accepted, exists, keys, look
from wellit.cluster.nodes import pod
from wellit.cluster.pages import first, listed, whole
from wellit.cluster.releases import LEFT, HelmRelease, left, pending, releases

__all__ = [
    "LEFT",
    "PARALLEL",
    "PROGRAMS",
    "SIMULATED",
    "Around",
    "Cluster",
    "HelmRelease",
    "Node",
    "Pod",
    "Shape",
    "Told",
    "accepted",
    "exists",
    "first",
    "keys",
    "left",
    "listed",
    "look",
    "pending",
    "pod",
    "releases",
    "whole",
]
