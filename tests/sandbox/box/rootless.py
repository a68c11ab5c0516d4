"""What test_ends.test_without_root starts as another user: a box with a served pod, and its end."""

from __future__ import annotations

import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from tests.sandbox.box.boxes import TestBox

SERVE = "import http.server as h; h.test(h.SimpleHTTPRequestHandler, h.ThreadingHTTPServer, port=80, bind='0.0.0.0')"


def main(folder: Path) -> None:
    box = TestBox(folder)
    try:
        box.start()
        ip = box.ask("add")
        print(box.said_by(ip, "id", "-u"))
        command = f'echo {ip} is served >index.html; exec "$@"'
        box.start_in(ip, "sh", "-c", command, "sh", sys.executable, "-I", "-c", SERVE, folder="/www")
        port = box.ask("publish", ip=ip, port=80)
        end = time.monotonic() + 100
        while time.monotonic() < end:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as answer:
                    print(answer.read().decode().strip())
                    break
            except OSError:
                time.sleep(0.1)
    finally:
        box.end()
    print("nothing is left" if not box.living() else box.living())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
