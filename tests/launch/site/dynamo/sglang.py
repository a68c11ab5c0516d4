"""A worker: writes its model into the folder of the launch, and tells its health at its own port."""

from __future__ import annotations

import http.server
import json
import os
import sys
import threading
import time
from pathlib import Path

from dynamo.behaviour import behave  # type: ignore[import-not-found]


class Health(http.server.BaseHTTPRequestHandler):
    ready = False

    def do_GET(self) -> None:
        body = json.dumps({"status": "ready" if Health.ready else "notready"}).encode()
        self.send_response(200 if Health.ready else 503)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def main() -> None:
    words = sys.argv[1:]
    role = words[words.index("--disaggregation-mode") + 1] if "--disaggregation-mode" in words else "worker"
    model = words[words.index("--served-model-name") + 1]
    told = behave(role)
    print(f"GPUs {os.environ.get('CUDA_VISIBLE_DEVICES')} token {os.environ.get('HF_TOKEN')}", flush=True)
    server = http.server.ThreadingHTTPServer(
        (os.environ["DYN_SYSTEM_HOST"], int(os.environ["DYN_SYSTEM_PORT"])), Health
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    time.sleep(told.get("late", 0))
    Path(os.environ["DYN_FILE_KV"], f"{role}-{os.getpid()}").write_text(model)
    Health.ready = True
    while True:
        time.sleep(0.1)


main()
