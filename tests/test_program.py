"""The command line: tasks, flags, exit codes, and plain invoke over the same tasks."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from wellit import __version__, paths, process
from wellit.process import Done

INVOKE = paths.ROOT / "scripts" / "invoke"


def invoke(*words: str, env: dict[str, str] | None = None, cwd: Path | None = None) -> Done:
    """scripts/invoke, with the cache of this run."""
    return process.run([INVOKE, *words], env={"WELLIT_CACHE": str(paths.cache()), **(env or {})}, cwd=cwd, timeout=120)


def plain(*words: str) -> Done:
    """Invoke's own program over our tasks."""
    return process.run([sys.executable, "-m", "invoke", *words], cwd=paths.ROOT, timeout=120)


def test_bare_invoke_says_what_there_is() -> None:
    done = invoke()
    assert done.code == 0
    for word in ("inference-scheduling", "-e default | sglang", "invoke quickstart", "invoke install -e sglang"):
        assert word in done.out


@pytest.mark.parametrize("words", [("compare", "--help"), ("explain", "-h"), ("show", "-e", "sglang", "--help")])
def test_a_task_explains_itself(words: tuple[str, ...]) -> None:
    done = invoke(*words)
    assert done.code == 0 and done.out.startswith(f"Usage: invoke [--core-opts] {words[0]} ")


def test_it_works_from_any_folder_and_through_a_link(tmp_path: Path) -> None:
    link = tmp_path / "wellit"
    link.symlink_to(INVOKE)
    assert process.run([link, "--version"], cwd=tmp_path).out == f"wellit {__version__}\n"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["validat"], 2, 'unknown task "validat"; did you mean "validate"?'),
        (["smoke", "--timeout", "0"], 2, "--timeout 0 leaves no time"),
        (["sandbox.uo"], 2, 'unknown task "sandbox.uo"; did you mean "sandbox.up"?'),
        (["validate", "--environment", "x"], 2, "--env"),
        (["validate", "--engin=x"], 2, 'unknown flag "--engin"; did you mean "--engine"?'),
        (["validate", "--env"], 2, "--env says nothing: a word must stand after it"),
        (["validate", "--values"], 2, "--values says nothing"),
        (["validate", "--set", "--fix"], 2, "--set says nothing"),
        (["validate", "-n", ""], 2, "an empty word stands after -n"),
        (["validate", "--helmfile="], 2, "an empty word stands after --helmfile"),
        (["validate", "--"], 2, "no file is named after --"),
        (["install", "--timeout", "1.5"], 2, "error: '1.5' is no whole number"),
        (["load", "--concurrency", "0"], 2, "--concurrency between 1 and 1000"),
        (["load", "--rate", "abc"], 2, '--rate "abc" is no number'),
        (["load", "--duration", "1e9"], 2, "--duration between 1 and 3600"),
        (["load", "--prompt-tokens", "0"], 2, "--prompt-tokens between 1 and 100000"),
        (["walk", "--from", "x"], 2, "error: 'x' is no whole number"),
        (["walk", "--from", "99"], 2, "--from a number from 1 to"),
        (["walk", "-e", "sim"], 2, "has no steps for -e sim"),
        (["validate", "--", "gone.yaml"], 2, "there is no file gone.yaml"),
        (["validate", "mine.yaml"], 2, "validate --values mine.yaml"),
        (["validate", "-g", "infrence"], 2, 'did you mean "inference-scheduling"?'),
        (["validate", "--versions", "llm-d-0.5"], 2, 'unknown release train "llm-d-0.5"'),
        (["validate", "--set", "a=b"], 1, "remove it; known here"),
        (["explain"], 2, "what"),
        (["explain", "WL99999"], 2, "no finding has the id WL99999"),
        (["explain", "engine"], 2, 'did you mean "engines"?'),
        (["validate", "-e", "sgl"], 2, 'unknown environment "sgl"'),
        (["validate", "--engine", "tensorrt"], 2, "step by step in docs/add-an-engine.md"),
        (["validate", "--values", "pyproject.toml"], 2, "--chart llm-d-modelservice@"),
        (["validate", "--values", "x.yaml"], 2, "there is no file x.yaml"),
        (["validate", "--format", "xml"], 2, "known: github, json, junit, sarif, text"),
        (["validate", "-n", "My_Space"], 2, "-n my-space"),
        (["validate", "--set", "decode.replica=2"], 1, "write replicas"),
        (["render", "--set", "decode.replica=2"], 1, "write replicas"),
    ],
)
def test_bad_input_gets_a_clear_answer(words: list[str], code: int, said: str) -> None:
    done = invoke(*words)
    assert done.code == code, done.out + done.err
    assert said in done.out + done.err
    assert "Traceback" not in done.err


def test_core_flags_that_make_no_sense_here_are_not_taken() -> None:
    assert invoke("--dry", "validate").code == 2
    assert invoke("-e", "validate").code == 2


def test_plain_invoke_runs_the_same_tasks() -> None:
    assert plain("explain", "guides").out == invoke("explain", "guides").out
    assert plain("validate", "-e", "sgl").code == 2


@pytest.mark.parametrize("flag", ["--echo", "--dry", "-R", "-w"])
def test_plain_invoke_does_not_swallow_a_core_flag(flag: str) -> None:
    done = plain("validate", flag)
    assert done.code == 2
    assert "plain invoke took" in done.err


def test_results_are_on_stdout_and_progress_is_not() -> None:
    done = invoke("validate", "--charts", "offline", "--format", "json")
    assert done.code == 0
    assert json.loads(done.out)["verdict"] == "ok"


def test_a_failure_is_a_document_too_when_json_was_asked_for() -> None:
    done = invoke("validate", "-e", "sgl", "--format", "json")
    document = json.loads(done.out)
    assert (done.code, document["verdict"]) == (2, "unknown")
    assert (document["command"], document["error"]["message"]) == ("validate", 'unknown environment "sgl"')


def test_a_closed_pipe_is_no_error() -> None:
    done = process.run(
        ["sh", "-c", f"{INVOKE} render --charts offline | head -1"], env={"WELLIT_CACHE": str(paths.cache())}
    )
    assert (done.out, done.err.replace("Templating", "")) == ("---\n", "")


def test_completion_knows_tasks_and_flags() -> None:
    assert "sandbox.up" in invoke("--complete", "--", "scripts/invoke", "").out.split()
    assert "--engine" in invoke("--complete", "--", "scripts/invoke", "validate", "--").out.split()


def test_completion_works_in_a_shell_that_has_no_invoke(tmp_path: Path) -> None:
    script = tmp_path / "completion"
    script.write_text(invoke("--print-completion-script", "bash").out)
    ask = (
        f'source {script}; COMP_WORDS=(scripts/invoke sandbox.); _complete_invoke x sandbox.; echo "${{COMPREPLY[@]}}"'
    )
    done = process.run(["bash", "-c", ask], env={"PATH": "/usr/bin:/bin", "WELLIT_CACHE": str(paths.cache())})
    assert done.out.split() == ["sandbox.down", "sandbox.shell", "sandbox.status", "sandbox.up"], done.err


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_shell_gets_a_completion_that_asks_this_checkout(shell: str) -> None:
    asks = [line for line in invoke("--print-completion-script", shell).out.splitlines() if "--complete --" in line]
    assert asks and all(str(INVOKE) in line for line in asks)


def test_starting_up_imports_nothing_heavy() -> None:
    code = "import sys, tasks; print(' '.join(sys.modules))"
    loaded = process.run([sys.executable, "-c", code], cwd=paths.ROOT).out.split()
    assert not {"jsonschema", "rich", "wellit.compose", "wellit.sandbox"} & set(loaded)


def test_the_environment_of_the_caller_is_kept_out(tmp_path: Path) -> None:
    (tmp_path / "yaml.py").write_text("raise SystemExit('the wrong yaml')\n")
    done = invoke("explain", "guides", cwd=tmp_path, env={"PYTHONPATH": str(tmp_path), "PATH": os.environ["PATH"]})
    assert done.code == 0, done.err
