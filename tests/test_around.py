"""What people put around validate: pre-commit hooks, a CI workflow, the page that tells of it."""

from __future__ import annotations

import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from wellit import paths, tasks, walk

HOOKS: list[dict[str, Any]] = yaml.safe_load((paths.ROOT / ".pre-commit-hooks.yaml").read_text())
WORKFLOW: dict[Any, Any] = yaml.safe_load((paths.ROOT / "docs" / "ci-workflow.yaml").read_text())
VALUES = """\
# wellit: chart llm-d-modelservice@v0.4.9
modelArtifacts: {name: a/b, uri: "hf://a/b"}
routing: {proxy: {enabled: false}}
decode: {replica: 2}
"""


def run(words: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """A command of scripts/invoke, as its last line starts it."""
    command = [sys.executable, "-m", "wellit.program", *words]
    return subprocess.run(
        command, cwd=folder, env={"PYTHONPATH": str(paths.ROOT), "PATH": "/usr/bin:/bin"}, capture_output=True,
        text=True, check=False,
    )  # fmt: skip


def flags(words: list[str]) -> set[str]:
    return {word.partition("=")[0].removeprefix("--") for word in words if word.startswith("--") and word != "--"}


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: str(hook["id"]))
def test_a_hook_starts_a_task_with_flags_that_it_has(hook: dict[str, Any]) -> None:
    script, task, *words = shlex.split(hook["entry"]) + hook["args"]
    assert (paths.ROOT / script).stat().st_mode & 0o100 and hook["language"] == "script"
    known = {name for argument in tasks.namespace[task].get_arguments() for name in argument.names}
    assert flags(words) <= {name.replace("_", "-") for name in known}


def test_the_hook_of_values_files_judges_those_that_say_their_chart(tmp_path: Path) -> None:
    (hook,) = (hook for hook in HOOKS if hook["id"] == "wellit-values")
    (tmp_path / "bad.yaml").write_text(VALUES)
    (tmp_path / "good.yaml").write_text(VALUES.replace("replica:", "replicas:"))
    (tmp_path / "other.yaml").write_text("a: 1\n")
    words = [*shlex.split(hook["entry"])[1:], *hook["args"]]
    bad = run([*words, "bad.yaml", "good.yaml", "other.yaml"], tmp_path)
    assert bad.returncode == 1 and "bad.yaml:4:10" in bad.stdout and "good.yaml" not in bad.stdout
    assert "1 file that says no chart: not checked" in bad.stdout
    assert run([*words, "good.yaml"], tmp_path).returncode == 0
    assert run([*words, "other.yaml"], tmp_path).returncode == 0


def test_a_hook_may_mend(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text(VALUES)
    done = run(["validate", "--each", "--fix", "--yes", "--", "bad.yaml"], tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "bad.yaml").read_text() == VALUES.replace("replica:", "replicas:")


def test_each_is_not_judged_with_the_others(tmp_path: Path) -> None:
    pool = "# wellit: chart inferencepool@v1.2.1\ninferencePool: {modelServers: {matchLabels: {a: b}}}\n"
    (tmp_path / "pool.yaml").write_text(pool)
    (tmp_path / "ms.yaml").write_text(VALUES.replace("replica:", "replicas:"))
    files = ["--values", "pool.yaml", "--values", "ms.yaml"]
    assert "WL301" in run(["validate", *files], tmp_path).stdout
    assert "WL301" not in run(["validate", "--each", *files], tmp_path).stdout
    nothing = run(["validate", "--each"], tmp_path)
    assert nothing.returncode == 2 and "--each is for values files" in nothing.stderr


def test_the_workflow_runs_commands_that_there_are(tmp_path: Path) -> None:
    (tmp_path / "deploy").mkdir()
    (tmp_path / "deploy" / "values.yaml").write_text(VALUES)
    script = tmp_path / ".wellit" / "scripts" / "invoke"
    script.parent.mkdir(parents=True)
    script.write_text(f'#!/bin/sh\nPYTHONPATH={paths.ROOT} exec {sys.executable} -m wellit.program "$@"\n')
    script.chmod(0o755)
    (job,) = WORKFLOW["jobs"].values()
    steps = [step["run"] for step in job["steps"] if "run" in step]
    done = [
        subprocess.run(["bash", "-e", "-c", step], cwd=tmp_path, capture_output=True, check=False) for step in steps
    ]
    assert [one.returncode for one in done] == [1, 0]
    assert done[0].stdout.startswith(b"::error file=deploy/values.yaml,line=4,")
    upload = job["steps"][-1]["with"]["sarif_file"]
    assert b'"version": "2.1.0"' in (tmp_path / upload).read_bytes()
    assert WORKFLOW["permissions"]["security-events"] == "write"


@pytest.fixture
def _as_it_was() -> Iterator[None]:
    before = set(paths.ROOT.iterdir())
    yield
    for file in set(paths.ROOT.iterdir()) - before:
        file.unlink()


@pytest.mark.usefixtures("_as_it_was")
def test_the_commands_of_the_page_do_what_it_says() -> None:
    steps = walk.steps(paths.ROOT / "docs" / "validate.md")
    assert len(steps) > 5
    for step in steps:
        walked = walk.take(step, print)
        assert walked.ok, "\n".join([f"{step.place}: $ {step.command}", *walked.differs])
