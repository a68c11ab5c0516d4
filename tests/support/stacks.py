"""A small stack of the guide, composed and rendered from the charts of the checkout."""

from __future__ import annotations

import functools
from typing import Any

from wellit import compose, demand, render
from wellit.compose import Choice, Stack
from wellit.demand import Demand
from wellit.render import Rendered


@functools.cache
def stack(
    namespace: str = "ns", sets: tuple[str, ...] = (), size: str | None = "small", gateway: str = "istio"
) -> Stack:
    components = {"charts": "offline", "gateway": gateway}
    return compose.compose(
        Choice(environment="sglang", namespace=namespace, components=components, size=size, sets=sets)
    )


def rendered(of: Stack) -> Rendered:
    return render.render(of, print)


def parts(*args: Any, **about: Any) -> tuple[Stack, Rendered, Demand]:
    made = stack(*args, **about)
    manifests = rendered(made)
    return made, manifests, demand.read(manifests, made.namespace)
