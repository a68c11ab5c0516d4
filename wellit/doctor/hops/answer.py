"""The request itself: what came back through the gateway."""

from __future__ import annotations

from collections.abc import Iterator

from wellit.doctor import commands, signatures
from wellit.doctor.questions import model_of
from wellit.doctor.ways import Way
from wellit.findings import Check
from wellit.keys import KEY


def answered(way: Way) -> Iterator[Check]:
    """Whether a completion that was asked through the gateway was answered."""
    if not way.pool_name:
        return
    title = f"a request is answered{f' by {way.pool_name}' if way.pool_name else ''}"
    heard = way.sight.answers.get(way.pool_name)
    if not heard:
        why = way.sight.unasked or (
            "no pod is Ready" if not way.ready else f"the gateway {way.gateway_name} has no service"
        )
        yield Check("WL758", title, "unknown", why)
    elif heard.denied:
        yield Check("WL758", title, "unknown", heard.failure)
    elif heard.ok:
        yield Check("WL758", title, "pass", f"in {heard.seconds:.2f} s")
    else:
        known = signatures.answer(heard)
        look = (
            commands.kubectl(way.sight, "logs", f"deployment/{way.picker_workload.name}") if way.picker_workload else ""
        )
        above = f"see {known.check} above; " if known.check else ""
        where = f"through {way.gateway_name}" if way.gateway else "of one pod: there is no gateway"
        asked = f'a completion of "{model_of(way.sight, way)}" {where}'
        yield Check(
            "WL758",
            title,
            "fail",
            known.means or heard.words,
            f"export {KEY}=..., then again" if known.look == "key" else above + look,
            f"{asked}: {heard.words}",
        )
