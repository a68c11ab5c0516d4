"""A GPU cluster in a box: a real Kubernetes API on this machine, with simulated GPU nodes.

    up("default")           start it, or make an existing one as asked
    add("default", ["kserve"])   bring a part into one that is up
    down("default")         no process and no file is left
    status("default")       what it is, or None
    shell("default")        the environment in which kubectl and helm talk to it

Only the sandbox's own tasks import this package; a user's cluster never needs it.
"""

from wellit.sandbox.cluster import PROGRAMS, add, down, up
from wellit.sandbox.describe import describe
from wellit.sandbox.look import all_sandboxes, kubeconfig, part, shell, stand_ins, status
from wellit.sandbox.model import Ready, Sandbox
from wellit.sandbox.nodes import parse_gpus
from wellit.sandbox.tier import ANSWERS, SIMULATED

__all__ = [
    "ANSWERS",
    "PROGRAMS",
    "SIMULATED",
    "Ready",
    "Sandbox",
    "add",
    "all_sandboxes",
    "describe",
    "down",
    "kubeconfig",
    "parse_gpus",
    "part",
    "shell",
    "stand_ins",
    "status",
    "up",
]
