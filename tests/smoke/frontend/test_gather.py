"""The asking, of a server that answers as Dynamo's frontend does: requests wait until a chat is answered."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.smoke.frontend import world
from tests.smoke.frontend.world import MODEL, target, worker
from wellit.smoke.figures import Road
from wellit.smoke.frontend import ask, gather

NUMBER = world.DECODE


class Stack:
    """A frontend and a worker. `ready_after` so many chats are refused; it keeps what it was asked."""

    def __init__(self, ready_after: int = 0) -> None:
        self.ready_after, self.asked, self.good = ready_after, [], 0  # type: tuple[int, list[tuple[str, Any]], int]

    def answer(self, path: str, body: Any) -> tuple[int, str]:
        self.asked.append((path, body))
        if body is not None:
            return self.complete(path, body)
        return {
            "/v1/models": (200, world.EMPTY if self.ready_after > 1 else world.MODELS),
            "/health": (200, world.health(("dynamo", "backend", NUMBER)).body),
            "/metrics": (200, self.metrics()),
            "/live": (200, '{"status":"ready","endpoints":{"generate":"ready"}}'),
        }.get(path, (404, ""))

    def metrics(self) -> str:
        labels = f'model="{MODEL}",status="success"'
        return (
            f'{world.REQUESTS}{{{labels}}} {self.good}\ndynamo_component_uptime_seconds{{worker_id="{NUMBER:x}"}} 1\n'
        )

    def complete(self, path: str, body: Any) -> tuple[int, str]:
        if body["model"] != MODEL:
            return 404, '{"message":"Model not found","code":404}'
        if self.ready_after:
            self.ready_after -= 1
            return 503, world.NOT_READY
        self.good += 1
        if body.get("stream"):
            pieces = [{"choices": [{"delta": {"content": "a"}}]}, {"choices": [{"delta": {"content": "b"}}]}]
            told = [*map(json.dumps, pieces), json.dumps({"choices": [], "usage": {"prompt_tokens": 1}}), "[DONE]"]
            return 200, "".join(f"data: {one}\n\n" for one in told)
        if path == "/v1/completions":
            return 200, json.dumps({"choices": [{"text": "a"}], "usage": {"prompt_tokens": 1}})
        wanted = (body.get("nvext") or {}).get("extra_fields")
        return 200, world.chatted(*((NUMBER, NUMBER) if wanted == ["worker_id"] else (None, None))).body


@contextmanager
def served(stack: Stack) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Says nothing."""

        def do_GET(self) -> None:
            self.tell(*stack.answer(self.path, None))

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self.tell(*stack.answer(self.path, body))

        def tell(self, status: int, text: str) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def of(url: str, **changes: Any) -> Any:
    return replace(target(worker("w", "", url), road=Road(url, f"at {url}")), **changes)


def test_all_is_asked_and_found_good() -> None:
    stack = Stack()
    with served(stack) as url:
        found = ask(of(url), 20)
    assert {check.status for check in found.checks} == {"pass"}, found.checks
    assert found.asked == len(stack.asked) and found.through == f"at {url}"


def test_requests_are_held_back_until_a_chat_is_answered() -> None:
    stack = Stack(ready_after=1)
    with served(stack) as url:
        found = gather.gather(of(url), 20)
    chats = [path for path, body in stack.asked if body is not None]
    assert chats[0] == "/v1/chat/completions" == chats[1] and chats[2] == "/v1/completions"
    assert found.settled >= gather.AGAIN_SECONDS and found.completion.ok


def test_what_never_becomes_ready_is_asked_all_the_same_and_in_time() -> None:
    stack = Stack(ready_after=10**6)
    with served(stack) as url:
        found = gather.gather(of(url), 3)
    assert found.seconds < 4 and found.chat.status == 503 and world.checks(found)["WL861"].status == "fail"


def test_equal_prompts_are_asked_of_a_router_that_goes_by_them() -> None:
    stack = Stack()
    with served(stack) as url:
        found = gather.gather(of(url, router="kv"), 20)
    said = [body["messages"][0]["content"] for path, body in stack.asked if path == "/v1/chat/completions"][-9:]
    assert len(set(said)) == gather.GROUPS and all(len(one) >= gather.PROMPT_CHARACTERS for one in said)
    assert [len(group) for group in found.same] == [gather.EQUAL] * gather.GROUPS


def test_nothing_is_asked_of_a_frontend_that_cannot_be_reached() -> None:
    stack = Stack()
    with served(stack) as url:
        found = gather.gather(of(url, road=Road(why="no pod is Ready")), 20)
    assert {path for path, _ in stack.asked} == {"/health", "/live", "/metrics"} and found.workers["w"].ids == {NUMBER}
