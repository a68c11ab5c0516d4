"""The real endpoint picker reads each engine's metrics, on each version train, by what the stack renders for it.

A model server's metrics page stands at the address of a pod of the rendered pool; what the picker made of it is read
back from the picker's own metrics.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from operator import eq, is_not
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.model_server import ModelServer, model_server
from tests.support.picker import CONFIG_FLAG, Picker, arguments, container, picker, until
from tests.support.pool import installed
from tests.support.trains import TRAINS
from wellit import capabilities, paths, process, render, source, tools
from wellit.capabilities import Release
from wellit.catalogue import component_names
from wellit.compose import Choice, compose
from wellit.render import Rendered
from wellit.sandbox import Sandbox
from wellit.tools.pins import pin

# The program for each picker image. llm-d's own v0.4.0 cannot be built here (it needs cgo, for ZeroMQ and a tokenizer
# library): upstream's of the same generation stands in for it.
PROGRAMS = {"v0.7.1": "picker-0.7", "v0.4.0": "picker-gaie-1.2"}
STAND_IN = "registry.k8s.io/gateway-api-inference-extension/epp"
QUEUE = "inference_pool_average_queue_size"
QUEUE_OF_PODS = "inference_pool_per_pod_queue_size"
CACHE = "inference_pool_average_kv_cache_utilization"
ROUNDS = 8  # scrapes, 50 ms apart, after which a picker has read all it can and has said it
ENGINES = component_names("engine")
each_engine = pytest.mark.parametrize("engine", ENGINES)
each_train = pytest.mark.parametrize("train", TRAINS)


def stack(engine: str, train: str, name: str = "told") -> Rendered:
    """The small stack of an engine on a train, rendered for a namespace of its own."""
    parts = {"engine": engine, "versions": train, "charts": "offline"}
    namespace = f"{name}-{engine}-{train}".replace(".", "-")
    return render.render(compose(Choice(namespace=namespace, components=parts, size="small")), print)


def only(of: Rendered, part: str, kind: str) -> dict[str, Any]:
    """The one object of a kind in a part of the stack."""
    (found,) = (manifest for manifest in of.part(part).manifests if manifest["kind"] == kind)
    return dict(found)


def release_of(rendered: Rendered) -> Release:
    """The capability data of the rendered picker image."""
    known = capabilities.picker(container(rendered.part("inferencepool"))["image"])
    assert isinstance(known, Release), known
    return known


def program(rendered: Rendered) -> Path:
    return tools.path(PROGRAMS[release_of(rendered).version])


def metrics(engine: str) -> Mapping[str, str]:
    """What an engine's file says of its metrics."""
    names: Mapping[str, str] = source.load(paths.ENVIRONMENTS / "engines" / f"{engine}.yaml").data["engine"]["metrics"]
    return names


def page(engine: str, queued: int, cache: float) -> dict[str, float]:
    """A metrics page as `engine` writes it."""
    names = metrics(engine)
    return {names["queued"]: queued, names["running"]: 3, names["kvUsage"]: cache}


@contextmanager
def watching(
    sandbox: Sandbox,
    rendered: Rendered,
    words: Sequence[str],
    first: Mapping[str, float],
    folder: Path,
    path: str = "/metrics",
) -> Iterator[tuple[Picker, ModelServer]]:
    """A picker with the arguments `words` that has read `first`, at `path` of its pool's one pod, several times."""
    release = rendered.part("inferencepool")
    port = release.values["inferencePool"]["targetPorts"][0]["number"]
    with model_server(port, path) as server, installed(sandbox, rendered, server.ip, folder) as kubeconfig:
        server.figures = first
        env = {"KUBECONFIG": str(kubeconfig), "NAMESPACE": release.namespace, "POD_NAME": "picker"}
        with picker(program(rendered), words, env, folder, release.name) as started:
            until(partial(started.read, QUEUE_OF_PODS), partial(is_not, None), "the pod's queue")
            seen = server.scrapes
            until(lambda: server.scrapes, lambda count: count >= seen + ROUNDS, "scrapes")
            yield started, server


def plugins(words: Sequence[str]) -> list[str]:
    """The plugins that the configuration file in `words` lets choose a pod."""
    config = yaml.safe_load(Path(words[words.index(CONFIG_FLAG) + 1]).read_text())
    return [entry["pluginRef"] for profile in config["schedulingProfiles"] for entry in profile["plugins"]]


def comes_to_read(started: Picker, queued: float, cache: float) -> None:
    """Assert that the picker reads these figures before the deadline."""
    for metric, figure in {QUEUE_OF_PODS: queued, QUEUE: queued, CACHE: cache}.items():
        until(partial(started.read, metric), partial(eq, figure), f"{metric}, wanted {figure}")


@each_train
@each_engine
def test_picker_reads_what_the_engine_serves(engine: str, train: str, sandbox: Sandbox, tmp_path: Path) -> None:
    rendered = stack(engine, train)
    words = arguments(rendered.part("inferencepool"), tmp_path)
    foreign: dict[str, float] = {}
    for other in ENGINES:
        foreign |= page(other, 7, 0.25)
    foreign = {name: figure for name, figure in foreign.items() if name not in page(engine, 0, 0)}
    with watching(sandbox, rendered, words, foreign, tmp_path, metrics(engine)["path"]) as (started, server):
        # The control: the same figures under the other engines' names are not read. A picker with a data layer that
        # finds none of its names says nothing of the cache at all.
        assert started.read(QUEUE_OF_PODS) == 0
        assert started.read(CACHE) in (0, None)
        server.figures = page(engine, 7, 0.25)
        comes_to_read(started, 7, 0.25)
        server.figures = page(engine, 2, 0.5)
        comes_to_read(started, 2, 0.5)
        assert started.complaints() == []
        scheduler = started.line("parsed config")
        assert [name for name in plugins(words) if f"{name}/{name}" not in scheduler] == []


@each_train
@each_engine
def test_picker_that_is_not_told_reads_its_own_names_alone(
    engine: str, train: str, sandbox: Sandbox, tmp_path: Path
) -> None:
    """What the rendered words mend: other engines' figures, and for GAIE 1.2 the newer name of vLLM's cache usage.

    The page stands where the picker looks when nothing is said, whatever the engine's path is.
    """
    rendered = stack(engine, train, "untold")
    facts = release_of(rendered)
    words = arguments(rendered.part("inferencepool"), tmp_path)
    words[words.index(CONFIG_FLAG) + 1] = str(tmp_path / "default-plugins.yaml")
    for flag in [*facts["metricFlags"].values(), facts["metricsPathFlag"]]:
        if f"--{flag}" in words:
            at = words.index(f"--{flag}")
            del words[at : at + 2]
    known = facts["defaultMetrics"].values()
    names = metrics(engine)
    with watching(sandbox, rendered, words, page(engine, 7, 0.25), tmp_path) as (started, _):
        comes_to_read(started, 7 if names["queued"] in known else 0, 0.25 if names["kvUsage"] in known else 0)


def test_picker_that_refuses_metric_flags_ends_with_the_message_on_record(tmp_path: Path) -> None:
    """Upstream's own chart writes these flags for every engine but the default one."""
    stacks = {(engine, train): stack(engine, train) for engine in ENGINES for train in TRAINS}
    asked = 0
    for (engine, _), rendered in stacks.items():
        facts, names = release_of(rendered), metrics(engine)
        if facts["metricFlagsTaken"] or names["engineType"] == facts["defaultEngine"]:
            continue
        words = arguments(rendered.part("inferencepool"), tmp_path)
        for what, flag in facts["metricFlags"].items():
            done = process.run([program(rendered), *words, f"--{flag}={names[what]}"], timeout=60)
            errors = [json.loads(line)["error"] for line in done.err.splitlines() if '"level":"error"' in line]
            assert (done.code, errors) == (1, [facts["metricFlagsRefusal"].format(flag=flag)])
            asked += 1
    assert asked


@each_train
def test_program_is_the_trains_own_picker_or_one_that_takes_the_same(train: str) -> None:
    facts = release_of(stack(ENGINES[0], train))
    built = pin(PROGRAMS[facts.version]).version
    if built != facts.version:
        stand_in = capabilities.picker(f"{STAND_IN}:{built}")
        assert isinstance(stand_in, Release)
        for fact in ("metricsBy", "metricFlags", "metricFlagsTaken", "defaultMetrics", "defaultEngine"):
            assert stand_in[fact] == facts[fact]
