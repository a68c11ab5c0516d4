"""What KServe's own presets say of a service: a spec in our words, made of what is known of the release.

Only what rules look at is in it; the facts are those of schemas/capabilities/kserve.yaml. It serves without TLS, as
the controller does where nobody asks it for more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from wellit.capabilities import Contract
from wellit.carried import within
from wellit.node import whole
from wellit.subject import DECODE, PREFILL

MAIN, SCHEDULER = "main", "scheduler"  # parts of a service, and their main containers' name
DATA, PIPELINE = "data", "pipeline"
TOKENIZER = "tokenizer"  # the container beside the picker's
NAMESPACE = "{{ .ObjectMeta.Namespace }}"  # for one that is not known
HEALTH = "/health"
_PRESETS = {
    (MAIN, ""): "template", (DECODE, ""): "decode", (PREFILL, ""): "prefill",
    (MAIN, DATA): "worker", (DECODE, DATA): "decodeWorker", (PREFILL, DATA): "prefillWorker",
}  # fmt: skip


@dataclass(frozen=True)
class Names:
    """What the presets' words are filled in with."""

    service: str
    namespace: str
    model: str

    @property
    def publisher(self) -> str:
        """The second name of the model, by which a shared gateway routes."""
        return f"publishers/{self.namespace or NAMESPACE}/models/{self.model}"

    def fill(self, word: str, **more: Any) -> str:
        known = {"name": self.model, "publisher": self.publisher, "service": self.service}
        return word.format_map(known | {"namespace": self.namespace or NAMESPACE} | more)


def role_of(spec: Mapping[str, Any], part: str) -> str:
    """The role of a part's pods: main, decode, prefill."""
    if part == PREFILL:
        return PREFILL
    return DECODE if isinstance(spec.get(PREFILL), Mapping) else MAIN


def spread(workload: Mapping[str, Any]) -> str:
    """How a workload with a worker template is spread over nodes: data, pipeline; "" for one node."""
    if not isinstance(workload.get("worker"), Mapping):
        return ""
    return next((how for how in (DATA, PIPELINE) if _degree(workload, how)), PIPELINE)


def name_of(facts: Contract, spec: Mapping[str, Any], part: str) -> str:
    """The preset of a part's pods; "" for none that the release has."""
    if part == SCHEDULER:
        return str(facts["presets"]["scheduler"])
    how = spread(spec if part == MAIN else spec.get(PREFILL) or {})
    return str(facts["presets"].get(_PRESETS.get((role_of(spec, part), how), ""), ""))


def looked_up(facts: Contract, spec: Mapping[str, Any], part: str) -> str:
    """The preset that is looked up for a part's pods, also one that the release does not bring."""
    return name_of(facts, spec, part) or str(facts["notShipped"][role_of(spec, part)])


def asked(facts: Contract, spec: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(name, what asks for it) of every preset that the release looks up for such a spec."""
    router, known = spec.get("router"), facts["presets"]
    if isinstance(router, Mapping):
        if _picks(router):
            yield str(known["scheduler"]), "router.scheduler"
        if isinstance(router.get("route"), Mapping) and not within(router, "route.http.refs"):
            yield str(known["route"]), "router.route"
    if spec.get("tracing") is not None and "tracing" in known:
        yield str(known["tracing"]), "tracing"
    prefill = spec.get(PREFILL)
    if isinstance(prefill, Mapping):
        yield looked_up(facts, spec, PREFILL), "prefill.worker" if spread(prefill) else "prefill"
    what = "worker" if spread(spec) else "prefill" if isinstance(prefill, Mapping) else "one node for each server"
    yield looked_up(facts, spec, MAIN), what


def _picks(router: Mapping[str, Any]) -> bool:
    """Whether it makes a picker of its own."""
    return isinstance(router.get(SCHEDULER), Mapping) and not within(router, f"{SCHEDULER}.pool.ref")


def preset(facts: Contract, names: Names, spec: Mapping[str, Any]) -> dict[str, Any]:
    """What the presets that the release looks up for such a spec say together."""
    made: dict[str, Any] = {}
    if name_of(facts, spec, MAIN):
        made |= _workload(facts, names, spec, role_of(spec, MAIN))
    below = spec.get(PREFILL)
    if isinstance(below, Mapping):
        made[PREFILL] = _workload(facts, names, below, PREFILL) if name_of(facts, spec, PREFILL) else {}
    router = spec.get("router")
    if isinstance(router, Mapping) and _picks(router):
        made["router"] = {SCHEDULER: {"template": {"containers": _picker(facts, router[SCHEDULER])}}}
    return made


def _workload(facts: Contract, names: Names, workload: Mapping[str, Any], role: str) -> dict[str, Any]:
    how = spread(workload)
    pod: dict[str, Any] = {"containers": [_main(facts, names, workload, role, how)]}
    if role == DECODE:
        pod["initContainers"] = [_sidecar(facts, names)]
    made = {"template": pod}
    if how:
        worker = _main(facts, names, workload, role, how)
        worker = {key: value for key, value in worker.items() if not key.endswith("Probe")}
        made["worker"] = {"containers": [worker]}
    return made


def port_of(facts: Contract, role: str) -> int:
    """Where an engine of a role has to listen: behind the routing proxy elsewhere."""
    return int(facts["ports"]["behindProxy" if role == DECODE else "server"])


def _main(facts: Contract, names: Names, workload: Mapping[str, Any], role: str, how: str) -> dict[str, Any]:
    known, more, port = facts["presetWords"], facts["presetContainer"], port_of(facts, role)
    left_out = "{publisher}" if role == PREFILL and not how and facts["preset"].get("prefillNames") == 1 else ""
    command, args = (
        [names.fill(word, port=port) for word in known[key] if word != left_out] for key in ("command", "args")
    )
    command += _parallel(known, names, workload, how)
    asks = {"httpGet": {"path": HEALTH, "port": port, "scheme": "HTTP"}}
    return {
        "name": MAIN,
        "image": facts["preset"]["image"],
        "command": command,
        **({"args": args} if args else {}),
        "ports": [{"containerPort": port, "protocol": "TCP"}],
        "env": [{"name": key, "value": value} for key, value in more["env"].items()],
        "securityContext": dict(more["securityContext"]),
        **{probe: asks | dict(how_often) for probe, how_often in facts["presetProbes"].items()},
    }


def _parallel(known: Mapping[str, Any], names: Names, workload: Mapping[str, Any], how: str) -> list[str]:
    """The words that spec.parallelism becomes."""
    least = {"data": 1, "dataLocal": 1, "dataRPCPort": 5555}
    numbers = {key: _degree(workload, key) or number for key, number in least.items()}
    several = how == DATA
    words = [names.fill(word, **numbers) for word in known["several"]] if several else []
    if several and _said(workload, "expert"):
        words.append(known["expert"])
    flag, tensor = known["nodesTensor" if several else "tensor"], _degree(workload, "tensor")
    return [*words, flag, str(tensor)] if flag and tensor else words


def _sidecar(facts: Contract, names: Names) -> dict[str, Any]:
    known, port = facts["sidecar"], int(facts["ports"]["server"])
    words = [word.format(namespace=names.namespace or NAMESPACE, name=names.service) for word in known["command"]]
    said = {known["in"]: [*words, f"{known['connectorFlag']}={known['connector']}"]}
    ports = [{"containerPort": port, "protocol": "TCP"}]
    return {"name": known["container"], "image": known["image"], **said, "ports": ports, "restartPolicy": "Always"}


def _picker(facts: Contract, scheduler: Mapping[str, Any]) -> list[dict[str, Any]]:
    command, beside = facts["pickerCommand"], facts["tokenizer"]
    wanted = beside and beside.get("onlyFor", "")
    if wanted and wanted not in str(scheduler.get("config")):
        beside = None
    main = {"name": MAIN, "image": facts["picker"]["image"], **({"command": list(command)} if command else {})}
    return [main, {"name": TOKENIZER, "image": beside["image"]}] if beside else [main]


def _said(workload: Mapping[str, Any], key: str) -> Any:
    parallelism = workload.get("parallelism")
    return parallelism.get(key) if isinstance(parallelism, Mapping) else None


def _degree(workload: Mapping[str, Any], key: str) -> int:
    """A number of spec.parallelism; 0 for none."""
    return whole(_said(workload, key)) or 0
