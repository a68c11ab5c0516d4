"""A stack as a picture: what stands in its manifests, joined by name and label as Kubernetes joins it.

Pure: `read` makes nodes and arrows of manifests, `tree` lines of text and `svg` a drawing of those. What does not join
(a pool that selects no pod, a route to a pool that is not there) is in the picture, broken.
"""

from __future__ import annotations

from wellit.picture.model import Container, Edge, Node, Picture, State
from wellit.picture.read import read

__all__ = ["Container", "Edge", "Node", "Picture", "State", "read"]
