"""Questions over HTTP: to a pod, a picker, and through the gateway as a client would."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any

from wellit import keys
from wellit.access import Access
from wellit.doctor.sight import Heard
from wellit.errors import WellitError

SECONDS = 5.0  # a question that a running server answers at once
ANSWER_SECONDS = 60.0  # a completion of a few tokens on a slow model
MOST_BYTES = 4 * 1024 * 1024


# A way to a port of something in the cluster; its base URL holds as long as the context does (wellit.reach).
Reach = Callable[[Access, str, str, int], AbstractContextManager[str]]


def ask(
    url: str, body: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None, seconds: float = SECONDS
) -> Heard:
    """One question, with the key where there is one (wellit.keys). What fails is an answer too."""
    data = json.dumps(body).encode() if body is not None else None
    said = {"Content-Type": "application/json", **keys.bearer(keys.KEY), **(headers or {})}
    began = time.monotonic()
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(urllib.request.Request(url, data, said), timeout=seconds) as response:
            return _heard(response.status, response.read(MOST_BYTES), response.headers, began)
    except urllib.error.HTTPError as refused:
        return _heard(refused.code, refused.read(MOST_BYTES), refused.headers, began)
    except (OSError, ValueError) as problem:
        reason = getattr(problem, "reason", problem)
        late = isinstance(reason, TimeoutError)
        spoken = getattr(reason, "strerror", None) or reason
        words = f"no answer within {seconds:.0f} s" if late else f"nothing answers: {spoken}"
        return Heard(failure=words, seconds=time.monotonic() - began)


def _heard(status: int, text: bytes, headers: Any, began: float) -> Heard:
    known = {name.lower(): value for name, value in headers.items()}
    return Heard(status, keys.hidden(text.decode(errors="replace")), time.monotonic() - began, headers=known)


def through(
    reach: Reach, access: Access, namespace: str, what: str, port: int, question: Callable[[str], Heard]
) -> Heard:
    """What `question` hears at the base URL of something in the cluster."""
    try:
        with reach(access, namespace, what, port) as url:
            return question(url.rstrip("/"))
    except WellitError as problem:
        return Heard(failure=problem.message, denied="may not" in problem.message)
