"""The API server as the kubelet needs it: get, patch, create, delete, and what changes in a list."""

from __future__ import annotations

import asyncio
import base64
import json
import ssl
import tempfile
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

import aiohttp
import yaml

Object = dict[str, Any]
STRATEGIC = "application/strategic-merge-patch+json"
MERGE = "application/merge-patch+json"
APPLY = "application/apply-patch+yaml"
MANAGER = "wellit-kubelet"
ANSWER_SECONDS = 30
WATCH_SECONDS = 300
SLOW_SECONDS = 0.5  # until an API server that does not answer is asked again
GONE = 410
Change = tuple[Literal["ADDED", "MODIFIED", "DELETED", "LISTED"], Object]


class Refused(Exception):
    """The API server's answer was no."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


class Unreachable(Exception):
    """It gave no answer."""


class Api:
    """Made by `async with Api(kubeconfig) as api`. Every method raises Refused and Unreachable."""

    def __init__(self, kubeconfig: Path) -> None:
        cluster, user = _read(kubeconfig)
        self._server: str = cluster["server"].rstrip("/")
        self._name: str | None = cluster.get("tls-server-name")
        self._tls: ssl.SSLContext | bool = self._server.startswith("https:") and _context(cluster, user)

    async def __aenter__(self) -> Api:
        connector = aiohttp.TCPConnector(limit=64)
        self._session = aiohttp.ClientSession(connector=connector, read_bufsize=2**20)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def get(self, path: str, **query: str) -> Object:
        return await self._ask("GET", path, query=query)

    async def found(self, path: str) -> Object | None:
        """The object, None when there is none."""
        try:
            return await self.get(path)
        except Refused as refused:
            if refused.code == 404:
                return None
            raise

    async def create(self, path: str, body: Object) -> Object:
        return await self._ask("POST", path, body)

    async def patch(self, path: str, body: Object, kind: str = STRATEGIC) -> Object:
        query = {"fieldManager": MANAGER}
        if kind == APPLY:
            query["force"] = "true"
        return await self._ask("PATCH", path, body, kind, query)

    async def delete(self, path: str, body: Object | None = None) -> None:
        """Delete an object; one that is gone already is no error."""
        try:
            await self._ask("DELETE", path, body)
        except Refused as refused:
            if refused.code != 404:
                raise

    async def _ask(
        self, verb: str, path: str, body: Object | None = None, kind: str = "application/json",
        query: Mapping[str, str] | None = None,
    ) -> Object:  # fmt: skip
        try:
            async with self._session.request(
                verb, self._server + path, params=query or {}, ssl=self._tls, server_hostname=self._name,
                data=None if body is None else json.dumps(body), headers={"Content-Type": kind},
                timeout=aiohttp.ClientTimeout(total=ANSWER_SECONDS),
            ) as answer:  # fmt: skip
                text = await answer.text()
        except (aiohttp.ClientError, TimeoutError, OSError) as problem:
            raise Unreachable(str(problem) or type(problem).__name__) from problem
        said = _parsed(text)
        if answer.status >= 400:
            raise Refused(answer.status, str(said.get("message") or text[:300]))
        return said

    async def changes(self, path: str) -> AsyncIterator[Change]:
        """Everything of a kind, then what changes, for ever.

        After each listing, the first one and those after a broken watch, comes ("LISTED", the list as it came): what is
        not in it is gone. An API server that is slow, away or restarted is waited for.
        """
        while True:
            try:
                listed = await self.get(path)
                yield "LISTED", listed
                version = listed["metadata"]["resourceVersion"]
                while version:
                    async for kind, changed in self._watched(path, version):
                        version = changed["metadata"]["resourceVersion"]
                        if kind != "BOOKMARK":
                            yield kind, changed
            except (Refused, Unreachable):
                await asyncio.sleep(SLOW_SECONDS)

    async def _watched(self, path: str, version: str) -> AsyncIterator[tuple[Any, Object]]:
        """One watch, to its end. Raises Refused for one that has to begin with a new list (410)."""
        query = {
            "watch": "1", "resourceVersion": version, "allowWatchBookmarks": "true",
            "timeoutSeconds": str(WATCH_SECONDS),
        }  # fmt: skip
        limit = aiohttp.ClientTimeout(total=None, sock_connect=ANSWER_SECONDS, sock_read=WATCH_SECONDS + ANSWER_SECONDS)
        try:
            async with self._session.get(
                self._server + path, params=query, ssl=self._tls, server_hostname=self._name, timeout=limit
            ) as answer:
                if answer.status != 200:
                    raise Refused(answer.status, (await answer.text())[:300])
                async for line in _lines(answer.content):
                    said = json.loads(line)
                    if said["type"] == "ERROR":
                        raise Refused(said["object"].get("code", GONE), said["object"].get("message", ""))
                    yield said["type"], said["object"]
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as problem:
            raise Unreachable(str(problem)) from problem


async def _lines(content: aiohttp.StreamReader) -> AsyncIterator[bytes]:
    """Lines of any length: an object may be longer than aiohttp reads as one."""
    rest = b""
    async for chunk in content.iter_any():
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            if line.strip():
                yield line


def named(kind: str, namespace: str, name: str, group: str = "") -> str:
    """The path of one object: ``named("pods", "default", "a")``; `group` as ``kwok.x-k8s.io/v1alpha1``."""
    return f"{listing(kind, namespace, group)}/{quote(name, safe='')}"


def listing(kind: str, namespace: str = "", group: str = "") -> str:
    """The path of all objects of a kind, in one namespace or in all."""
    root = f"/apis/{group}" if group else "/api/v1"
    return f"{root}/namespaces/{quote(namespace, safe='')}/{kind}" if namespace else f"{root}/{kind}"


def _parsed(text: str) -> Object:
    try:
        said = json.loads(text)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _read(kubeconfig: Path) -> tuple[Object, Object]:
    said = yaml.safe_load(kubeconfig.read_text())
    chosen = next(one["context"] for one in said["contexts"] if one["name"] == said["current-context"])
    cluster = next(one["cluster"] for one in said["clusters"] if one["name"] == chosen["cluster"])
    user = next(one["user"] for one in said["users"] if one["name"] == chosen["user"])
    return cluster, user


def _context(cluster: Object, user: Object) -> ssl.SSLContext:
    authority = base64.b64decode(cluster["certificate-authority-data"]).decode()
    context = ssl.create_default_context(cadata=authority)
    # load_cert_chain reads files only.
    with tempfile.NamedTemporaryFile("wb") as pair:
        pair.write(base64.b64decode(user["client-certificate-data"]) + b"\n")
        pair.write(base64.b64decode(user["client-key-data"]))
        pair.flush()
        context.load_cert_chain(pair.name)
    return context
