"""The picker's pods get no pull secrets: its chart has no place for them.

The model servers get them, the picker does not: the inferencepool chart puts none into its pods, and makes their
ServiceAccount itself. What the account says besides is kept when helm finds it there, so it can be made before the
stack, with helm's own marks. Where the picker's image needs no credentials, nothing is to be done.

Bad::

    # settings -e default
    pullSecrets: [regcred]

Good::

    # settings -g llm-inference-service -e kserve
    pullSecrets: [regcred]
"""

from __future__ import annotations

from wellit import capabilities
from wellit.errors import CannotAnswer
from wellit.rules.rule import Hit, Items, Rule
from wellit.subject import INFERENCEPOOL, SETTINGS, Subject

RULE = Rule(
    "WL348", "picker-pull-secrets", "warning", (SETTINGS,), "asked",
    reads="engines postfix pullSecrets route.by versions.charts",
)  # fmt: skip
MARKS = "app.kubernetes.io/managed-by=Helm"


def check(subject: Subject) -> Items:
    if subject.settings is None:
        return
    root = subject.settings.root
    chart, secrets = root.at("versions", "charts", INFERENCEPOOL), root["pullSecrets"]
    if not secrets or not chart.written:
        return
    try:
        account = capabilities.contract(INFERENCEPOOL, chart["version"].text())["account"]
    except CannotAnswer:
        return  # a version that nobody knows is said elsewhere
    shared = root.at("route", "by").text() == "pool"
    engines = [f"-{name}" for name, _ in root["engines"].items()] if not shared else []
    release = f"gaie-{root['postfix'].text()}{(engines or [''])[0]}"
    name = account.format(release=release)
    listed = ",".join(f'{{"name":"{secret.text()}"}}' for secret in secrets)
    yield Hit(
        secrets,
        f"the picker's pods get no pull secrets: inferencepool {chart['version'].text()} has no place for them",
        write="nothing where its image needs none; else, before the stack is installed, in its namespace: "
        f"kubectl create serviceaccount {name} && kubectl label serviceaccount {name} {MARKS} && kubectl annotate "
        f"serviceaccount {name} meta.helm.sh/release-name={release} meta.helm.sh/release-namespace=NAMESPACE && "
        f"kubectl patch serviceaccount {name} -p '{{\"imagePullSecrets\":[{listed}]}}'",
        why="helm takes the account over and keeps the secrets; without them the picker ends in ImagePullBackOff",
    )
