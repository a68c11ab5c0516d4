"""Reading a container's command line, and recognising engines and images."""

from __future__ import annotations

import pytest

from wellit import engines, source
from wellit.images import Image
from wellit.seen import shell, words
from wellit.seen.words import Words
from wellit.subject import from_source


def spoken(text: str) -> Words:
    release = from_source(source.parse(text, "x"), "llm-d-modelservice", "v0.3.8")
    return words.read(release.root["command"], release.root["args"])


@pytest.mark.parametrize(
    ("args", "value"),
    [
        ("[--port, '8200']", "8200"),
        ("[--port, 8200]", "8200"),
        ("[--port=8200]", "8200"),
        ("[--port, '1', --port, '2']", "2"),
        ("[--port=1, --port, '2']", "2"),
        ("[--port, --host, x]", ""),
        ("[-x, --port]", ""),
        ("[--ports, '1']", None),
        ("[serve, port, '1']", None),
    ],
)
def test_the_last_mention_of_a_flag_counts(args: str, value: str | None) -> None:
    given = spoken(f"args: {args}").given("--port")
    assert (given.value if given else None) == value


@pytest.mark.parametrize(
    ("args", "may"),
    [
        ("[--model-path, $(MODEL)]", False),
        ("[--model-path=$(MODEL)]", False),
        ("[$(MODEL)]", True),
        ("[--enable-metrics, $ENGINE_ARGS]", True),
        ("[--model-path, m, $MORE]", True),
        ("[--config, file.yaml]", True),
    ],
)
def test_a_flag_may_be_given_where_it_cannot_be_read(args: str, may: bool) -> None:
    assert bool(spoken(f"args: {args}").elsewhere) == may


def test_dashes_and_underscores_are_the_same() -> None:
    assert spoken("args: [--enable_metrics]").given("--enable-metrics")


def test_a_script_is_read_like_a_shell_does() -> None:
    text = "command: [/bin/bash, -ec]\nargs:\n- |\n  # warm up\n  exec vllm serve 'a b' \\\n    --port 8200\n"
    read = spoken(text)
    assert read.texts[2:] == ["exec", "vllm", "serve", "a b", "--port", "8200"]
    assert engines.of_words(read.texts) is engine("vllm")


@pytest.mark.parametrize(
    ("script", "commands"),
    [
        ("# don't\nexec vllm serve m 2>&1 | tee /log; echo done", ["exec vllm serve m", "tee /log", "echo done"]),
        (
            "A=1 vllm serve $(echo a; echo b) ${X:-y z} >f 2>/dev/null &\nwait",
            ["A=1|vllm|serve|$(echo a; echo b)|${X:-y z}", "wait"],
        ),
        ('vllm serve "$M" --j \'{"a": 1}\' --k "{\\"b\\": 2}"', ['vllm|serve|$M|--j|{"a": 1}|--k|{"b": 2}']),
        ("if [ -f x ]; then vllm serve m; fi", ["if [ -f x ]", "then vllm serve m", "fi"]),
        ("vllm serve m \\\n  --port 1 < /dev/null", ["vllm serve m --port 1"]),
    ],
)
def test_a_script_is_taken_apart_into_its_commands(script: str, commands: list[str]) -> None:
    found = shell.commands(script)
    assert found == [command.split("|") if "|" in command else command.split() for command in commands]


@pytest.mark.parametrize("script", ["a 'b", 'a "b', "a $(b", "cat <<EOF\nx\nEOF"])
def test_what_cannot_be_taken_apart_is_no_script(script: str) -> None:
    with pytest.raises(ValueError):
        shell.commands(script)


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("sh -c x", 2), ("/bin/bash -lc x", 2), ("bash -e -c x", 3), ("bash -c -- x", 3),
        ("bash x.sh", None), ("vllm serve -c x", None), ("bash -c", None), ("", None),
    ],
)  # fmt: skip
def test_which_word_is_a_script(words: str, number: int | None) -> None:
    assert shell.script_at(words.split()) == number


def test_words_after_a_script_are_lost_unless_it_asks_for_them() -> None:
    read = spoken("command: [sh, -c, vllm serve m]\nargs: [--port, '1']")
    assert [word.text for word in read.lost] == ["--port", "1"] and read.given("--port") is None
    assert spoken("command: [sh, -c, 'exec \"$@\"']\nargs: [--port, '1']").unclear


@pytest.mark.parametrize(
    ("command", "name"),
    [
        ("[vllm, serve, m]", "vllm"),
        ("[/opt/venv/bin/vllm, serve, m]", "vllm"),
        ("[python3, -m, vllm.entrypoints.openai.api_server]", "vllm"),
        ("[python3, -m, sglang.launch_server]", "sglang"),
        ("[sglang, serve]", "sglang"),
        ("[sglang, router]", None),
        ("[python3, -m, sglang.launch_serverless]", None),
        ("[serve]", None),
    ],
)
def test_an_engine_is_recognised_by_its_command(command: str, name: str | None) -> None:
    found = engines.of_words(spoken(f"command: {command}").texts)
    assert (found.name if found else None) == name


@pytest.mark.parametrize(
    ("image", "name"),
    [
        ("lmsysorg/sglang:v0.5.9", "sglang"),
        ("docker.io/lmsysorg/sglang@sha256:ab", "sglang"),
        ("registry.example:5000/mirror/lmsysorg/sglang:v1", "sglang"),
        ("registry.example/sglang:v1", "sglang"),
        ("ghcr.io/llm-d/llm-d-cuda:v0.6.0", "vllm"),
        ("vllm/vllm-openai", "vllm"),
        ("example.org/lmsysorg/sglang-router:v1", None),
        ("example.org/team/tools:v1", None),
        ("", None),
    ],
)
def test_an_engine_is_recognised_by_its_image(image: str, name: str | None) -> None:
    found = engines.of_image(Image.parse(image))
    assert (found.name if found else None) == name


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (["--mem-fraction-static", "0.2"], "sglang"),
        (["--gpu-memory-utilization=0.9"], "vllm"),
        (["--port", "1"], None),
        (["--mem-fraction-static", "1", "--gpu-memory-utilization", "1"], None),
    ],
)
def test_an_engine_is_recognised_by_flags_that_only_it_has(words: list[str], name: str | None) -> None:
    found = engines.of_flags(words)
    assert (found.name if found else None) == name


def engine(name: str) -> engines.Engine:
    return next(each for each in engines.engines() if each.name == name)
