"""A stack is rendered by the real helmfile and helm, and not again when nothing changed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tests.support.trains import TRAINS
from wellit import charts, compose, paths, process, render, tools
from wellit.compose import Choice
from wellit.errors import CannotAnswer
from wellit.process import Done


def say(_: str) -> None:
    """Nothing is to be said in these tests."""


@pytest.fixture(autouse=True)
def cold(own_cache: Path) -> Path:
    """Every test begins with nothing rendered."""
    return own_cache


def offline(**more: Any) -> compose.Stack:
    return compose.compose(Choice(components={"charts": "offline"} | more.pop("components", {}), **more))


@pytest.mark.parametrize("engine", ["sglang", "vllm"])
@pytest.mark.parametrize("train", TRAINS)
@pytest.mark.parametrize("gateway", ["istio", "none"])
def test_every_choice_of_components_renders(engine: str, train: str, gateway: str) -> None:
    stack = offline(components={"engine": engine, "versions": train, "gateway": gateway})
    rendered = render.render(stack, say)
    kinds = [manifest["kind"] for manifest in rendered.manifests]
    assert kinds.count("Deployment") == 2
    assert ("Gateway" in kinds, "HTTPRoute" in kinds) == (stack.get("gateway.create"),) * 2
    decode = next(m for m in rendered.part("modelservice").manifests if m["kind"] == "Deployment")
    container = decode["spec"]["template"]["spec"]["containers"][0]
    assert container["image"] == f"{stack.get('engine.image')}:{stack.get('engine.tag')}"
    assert ":latest" not in str(rendered.manifests)


@pytest.mark.parametrize("engine", ["sglang", "vllm"])
@pytest.mark.parametrize("train", TRAINS)
def test_the_routing_proxy_stands_before_the_engine_and_can_be_left_out(engine: str, train: str) -> None:
    def pod(proxy: str) -> dict[str, Any]:
        stack = offline(components={"engine": engine, "versions": train}, sets=(f"proxy.enabled={proxy}",))
        objects = render.render(stack, say).part("modelservice").manifests
        found: dict[str, Any] = next(m for m in objects if m["kind"] == "Deployment")["spec"]["template"]["spec"]
        return found

    with_proxy, without = pod("true"), pod("false")
    assert with_proxy["containers"][0]["args"].count("8200") == 1
    proxy = with_proxy["initContainers"][0]
    assert {"--port=8000", "--vllm-port=8200"} <= set(proxy["args"])
    connector = compose.compose(Choice(components={"engine": engine})).get("engine.connectors")[0]
    assert f"--connector={connector}" in proxy["args"]
    assert "initContainers" not in without
    assert without["containers"][0]["args"].count("8000") == 1
    assert without["containers"][0]["readinessProbe"]["httpGet"]["port"] == 8000


@pytest.mark.parametrize("engine", ["sglang", "vllm"])
def test_probes_wait_as_long_as_the_engine_needs(engine: str) -> None:
    stack = offline(components={"engine": engine})
    values = render.render(stack, say).part("modelservice").values["decode"]["containers"][0]
    health = stack.get("engine.health")
    for name in ("startupProbe", "readinessProbe", "livenessProbe"):
        if values[name]["httpGet"]["path"] == health["path"]:
            assert values[name]["timeoutSeconds"] >= health["minTimeoutSeconds"]


@pytest.mark.parametrize("train", TRAINS)
def test_the_pool_asks_for_the_labels_that_the_pods_have(train: str) -> None:
    rendered = render.render(offline(components={"versions": train}), say)
    pool = next(m for m in rendered.manifests if m["kind"] == "InferencePool")
    decode = next(m for m in rendered.part("modelservice").manifests if m["kind"] == "Deployment")
    assert pool["spec"]["selector"]["matchLabels"].items() <= decode["spec"]["template"]["metadata"]["labels"].items()


@pytest.mark.parametrize("train", TRAINS)
def test_monitoring_is_one_setting(train: str) -> None:
    def kinds(value: str) -> set[str]:
        stack = offline(components={"versions": train}, sets=(f"monitoring.enabled={value}",))
        return {manifest["kind"] for manifest in render.render(stack, say).manifests}

    assert kinds("true") - kinds("false") >= {"PodMonitor", "ServiceMonitor"}


def test_what_did_not_change_is_not_rendered_again() -> None:
    stack = offline()
    first = render.render(stack, say)

    def refuse(argv: Any, **_: Any) -> Done:
        raise AssertionError(f"started {argv}")

    assert render.render(offline(), say, run=refuse) == first
    with pytest.raises(AssertionError, match="started"):
        render.render(offline(sets=("decode.replicas=3",)), say, run=refuse)


def test_a_changed_file_is_rendered_again(tmp_path: Path) -> None:
    chart = tmp_path / "chart"
    process.run(["cp", "-R", paths.CHARTS / "modelservice", chart])
    sets = (f"charts.modelservice={chart}",)
    first = render.render(offline(sets=sets), say)
    template = next((chart / "templates").glob("serviceaccount.yaml"))
    template.write_text(template.read_text() + "\n# another line\n")
    key = {file.name for file in (paths.cache() / "render").iterdir()}
    assert render.render(offline(sets=sets), say).releases == first.releases
    assert {file.name for file in (paths.cache() / "render").iterdir()} > key


def test_a_broken_copy_in_the_cache_is_made_again() -> None:
    first = render.render(offline(), say)
    for file in (paths.cache() / "render").iterdir():
        file.write_text("{")
    assert render.render(offline(), say) == first


def test_upstream_charts_that_are_not_there_are_said() -> None:
    rendered = render.render(compose.compose(Choice()), say)
    assert rendered.unrendered == "upstream charts not in the cache; --charts offline or --fetch"
    assert rendered.manifests == []
    assert rendered.part("modelservice").values["decode"]["replicas"] == 8


def test_what_a_chart_refuses_is_said_without_the_noise() -> None:
    with pytest.raises(CannotAnswer) as caught:
        render.render(offline(sets=("engine.modelCommands=[sglangServe]",)), say)
    assert caught.value.message.endswith(
        "takes none of the engine's modelCommands (sglangServe); it takes: custom, imageDefault, vllmServe"
    )
    assert "helmfile.yaml.gotmpl" in caught.value.where


def test_values_that_a_charts_schema_refuses_are_said_without_the_noise() -> None:
    sets = ("components.versions=llm-d-0.4", "monitoring.enabled=true", "monitoring.labels.release=prometheus")
    refused = render.render(offline(sets=sets), say).refused
    assert refused is not None
    said = "at '/decode/monitoring/podmonitor/labels': additional properties 'release' not allowed"
    assert refused.message.partition(": ")[2].removeprefix("- ") == said


def test_a_setting_of_the_users_does_not_change_the_result(monkeypatch: pytest.MonkeyPatch) -> None:
    first = render.render(offline(), say)
    monkeypatch.setenv("HELMFILE_ENVIRONMENT", "nowhere")
    monkeypatch.setenv("HELM_NAMESPACE", "elsewhere")
    for file in (paths.cache() / "render").iterdir():
        file.unlink()
    assert render.render(offline(), say) == first


class Helm:
    """A helm that pulls one chart; it refuses everything else."""

    def __init__(self, content: bytes, code: int = 0) -> None:
        self.content, self.code, self.calls = content, code, 0

    def __call__(self, argv: Any, **_: Any) -> Done:
        words = [str(word) for word in argv]
        assert words[1] == "pull", words
        self.calls += 1
        if not self.code:
            Path(words[words.index("--destination") + 1], "chart-v1.tgz").write_bytes(self.content)
        return Done(tuple(words), self.code, "", "Error: no such host\n" if self.code else "")


def test_charts_are_fetched_once() -> None:
    stack = compose.compose(
        Choice(sets=("versions.charts.gateway.digest=null", "versions.charts.modelservice.digest=null"))
    )
    helm = Helm(b"a chart")
    found = charts.find(stack, say, fetch=True, run=helm)
    assert sorted(found) == ["gateway", "inferencepool", "modelservice"]
    assert charts.find(stack, say, fetch=True, run=helm) == found and helm.calls == 3
    assert charts.digest(found["gateway"]).startswith("sha256:")


def test_a_chart_with_another_digest_is_refused_and_not_kept(cold: Path) -> None:
    with pytest.raises(CannotAnswer, match="is not the one that is pinned"):
        charts.find(compose.compose(Choice()), say, fetch=True, run=Helm(b"another chart"))
    assert not list((cold / "charts").glob("*.tgz"))


def test_a_chart_that_cannot_be_fetched_is_said_with_the_ways_out() -> None:
    with pytest.raises(CannotAnswer) as caught:
        charts.find(compose.compose(Choice()), say, fetch=True, run=Helm(b"", code=1))
    assert "no such host" in caught.value.message
    assert "--charts offline" in caught.value.write


@pytest.fixture
def repository(tmp_path: Path) -> Iterator[str]:
    """A chart repository on loopback, with our charts packaged under upstream's versions."""
    folder = tmp_path / "repository"
    folder.mkdir()
    helm = tools.path("helm")
    for part, about in compose.compose(Choice()).values["versions"]["charts"].items():
        words = [helm, "package", paths.CHARTS / part, "--version", about["version"], "--destination", folder]
        assert process.run(words, env=charts.environment()).ok
    assert process.run([helm, "repo", "index", folder], env=charts.environment()).ok
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


class Quiet(SimpleHTTPRequestHandler):
    """A file server that writes no log."""

    def log_message(self, *_: object) -> None:
        return None


def test_charts_are_fetched_by_the_real_helm_and_rendered_from_the_cache(repository: str) -> None:
    sets = (
        f"charts.repositories=[{{name: here, url: '{repository}'}}]",
        "charts.gateway=here/llm-d-infra",
        "charts.inferencepool=here/inferencepool",
        "charts.modelservice=here/llm-d-modelservice",
        "charts.imitate=true",
        "versions.charts.gateway.digest=null",
        "versions.charts.modelservice.digest=null",
    )
    stack = compose.compose(Choice(sets=sets))
    assert render.render(stack, say).unrendered.startswith("upstream charts not in the cache")
    fetched = render.render(stack, say, fetch=True)
    assert [m["kind"] for m in fetched.manifests] == [m["kind"] for m in render.render(offline(), say).manifests]
    assert render.render(stack, say).manifests == fetched.manifests


def test_many_stacks_at_once_have_the_values_of_each_alone() -> None:
    """In one call of helmfile for each environment, which only lists them."""
    guides = ("inference-scheduling", "pd-disaggregation", "precise-prefix-cache-aware")
    stacks = [
        offline(guide=guide, environment=environment, sets=sets, namespace=namespace)
        for guide in guides
        for environment, sets, namespace in [
            ("default", ("decode.replicas=3",), None),
            ("sglang", ("values.modelservice.x={a: [b, 'c: d']}",), None),
            ("sglang", (), "ns"),
        ]
    ]
    calls: list[list[str]] = []

    def counted(argv: Any, **more: Any) -> Done:
        calls.append([str(word) for word in argv])
        return process.run(argv, **more)

    render.prepare(stacks, say, run=counted)
    assert len(calls) == 3
    together = [render.render(stack, say, run=counted) for stack in stacks]
    assert all("template" in words for words in calls[3:])
    for file in (paths.cache() / "render").iterdir():
        file.unlink()
    assert [render.render(stack, say) for stack in stacks] == together


def test_one_that_is_refused_does_not_take_the_others_with_it() -> None:
    stacks = [offline(), offline(sets=("engine.modelCommands=[sglangServe]",)), offline(size="small")]
    render.prepare(stacks, say)
    assert render.render(stacks[0], say).manifests and render.render(stacks[2], say).manifests
    with pytest.raises(CannotAnswer, match="takes none of the engine's modelCommands"):
        render.render(stacks[1], say)


@pytest.mark.parametrize(
    ("guide", "environment", "sets"),
    [
        ("inference-scheduling", "sglang", "size=small"),
        ("pd-disaggregation", "default", "components.gateways=none"),
        ("pd-disaggregation", "default", "decode.pageSize=null,prefill.pageSize=null"),
        ("multi-engine", "vllm-sglang", "components.versions=llm-d-0.4"),
        ("simulated-accelerators", "sim", "components.accelerators=cpu"),
    ],
)
def test_plain_helmfile_gives_the_same_manifests(guide: str, environment: str, sets: str) -> None:
    """Not a line of Python: the README's command, by the size's and the axes' own paths."""
    import yaml

    stack = offline(guide=guide, environment=environment, namespace="ns", sets=tuple(sets.split(",")))
    binaries = tools.ensure(["helm", "helmfile"], say)
    search = f"{binaries['helm'].parent}{os.pathsep}{os.environ['PATH']}"
    command = (
        f"{binaries['helmfile']} -f guides/{guide}/helmfile.yaml.gotmpl -e {environment} -n ns --quiet "
        f"--state-values-set components.charts=offline,{sets} template --skip-deps"
    )
    done = process.run(command.split(), cwd=paths.ROOT, env={"PATH": search, "HELMFILE_UPGRADE_NOTICE_DISABLED": "1"})
    assert done.ok, done.err
    theirs = [manifest for manifest in yaml.safe_load_all(done.out) if manifest]

    def named(manifests: list[dict[str, Any]]) -> dict[tuple[str, str], dict[str, Any]]:
        return {(m["kind"], m["metadata"]["name"]): m for m in manifests}

    assert named(theirs) == named(render.render(stack, say).manifests)
