"""istiod in a sandbox that answers: as its own chart installs it, out of the same source as the program."""

from __future__ import annotations

from typing import Any

import yaml

from wellit import tools
from wellit.errors import CannotAnswer
from wellit.process import run
from wellit.sandbox.kubectl import apply, asked
from wellit.sandbox.model import DATA, Sandbox
from wellit.say import Say

Object = dict[str, Any]
VALUES = DATA / "istiod.values.yaml"
SIMULATED_CLASSES = DATA / "gatewayclasses.yaml"
CHART = "istio.io/istio"
NAMESPACE = "istio-system"
DEPLOYMENT = "istiod"
# The API server would call them at a Service's address, and those lead nowhere outside the box.
NOT_TAKEN = {"MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"}


def objects(say: Say) -> list[Object]:
    """What istiod's chart makes, and its namespace. Raises CannotAnswer when it cannot be rendered."""
    helm = tools.ensure(["helm"], say)["helm"]
    chart = next(file for file in tools.module_files(CHART, say) if file.name == "Chart.yaml").parent
    made = run([helm, "template", DEPLOYMENT, chart, "--namespace", NAMESPACE, "--values", VALUES], timeout=60)
    if not made.ok:
        raise CannotAnswer("istiod's chart cannot be rendered", why=made.err.strip())
    rendered = [one for one in yaml.safe_load_all(made.out) if one and one["kind"] not in NOT_TAKEN]
    for one in rendered:
        if one["kind"] == "Deployment":
            _in_the_boxs_network(one)
    return [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}, *rendered]


def put(sandbox: Sandbox, say: Say) -> None:
    """Install istiod. It makes its gateway classes itself; those that were simulated go."""
    asked(sandbox, "delete", "--ignore-not-found", "-f", SIMULATED_CLASSES)
    apply(sandbox, objects=objects(say))


def remove(sandbox: Sandbox) -> None:
    """Take istiod away, and its gateway classes; what it wrote into other objects stays."""
    asked(sandbox, "delete", "deployment", DEPLOYMENT, "-n", NAMESPACE, "--ignore-not-found")
    # Nobody is there who would end a pod in peace.
    asked(sandbox, "delete", "pods", "--all", "-n", NAMESPACE, "--force", "--grace-period=0")
    asked(sandbox, "delete", "namespace", NAMESPACE, "--ignore-not-found")
    asked(sandbox, "delete", "gatewayclasses", "istio", "istio-remote", "--ignore-not-found")


def _in_the_boxs_network(deployment: Object) -> None:
    """At an address that every pod knows, with no name server. Two istiods would want the same ports."""
    deployment["spec"]["strategy"] = {"type": "Recreate"}
    deployment["spec"]["template"]["spec"]["hostNetwork"] = True
