"""The resource's own conditions, each with the cause that was found for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from wellit.checks import good
from wellit.doctor import commands, signatures
from wellit.doctor.services.service import Service
from wellit.findings import Check
from wellit.picture.plain import mapping

STOPPED = "Stopped"


def conditions(service: Service, others: Iterable[Check]) -> Iterator[Check]:
    """What is not True of the newest version; what has its cause among the others points there."""
    if not service.seen:
        return
    failed = dict.fromkeys(check.id for check in others if check.status == "fail")
    told = False
    for kind, explained in signatures.conditions().items():
        said = service.says(kind)
        if not said:
            continue
        told = True
        causes = [key for key in failed if key in explained]
        known = service.known_words(said)
        if str(service.conditions[kind].get("reason")) == STOPPED:
            yield _stopped(service, said)
            return
        if known and known.check and known.check not in failed:  # its controller's own words say more than a rule
            fix = "\n".join(filter(None, [known.write, commands.edit(service.sight, service.object)]))
            yield Check(known.check, good(known.check), "fail", known.means, fix, said)
        elif causes:
            yield Check("WL952", f"{kind} is True", "warn", f"{said}: see {', '.join(causes)}", service.describe)
        else:
            yield Check("WL952", f"{kind} is True", "fail", said, service.describe, "\n".join(service.warned[-2:]))
    if not told:
        yield _ready(service)


def _ready(service: Service) -> Check:
    ready = mapping(service.conditions.get("Ready"))
    if ready.get("status") == "True":
        return Check("WL952", good("WL952"), "pass", str(service.status.get("url") or ""))
    said = ": ".join(filter(None, (str(ready.get("reason") or ""), str(ready.get("message") or "")))) or "nothing yet"
    detail = f"Ready is not True, and no condition is False: {said}"
    return Check("WL952", good("WL952"), "warn", detail, service.describe)


def _stopped(service: Service, said: str) -> Check:
    detail = "it is stopped by its annotation serving.kserve.io/stop: nothing of it runs"
    fix = service.kubectl("annotate", "llminferenceservice", service.name, "serving.kserve.io/stop-")
    return Check("WL952", good("WL952"), "fail", detail, fix, said)
