"""A change of what a controller made is a change of the service behind it: asked of what a patch would make of it."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.doctor.services.world import sight
from wellit.doctor import behind, commands
from wellit.doctor.sight import SERVICE

MAIN = "/spec/template/spec/containers/0"


def patched(whole: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """What a JSON patch of one step makes of an object, as RFC 6902 has it. Raises KeyError where it cannot."""
    made = copy.deepcopy(dict(whole))
    *steps, last = change["path"].strip("/").split("/")
    place: Any = made
    for step in steps:
        place = place[int(step)] if isinstance(place, list) else place[step]
    if isinstance(place, list):
        place.append(change["value"]) if last == "-" else place.__setitem__(int(last), change["value"])
    else:
        if change["op"] == "replace" and last not in place:
            raise KeyError(last)
        place[last] = change["value"]
    return made


def bare(service: dict[str, Any]) -> None:
    """A service of which a preset says all of the pods."""
    service["spec"]["template"] = {"containers": [{"name": "main"}]}


def without(service: dict[str, Any]) -> None:
    """One that says nothing of the probe."""
    del service["spec"]["template"]["containers"][0]["livenessProbe"]


def none(service: dict[str, Any]) -> None:
    bare(service)
    del service["spec"]["template"]


def written(change: Callable[[dict[str, Any]], None], wanted: Mapping[str, Any], name: str = "llm-kserve") -> Any:
    """The container `main` of the service once the patch is applied; None where there is no patch."""
    look = sight()
    workload = next(one for one in look.all("Deployment") if one.name == name)
    service = next(look.all(SERVICE))
    manifest = copy.deepcopy(dict(service.manifest))
    change(manifest)
    found = behind.change(type(service)(manifest, "ns"), workload, wanted)
    if found is None:
        return None
    pod = patched(manifest, found)["spec"]
    for key in behind.template(workload):
        pod = pod[key]
    return next(one for one in pod["containers"] if one["name"] == "main")


@pytest.mark.parametrize("change", [without, bare, none])
def test_a_probe_wherever_the_service_says_something_of_it(change: Callable[[dict[str, Any]], None]) -> None:
    wanted = {"op": "add", "path": f"{MAIN}/livenessProbe/timeoutSeconds", "value": 20}
    assert written(change, wanted)["livenessProbe"] == {"timeoutSeconds": 20}


def test_what_else_a_probe_says_stays() -> None:
    wanted = {"op": "add", "path": f"{MAIN}/readinessProbe/timeoutSeconds", "value": 5}
    assert written(lambda _: None, wanted)["readinessProbe"] == {
        "httpGet": {"path": "/health", "port": 8000, "scheme": "HTTP"}, "timeoutSeconds": 5,
    }  # fmt: skip


def test_words_of_its_own_and_words_that_are_new() -> None:
    own = written(lambda _: None, {"op": "replace", "path": f"{MAIN}/args/5", "value": "8001"})
    assert own["args"][4:6] == ["--port", "8001"] and own["args"][-1] == "--enable-metrics"
    more = written(lambda _: None, {"op": "add", "path": f"{MAIN}/args/-", "value": "--x=1"})
    assert more["args"][-2:] == ["--enable-metrics", "--x=1"]
    less = written(lambda _: None, {"op": "remove", "path": f"{MAIN}/args/8"})
    assert "--enable-metrics" not in less["args"]


def test_a_script_of_a_preset_is_not_copied_out_of_it() -> None:
    assert written(bare, {"op": "replace", "path": f"{MAIN}/command/1", "value": "x"}) is None


def test_the_picker_has_a_template_of_its_own() -> None:
    wanted = {"op": "replace", "path": f"{MAIN}/image", "value": "x:1"}
    assert written(lambda _: None, wanted, "llm-kserve-router-scheduler") == {"name": "main", "image": "x:1"}


def test_commands_go_to_the_service() -> None:
    look = sight()
    made = {one.name: one for one in look.all("Deployment", "InferencePool", "HTTPRoute")}
    typed = f"{SERVICE.lower()}.serving.kserve.io llm"
    assert commands.edit(look, made["llm-kserve"]).endswith(f"edit {typed}")
    assert commands.merge(look, made["llm-inference-pool"], {"selector": {}}).endswith(f"edit {typed}")
    scaled = commands.scale(look, made["llm-kserve-router-scheduler"])
    assert typed in scaled and '{"router": {"scheduler": {"replicas": 1}}}' in scaled
    assert '"path": "/spec/template/containers/0/image"' in commands.set_image(look, made["llm-kserve"], "main", "i:1")
