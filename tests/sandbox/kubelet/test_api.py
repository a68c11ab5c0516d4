"""The list and the watch, against a server that does what API servers do on a bad day."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml
from aiohttp import web

from wellit.sandbox.box.kubelet import api as under_test
from wellit.sandbox.box.kubelet.api import Api, Refused, Unreachable, listing, named

PODS = "/api/v1/pods"
Object = dict[str, Any]


def pod(name: str, version: int, **more: Any) -> Object:
    return {"metadata": {"name": name, "uid": f"u-{name}", "resourceVersion": str(version)}, **more}


class Server:
    """Lists `lists` one after the other, and plays `watches`: each a list of lines, then the connection ends."""

    def __init__(self, lists: list[Any], watches: list[list[Object]]) -> None:
        self.lists, self.watches = lists, watches
        self.asked: list[str] = []
        self.port = 0

    async def answer(self, request: web.Request) -> web.StreamResponse:
        if "watch" not in request.query:
            self.asked.append("list")
            said = self.lists.pop(0) if len(self.lists) > 1 else self.lists[0]
            if isinstance(said, int):
                return web.json_response({"message": f"no: {said}"}, status=said)
            items = {"metadata": {"resourceVersion": "10"}, "items": said}
            return web.json_response(items)
        self.asked.append(f"watch from {request.query['resourceVersion']}")
        if not self.watches:
            await asyncio.sleep(60)
        stream = web.StreamResponse()
        await stream.prepare(request)
        for line in self.watches.pop(0):
            await stream.write(json.dumps(line).encode() + b"\n")
        return stream


@asynccontextmanager
async def served(server: Server, folder: Path) -> AsyncIterator[Api]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", server.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server.port = runner.addresses[0][1]
    config = {
        "current-context": "c",
        "contexts": [{"name": "c", "context": {"cluster": "c", "user": "c"}}],
        "clusters": [{"name": "c", "cluster": {"server": f"http://127.0.0.1:{server.port}"}}],
        "users": [{"name": "c", "user": {}}],
    }
    (folder / "kubeconfig").write_text(yaml.safe_dump(config))
    try:
        async with Api(folder / "kubeconfig") as api:
            yield api
    finally:
        await runner.cleanup()


def seen(server: Server, count: int, folder: Path) -> list[str]:
    """The first `count` changes, in short."""

    async def read() -> list[str]:
        found = []
        async with served(server, folder) as api, asyncio.timeout(10):
            async for kind, one in api.changes(PODS):
                names = [item["metadata"]["name"] for item in one.get("items", [one])]
                found.append(f"{kind} {' '.join(names)}".strip())
                if len(found) == count:
                    break
        return found

    return asyncio.run(read())


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(under_test, "SLOW_SECONDS", 0.01)


def change(kind: str, one: Object) -> Object:
    return {"type": kind, "object": one}


def test_what_is_there_then_what_changes(tmp_path: Path) -> None:
    server = Server([[pod("a", 1)]], [[change("MODIFIED", pod("a", 11)), change("DELETED", pod("a", 12))]])
    assert seen(server, 3, tmp_path) == ["LISTED a", "MODIFIED a", "DELETED a"]
    assert server.asked[:2] == ["list", "watch from 10"]


def test_a_watch_that_ended_goes_on_where_it_was(tmp_path: Path) -> None:
    bookmark = change("BOOKMARK", {"metadata": {"resourceVersion": "20"}})
    server = Server([[]], [[change("ADDED", pod("a", 11)), bookmark], [change("ADDED", pod("b", 21))]])
    assert seen(server, 3, tmp_path) == ["LISTED", "ADDED a", "ADDED b"]
    assert server.asked == ["list", "watch from 10", "watch from 20"]


def test_a_watch_that_is_too_old_begins_with_a_new_list(tmp_path: Path) -> None:
    gone = change("ERROR", {"code": 410, "message": "too old resource version"})
    server = Server([[pod("a", 1)], [pod("b", 2)]], [[gone]])
    assert seen(server, 2, tmp_path) == ["LISTED a", "LISTED b"]


@pytest.mark.parametrize("code", [500, 503, 429, 403])
def test_a_server_that_does_not_answer_yet_is_waited_for(code: int, tmp_path: Path) -> None:
    server = Server([code, code, [pod("a", 1)]], [])
    assert seen(server, 1, tmp_path) == ["LISTED a"]
    assert server.asked[:3] == ["list", "list", "list"]


def test_an_object_may_be_longer_than_a_chunk(tmp_path: Path) -> None:
    long = pod("long", 11, data="x" * 3_000_000)
    server = Server([[]], [[change("ADDED", long), change("ADDED", pod("b", 12))]])
    assert seen(server, 3, tmp_path) == ["LISTED", "ADDED long", "ADDED b"]


def told(work: Callable[[Api], Any], lists: list[Any], folder: Path) -> Any:
    async def run() -> Any:
        async with served(Server(lists, []), folder) as api:
            return await work(api)

    return asyncio.run(run())


def test_what_is_not_there_is_no_error_where_that_is_an_answer(tmp_path: Path) -> None:
    assert told(lambda api: api.found(named("secrets", "ns", "x")), [404], tmp_path) is None
    assert told(lambda api: api.delete(named("pods", "ns", "x")), [404], tmp_path) is None


def test_a_refusal_has_the_servers_words(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="no: 422") as refused:
        told(lambda api: api.create(listing("events", "ns"), {}), [422], tmp_path)
    assert refused.value.code == 422


def test_nobody_there_is_unreachable(tmp_path: Path) -> None:
    async def run() -> None:
        server = Server([[]], [])
        async with served(server, tmp_path):
            pass
        async with Api(tmp_path / "kubeconfig") as api:
            await api.get(PODS)

    with pytest.raises(Unreachable):
        asyncio.run(run())


def test_paths() -> None:
    assert named("pods", "ns", "a") == "/api/v1/namespaces/ns/pods/a"
    assert named("logs", "ns", "a", "kwok.x-k8s.io/v1alpha1") == "/apis/kwok.x-k8s.io/v1alpha1/namespaces/ns/logs/a"
    assert listing("pods") == PODS
