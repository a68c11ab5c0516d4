"""What a kubelet does: follows the pods of the sandbox's API server, runs their containers, and writes their status.

    await run(box)                        for as long as the box

Scheduling is the real scheduler's: a pod is taken up once it has a node, whichever of the simulated nodes that is.
Which program plays an image is wellit.sandbox.box.programs.
"""

from wellit.sandbox.box.kubelet.follow import run

__all__ = ["run"]
