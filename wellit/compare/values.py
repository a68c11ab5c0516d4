"""The objects that a chart would make of somebody's values: what of them the comparison reads, and no more.

Worked out from the values as wellit.seen reads them and from the chart version's facts, with Python alone; so a file
that the chart itself would refuse can be compared, too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from wellit.compare import values_routing
from wellit.compare.objects import Object
from wellit.compose import merge
from wellit.nested import parsed
from wellit.node import spoken, whole
from wellit.seen.container import Container
from wellit.seen.inferencepool import pools
from wellit.seen.modelservice import Pod, Service, services
from wellit.subject import INFERENCEPOOL, INFRA, MODELSERVICE, Release, Subject

MOUNT = "/model-cache"
# What no values file of a chart says, and what each chart's values say nothing of.
SAYS = {MODELSERVICE: ("decode", "prefill"), INFERENCEPOOL: ("pool", "picker"), INFRA: ("gateway",)}


def objects(subject: Subject) -> Iterator[Object]:
    """Everything that the releases would make, as objects."""
    for service in services(subject):
        yield from (_workload(pod) for pod in service.pods)
        yield from _extra(service.release)
    for pool in pools(subject):
        yield from values_routing.pool(pool)
    for release in subject.of(INFRA):
        yield values_routing.gateway(release)


def _extra(release: Release) -> Iterator[Object]:
    """The objects that the values bring along; as text they may be templates, and then they are not read."""
    for node in release.root["extraObjects"]:
        made = parsed(node.value) if isinstance(node.value, str) else node.value
        if isinstance(made, Mapping):
            yield made


def unsaid(subject: Subject) -> dict[str, str]:
    """The roles that these values say nothing of."""
    given = {release.chart for release in subject.releases}
    label = " and ".join(sorted({release.chart for release in subject.releases}))
    because = f"values of {label} say nothing of it"
    return {role: because for chart, roles in SAYS.items() if chart not in given for role in roles} | {"route": because}


def charts(subject: Subject) -> dict[str, str]:
    return {release.chart: release.version for release in subject.releases}


def _workload(pod: Pod) -> Object:
    service = pod.service
    labels = service.labels | {str(service.facts["roleLabel"]): pod.role}
    open_labels = {key: "only the installed release has its value" for key, value in labels.items() if value is None}
    main = pod.main
    made = [_container(pod, one, engine=one is main) for one in pod.containers]
    if pod.proxied:
        made.insert(0, _proxy(service))
    spec = {
        "containers": made,
        "volumes": [*(pod.node["volumes"].value or []), {"name": "model-storage", **_storage(service)}],
        "nodeSelector": pod.node["nodeSelector"].value or {},
        "tolerations": pod.node["tolerations"].value or [],
    }
    known = {key: value for key, value in labels.items() if value is not None}
    return {
        "kind": "Deployment",
        "metadata": {"name": f"{service.release.name}-{pod.role}"},
        "spec": {
            "replicas": pod.node["replicas"].number(1),
            "template": {"metadata": {"labels": known}, "spec": spec},
        },
        "unsaidLabels": open_labels,
    }


def _container(pod: Pod, container: Container, *, engine: bool) -> Object:
    node = container.node
    more = node["extraConfig"].value
    own: dict[str, Any] = dict(merge(node.value, more) if isinstance(more, dict) else node.value)
    how = container.written
    own["runs"] = container.engine.name if container.engine else ""
    if how is None:
        chart = pod.service.release.label
        own["startedBy"] = f"modelCommand {container.model_command}, which {chart} does not have"
    elif not container.own:
        own["command"] = list(how.get("command") or ())
        own["args"] = [*_injected(pod, container), *(node["args"].value or [])]
    elif not own.get("command"):
        own["startedBy"] = "nothing: the chart wants a command"
    if not engine:
        return own
    own["env"] = [*(own.get("env") or []), *_env(pod.service, container)]
    own["resources"] = _resources(pod, container, own.get("resources") or {})
    if node["mountModelVolume"].flag(False):
        mount = {"name": "model-storage", "mountPath": _mount(pod.service)}
        own["volumeMounts"] = [*(own.get("volumeMounts") or []), mount]
    return own


def _degrees(pod: Pod) -> dict[str, int]:
    """The degrees of parallelism; what is not given follows from the rest."""
    given = dict(pod.service.facts["parallelism"]["defaults"]) | (pod.node["parallelism"].value or {})
    number = {key: whole(value) for key, value in given.items()}
    workers, local = number.get("workers") or 1, number.get("dataLocal") or 0
    data = number.get("data") or (local * workers if local else 1)
    return {
        "tensorParallel": number.get("tensor") or 1,
        "dataParallel": data,
        "dataParallelLocal": local or max(1, data // workers),
    }


def _injected(pod: Pod, container: Container) -> Iterator[str]:
    """The arguments that the chart writes: each setting with its flag, a degree only above 1."""
    how, facts = container.starts, pod.service.facts
    flags = dict(facts["commandFlags"]) | dict(how.get("flags") or {})
    flags["model"] = "" if how.get("model") == "positional" else str(how.get("model"))
    degrees = {name: str(degree) for name, degree in _degrees(pod).items() if degree > 1}
    artifacts = pod.service.release.root["modelArtifacts"]
    values = {
        "model": _model(pod.service),
        "port": str(pod.injected_port or ""),
        "servedName": artifacts["name"].text(),
    }
    for name in how["injects"]:
        for each in (name, f"{name}Local") if name == "dataParallel" else (name,):
            if value := (values | degrees).get(each):
                yield from (word for word in (flags.get(each, ""), value) if word)


def _model(service: Service) -> str:
    """What the engine is told to serve: an id, or a path below the mount."""
    scheme, _, path = service.release.root["modelArtifacts"]["uri"].text().partition("://")
    kind = service.facts["uriSchemes"].get(scheme) or {}
    parts = path.split("/")
    if scheme == "pvc":
        return "/".join([_mount(service), *parts[1:]])
    return "/".join(parts[-2:]) if "cachePrefix" in kind else path


def _mount(service: Service) -> str:
    return service.release.root["modelArtifacts"]["mountPath"].text(MOUNT) or MOUNT


def _storage(service: Service) -> Mapping[str, Any]:
    artifacts = service.release.root["modelArtifacts"]
    scheme, _, path = artifacts["uri"].text().partition("://")
    volume = (service.facts["uriSchemes"].get(scheme) or {}).get("volume", "emptyDir")
    if volume == "persistentVolumeClaim":
        return {volume: {"claimName": path.split("/")[0]}}
    return {volume: {"reference": path} if volume == "image" else {"sizeLimit": artifacts["size"].value or "0"}}


def _env(service: Service, container: Container) -> Iterator[Object]:
    artifacts = service.release.root["modelArtifacts"]
    if container.node["mountModelVolume"].flag(False) and artifacts["uri"].text().startswith("hf://"):
        yield {"name": "HF_HOME", "value": _mount(service)}
    if secret := artifacts["authSecretName"].text():
        yield {"name": "HF_TOKEN", "valueFrom": {"secretKeyRef": {"name": secret, "key": "HF_TOKEN"}}}


def _resources(pod: Pod, container: Container, given: Mapping[str, Any]) -> Object:
    """What the container asks, with the devices that the parallelism needs."""
    facts, degrees = pod.service.facts, _degrees(pod)
    kind = pod.node.at("accelerator", "type").text() or pod.service.release.root.at("accelerator", "type").text(
        "nvidia"
    )
    resource = str(facts["accelerators"].get(kind, facts["acceleratorFallback"]))
    free = any(image in container.image.text for image in facts["acceleratorFreeImages"])
    count = str(degrees["tensorParallel"] * degrees["dataParallelLocal"])
    made = {}
    for which in ("limits", "requests"):
        amounts = dict(given.get(which) or {})
        if resource and not free and not (facts["userGpuLimitWins"] and resource in amounts):
            amounts[resource] = count
        made[which] = amounts
    return made


def _proxy(service: Service) -> Object:
    proxy, flags = service.proxy, service.facts["proxy"]
    args = [f"{flags['portFlag']}={service.port}", f"{flags['enginePortFlag']}={proxy.engine_port}"]
    args.append(f"{flags['connectorFlag']}={proxy.connector}")
    args += [flag for flag in flags["logDefaults"] if flag.partition("=")[0] in proxy.log_flags]
    if flags["passesSecureProxy"]:
        args.append(f"--secure-proxy={spoken(proxy.node['secure'].flag(False))}")
    return {"name": "routing-proxy", "image": proxy.image, "args": args, "restartPolicy": "Always"}
