"""A request that is only to be answered where enough of its prompt is cached: ``cache_hit_threshold``.

The routing proxy sends it with 0 when it has decided, and a client may send more: then the answer of a server that has
less ends at once with ``cache_threshold``, and the proxy asks a prefill server first.
"""

from __future__ import annotations

from wellit.standin.handshake.base import Asked, Part, Unfit

FIELD, FINISH = "cache_hit_threshold", "cache_threshold"


def applied(part: Part, asked: Asked, cached: int) -> Part:
    """The part, cut short when less than the wanted share of the prompt is there. Raises Unfit."""
    wanted = asked.body.get(FIELD)
    if wanted is None:
        return part
    if not isinstance(wanted, int | float) or isinstance(wanted, bool) or not 0 <= wanted <= 1:
        raise Unfit(400, f"{FIELD} must be a number from 0 to 1, and is {wanted!r}")
    if max(cached, part.fetched) < wanted * len(asked.tokens):
        return Part(part.role, limit=0, finish=FINISH)
    return part
