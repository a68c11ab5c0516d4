"""Connections into the box and out of it."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.sandbox.box.boxes import TestBox

PATH = {"PATH": "/usr/local/bin:/usr/bin:/bin"}
OPEN, REQUESTS = 200, 10_000
# Answers each line with itself, so that requests and answers can be counted on one connection.
ECHO = """
import asyncio
async def serve(reader, writer):
    while line := await reader.readline():
        writer.write(line)
    writer.write(b"all was said")
    writer.close()
async def main():
    server = await asyncio.start_server(serve, "0.0.0.0", 8000, backlog=1024, limit=2**24)
    print("up", flush=True)
    await server.serve_forever()
asyncio.run(main())
"""
DRIP = """
import socket
server = socket.create_server(("0.0.0.0", 8001))
print("up", flush=True)
while True:
    taken, _ = server.accept()
    for word in (b"one", b"two", b"three"):
        taken.sendall(word)
        taken.recv(1)
    taken.close()
"""


@pytest.fixture(scope="module")
def pod(box: TestBox) -> Iterator[str]:
    ip: str = box.ask("add")
    made = [box.start_in(ip, sys.executable, "-I", "-c", text, env=PATH) for text in (ECHO, DRIP)]
    for one in made:
        while "up" not in one.said():
            time.sleep(0.05)
    yield ip
    for one in made:
        one.signal(signal.SIGKILL)
    box.ask("remove", ip=ip)


def test_ten_thousand_requests_with_two_hundred_open(box: TestBox, pod: str) -> None:
    port = box.ask("publish", ip=pod, port=8000)
    assert box.ask("publish", ip=pod, port=8000) == port

    async def client(number: int) -> int:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for count in range(REQUESTS // OPEN):
            said = b"%d of %d\n" % (count, number)
            writer.write(said)
            assert await asyncio.wait_for(reader.readline(), 60) == said
        writer.close()
        await writer.wait_closed()
        return REQUESTS // OPEN

    async def all_of_them() -> int:
        return sum(await asyncio.gather(*map(client, range(OPEN))))

    assert asyncio.run(all_of_them()) == REQUESTS


def test_a_side_that_has_said_all_still_hears_the_other(box: TestBox, pod: str) -> None:
    with socket.create_connection(("127.0.0.1", box.ask("publish", ip=pod, port=8000)), 60) as client:
        client.sendall(b"x" * 5_000_000 + b"\n")
        client.shutdown(socket.SHUT_WR)
        heard = b""
        while part := client.recv(1 << 20):
            heard += part
    assert heard == b"x" * 5_000_000 + b"\nall was said"


def test_what_is_said_bit_by_bit_arrives_bit_by_bit(box: TestBox, pod: str) -> None:
    with socket.create_connection(("127.0.0.1", box.ask("publish", ip=pod, port=8001)), 60) as client:
        heard = []
        while said := client.recv(100):
            heard.append(said)
            client.sendall(b".")  # what makes it go on
    assert heard == [b"one", b"two", b"three"]


def test_a_port_nobody_listens_on_is_refused_and_does_not_hang(box: TestBox, pod: str) -> None:
    there = ("127.0.0.1", box.ask("publish", ip=pod, port=9))
    with pytest.raises(ConnectionError), socket.create_connection(there, 60) as client:
        client.sendall(b"hello")
        client.recv(1)


def test_a_pod_that_is_killed_cuts_its_connections(box: TestBox) -> None:
    ip = box.ask("add")
    ran = box.start_in(ip, sys.executable, "-I", "-c", ECHO, env=PATH)
    while "up" not in ran.said():
        time.sleep(0.05)
    with socket.create_connection(("127.0.0.1", box.ask("publish", ip=ip, port=8000)), 60) as client:
        client.sendall(b"hello\n")
        assert client.recv(10) == b"hello\n"
        ran.signal(signal.SIGKILL)
        with contextlib.suppress(ConnectionResetError):
            assert client.recv(10) == b""
    box.ask("remove", ip=ip)


def test_a_port_that_is_published_no_more_takes_nothing(box: TestBox, pod: str) -> None:
    port = box.ask("publish", ip=pod, port=8002)
    box.ask("unpublish", ip=pod, port=8002)
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), 5).close()
        except ConnectionRefusedError:
            break
        time.sleep(0.05)
    else:
        raise AssertionError("it still takes connections")
    box.ask("unpublish", ip=pod, port=8002)


class Api(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        said = f"the API server heard {self.path}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *_: object) -> None:
        return


def test_pods_reach_the_api_server_and_nothing_else_of_the_host(can_answer: None, tmp_path: Path) -> None:  # noqa: ARG001
    api = ThreadingHTTPServer(("127.0.0.1", 0), Api)
    other = ThreadingHTTPServer(("127.0.0.1", 0), Api)
    serving = threading.Thread(target=api.serve_forever)
    serving.start()
    box = TestBox(tmp_path, api.server_port)
    get = "import sys, urllib.request as u; print(u.urlopen(sys.argv[1], timeout=5).read().decode())"
    try:
        box.start()
        ip = box.ask("add")
        for where in (ip, None):
            url = "http://10.66.255.254:6443/readyz"
            said = box.said_by(where, sys.executable, "-I", "-c", get, url, env=PATH)
            assert said == "the API server heard /readyz"
        url = f"http://127.0.0.1:{other.server_port}/"
        assert box.start_in(None, sys.executable, "-I", "-c", get, url, env=PATH).wait() == 1
    finally:
        box.end()
        api.shutdown()
        serving.join()
        api.server_close()
        other.server_close()
