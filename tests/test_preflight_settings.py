"""preflight on a real API server, of whole stacks: what its fix says to set is set, and it is found good.

What is mended in the cluster instead is in test_preflight_real.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from wellit import cluster, compose, demand, needs, render
from wellit.access import Access, open_access
from wellit.compose import Choice
from wellit.findings import Check
from wellit.preflight import preflight
from wellit.sandbox import Sandbox

SPACE = "pf-settings"
GUIDE = "inference-scheduling"
LABELS = {"llm-d.ai/guide": GUIDE, "llm-d.ai/inference-serving": "true"}


def thing(kind: str, name: str, api: str = "v1", **body: Any) -> dict[str, Any]:
    """An object, with more of its metadata under `about`."""
    return {"apiVersion": api, "kind": kind, "metadata": {"name": name, **body.pop("about", {})}, **body}


@dataclass(frozen=True)
class Case:
    """What is chosen, what is there, the check that fails and words of it, and what its placeholder stands for."""

    id: str
    says: str
    sets: tuple[str, ...] = ()
    components: dict[str, str] = field(default_factory=dict)
    guide: str = GUIDE
    size: str | None = None
    there: tuple[dict[str, Any], ...] = ()
    device: str = ""  # what nodes offer meanwhile
    placeholder: str = ""


CASES = {
    "accelerator": Case("WL614", "nodes offer nvidia.com/gpu on", components={"accelerator": "amd"}),
    "fabric": Case("WL615", "nor any other devices", guide="pd-disaggregation", size="rdma"),
    "fabric-by-another-name": Case(
        "WL615", "nodes offer rdma/hca on 4 nodes", guide="pd-disaggregation", size="rdma", device="rdma/hca"
    ),
    "no-storage-class": Case("WL619", "there is none at all", ("storageClass=fast",)),
    "another-storage-class": Case(
        "WL619", "there are: slow", ("storageClass=fast",),
        there=(thing("StorageClass", "slow", "storage.k8s.io/v1", provisioner="example.org/none"),),
    ),
    "no-mirror": Case(
        "WL625", "nothing can be fetched from it", (f"huggingFace.endpoint=http://hub.{SPACE}.svc:8080",),
        there=(thing("Service", "mirror", spec={"ports": [{"port": 8080}]}),),
        placeholder=f"http://mirror.{SPACE}.svc:8080",
    ),
    "no-gateway-class": Case("WL605", "nothing would make the gateway", components={"gateway": "agentgateway"}),
    "somebody-elses-pods": Case(
        "WL609", "1 pod of something else", placeholder="other",
        there=(thing("Pod", "theirs", about={"labels": LABELS}, spec={"containers": [{"name": "c", "image": "c"}]}),),
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def here(sandbox: Sandbox) -> Iterator[Access]:
    access = open_access(sandbox=sandbox.name)
    assert access.call("create", "namespace", SPACE).ok
    yield access
    access.call("delete", "namespace", SPACE, "--wait=false")


@pytest.fixture
def case(here: Access, request: pytest.FixtureRequest) -> Iterator[Case]:
    """One of the cases, with what it wants to be there; taken away again."""
    wanted: Case = CASES[request.param]
    path = f"allocatable/{wanted.device.replace('/', '~1')}"
    nodes = [f"gpu-node-{number}" for number in range(1, 5)] if wanted.device else []
    for one in wanted.there:
        assert here.call("apply", "-n", SPACE, "-f", "-", stdin=json.dumps(one)).ok
    for node in nodes:
        offer(here, node, {"op": "add", "path": f"/status/{path}", "value": "8"})
    yield wanted
    for one in wanted.there:
        here.call("delete", "-n", SPACE, "-f", "-", "--wait=false", "--grace-period=0", stdin=json.dumps(one))
    for node in nodes:
        offer(here, node, {"op": "remove", "path": f"/status/{path}"})


def offer(here: Access, node: str, change: dict[str, str]) -> None:
    done = here.call("patch", "node", node, "--subresource=status", "--type=json", "-p", json.dumps([change]))
    assert done.ok, done.err


def failed(here: Access, choice: Choice) -> list[Check]:
    stack = compose.compose(choice)
    rendered = render.render(stack, lambda _: None)
    assert not rendered.refused and not rendered.unrendered
    wanted = demand.read(rendered, SPACE)
    needed = needs.of(wanted, stack.values)
    found = preflight(wanted, cluster.look(here, wanted, needed), stack.values, needed)
    return [one for one in found if one.status in ("fail", "unknown")]


def mended(choice: Choice, fix: str, placeholder: str) -> Choice:
    """The choice with the first flags that a fix names; others stand behind a semicolon."""
    first = next(one for one in fix.split("; ") if re.search("--(set|accelerator|gateway) ", one))
    sets = [re.sub("NAME|URL", placeholder, one.rstrip(":")) for one in re.findall(r"--set (\S+)", first)]
    flags = dict(re.findall(r"--(accelerator|gateway) (\w+)", first))
    return replace(choice, sets=(*choice.sets, *sets), components={**choice.components, **flags})


@pytest.mark.parametrize("case", CASES, indirect=True)
def test_what_a_fix_says_to_set_mends_it(here: Access, case: Case) -> None:
    components = {"charts": "offline", **case.components}
    choice = Choice(case.guide, "default", components=components, sets=("model.secret=", *case.sets), size=case.size)
    found = failed(here, choice)
    [check] = [one for one in found if one.id == case.id]
    assert case.says in check.detail
    assert not failed(here, mended(choice, check.fix, case.placeholder))
