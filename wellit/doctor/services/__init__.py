"""What is wrong with an LLMInferenceService: its controller, its presets, and its own conditions, before the way of a
request through what was made of it (diagnose). Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from wellit.carried import Carried, carried
from wellit.carriers import selector
from wellit.checks import good
from wellit.doctor import ways
from wellit.doctor.diagnose import WORST, Passed
from wellit.doctor.services import presets, resource, taken
from wellit.doctor.services.service import Service, every
from wellit.doctor.sight import SERVICE, SERVICE_GROUP, Sight
from wellit.findings import Check

__all__ = ["Service", "every", "of"]


def of(sight: Sight, chain: Sequence[Passed]) -> list[Passed]:
    """The hops of every service; `chain` is what was found on the ways behind them."""
    found = [_broken(sight)] if sight.broken else []
    behind = [check for one in chain for check in one.checks]
    for service in every(sight):
        controller = [*taken.ending(service), *taken.configured(service), *taken.heard(service)]
        combined = list(presets.combined(service))
        said = list(resource.conditions(service, [*controller, *combined, *behind]))
        for name, checks in (("controller", controller), ("presets", combined), ("resource", said)):
            if checks:
                found.append(_passed(service, name, checks))
    return found


def _broken(sight: Sight) -> Passed:
    """The API server cannot read services: what converts them between versions of their API does not answer."""
    why = "; ".join(dict.fromkeys(sight.broken.values()))
    detail = "the API server cannot list them: the webhook that converts them, which is KServe's controller, is away"
    look = f"kubectl {sight.flags} get deployments,pods -A -l {selector(known)}" if (known := _known()) else ""
    check = Check("WL941", good("WL941"), "fail", detail, look, why)
    return Passed("", "controller", SERVICE, "fail", detail, (check,))


def _known() -> Carried | None:
    return carried(SERVICE_GROUP, SERVICE)


def _passed(service: Service, hop: str, checks: Iterable[Check]) -> Passed:
    known = tuple(checks)
    status = next(one for one in WORST if any(check.status == one for check in known))
    first = next(check for check in known if check.status == status)
    leads = (way.pool_name for way in ways.of(service.sight) if way.service is service.object)
    return Passed(next(leads, ""), hop, service.name, status, first.detail, known)
