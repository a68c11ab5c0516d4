"""The way to the hub that models are fetched from: its address, the proxies on the way, the token. One short question.

A token and a proxy's password are read and never shown.
"""

from __future__ import annotations

import contextlib
import http.client
import re
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

HUB = "https://huggingface.co"
SECONDS = 5
PROXIES = ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")
_SCHEMES = ("http", "https", "socks5", "socks5h", "socks4")


@dataclass(frozen=True)
class Answer:
    """What the hub said: a status, or why there was none."""

    status: int = 0
    problem: str = ""


@dataclass(frozen=True)
class Token:
    """Where a token comes from; "" when there is none. `odd` says what is wrong with its form."""

    said: str = ""
    odd: str = ""


@dataclass(frozen=True)
class Way:
    """How the hub is reached. `wrong` are variables that lead nowhere, each with what is wrong and what to write."""

    endpoint: str
    wrong: tuple[tuple[str, str, str], ...] = ()
    odd: tuple[tuple[str, str, str], ...] = ()
    proxy: str = ""


Ask = Callable[[str, Mapping[str, str], Mapping[str, str]], Answer]


def way(env: Mapping[str, str]) -> Way:
    """What the variables say of the way."""
    endpoint = env.get("HF_ENDPOINT") or HUB
    wrong, odd = [], []
    if problem := _address(endpoint, ("http", "https")):
        wrong.append(("HF_ENDPOINT", f"{shown(endpoint)}: {problem}", "https://HOST, or unset HF_ENDPOINT"))
    said = {name: env[name] for name in PROXIES if env.get(name)}
    for name, value in said.items():
        if "://" not in value and not _address(f"http://{value}", _SCHEMES):
            odd.append((name, f"{shown(value)}: it does not say http://, and not every program takes it",
                        f"{name}=http://{shown(value)}"))  # fmt: skip
        elif problem := _address(value, _SCHEMES):
            wrong.append((name, f"{shown(value)}: {problem}", f"{name}=http://HOST:PORT, or unset {name}"))
    for upper in ("HTTPS_PROXY", "ALL_PROXY"):
        if said.get(upper) and said.get(upper.lower(), said[upper]) != said[upper]:
            odd.append((upper, f"it and {upper.lower()} say different proxies", "the same in both"))
    used = next(iter(said), "")
    return Way(endpoint, tuple(wrong), tuple(odd), f"{used} {shown(said[used])}" if used else "")


def _address(text: str, schemes: tuple[str, ...]) -> str:
    """What is wrong with an address; "" when nothing is."""
    if re.search(r"\s", text):
        return "it has a blank in it"
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as problem:
        return str(problem).lower()
    if parts.scheme not in schemes:
        return f"it begins with none of {', '.join(f'{scheme}://' for scheme in schemes)}"
    if not parts.hostname:
        return "it names no host"
    return "its port is 0" if port == 0 else ""


def shown(address: str) -> str:
    """An address without the name and the password in it."""
    return re.sub(r"(?<=//)[^/@]*@|^[^/@]*@", "***@", address)


def token(env: Mapping[str, str], home: Path) -> Token:
    """Where a token comes from: a variable, or the file that `hf auth login` writes."""
    for name in ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"):
        if name in env and env[name].strip():
            return Token(name, _odd(env[name]))
    cache = Path(env["XDG_CACHE_HOME"]) if env.get("XDG_CACHE_HOME") else home / ".cache"
    usual = Path(env.get("HF_HOME") or cache / "huggingface") / "token"
    file = Path(env.get("HF_TOKEN_PATH") or usual)
    with contextlib.suppress(OSError, ValueError):
        if said := file.read_text(encoding="utf-8").strip():
            return Token(str(file), _odd(said))
    return Token()


def _odd(value: str) -> str:
    if value != value.strip() or re.search(r"\s", value):
        return "it has a blank or a new line in it"
    if value[0] in "'\"" or value[-1] in "'\"":
        return "it stands in quotes, which belong to no token"
    return "" if value.isascii() else "it has letters that no token has"


def secret(env: Mapping[str, str], home: Path) -> str:
    """The token itself, for the one question that is put as the engine puts it."""
    found = token(env, home)
    if not found.said or found.odd:
        return ""
    if found.said in env:
        return env[found.said]
    with contextlib.suppress(OSError, ValueError):
        return Path(found.said).read_text(encoding="utf-8").strip()
    return ""


class _Stay(urllib.request.HTTPRedirectHandler):
    """A redirect is an answer: the token is for the hub alone."""

    def redirect_request(self, *_args: Any, **_more: Any) -> None:
        return None


def ask(url: str, env: Mapping[str, str], headers: Mapping[str, str]) -> Answer:
    """HEAD of an address, by the proxies that `env` names."""
    proxies = {scheme: value for scheme in ("http", "https", "no") if (value := _variable(env, f"{scheme}_proxy"))}
    if every := _variable(env, "all_proxy"):
        proxies = {"http": every, "https": every} | proxies
    try:
        parts = urlsplit(url)
        bypass = urllib.request.proxy_bypass_environment  # type: ignore[attr-defined]
        direct = "no" in proxies and bypass(parts.netloc, proxies)
        if not direct and proxies.get(parts.scheme, "").startswith("socks"):
            return Answer(problem="a SOCKS proxy is not asked from here")
        handler = urllib.request.ProxyHandler({} if direct else proxies)
        request = urllib.request.Request(url, headers=dict(headers), method="HEAD")
        with urllib.request.build_opener(handler, _Stay()).open(request, timeout=SECONDS) as answer:
            return Answer(answer.status)
    except urllib.error.HTTPError as refused:
        return Answer(refused.code)
    except urllib.error.URLError as problem:
        return Answer(problem=_reason(problem.reason))
    except (OSError, ValueError, http.client.HTTPException) as problem:
        return Answer(problem=_reason(problem))


def _variable(env: Mapping[str, str], name: str) -> str:
    return env.get(name) or env.get(name.upper()) or ""


def _reason(problem: Any) -> str:
    if isinstance(problem, TimeoutError):
        return f"no answer within {SECONDS} s"
    return str(getattr(problem, "strerror", "") or problem)
