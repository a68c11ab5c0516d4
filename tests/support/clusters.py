"""A healthy cluster and a small stack's demand: a test takes them and breaks one thing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from wellit.access import Access
from wellit.cluster import Cluster, Node
from wellit.demand import Act, Demand, Kind, Object, Wanted, Workload
from wellit.process import Done

GPU = "nvidia.com/gpu"
GIB = 1024**3 * 1000
POOL_LABELS = {"llm-d.ai/guide": "x"}
POOL = Kind("inference.networking.k8s.io/v1", "InferencePool")
GATEWAY = Kind("gateway.networking.k8s.io/v1", "Gateway")
MONITOR = Kind("monitoring.coreos.com/v1", "PodMonitor")
DEPLOYMENT = Kind("apps/v1", "Deployment")
VALUES: dict[str, Any] = {
    "versions": {
        "name": "llm-d-0.6",
        "istio": "1.29.1",
        "crds": {"gatewayApi": "v1.4.0", "inferenceExtension": "v1.4.0"},
    },
    "gateway": {"title": "Istio", "prerequisites": [], "crds": []},
}


def node(name: str = "gpu-0", gpus: int = 8, **about: Any) -> Node:
    return Node(name, {GPU: gpus * 1000, "cpu": 64_000, "memory": 512 * GIB}, **about)


def workload(name: str = "decode", pods: int = 8, gpus: int = 2, **about: Any) -> Workload:
    asks = {"cpu": 4_000, "memory": 16 * GIB} | ({GPU: gpus * 1000} if gpus else {})
    return Workload(Object(DEPLOYMENT, name, "ms-x"), pods, asks, POOL_LABELS, **about)


def demand(*workloads: Workload, **about: Any) -> Demand:
    """8 pods of 2 GPUs behind a pool and a gateway, and a token."""
    pods = workloads or (workload(),)
    wanted = Demand(
        namespace="ns",
        objects=(Object(GATEWAY, "gw", "infra-x"), Object(POOL, "pool", "gaie-x"), *(w.object for w in pods)),
        workloads=pods,
        secrets=(Wanted("llm-d-hf-token", frozenset(["HF_TOKEN"]), "Deployment decode"),),
        images=("example.org/engine:v1",),
        gateway_classes=("istio",),
        selectors=(("pool", POOL_LABELS),),
        acts=(Act("create", "deployments", "apps"), Act("delete", "secrets")),
    )
    return replace(wanted, **about)


def healthy(wanted: Demand | None = None, **broken: Any) -> Cluster:
    """A cluster on which `wanted` would run, with fields of it replaced."""
    wanted = wanted or demand()
    good = Cluster(
        label="context c (https://c)",
        context="c",
        flags="--context c",
        version="v1.37.1",
        client_version="v1.37.0",
        namespace=True,
        served={kind: True for kind in wanted.kinds if not kind.built_in},
        nodes=tuple(node(f"gpu-{i}") for i in range(4)),
        secrets={secret.name: secret.keys for secret in wanted.secrets},
        gateway_classes=dict.fromkeys(wanted.gateway_classes, True),
        allowed=dict.fromkeys(wanted.acts, True),
    )
    return replace(good, **broken)


class FakeRunner:
    """A runner that knows some commands, by their words behind kubectl's own flags, and refuses any other."""

    def __init__(self, known: Mapping[str, Any] | None = None, config: Any = None) -> None:
        self.known = dict(known or {})
        self.config = config
        self.asked: list[str] = []
        self.stdin: dict[str, str | None] = {}
        self.env: Mapping[str, str] = {}

    def __call__(
        self,
        argv: Sequence[str | Path],
        *,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,  # noqa: ARG002
        stdin: str | None = None,
        timeout: float | None = None,
        on_line: Callable[[str], None] | None = None,  # noqa: ARG002
        tied: bool = False,  # noqa: ARG002
    ) -> Done:
        assert timeout is not None, "every call has a time limit"
        words = [str(word) for word in argv]
        said = " ".join(w for w in words[1:] if not w.startswith("--request-timeout")).removeprefix("--context c ")
        self.asked.append(said)
        self.stdin[said] = stdin
        self.env = env or {}
        if said not in self.known:
            raise AssertionError(f"not told of: {said}")
        answer = self.known[said]
        if isinstance(answer, list):
            answer = answer.pop(0) if len(answer) > 1 else answer[0]
        if isinstance(answer, Done):
            return Done(tuple(words), answer.code, answer.out, answer.err)
        return Done(tuple(words), 0, answer, "")


def failed(err: str, code: int = 1, out: str = "") -> Done:
    return Done((), code, out, err)


def not_found(what: str = "x") -> Done:
    return failed(f"Error from server (NotFound): {what} not found")


def forbidden(verb: str, resource: str, where: str = "at the cluster scope") -> Done:
    return failed(
        f'Error from server (Forbidden): {resource} is forbidden: User "bob" cannot {verb} '
        f'resource "{resource}" in API group "" {where}'
    )


def access(known: Mapping[str, Any] | None = None) -> tuple[Access, FakeRunner]:
    """An Access whose kubectl answers `known` and nothing else."""
    runner = FakeRunner(known)
    return Access(Path("kubectl"), "c", "https://c", "bob", run=runner), runner
