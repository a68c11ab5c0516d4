"""The real form of an LLMInferenceService, as a person can paste it: made of what an object of another form says."""

from __future__ import annotations

from typing import Any

import yaml

from wellit import capabilities, engines
from wellit.engines import Engine
from wellit.images import Image
from wellit.node import Node, whole
from wellit.seen.presets import MAIN
from wellit.seen.service import GROUP, KIND, Service
from wellit.subject import KSERVE, Manifest

WIDTH = 110  # characters of a line
PROBES = ("startup", "readiness", "liveness")


def real_form(node: Node) -> str:
    """A whole object of KServe's newest release, with what the one at `node` says of engine, image, model and name."""
    facts = capabilities.contract(KSERVE, capabilities.versions(KSERVE)[-1])
    spec, server = node["spec"], node.at("spec", "inferenceServer")
    image = server["image"].text()
    engine = engines.of_image(Image.parse(image)) or _named(server["type"].text() or server["name"].text())
    uri, name = _model(spec["model"])
    made: dict[str, Any] = {"model": {"uri": uri, "name": name}}
    if (count := spec["replicas"].number()) is not None:
        made["replicas"] = count
    known = (engine.data.get("kserve") or {}) if engine else {}
    made |= {key: dict(known[key]) for key in ("labels", "annotations") if known.get(key)}
    made["router"] = {"route": {}, "gateway": {}, "scheduler": {}}
    if container := _container(engine, image, name, server, facts["ports"]["server"]):
        made["template"] = {"containers": [{"name": MAIN, **container}]}
    about = {"name": node.at("metadata", "name").text() or "NAME"}
    whole_one = {"apiVersion": f"{GROUP}/{facts['stored']}", "kind": KIND, "metadata": about, "spec": made}
    return str(yaml.safe_dump(whole_one, sort_keys=False, width=WIDTH, default_flow_style=None)).rstrip("\n")


def _named(name: str) -> Engine | None:
    return next((one for one in engines.engines() if name.lower() in (one.name, *one.data.get("aliases", ()))), None)


def _model(model: Node) -> tuple[str, str]:
    """The URI and the name of the model."""
    name = model["name"].text() or model["id"].text() or model.text()
    uri = model["uri"].text() or f"hf://{name or 'MODEL'}"
    return uri, name or uri.partition("://")[2] or "MODEL"


def _container(engine: Engine | None, image: str, name: str, server: Node, port: int) -> dict[str, Any]:
    """What is to be said of the container main; nothing where the preset says it all."""
    known = (engine.data.get("kserve") or {}) if engine else {}
    made: dict[str, Any] = {}
    if known.get("byPreset"):
        made |= {"image": image} if image else {}
    else:
        made["image"] = image or (f"{engine.data['image']}:{known.get('tag') or 'TAG'}" if engine else "IMAGE")
        made["command"] = _command(engine, name, port) if engine else ["COMMAND"]
        made |= {f"{probe}Probe": _probe(known["probes"][probe], port) for probe in PROBES if known.get("probes")}
        made |= {"securityContext": dict(known["securityContext"])} if known.get("securityContext") else {}
    made |= {key: server[key].value for key in ("args", "env") if isinstance(server[key].value, list)}
    if amounts := server["resources"].value:
        made["resources"] = amounts
    elif gpus := whole(server["gpus"].value):
        made["resources"] = {"limits": {"nvidia.com/gpu": str(gpus)}}
    return made


def _command(engine: Engine, name: str, port: int) -> list[str]:
    known = engine.data.get("kserve") or {}
    said = {"model": known.get("model") or "/mnt/models", "servedName": name, "host": "0.0.0.0", "port": str(port)}
    words = [word for setting, value in said.items() if (flag := engine.flag(setting)) for word in (flag, value)]
    model = [] if engine.flag("model") else [said["model"]]
    return [*(known.get("command") or engine.command), *model, *words, *map(str, engine.data.get("args") or ())]


def _probe(how_often: dict[str, Any], port: int) -> dict[str, Any]:
    path = {"httpGet": {"path": how_often["path"], "port": port, "scheme": "HTTP"}}
    return path | {key: value for key, value in how_often.items() if key != "path"}


def as_object(service: Service) -> Node:
    """A service as an object has it, whatever its values are written for."""
    made = {"metadata": {"name": service.name}, "spec": service.release.values.get("spec")}
    return Manifest(service.name, made).root
