"""Small objects that pods name and that must be there: WL629, WL630, WL631, WL620. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from wellit.access import Missing, Unread
from wellit.cluster import Cluster
from wellit.demand import Demand, Kind
from wellit.findings import Check
from wellit.needs import ACCOUNT, CONFIG, PRIORITY, RUNTIME, SERVICE, Named, Needs
from wellit.preflight.words import apply

PULLS = "kubernetes.io/dockerconfigjson"
# What each is called, its check, what is so without it, and what makes it ("" where it takes more than a name).
KINDS: dict[Kind, tuple[str, str, str, str]] = {
    PRIORITY: ("priority class", "WL629", "its pods are refused", "create priorityclass {name} --value=1000"),
    ACCOUNT: ("service account", "WL630", "its pods are refused", "create serviceaccount {name} -n {namespace}"),
    RUNTIME: ("runtime class", "WL631", "its pods are refused", ""),
    CONFIG: ("config map", "WL631", "its pods wait for it", "create configmap {name} -n {namespace}"),
    SERVICE: ("service", "WL625", "nothing can be fetched from it", ""),
}


def named(cluster: Cluster) -> Iterator[Check]:
    """One for each object that pods name."""
    for one, found in (cluster.around.named if cluster.around else {}).items():
        if one.of not in KINDS:
            continue
        called, id_, without, _ = KINDS[one.of]
        inside = f" in {one.namespace}" if one.of == SERVICE else ""
        title = f"the {called} {one.name} is there{inside} for {one.by}"
        if isinstance(found, Unread):
            yield Check(id_, title, "unknown", found.words)
        elif isinstance(found, Missing):
            yield Check(id_, title, "fail", f"it is not there: {without}", _made(one, cluster.flags))
        else:
            yield Check(id_, title, "pass")


def _made(one: Named, flags: str) -> str:
    words = KINDS[one.of][3]
    if words:
        return f"kubectl {flags} {words.format(name=one.name, namespace=one.namespace)}; or name one that is there"
    if one.of == RUNTIME:
        handler = {"apiVersion": one.of.api_version, "kind": one.of.kind, "metadata": {"name": one.name}}
        return f"{apply(handler | {'handler': one.name}, flags)}; the nodes' runtime must know the handler of that name"
    return f"kubectl {flags} get services -n {one.namespace} shows what is there: --set huggingFace.endpoint=URL"


def pulls(demand: Demand, needs: Needs, cluster: Cluster) -> Iterator[Check]:
    """WL620, one for each Secret that images are pulled with: without one a pod starts only where its image is free."""
    for name, by in needs.pull_secrets.items() if cluster.around else ():
        title = f"the pull secret {name} is there for {by}"
        assert cluster.around
        found = cluster.around.pull_secrets.get(name, Missing())
        where = f"-n {demand.namespace}"
        make = f"kubectl {cluster.flags} create secret generic {name} {where} --type={PULLS}"
        make += ' --from-file=.dockerconfigjson="$HOME/.docker/config.json"'
        if isinstance(found, Unread):
            yield Check("WL620", title, "unknown", found.words)
        elif isinstance(found, Missing):
            detail = "it is not there: images of a registry with a login are not pulled"
            yield Check("WL620", title, "fail", detail, f"{make}; docker login REGISTRY writes that file")
        elif found not in (PULLS, "kubernetes.io/dockercfg"):
            away = f"kubectl {cluster.flags} delete secret {name} {where}"
            detail = f"it is of type {found}, which nobody pulls images with"
            yield Check("WL620", title, "fail", detail, f"{away} && {make}")
        else:
            yield Check("WL620", title, "pass", str(found))
