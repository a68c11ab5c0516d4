"""invoke secret on a real API server, and the canary: a token that must stand nowhere but in its Secret."""

from __future__ import annotations

import base64
import gzip
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from wellit import paths, tools
from wellit.access import Access, open_access
from wellit.errors import CannotAnswer
from wellit.lifecycle import secret
from wellit.sandbox import Sandbox

CANARY = "hf_canaryCanaryCanaryCanaryCanaryCanary1"
SPACE = "canary"


@pytest.fixture(scope="module")
def here(sandbox: Sandbox) -> Iterator[Access]:
    there = open_access(kubeconfig=str(sandbox.kubeconfig))
    yield there
    there.call("delete", "namespace", SPACE, "--wait=false")


class Person:
    """Runs tasks with a cache and a temporary folder of its own, and a kubectl that notes what it is started with."""

    def __init__(self, folder: Path, sandbox: Sandbox) -> None:
        self.folder, self.kubeconfig = folder, sandbox.kubeconfig
        self.started, self.said = folder / "started", ""
        for name in ("bin", "tmp", "cache"):
            (folder / name).mkdir()
        for kept in ("tools", "modules"):
            (folder / "cache" / kept).symlink_to(paths.cache() / kept)
        real = tools.path("kubectl")
        shim = folder / "bin" / "kubectl"
        shim.write_text(f'#!/bin/sh\nprintf "%s\\n" "$*" >> {self.started}\nenv >> {self.started}\nexec {real} "$@"\n')
        shim.chmod(0o755)

    def __call__(self, *words: str, stdin: str = "", code: int = 0, cluster: bool = True) -> str:
        env = os.environ | {
            "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}", "WELLIT_CACHE": str(self.folder / "cache"),
            "TMPDIR": str(self.folder / "tmp"), "PYTHONPATH": str(paths.ROOT),
        }  # fmt: skip
        argv = [sys.executable, "-m", "wellit.program", *words]
        argv += ["--kubeconfig", str(self.kubeconfig)] if cluster else []
        done = subprocess.run(argv, env=env, cwd=paths.ROOT, input=stdin, text=True, capture_output=True, timeout=300)
        assert done.returncode == code, done.stdout + done.stderr
        self.said += done.stdout + done.stderr
        return done.stdout + done.stderr


@pytest.fixture(scope="module")
def person(tmp_path_factory: pytest.TempPathFactory, sandbox: Sandbox) -> Person:
    return Person(tmp_path_factory.mktemp("person"), sandbox)


def kept(there: Access, name: str = secret.NAME) -> dict[str, str]:
    found = there.get(f"/api/v1/namespaces/{SPACE}/secrets/{name}")
    assert isinstance(found, dict)
    return {key: base64.b64decode(value).decode() for key, value in found["data"].items()}


def test_it_is_made_then_changed_key_by_key_and_refused_without_a_token(here: Access, person: Person) -> None:
    said = person("secret", "-n", SPACE, "--yes", stdin=f"{CANARY}\n")
    assert f"{SPACE} is made" in said and "40 characters, not shown" in said and "--set model.secret=" in said
    assert kept(here) == {"HF_TOKEN": CANARY}
    assert here.call("patch", "secret", secret.NAME, "-n", SPACE, "-p", '{"stringData":{"other":"theirs"}}').ok
    said = person("secret", "-n", SPACE, "--yes", "--key", "SECOND", stdin="another")
    assert "SECOND is added; what stays: HF_TOKEN, other" in said
    assert "HF_TOKEN is replaced" in person("secret", "-n", SPACE, "--yes", stdin=CANARY)
    assert kept(here) == {"HF_TOKEN": CANARY, "other": "theirs", "SECOND": "another"}
    assert "there is no token" in person("secret", "-n", SPACE, "--yes", code=2)
    assert "that is no token" in person("secret", "-n", SPACE, "--yes", stdin=f"HF_TOKEN: {CANARY}", code=2)
    assert "nobody to ask" in person("secret", "-n", SPACE, stdin=CANARY, code=2)


def test_a_secret_that_cannot_be_changed_is_told_with_its_way_out(here: Access, person: Person) -> None:
    here.call("create", "namespace", SPACE)  # unless it is there
    fixed = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "fixed"}, "immutable": True}
    assert here.call("apply", "-n", SPACE, "-f", "-", stdin=json.dumps(fixed)).ok
    said = person("secret", "-n", SPACE, "--yes", "--name", "fixed", stdin=CANARY, code=1)
    assert "immutable" in said and "delete secret fixed" in said


def test_the_token_stands_nowhere_but_in_its_secret(here: Access, person: Person) -> None:
    person("secret", "-n", SPACE, "--yes", "--format", "json", stdin=CANARY)
    stack = ("-e", "sglang", "--charts", "offline", "--size", "small", "--set", f"model.secret={secret.NAME}")
    person("preflight", *stack, "-n", SPACE, "--format", "json")
    person("install", *stack, "-n", SPACE, "--yes", "--no-smoke")
    person("plan", *stack, "-n", SPACE, "--diff")
    person("status", "-n", SPACE)
    person("bundle", *stack, "-o", str(person.folder / "stack.tar"), cluster=False)
    marks = (CANARY, base64.b64encode(CANARY.encode()).decode())
    assert person.started.read_text().count("apply") and not [m for m in marks if m in person.started.read_text()]
    assert not [mark for mark in marks if mark in person.said]
    files = [file for file in person.folder.rglob("*") if file.is_file() and not file.is_symlink()]
    own = [file for file in files if person.folder / "cache" / "tools" not in file.parents]
    assert own and not [file for file in own if any(mark.encode() in file.read_bytes() for mark in marks)]
    everything = json.loads(here.call("get", "secrets,configmaps,deployments,pods", "-n", SPACE, "-o", "json").out)
    holding = [one["metadata"]["name"] for one in everything["items"] if CANARY in _unpacked(one)]
    assert holding == [secret.NAME]
    person("uninstall", "-n", SPACE, "--yes")


def _unpacked(one: dict[str, Any]) -> str:
    """An object with what is packed in it: helm's releases are compressed, and twice in base64."""
    said = json.dumps(one)
    for value in (one.get("data") or {}).values() if one["kind"] == "Secret" else ():
        data = base64.b64decode(value)
        said += data.decode(errors="replace")
        try:
            said += gzip.decompress(base64.b64decode(data)).decode(errors="replace")
        except (ValueError, OSError):
            continue
    return said


@pytest.mark.parametrize(("name", "key"), [(CANARY, "HF_TOKEN"), ("token", CANARY)])
def test_a_token_among_the_arguments_is_not_used_and_not_repeated(name: str, key: str) -> None:
    with pytest.raises(CannotAnswer, match="looks like the token itself") as told:
        secret.Asked(SPACE, name, key)
    assert CANARY not in f"{told.value.message}{told.value.why}{told.value.write}"


@pytest.mark.parametrize(
    ("name", "key"), [("Upper", "HF_TOKEN"), ("a/b", "HF_TOKEN"), ("token", "a b"), ("", "K"), ("a" * 300, "K")]
)
def test_what_is_no_name_says_one_that_is(name: str, key: str) -> None:
    with pytest.raises(CannotAnswer, match="cannot be the"):
        secret.Asked(SPACE, name, key)
