"""One pool with pods of two engines: the real picker reads each pod's queue once the pod's label says its engine."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from operator import eq
from pathlib import Path

from tests.support.model_server import model_server
from tests.support.picker import Picker, arguments, until
from tests.support.pool import POD, add_labels, add_pod
from tests.test_picker_reads_metrics import (
    QUEUE_OF_PODS,
    ROUNDS,
    each_train,
    metrics,
    page,
    release_of,
    stack,
    watching,
)
from wellit import render
from wellit.compose import Choice, compose
from wellit.sandbox import Sandbox

# The pool is told of one engine; the pods of the other are only known by their label.
TOLD, OTHER = "sglang", "vllm"
SECOND = "model-server-2"


def queues(started: Picker) -> Mapping[str, float | None]:
    return {pod: started.read(QUEUE_OF_PODS, model_server_pod=f"{pod}-rank-0") for pod in (POD, SECOND)}


@each_train
def test_both_queues_are_read_where_a_pod_may_say_its_engine(train: str, sandbox: Sandbox, tmp_path: Path) -> None:
    rendered = stack(TOLD, train, "shared")
    layer = release_of(rendered)["dataLayer"]
    words = arguments(rendered.part("inferencepool"), tmp_path)
    port = rendered.part("inferencepool").values["inferencePool"]["targetPorts"][0]["number"]
    with (
        model_server(port, "/metrics") as second,
        watching(sandbox, rendered, words, page(TOLD, 2, 0.25), tmp_path) as (started, first),
    ):
        second.figures = page(OTHER, 7, 0.5)
        add_pod(sandbox, rendered, SECOND, second.ip, {})
        # The control: a pod that says nothing is taken for one of the pool's own engine, and its queue is never seen.
        until(lambda: second.scrapes, lambda count: count >= ROUNDS, "scrapes of the second pod")
        until(partial(queues, started), partial(eq, {POD: 2, SECOND: 0}), "the queues of pods without labels")
        label = layer["engineLabel"] if layer else "inference.networking.k8s.io/engine-type"
        add_labels(sandbox, rendered, POD, {label: metrics(TOLD)["engineType"]})
        add_labels(sandbox, rendered, SECOND, {label: metrics(OTHER)["engineType"]})
        seen = second.scrapes
        until(lambda: second.scrapes, lambda count: count >= seen + ROUNDS, "scrapes of the second pod")
        wanted = 7 if layer else 0
        until(partial(queues, started), partial(eq, {POD: 2, SECOND: wanted}), "the queues of pods with labels")
        first.figures = page(TOLD, 4, 0.25)
        until(partial(queues, started), partial(eq, {POD: 4, SECOND: wanted}), "the queues after a change")


def test_the_guides_own_pool_and_pods(sandbox: Sandbox, tmp_path: Path) -> None:
    """As rendered: the configuration that the picker gets, and the labels that the pods of each engine get."""
    choice = Choice(
        "multi-engine", "vllm-sglang", "shared-guide", {"charts": "offline"}, "small", (), ("route.by=pool",)
    )
    rendered = render.render(compose(choice), print)
    words = arguments(rendered.part("inferencepool"), tmp_path)
    port = rendered.part("inferencepool").values["inferencePool"]["targetPorts"][0]["number"]
    with (
        model_server(port, "/metrics") as second,
        watching(sandbox, rendered, words, page(TOLD, 2, 0.25), tmp_path) as (started, _),
    ):
        second.figures = page(OTHER, 7, 0.5)
        add_pod(sandbox, rendered, SECOND, second.ip, {}, OTHER)
        until(partial(queues, started), partial(eq, {POD: 2, SECOND: 7}), "the queues of both engines")
