"""docs/add-an-engine.md, followed in a copy of the checkout; and what the engine that it adds comes to."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support import copies
from tests.support.copies import Copy
from tests.support.picker import free_ports
from tests.support.standin import IP, MODEL, command, environment, run
from wellit import catalogue, paths, process, tools, walk

PAGE = paths.ROOT / "docs" / "add-an-engine.md"
FILE = "environments/engines/lumen.yaml"
GUIDES = catalogue.guide_names()
# Of every cell that has it: whether it is refused in words where the guide says so, and without a mistake elsewhere.
CELLS = """\
import json
from tests.test_cells import GUIDES, choice, errors
from wellit import catalogue, cells, compose
right = {"right": [], "refused": []}
for guide in GUIDES:
    read = catalogue.guide_source(guide)
    for cell in cells.cells(read):
        if cell.engines == ("lumen",):
            no, found = cells.refusal(read, cell), errors(compose.compose(choice(guide, cell)))
            right["refused" if no else "right"].append(no.message in found[0] if no else not found)
print(json.dumps({kind: bool(said) and all(said) for kind, said in right.items()}))
"""


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copy]:
    """A copy in which the page was followed up to the engine that has neither P/D nor KV events."""
    tools.ensure(["helm", "helmfile"])
    copy = copies.checkout(tmp_path_factory.mktemp("add-an-engine"))
    for step in walk.steps(PAGE):
        if FILE in step.command and step.command.startswith("sed -n"):
            assert walk.take(step, print, run=_in(copy)).ok
            break
    yield copy


def _in(copy: Copy) -> process.Runner:
    def run(argv: Sequence[str | Path], **about: Any) -> process.Done:
        return process.run(argv, **{**about, "cwd": copy.root})

    return run


def test_the_page_is_followed_step_by_step(tmp_path: Path) -> None:
    copy = copies.checkout(tmp_path)
    before = sorted((paths.ENVIRONMENTS / "engines").iterdir())
    for step in walk.steps(PAGE):
        walked = walk.take(step, print, run=_in(copy))
        assert walked.ok, "\n".join([f"{step.place}: $ {step.command}", *walked.differs])
    assert sorted((paths.ENVIRONMENTS / "engines").iterdir()) == before


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("  tag: v2.1.0\n", "", 1, '"tag" is missing in engine'),
        ("    queued: ", "    queud: ", 0, '"queued" is missing in engine.metrics'),
        ('    model: ""\n', "", 0, '"model" is missing in engine.flags'),
        ("  imageStarts: false", "  imageStarts: perhaps", 5, "engine.imageStarts"),
        ("    path: /stats", "    path: stats", 0, "begin with /"),
    ],
)
def test_what_is_missing_is_found_in_its_file(followed: Copy, old: str, new: str, line: int, message: str) -> None:
    whole = (followed.root / FILE).read_text()
    assert old in whole
    try:
        (followed.root / FILE).write_text(whole.replace(old, new, 1))
        findings = followed.report("--engine", "lumen")["findings"]
    finally:
        (followed.root / FILE).write_text(whole)
    assert all(finding["file"] == FILE and finding["line"] for finding in findings)
    found = next(finding for finding in findings if message in finding["message"])
    assert not line or found["line"] == line


def refused() -> dict[str, str]:
    """Guides that need what lumen has not."""
    needs = {guide: catalogue.guide_source(guide).data["needs"] for guide in GUIDES}
    return {guide: need[0] for guide, need in needs.items() if need}


@pytest.mark.parametrize("guide", GUIDES)
def test_a_guide_renders_with_it_or_refuses_it_in_the_words_of_its_file(followed: Copy, guide: str) -> None:
    several = catalogue.guide_source(guide).data["engines"] == "several"
    words = ["-g", guide, "--engine", "vllm+lumen" if several else "lumen"]
    if guide in refused():
        (finding,) = followed.report(*words)["findings"]
        reasons = yaml.safe_load((followed.root / FILE).read_text())["engine"]["lacks"]
        assert (finding["id"], finding["why"]) == ("WL030", reasons[refused()[guide]])
    else:
        deployments = [each for each in followed.rendered(*words) if each["kind"] == "Deployment"]
        images = [c["image"] for d in deployments for c in d["spec"]["template"]["spec"]["containers"]]
        assert "registry.example/lumen/server:v2.1.0" in images


def test_what_it_lacks_has_to_be_said(followed: Copy) -> None:
    """Without the reason, the refusal names the field that is null."""
    whole = (followed.root / FILE).read_text()
    try:
        (followed.root / FILE).write_text(
            whole.replace("    disaggregation: Lumen 2.1 keeps its KV cache to itself\n", "")
        )
        (finding,) = followed.report("-g", "pd-disaggregation", "--engine", "lumen")["findings"]
    finally:
        (followed.root / FILE).write_text(whole)
    assert finding["why"] == f"{FILE} says disaggregation: null"


def test_the_picker_of_each_train_is_told_its_metrics(followed: Copy) -> None:
    newer = followed.rendered("--engine", "lumen")
    (files,) = (
        each["data"] for each in newer if each["kind"] == "ConfigMap" and "default-plugins.yaml" in each["data"]
    )
    plugins = {p["type"]: p.get("parameters") for p in yaml.safe_load(files["inference-scheduling.yaml"])["plugins"]}
    assert plugins["metrics-data-source"] == {"path": "/stats"}
    told = plugins["model-server-protocol-metrics"]
    assert told["defaultEngine"] == "lumen"
    (names,) = told["engineConfigs"]
    assert {key: name for key, name in names.items() if name} == {
        "name": "lumen",
        "queuedRequestsSpec": "lumen:waiting",
        "runningRequestsSpec": "lumen:running",
        "kvUsageSpec": "lumen:kv_share",
    }
    older = followed.rendered("--engine", "lumen", "--versions", "llm-d-0.4")
    (picker,) = (e for e in older if e["kind"] == "Deployment" and e["metadata"]["name"].endswith("-epp"))
    args = picker["spec"]["template"]["spec"]["containers"][0]["args"]
    flags = dict(itertools.pairwise(args))
    assert flags["--total-queued-requests-metric"] == "lumen:waiting"
    assert flags["--kv-cache-usage-percentage-metric"] == "lumen:kv_share"
    assert flags["--model-server-metrics-path"] == "/stats"


def test_the_real_pickers_read_its_queue(followed: Copy) -> None:
    """The same tests that every engine here passes, in the copy."""
    tools.ensure(["picker-0.7", "picker-gaie-1.2"])
    done = followed.python(
        "-m", "pytest", "-q", "tests/test_picker_reads_metrics.py", "-k", "what_the_engine_serves and lumen"
    )
    assert done.ok, done.out
    assert "2 passed" in done.out


def test_a_stand_in_plays_it(followed: Copy, tmp_path: Path) -> None:
    """Where it listens, its metrics and its flag are its file's; what its file does not say is as OpenAI has it."""
    (port,) = free_ports(1)
    words = ["lumen", "serve", MODEL, "--bind", IP, "--listen-port", str(port), "--public-name", "q", "--window", "64"]
    there = ["sh", "-c", 'cd "$0" && exec "$@"', str(followed.root)]
    with run([*there, *command("lumen", [*words, "--metrics"])], tmp_path, IP, port, environment(), True) as started:
        (card,) = started.get("/v1/models").json["data"]
        assert (card["id"], card["owned_by"]) == ("q", "lumen")
        assert started.get("/alive").status == 200
        assert [started.figure(name, "/stats") for name in ("lumen:waiting", "lumen:kv_share")] == [0, 0]
        assert started.complete(model="q", max_tokens=3).json["usage"]["completion_tokens"] == 3
        refused = started.complete(model="nobody")
        assert (refused.status, refused.json["error"]["type"]) == (404, "NotFoundError")
        assert started.complete(model="q", max_tokens=64).status == 400  # more than --window
    with run([*there, *command("lumen", words)], tmp_path, IP, port, environment(), True) as started:
        assert started.get("/stats").status == 404


def test_every_cell_of_it_is_answered(followed: Copy) -> None:
    done = followed.python("-c", CELLS)
    assert done.ok, done.err
    assert json.loads(done.out) == {"right": True, "refused": True}


def test_the_table_of_the_readme_has_it(followed: Copy) -> None:
    assert followed.run("docs").ok
    heads = [line for line in (followed.root / "README.md").read_text().splitlines() if "`--engine vllm`" in line]
    assert heads and all("Lumen<br>`--engine lumen`" in head for head in heads)
