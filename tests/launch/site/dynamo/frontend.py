"""A frontend: lists the models of the folder, and answers a chat when there is one."""

from __future__ import annotations

import http.server
import json
import os
import threading
import time
from pathlib import Path
from typing import Any

from dynamo.behaviour import behave  # type: ignore[import-not-found]

TOLD: dict[str, Any] = {}


class Frontend(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.answer(200, {"data": [{"id": name} for name in models()]})

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if asked["model"] not in models():
            self.answer(503, {"message": "not ready"})
        elif "messages" in asked and TOLD.get("chat"):
            self.answer(TOLD["chat"], {"message": "this model has no chat template"})
        else:
            self.answer(200, {"choices": [{"text": "a", "message": {"content": "a"}}]})

    def answer(self, status: int, data: object) -> None:
        body = json.dumps(data).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def models() -> set[str]:
    """Those that have a worker, or one of each role."""
    files = list(Path(os.environ["DYN_FILE_KV"]).iterdir())
    roles = {file.name.partition("-")[0] for file in files}
    return {file.read_text() for file in files} if roles in ({"worker"}, {"decode", "prefill"}) else set()


TOLD |= behave("frontend")
where = (os.environ["DYN_HTTP_HOST"], int(os.environ["DYN_HTTP_PORT"]))
threading.Thread(target=http.server.ThreadingHTTPServer(where, Frontend).serve_forever, daemon=True).start()
while True:
    time.sleep(0.1)
