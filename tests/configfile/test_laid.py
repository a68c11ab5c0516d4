"""A config file under the command lines of a graph's workers."""

from __future__ import annotations

from pathlib import Path

import pytest

from wellit import configfile, source
from wellit.configfile import Laid
from wellit.errors import CannotAnswer
from wellit.nested import Nested
from wellit.seen.graph import graphs
from wellit.subject import DYNAMO, Release, Subject

GRAPH = """\
name: dynamo-sglang
framework: sglang
components:
  Frontend: {type: frontend, image: "nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.3.1"}
  decode:
    type: worker
    role: decode
    image: nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.3.1
    command: [python3, -m, dynamo.sglang]
    args:
    - --model-path
    - Qwen/Qwen3-0.6B
    - --page-size
    - "16"
    - --disaggregation-mode
    - decode
  prefill:
    type: worker
    role: prefill
    image: nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.3.1
    command: [python3]
    args: [-m, dynamo.sglang, --model-path, Qwen/Qwen3-0.6B, --page-size, "16", --disaggregation-mode, prefill]
"""


def subject(text: str = GRAPH, version: str = "1.3.1") -> Subject:
    read = source.parse(text, "graph.yaml")
    return Subject((Release("dynamo-sglang", DYNAMO, version, read.data, Nested(read).at, source=read),))


def laid(folder: Path, text: str, key: str = "", whole: Subject | None = None) -> Laid:
    (folder / "serving.yaml").write_text(text)
    return configfile.laid_over(whole or subject(), configfile.Asked(str(folder / "serving.yaml"), key))


def arguments(made: Laid) -> dict[str, list[str]]:
    (graph,) = graphs(made.subject)
    return {one.name: [word.text for word in one.arguments] for one in graph.workers}


def test_the_words_of_the_file_stand_before_those_of_the_environment(tmp_path: Path) -> None:
    made = laid(tmp_path, "mem-fraction-static: 0.8\ntrust-remote-code: true\n")
    own = ["--model-path", "Qwen/Qwen3-0.6B", "--page-size", "16", "--disaggregation-mode"]
    begin = ["--mem-fraction-static", "0.8", "--trust-remote-code", *own]
    assert arguments(made) == {"decode": [*begin, "decode"], "prefill": [*begin, "prefill"]}
    assert (made.findings, made.checks, made.stops) == ([], [], False)
    frontend = next(graphs(made.subject)).frontends[0]
    assert not frontend.words.words


def test_every_word_keeps_its_place(tmp_path: Path) -> None:
    made = laid(tmp_path, "a:\n  mem-fraction-static: 0.8\n", "a")
    for component in next(graphs(made.subject)).workers:
        placed = {word.text: word.node.owner.locate(word.node.keys) for word in component.arguments}
        assert (placed["0.8"].file, placed["0.8"].line, placed["0.8"].words) == (
            str(tmp_path / "serving.yaml"),
            2,
            "0.8",
        )
        assert placed["--mem-fraction-static"].words == "mem-fraction-static"
        assert placed["16"].file == "graph.yaml" and placed["16"].words == '"16"'
        node = component.arguments[0].node
        assert node.owner.path(node.keys) == ("a", "mem-fraction-static")
    before = next(graphs(subject())).workers[0].arguments[0].node
    assert before.value == "--model-path"


def test_a_key_that_the_environment_sets_has_no_effect(tmp_path: Path) -> None:
    made = laid(tmp_path, "page-size: 32\ntrust-remote-code: true\n")
    (found,) = made.findings
    assert (found.id, found.severity, found.at.line, found.at.column) == ("WL843", "warning", 1, 1)
    assert found.message == "page-size: 32 has no effect: decode and prefill are started with --page-size 16"
    assert [(note, at.file, at.words) for note, at in found.also] == [("this counts", "graph.yaml", '"16"')]
    assert not made.stops
    assert arguments(made)["decode"][:3] == ["--trust-remote-code", "--model-path", "Qwen/Qwen3-0.6B"]


def test_a_key_that_says_what_the_environment_says_is_no_mistake(tmp_path: Path) -> None:
    made = laid(tmp_path, "page-size: 16\nmodel: Qwen/Qwen3-0.6B\n")
    assert made.findings == [] and arguments(made) == arguments(Laid(subject()))


def test_of_two_spellings_of_a_flag_the_last_counts(tmp_path: Path) -> None:
    made = laid(tmp_path, "tp-size: 2\ntensor-parallel-size: 4\n")
    (found,) = made.findings
    assert found.message == "tp-size: 2 has no effect: --tensor-parallel-size 4 stands below it"
    assert arguments(made)["decode"][:2] == ["--tensor-parallel-size", "4"]


@pytest.mark.parametrize("text", ["page_size: 32\n", "trust-remote-code: false\n", "context-length: long\n"])
def test_a_file_with_a_mistake_is_not_laid_over(tmp_path: Path, text: str) -> None:
    made = laid(tmp_path, text)
    assert made.stops and len(made.findings) == 1
    assert arguments(made) == arguments(Laid(subject()))


ROLES = "prod:\n  decode: {max-running-requests: 8}\n  prefill: {chunked-prefill-size: 4096}\n"


def test_each_worker_gets_its_own_section(tmp_path: Path) -> None:
    made = laid(tmp_path, ROLES, "prod")
    assert {name: words[:2] for name, words in arguments(made).items()} == {
        "decode": ["--max-running-requests", "8"],
        "prefill": ["--chunked-prefill-size", "4096"],
    }
    assert made.findings == []


def test_a_section_of_a_worker_that_is_not_there_has_no_effect(tmp_path: Path) -> None:
    made = laid(tmp_path, f"{ROLES}  encode: {{tp-size: 1}}\n", "prod")
    (found,) = made.findings
    assert (found.id, found.at.line) == ("WL843", 4)
    assert found.message == 'no worker of this stack is called "encode", or has that role'


def test_one_section_of_several_goes_to_all(tmp_path: Path) -> None:
    made = laid(tmp_path, ROLES, "prod.decode")
    assert {words[0] for words in arguments(made).values()} == {"--max-running-requests"}


def test_a_second_file_is_not_given(tmp_path: Path) -> None:
    made = laid(
        tmp_path,
        "tp-size: 2\n",
        whole=subject(GRAPH.replace("--page-size\n", "--config\n").replace('"16"\n', "/a.yaml\n")),
    )
    (found,) = made.findings
    assert (found.id, found.at.file, found.at.words) == ("WL840", "graph.yaml", "/a.yaml")
    assert found.message == "component decode has --config /a.yaml already, and SGLang takes one file"


def test_dynamos_own_flags_are_taken_in_the_file_before_1_0_alone(tmp_path: Path) -> None:
    text = "dyn-tool-call-parser: qwen25\npage-size: 32\nmem-fraction-static: 0.8\n"
    old = subject(GRAPH.replace(":1.3.1", ":0.8.1"), "0.8.1")
    made = laid(tmp_path, text, whole=old)
    assert [found.id for found in made.findings] == ["WL843"]
    assert arguments(made)["prefill"][:4] == ["--dyn-tool-call-parser", "qwen25", "--mem-fraction-static", "0.8"]
    (found, *_) = laid(tmp_path, text).findings
    assert found.message == "dyn-tool-call-parser is a flag of dynamo.sglang, and only SGLang 0.5.14 reads the file"


def test_the_version_is_the_one_of_the_image(tmp_path: Path) -> None:
    text = "kv-events-config: {publisher: zmq}\n"
    assert laid(tmp_path, text).findings == []
    (found,) = laid(tmp_path, text, whole=subject(GRAPH.replace(":1.3.1", ":0.8.1"))).findings
    assert found.message == "SGLang 0.5.6.post2 takes no map here"


@pytest.mark.parametrize("image", ["registry.example/mine:latest", "nvcr.io/nvidia/ai-dynamo/sglang-runtime:9.9.9"])
def test_a_version_that_is_not_known_is_neither_yes_nor_no(tmp_path: Path, image: str) -> None:
    whole = subject(GRAPH.replace("nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.3.1", image))
    made = laid(tmp_path, "page-size: 32\n", whole=whole)
    assert made.stops and {one.status for one in made.checks} == {"unknown"} and made.findings == []


def test_the_words_of_a_script_are_not_touched(tmp_path: Path) -> None:
    script = "command: [sh, -c]\n    args: [exec python3 -m dynamo.sglang --model-path Qwen/Qwen3-0.6B]\n"
    whole = subject(GRAPH.partition("  prefill:")[0].partition("    command:")[0] + f"    {script}")
    made = laid(tmp_path, "page-size: 32\n", whole=whole)
    assert [one.detail for one in made.checks] == ["its command does not show where its words begin"]


def test_a_stack_without_such_workers_takes_none(tmp_path: Path) -> None:
    with pytest.raises(CannotAnswer, match="no worker of this stack takes --config"):
        laid(tmp_path, "page-size: 32\n", whole=Subject(()))


def test_a_file_that_cannot_be_read_is_a_finding(tmp_path: Path) -> None:
    made = configfile.laid_over(subject(), configfile.Asked(str(tmp_path / "nothing.yaml")))
    assert made.stops and [found.id for found in made.findings] == ["WL001"]


def test_a_secret_is_not_told(tmp_path: Path) -> None:
    whole = subject(GRAPH.replace("--page-size\n", "--api-key\n").replace('"16"\n', "x7\n"))
    (found,) = laid(tmp_path, "api-key: y8\n", whole=whole).findings
    assert found.message == "api-key: ******** has no effect: decode is started with --api-key ********"
    assert found.at.text == "api-key: **"
