"""istiod in a sandbox that answers: as its own chart installs it, out of the same source as the program.

Gateways of every other class are accepted by simulation (box/gateway.py), and their classes say so.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import yaml

from wellit import catalogue, tools
from wellit.errors import CannotAnswer
from wellit.process import run
from wellit.sandbox.box.settings import GATEWAY
from wellit.sandbox.box.simulated import CONTROLLER, GROUP, LABEL
from wellit.sandbox.kubectl import apply, asked, kubectl
from wellit.sandbox.model import DATA, Sandbox
from wellit.say import Say

Object = dict[str, Any]
PROGRAMS = ("helm",)
VALUES = DATA / "istiod.values.yaml"
MODULE = "istio.io/istio"
NAMESPACE = "istio-system"
DEPLOYMENT = "istiod"
PORT = 15010  # where istiod speaks in plain text
# Its own classes, which it makes by itself.
CLASSES = ("istio", "istio-remote")
# The API server would call them at a Service's address, and those lead nowhere outside the box.
NOT_TAKEN = {"MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"}
START_SECONDS = 60.0


def chart(say: Say) -> Path:
    """The folder of istiod's chart, downloaded the first time."""
    return next(file.parent for file in tools.module_files(MODULE, say) if file.name == "Chart.yaml")


def objects(folder: Path) -> list[Object]:
    """What istiod's chart in `folder` makes, and its namespace. Raises CannotAnswer when it cannot be rendered."""
    made = run(
        [tools.path("helm"), "template", DEPLOYMENT, folder, "--namespace", NAMESPACE, "--values", VALUES,
         "--set", f"meshConfig.defaultConfig.discoveryAddress={GATEWAY}:{PORT}"], timeout=60,
    )  # fmt: skip
    if not made.ok:
        raise CannotAnswer("istiod's chart cannot be rendered", why=made.err.strip())
    rendered = [one for one in yaml.safe_load_all(made.out) if one and one["kind"] not in NOT_TAKEN]
    for one in rendered:
        if one["kind"] == "Deployment":
            _in_the_boxs_network(one)
    return [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}, *rendered]


def simulated_classes() -> list[Object]:
    """The classes of the gateways in environments/ that are not istiod's."""
    gateways = (catalogue.component_data("gateway", name) for name in catalogue.component_names("gateway"))
    names = sorted({one["className"] for one in gateways if one["create"]} - set(CLASSES))
    return [
        {
            "apiVersion": f"{GROUP}/v1", "kind": "GatewayClass",
            "metadata": {"name": name, "labels": {LABEL: "true"}},
            "spec": {"controllerName": CONTROLLER, "description": "simulated by the wellit sandbox"},
        }
        for name in names
    ]  # fmt: skip


def put(sandbox: Sandbox, say: Say) -> None:
    """Install istiod, and the classes that are simulated beside it."""
    # One of its own classes that was simulated goes: it makes a new one.
    asked(sandbox, "delete", "gatewayclasses", f"--selector={LABEL}")
    apply(sandbox, objects=[*objects(chart(say)), *simulated_classes()])


def wait(sandbox: Sandbox) -> None:
    """Wait until istiod takes gateways. Raises CannotAnswer with its last words when it does not."""
    until = time.monotonic() + START_SECONDS
    wanted = "jsonpath={.status.conditions[?(@.type=='Accepted')].status}"
    while kubectl(sandbox, "get", "gatewayclass", CLASSES[0], "-o", wanted).out != "True":
        if time.monotonic() > until:
            words = kubectl(sandbox, "logs", f"deployment/{DEPLOYMENT}", f"--namespace={NAMESPACE}", "--tail=5")
            raise CannotAnswer(f"istiod does not start in the sandbox {sandbox.name}", why=words.out or words.err)
        time.sleep(0.1)


def remove(sandbox: Sandbox) -> None:
    """Take istiod away, and all gateway classes; what it wrote into other objects stays."""
    asked(sandbox, "delete", "deployment", DEPLOYMENT, "-n", NAMESPACE, "--ignore-not-found")
    # Nobody is there who would end a pod in peace.
    asked(sandbox, "delete", "pods", "--all", "-n", NAMESPACE, "--force", "--grace-period=0")
    asked(sandbox, "delete", "namespace", NAMESPACE, "--ignore-not-found")
    asked(sandbox, "delete", "gatewayclasses", "--all")


def _in_the_boxs_network(deployment: Object) -> None:
    """At an address that every pod knows, with no name server. Two istiods would want the same ports."""
    deployment["spec"]["strategy"] = {"type": "Recreate"}
    deployment["spec"]["template"]["spec"]["hostNetwork"] = True
