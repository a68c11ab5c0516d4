from __future__ import annotations

import sys
from pathlib import Path

import pytest
import yaml

from wellit import tools
from wellit.engines import Engine, engines
from wellit.images import Image
from wellit.paths import ENVIRONMENTS
from wellit.process import run
from wellit.sandbox.box import programs
from wellit.sandbox.box.programs import Played, Programs


def tool(name: str) -> Path:
    return Path("/tools") / name


def play(image: str, folder: Path = Path("/nowhere")) -> Played:
    played = Programs(folder, Path(sys.executable), tool).play(image)
    assert played, image
    return played


@pytest.mark.parametrize(
    ("image", "name", "stands_in"),
    [
        ("ghcr.io/llm-d/llm-d-inference-scheduler:v0.7.1", "picker-0.7@v0.7.1", ""),
        ("mirror.example.org/llm-d/llm-d-inference-scheduler:v0.7.1", "picker-0.7@v0.7.1", ""),
        (
            "ghcr.io/llm-d/llm-d-inference-scheduler:v0.6.1",
            "picker-0.7@v0.7.1",
            "llm-d's endpoint picker v0.7.1 stands",
        ),
        ("ghcr.io/llm-d/llm-d-inference-scheduler:v0.4.0", "picker-gaie-1.2@v1.2.1", "no prefill and decode"),
        ("ghcr.io/llm-d/llm-d-inference-scheduler:latest", "picker-0.7@v0.7.1", "stands in for"),
        ("ghcr.io/llm-d/llm-d-router-endpoint-picker:v0.9.0", "picker-0.7@v0.7.1", "; it reads the metrics of every"),
        (
            "kserve/storage-initializer:v0.20.0",
            "wellit.standin.storage",
            "wellit's storage initializer, which downloads nothing, stands in for kserve/storage-initializer:v0.20.0",
        ),
        ("registry.k8s.io/gateway-api-inference-extension/epp:v1.2.1", "picker-gaie-1.2@v1.2.1", ""),
        ("registry.k8s.io/gateway-api-inference-extension/epp:v1.5.0", "picker-0.7@v0.7.1", "stands in for"),
        ("ghcr.io/llm-d/llm-d-routing-sidecar:v0.4.0", "sidecar-0.4@v0.4.0", ""),
        ("ghcr.io/llm-d/llm-d-routing-sidecar:v0.3.0", "sidecar-0.4@v0.4.0", "routing proxy v0.4.0 stands in for"),
        ("ghcr.io/llm-d/llm-d-routing-sidecar:v0.7.1@sha256:aa", "sidecar-0.7@v0.7.1", ""),
        ("ghcr.io/llm-d/llm-d-router-disagg-sidecar:v0.10.0", "sidecar-0.7@v0.7.1", "v0.7.1 stands in for"),
        ("registry.k8s.io/gateway-api-inference-extension/bbr:v1.4.0", "body-router-1.4@v1.4.0", ""),
        ("registry.k8s.io/gateway-api-inference-extension/bbr:v1.2.1", "body-router-1.4@v1.4.0", "stands in for"),
    ],
)
def test_the_program_itself_or_the_nearest_release_and_that_is_said(
    image: str, name: str, stands_in: str, tmp_path: Path
) -> None:
    played = play(image, tmp_path)
    assert played.name == name
    assert stands_in in played.stands_in
    assert bool(played.stands_in) == bool(stands_in)
    assert played.entrypoint[0] in played.provides


def test_an_image_that_starts_a_file_by_python_does_so(tmp_path: Path, echoed: Path) -> None:
    played = Programs(tmp_path / "scripts", echoed, tool).play("ghcr.io/llm-d/llm-d-uds-tokenizer:v0.7.1")
    assert played and played.entrypoint == ("python", "/app/run_grpc_server.py")
    assert said(played.provides["/app/run_grpc_server.py"]) == "-m wellit.standin.tokenizer"
    python = played.provides["/usr/local/bin/python"].read_text()
    assert '[ "$1" != /app/run_grpc_server.py ] || exec "$@"' in python
    assert said(played.provides["/usr/local/bin/python"], "-c", "print(1)") == "-c print(1)"


def test_an_image_that_nobody_knows_is_played_by_nobody(tmp_path: Path) -> None:
    assert Programs(tmp_path, Path(sys.executable), tool).play("docker.io/library/busybox:1") is None


@pytest.mark.parametrize("engine", engines(), ids=lambda engine: engine.name)
def test_every_engine_s_image_is_played_and_says_so(engine: Engine, tmp_path: Path) -> None:
    for image in engine.data["images"]:
        played = play(f"{image}:v1", tmp_path)
        assert played.stands_in.startswith(f"wellit's stand-in for {engine.title} plays")
        assert played.entrypoint == (tuple(engine.command) if engine.image_starts else ())


@pytest.mark.parametrize("train", ["llm-d-0.4", "llm-d-0.6"])
def test_every_image_of_a_train_is_played(train: str, tmp_path: Path) -> None:
    values = yaml.safe_load((ENVIRONMENTS / "versions" / f"{train}.yaml").read_text())["versions"]
    known = [values[name] for name in ("proxy", "bodyRouter", "tokenizer") if values[name]]
    images = [f"{one['image']}:{one['tag']}" for one in known]
    picker = values["picker"]
    for image in [*images, f"{picker['hub']}/{picker['name']}:{picker['tag']}"]:
        play(image, tmp_path)


def test_the_tools_are_those_that_wellit_builds() -> None:
    assert set(programs.tools()) <= set(tools.names())


def said(script: Path, *words: str) -> str:
    """What a script would start: its stand-in is echoed."""
    return run([script, *words], env={"PATH": f"{script.parent}:/usr/bin:/bin"}).out.strip()


@pytest.fixture
def echoed(tmp_path: Path) -> Path:
    """A Python that says what it was started with."""
    python = tmp_path / "python of mine"
    python.write_text('#!/bin/sh\necho "$@"\n')
    python.chmod(0o755)
    return python


def test_a_stand_in_is_found_under_the_names_that_commands_use(tmp_path: Path, echoed: Path) -> None:
    played = Programs(tmp_path / "scripts", echoed, tool).play("docker.io/lmsysorg/sglang:v0.5.6")
    assert played
    python, sglang = played.provides["/usr/local/bin/python3"], played.provides["/usr/local/bin/sglang"]
    assert said(python, "-m", "sglang.launch_server", "--port", "1") == (
        "-m wellit.standin sglang --image  -- python3 -m sglang.launch_server --port 1"
    )
    assert said(python, "-u", "-m", "sglang.launch_server") == (
        "-m wellit.standin sglang --image  -- python3 -u -m sglang.launch_server"
    )
    assert said(python, "-c", "print(1)") == "-c print(1)"
    assert said(sglang, "serve", "a b").endswith("wellit.standin sglang --image  -- " + f"{sglang} serve a b")


def test_an_image_that_may_carry_another_engine_has_both(tmp_path: Path, echoed: Path) -> None:
    played = Programs(tmp_path / "scripts", echoed, tool).play("ghcr.io/llm-d/llm-d-cuda:v0.6.0")
    assert played
    python = played.provides["/usr/local/bin/python3"]
    assert "standin sglang" in said(python, "-m", "sglang.launch_server")
    assert "standin vllm" in said(python, "-m", "vllm.entrypoints.openai.api_server")
    assert Path("/usr/local/bin/vllm").name in {Path(path).name for path in played.provides}


def test_every_part_of_an_image_s_name_counts() -> None:
    for program in programs._data()["programs"]:
        for known in program["images"]:
            assert Image.parse(known["repository"]).tag == ""
            assert all(set(one) <= {"tool", "module", "python", "since", "title"} for one in known["plays"])


def test_what_stands_in_is_told_without_starting_anything() -> None:
    words, image = programs.stand_in("ghcr.io/llm-d/llm-d-inference-scheduler:v0.4.0") or ("", "")
    assert "knows no prefill and decode" in words
    assert image == "registry.k8s.io/gateway-api-inference-extension/epp:v1.2.1"
    assert programs.stand_in("ghcr.io/llm-d/llm-d-inference-scheduler:v0.7.1") is None
    assert programs.stand_in("example.com/unheard-of:1") is None
    words, image = programs.stand_in("kserve/storage-initializer:latest") or ("", "?")
    assert "downloads nothing" in words and image == ""
    words, image = programs.stand_in("docker.io/lmsysorg/sglang:v0.5.6") or ("", "")
    assert "no model is loaded" in words and image == ""
