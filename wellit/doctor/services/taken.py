"""Whether KServe's controller is there, has looked at the newest version of a service, and lets go of a deleted one."""

from __future__ import annotations

from collections.abc import Iterator

from wellit.carriers import selector
from wellit.checks import good
from wellit.doctor.containers import seconds
from wellit.doctor.services.service import Service
from wellit.doctor.sight import BESIDE, CONTROLLER, SETTINGS
from wellit.findings import Check
from wellit.picture.objects import Object
from wellit.picture.plain import mapping

FRESH_SECONDS = 10.0  # in which a controller that runs has looked at it


def heard(service: Service) -> Iterator[Check]:
    """Whether its controller has said something of its newest version."""
    title = good("WL941")
    if service.seen:
        yield Check("WL941", title, "pass", _where(service))
        return
    what = f"{service.title} has no conditions: nobody has looked at it"
    if service.conditions:
        seen, now = service.status.get("observedGeneration"), service.about.get("generation")
        what = f"its conditions are those of version {seen} of it, and it is at version {now}"
    made = seconds(str(service.about.get("creationTimestamp") or ""))
    if made and service.sight.now - made < FRESH_SECONDS:
        yield Check("WL941", title, "unknown", f"it was made {service.sight.now - made:.0f} s ago", service.describe)
        return
    events = "\n".join(service.warned[-2:])
    if said := service.known_words(events):
        yield Check(said.check or "WL941", title, "fail", f"{what}: {said.means}", said.write, said.line)
        return
    why, fix = _absent(service)
    yield Check("WL941", title, "fail", f"{what}: {why}", fix, events)


def _where(service: Service) -> str:
    found = _controllers(service)
    return f"in {found[0].namespace}" if found else ""


def _controllers(service: Service) -> list[Object]:
    return list(service.sight.all(CONTROLLER))


def _absent(service: Service) -> tuple[str, str]:
    """(why nobody looks at it, what mends it)."""
    found, who = _controllers(service), service.known.who
    if unread := service.sight.unread.get(CONTROLLER):
        return f"whether {who} is there was not looked at: you may not {unread}", service.describe
    if not found and "--sandbox" in service.sight.invoke_flags:
        flags = service.sight.invoke_flags
        status = f"invoke sandbox.status {flags.replace('--sandbox', '--name')}"
        return f"{who} does not run in this sandbox", f"{status} says what does; an install with {flags} adds it"
    look = f"kubectl {service.sight.flags} get deployments -A -l {selector(service.known)}"
    if not found:
        fix = f"invoke prerequisites -g llm-inference-service {service.sight.invoke_flags} --apply; where it was "
        return f"{who} is not installed: no Deployment has its labels", f"{fix}installed by hand: {look}"
    one = found[0]
    if BESIDE in mapping(mapping(one.manifest.get("metadata")).get("labels")):
        fix = f"invoke sandbox.status {service.sight.invoke_flags.replace('--sandbox', '--name')} says where its log is"
        return f"{one.name} runs beside the sandbox, and does not come to it: its log says why", fix
    space, name = one.namespace, f"deployment/{one.name}"
    logs = service.kubectl("logs", name, "--tail=50", namespace=space)
    if not mapping(one.manifest.get("status")).get("readyReplicas"):
        describe = service.kubectl("describe", "pods", "-l", selector(service.known), namespace=space)
        also = "; until it runs, its webhook refuses every change of such a resource"
        return f"{who} is in {space}, and no pod of it is ready{also}", f"{describe}\n{logs}"
    return f"{who} runs in {space}, and does not come to it: its log says why", logs


def configured(service: Service) -> Iterator[Check]:
    """Whether the settings that its controller wants are there."""
    if service.seen and service.conditions.get("PresetsCombined", {}).get("status") in ("True", "False"):
        return
    found = _controllers(service)
    if found and SETTINGS not in service.sight.unread and not list(service.sight.all(SETTINGS)):
        fix = f"invoke prerequisites -g llm-inference-service {service.sight.invoke_flags} --apply"
        yield Check("WL941", good("WL941"), "fail", "its settings (inferenceservice-config) are not there", fix)


def ending(service: Service) -> Iterator[Check]:
    """Whether one that is deleted goes."""
    when = str(service.about.get("deletionTimestamp") or "")
    waits = [one for one in service.about.get("finalizers") or () if one == service.known.finalizer]
    if not when or not waits or service.sight.now - seconds(when) < FRESH_SECONDS:
        return
    why, fix = _absent(service)
    free = service.kubectl(
        "patch", "llminferenceservice", service.name, "--type=merge", "-p", '{"metadata":{"finalizers":null}}'
    )
    detail = f"{service.title} is deleted, and stays until {service.known.who} has cleaned up ({waits[0]}): {why}"
    fix = f"{fix}\nwhere the controller is gone for good: {free}"
    yield Check("WL946", good("WL946"), "fail", detail, fix, f"deletionTimestamp: {when}")
