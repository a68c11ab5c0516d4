"""Whether the presets that a resource is made of are there, and fit together with it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from wellit import capabilities
from wellit.checks import good
from wellit.doctor import commands
from wellit.doctor.services.service import Service
from wellit.doctor.sight import CONFIG
from wellit.errors import nearest
from wellit.findings import Check
from wellit.picture.plain import mapping, maps

COMBINED = "PresetsCombined"
CHART = "kserve"  # whose releases' presets are known
ABSENT = re.compile(r'LLMInferenceServiceConfig "([^"]+)" not found in namespaces \[([^\]]*)\]')


def combined(service: Service) -> Iterator[Check]:
    """What its controller says of the presets."""
    said = service.says(COMBINED)
    if not said:
        if mapping(service.conditions.get(COMBINED)).get("status") == "True":
            applied = [str(one.get("name")) for one in maps(service.status.get("appliedConfigs"))]
            yield Check("WL942", good("WL942"), "pass", ", ".join(applied))
        return
    if found := ABSENT.search(said):
        yield _absent(service, found[1], found[2].split(), said)
    elif known := service.known_words(said):
        fix = "\n".join(filter(None, [known.write, commands.edit(service.sight, service.object)]))
        yield Check(known.check or "WL943", good(known.check or "WL943"), "fail", known.means, fix, said)
    else:
        detail = str(mapping(service.conditions[COMBINED]).get("message") or said)
        yield Check(
            "WL943", good("WL943"), "fail", detail, commands.edit(service.sight, service.object), said
        )  # fmt: skip


def _absent(service: Service, name: str, spaces: list[str], said: str) -> Check:
    """A preset that is nowhere: one that the resource names itself, or one that its shape asks for."""
    detail = f"there is no preset {name}; it was looked for in {' and in '.join(spaces)}"
    there = sorted({one.name for one in service.sight.all(CONFIG)})
    evidence = "\n".join([said, f"{CONFIG}s that are there: {', '.join(there) or 'none'}"])
    named = [str(one.get("name")) for one in maps(service.object.spec.get("baseRefs"))]
    if name in named:
        at = named.index(name)
        near = nearest(name, there)
        if near:
            change = {"op": "replace", "path": f"/spec/baseRefs/{at}/name", "value": near}
        else:
            change = {"op": "remove", "path": f"/spec/baseRefs/{at}"}
        patch = commands.patch(service.sight, service.object, change)
        own = f"a {CONFIG} of that name in {service.object.namespace}; or " + (f"{near}: " if near else "without it: ")
        return Check("WL942", good("WL942"), "fail", f"{detail}; baseRefs names it", f"{own}{patch}", evidence)
    if why := _unshipped(service, name):
        edit = commands.edit(service.sight, service.object)
        return Check("WL942", good("WL942"), "fail", f"{detail}; {why}", edit, evidence)
    fix = f"invoke prerequisites -g llm-inference-service {service.sight.invoke_flags} --apply"
    return Check("WL942", good("WL942"), "fail", f"{detail}; what the resource asks for needs it", fix, evidence)


def _unshipped(service: Service, name: str) -> str:
    """Why no chart of KServe's brings a preset that it asks for itself; "" for one that is brought."""
    known = [capabilities.contract(CHART, version) for version in capabilities.versions(CHART)]
    shipped = {preset for one in known for preset in one["presets"].values()}
    prefix = str(service.known.goes_by["presets"]["prefix"])
    if not name.startswith(prefix) or any(name.endswith(one.removeprefix(prefix)) for one in shipped):
        return ""
    pipeline = "; for data parallelism (parallelism.data) there is one" if "pipeline" in name else ""
    return f"no release of KServe that is known here brings it: it is to be written by whoever needs it{pipeline}"
