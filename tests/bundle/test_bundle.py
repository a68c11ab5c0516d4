"""A bundle is made, judged and used: of every way, with upstream's charts and with those of the checkout."""

from __future__ import annotations

import json
import os
import shutil
import tarfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.bundle.test_archive import rewritten
from wellit import bundle, catalogue, charts, compose, options, paths, process, publishers, render, tools
from wellit.bundle import archive, extras, judge
from wellit.compose import Choice, Stack
from wellit.errors import CannotAnswer, Refused
from wellit.findings import Report
from wellit.process import Done
from wellit.validate import Validated, foreign

pytestmark = pytest.mark.usefixtures("shared_cache")
CANARY = "hf_" + "canary0123456789" * 2
# Upstream's charts cannot be had everywhere: ours, packaged under their names, are rendered like any packaged chart.
UPSTREAM = ("charts.imitate=true", "versions.charts.gateway.digest=null", "versions.charts.modelservice.digest=null")


def nowhere(argv: Sequence[str | Path], **about: Any) -> Done:
    """A helm that reaches no repository; everything else is real."""
    words = tuple(map(str, argv))
    return Done(words, 1, "", "Error: no such host") if words[1:2] == ("pull",) else process.run(argv, **about)


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """A chart that is fetched is a mistake here, unless a test says what comes of it."""
    monkeypatch.setattr(extras.gather, "__defaults__", (nowhere,))


@pytest.fixture(scope="module")
def _upstream(shared_cache: Path) -> None:
    helm = tools.path("helm")
    for part, about in compose.compose(Choice()).values["versions"]["charts"].items():
        words = [helm, "package", paths.CHARTS / part, "--version", about["version"], "--destination"]
        assert process.run([*words, shared_cache / "charts"], env=charts.environment()).ok
        assert (shared_cache / "charts" / charts.packaged(about)).exists()


def make(file: Path, *sets: str, **choice: Any) -> tuple[Stack, Report]:
    stack = compose.compose(Choice(sets=sets, **choice))
    return stack, bundle.written(stack, render.render(stack, print), Report("bundle"), file, print)


def used(bundled: Path, **said: Any) -> Validated:
    return bundle.validated(str(bundled), said, print)


@pytest.fixture(scope="module")
def offline(shared_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:  # noqa: ARG001
    file = tmp_path_factory.mktemp("offline") / "b.tar"
    make(file, environment="sglang", components={"charts": "offline"}, size="small")
    return file


def ids(result: Validated) -> list[str]:
    return [one.id for one in result.report.findings if one.severity != "info"]


@pytest.mark.parametrize("guide", catalogue.guide_names())
def test_of_every_guide_the_same_stack_comes_out_of_it(guide: str, tmp_path: Path) -> None:
    first, second = tmp_path / "1.tar", tmp_path / "2.tar"
    components = {"charts": "offline"} if catalogue.way_of(catalogue.guide_source(guide)).charts else {}
    stack, report = make(first, guide=guide, components=components)
    make(second, guide=guide, components=components)
    assert first.read_bytes() == second.read_bytes()
    listed = report.summary["images"]
    assert isinstance(listed, dict) and listed["stack"]
    result = used(first)
    assert not ids(result) and result.report.exit_code == 0
    assert result.stack and result.stack.values == stack.values and result.stack.namespace == stack.namespace
    assert result.rendered == render.render(stack, print)


@pytest.mark.usefixtures("_upstream")
def test_upstreams_charts_are_in_it_by_digest_and_nowhere_else(tmp_path: Path) -> None:
    file, out = tmp_path / "b.tar", tmp_path / "out"
    stack, _ = make(file, *UPSTREAM)
    kept = paths.cache() / "charts"
    digests = {part: charts.digest(path) for part, path in charts.find(stack, print, fetch=False).items()}
    manifest = archive.read(str(file)).manifest
    assert {part: about["digest"] for part, about in manifest["charts"].items()} == digests and len(digests) == 3
    gone = tmp_path / "gone"
    kept.rename(gone)
    try:
        result = used(file)
        assert not ids(result) and result.rendered and result.rendered.manifests
        assert all(str(paths.cache() / "bundles") in path for path in result.rendered.charts.values())
        # Plain helmfile makes the same of it, from a folder somewhere else and with no repository to ask.
        with tarfile.open(file) as tar:
            tar.extractall(out, filter="data")
        words = ["helmfile", "-f", "stack/guides/inference-scheduling/helmfile.yaml.gotmpl", "-e", "default", "--quiet"]
        words += ["-n", stack.namespace, "--state-values-file", str(out / "helmfile.json"), "template", "--skip-deps"]
        binaries = tools.ensure(["helm", "helmfile"])
        search = f"{binaries['helm'].parent}:{binaries['helmfile'].parent}:/usr/bin:/bin"
        dead = {"HTTPS_PROXY": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9"}
        done = process.run(words, cwd=out, env=charts.environment() | dead | {"PATH": search})
        assert done.ok, done.err
        theirs = [one for one in yaml.safe_load_all(done.out) if one]
        assert sorted(map(json.dumps, theirs)) == sorted(map(json.dumps, result.rendered.manifests))
    finally:
        gone.rename(kept)


@pytest.mark.usefixtures("_upstream")
def test_a_chart_that_is_not_the_pinned_one_is_not_put_into_a_bundle(tmp_path: Path) -> None:
    with pytest.raises(CannotAnswer, match=r"llm-d-infra v1\.4\.0 is not the one that is pinned"):
        make(tmp_path / "b.tar", "charts.imitate=true")


def test_a_chart_that_cannot_be_had_is_never_left_out(tmp_path: Path) -> None:
    stack = compose.compose(Choice(sets=("charts.gateway=oci://127.0.0.1:9/none",)))
    rendered = render.Rendered((), "upstream charts not in the cache; --charts offline or --fetch")
    with pytest.raises(CannotAnswer, match="is not rendered: upstream charts not in the cache"):
        bundle.written(stack, rendered, Report("bundle"), tmp_path / "b.tar", print)
    assert not list(tmp_path.iterdir())


def test_what_is_wrong_with_its_files_comes_before_the_stack(offline: Path, tmp_path: Path) -> None:
    file = Path(shutil.copy(offline, tmp_path / "b.tar"))

    def change(members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
        members[:] = [(about, body + b" " if about.name == "overrides.json" else body) for about, body in members]

    result = used(rewritten(file, change))
    assert ids(result) == ["WL651"] and result.stack is None and result.report.exit_code == 1
    assert [check.title for check in result.report.checks] == ["the stack in it"]


def remade(file: Path, tmp_path: Path, **changed: bytes) -> Path:
    """A bundle that somebody made anew, checksums and all, with other content."""
    made = tmp_path / "remade.tar"
    with tarfile.open(file) as tar:
        found = {one.name: (tar.extractfile(one) or file.open("rb")).read() for one in tar}
    del found[archive.SUMS]
    archive.write(made, found | {name.replace("__", "/"): body for name, body in changed.items()})
    return made


def manifest_of(file: Path, **more: Any) -> bytes:
    return json.dumps({**archive.read(str(file)).manifest, **more}).encode()


def test_another_wellit_is_said_and_does_not_matter_where_the_same_comes_out(offline: Path, tmp_path: Path) -> None:
    file = remade(offline, tmp_path, **{"manifest.json": manifest_of(offline, wellit="99.1.2")})
    result = used(file)
    assert ids(result) == ["WL654"] and result.report.exit_code == 0
    assert "by wellit 99.1.2, this is" in result.report.findings[0].message


def test_what_this_checkout_makes_otherwise_is_an_error(offline: Path, tmp_path: Path) -> None:
    changed = (paths.GUIDES / "values" / "route.yaml.gotmpl").read_bytes() + b"# another\n"
    settings = json.dumps({"components": {"charts": "offline"}, "decode": {"replicas": 3}}).encode()
    named = {"stack/guides/values/route.yaml.gotmpl": changed, "overrides.json": settings}
    result = used(remade(offline, tmp_path, **named))
    assert sorted(ids(result)) == ["WL654", "WL656"] and result.report.exit_code == 1
    assert "guides/values/route.yaml.gotmpl" in next(f for f in result.report.findings if f.id == "WL654").message


@pytest.mark.usefixtures("_upstream")
def test_a_chart_that_is_missing_or_not_the_trains(tmp_path: Path) -> None:
    make(tmp_path / "b.tar", *UPSTREAM)
    with tarfile.open(tmp_path / "b.tar") as tar:
        settings = json.loads((tar.extractfile("overrides.json") or (tmp_path / "x").open("rb")).read())
    del settings["versions"]
    file = remade(tmp_path / "b.tar", tmp_path, **{"overrides.json": json.dumps(settings).encode()})
    result = used(file)
    assert ids(result) == ["WL659", "WL659"] and result.rendered is None
    assert "is not the chart that the release train pins" in result.report.findings[0].message
    settings["components"] = {"versions": "llm-d-0.4"}
    lacking = used(remade(tmp_path / "b.tar", tmp_path, **{"overrides.json": json.dumps(settings).encode()}))
    assert "the bundle has no llm-d-infra" in lacking.report.findings[0].message


def test_an_image_that_is_not_in_its_list(offline: Path) -> None:
    result = used(offline, set_=["engine.tag=v0.5.9"])
    assert ids(result) == ["WL655"]
    assert "lmsysorg/sglang:v0.5.9 is not in the bundle's list" in result.report.findings[0].message


def test_settings_of_the_place_may_be_laid_over_it(offline: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text("decode: {replicas: 3}\n")
    settings = {"set_": ["engine.image=mirror.local:5000/lmsysorg/sglang"], "namespace": "here", "file": [str(mine)]}
    result = used(offline, **settings)
    assert not ids(result) and result.stack and result.stack.namespace == "here"
    assert result.stack.values["decode"]["replicas"] == 3


@pytest.mark.parametrize(
    ("flag", "word"), [("guide", "pd-disaggregation"), ("env", "default"), ("engine", "vllm"), ("charts", "upstream")]
)
def test_flags_that_choose_another_stack(offline: Path, flag: str, word: str) -> None:
    with pytest.raises(CannotAnswer, match=f"the bundle is of --{flag} "):
        used(offline, **{flag: word})


def test_an_environment_of_ones_own_is_carried_and_asked_for(
    tmp_path: Path,
) -> None:
    own = paths.ENVIRONMENTS / "bundled-by-a-test.yaml"
    like = yaml.safe_load((paths.ENVIRONMENTS / "sglang.yaml").read_text())
    about = {"components": like["components"], "guides": [catalogue.DEFAULT_GUIDE]}
    own.write_text(yaml.safe_dump(about | {"settings": {"decode": {"replicas": 3}}}))
    try:
        make(tmp_path / "b.tar", environment=own.stem, components={"charts": "offline"}, size="small")
        found = archive.read(str(tmp_path / "b.tar"))
        assert f"stack/environments/{own.name}" in found.members
        own.write_text(yaml.safe_dump(about))
        assert "is another one in this checkout" in used(tmp_path / "b.tar").report.findings[0].message
    finally:
        own.unlink()
    result = used(tmp_path / "b.tar")
    assert ids(result)[0] == "WL657" and result.stack is None
    assert f"tar -xOf {tmp_path / 'b.tar'}" in result.report.findings[0].write


def test_nothing_secret_is_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", CANARY)
    make(tmp_path / "b.tar", environment="sglang", components={"charts": "offline"})
    assert CANARY.encode() not in (tmp_path / "b.tar").read_bytes()
    mine = tmp_path / "mine.yaml"
    mine.write_text(f"values: {{modelservice: {{decode: {{annotations: {{note: {CANARY}}}}}}}}}\n")
    with pytest.raises(Refused, match=r"looks like a (secret|token)"):
        make(tmp_path / "c.tar", components={"charts": "offline"}, files=(str(mine),))
    assert not (tmp_path / "c.tar").exists()


def test_the_gateways_charts_are_in_it_where_they_can_be_had(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """istiod's is fetched, base's cannot be: the first is carried with its images, the second listed."""
    folder = tmp_path / "istiod"
    shutil.copytree(paths.CHARTS / "route", folder)
    (folder / "templates" / "pod.yaml").write_text(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: istio/pilot:1}]}\n"
    )
    for name in ("httproute.yaml", "_match.tpl"):
        (folder / "templates" / name).unlink()
    (folder / "values.schema.json").unlink()
    (folder / "Chart.yaml").write_text("apiVersion: v2\nname: istiod\nversion: 1.29.1\n")

    def one(argv: Sequence[str | Path], **about: Any) -> Done:
        words = list(map(str, argv))
        if words[1] == "pull" and words[2] == "istiod":
            return process.run([words[0], "package", folder, "--destination", words[words.index("--destination") + 1]])
        return nowhere(argv, **about)

    monkeypatch.setattr(extras.gather, "__defaults__", (one,))
    kept = paths.cache() / "charts" / "istiod-1.29.1.tgz"
    try:
        make(tmp_path / "b.tar", components={"charts": "offline"})
    finally:
        kept.unlink(missing_ok=True)
    found = archive.read(str(tmp_path / "b.tar"))
    listed = {one["what"]: (one["file"], bool(one["lacks"])) for one in found.manifest["prerequisites"]}
    assert listed["istiod"] == ("prerequisites/istiod-1.29.1.tgz", False) and listed["istio-base"] == ("", True)
    assert "istio/pilot:1" in found.text("images.txt").splitlines()
    need = next(check for check in used(tmp_path / "b.tar").report.checks if check.id == "WL658")
    assert need.status == "warn" and "istio-base 1.29.1" in need.detail and "istiod" not in need.detail


def test_the_definitions_in_it_are_those_of_the_pinned_module(offline: Path) -> None:
    about = publishers.about("inferenceExtension")
    items = json.loads(archive.read(str(offline)).text(f"prerequisites/{publishers.kept_as(about, 'v1.4.0')}"))["items"]
    names = [item["metadata"]["name"] for item in items]
    assert set(about["definitions"]) <= set(names) and names == sorted(names)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "-o does not say"),
        ("x.tar.gz", "a bundle is a plain tar"),
        ("x.tgz", "plain tar"),
        (".", "is a folder"),
        (f"{__file__}/x/y.tar", "test_bundle.py is a file"),
    ],
)
def test_where_a_bundle_cannot_go(name: str, said: str) -> None:
    with pytest.raises(CannotAnswer, match=said):
        bundle.known_output(name)


def test_a_folder_that_may_not_be_written_in_is_told_before_the_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != tmp_path or not mode & os.W_OK)
    with pytest.raises(CannotAnswer, match="you may not write in"):
        bundle.known_output(str(tmp_path / "not" / "yet" / "there.tar"))


def test_a_folder_in_the_place_of_a_bundle(tmp_path: Path) -> None:
    with pytest.raises(CannotAnswer, match="is a folder, not a bundle"):
        archive.read(str(tmp_path))


@pytest.mark.usefixtures("_upstream")
def test_charts_that_no_digest_guards_are_named_where_it_is_made_and_where_it_is_judged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stack, _ = make(tmp_path / "b.tar", *UPSTREAM)
    unpinned = {p: about for p, about in stack.values["versions"]["charts"].items() if not about["digest"]}
    [check] = [one for one in used(tmp_path / "b.tar").report.checks if one.id == "WL660"]
    assert (check.status == "warn") == bool(unpinned)
    said = capsys.readouterr().out
    for part, about in unpinned.items():
        line = f"{about['name']} {about['version']} ({charts.digest(charts.in_cache(about['name'], about['version']))}"
        assert line in check.detail and f"versions.charts.{part}.digest" in check.detail
        assert f"no digest guards {line}" in said
    everywhere = judge.guarded(stack, {})
    assert everywhere.status == "pass"


def test_a_chart_that_is_a_path_of_this_machine(tmp_path: Path) -> None:
    said = f"charts.gateway={paths.CHARTS / 'gateway'}"
    with pytest.raises(CannotAnswer, match="is a path of this machine"):
        make(tmp_path / "b.tar", said, components={"charts": "offline"})


@pytest.fixture
def without_programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache and no program on PATH; whoever builds one fails."""

    def build(*_: Any) -> Any:
        raise AssertionError("a program was built")

    monkeypatch.setenv("WELLIT_CACHE", str(tmp_path / "empty"))
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    monkeypatch.setattr("wellit.tools.get._build_all", build)
    return tmp_path / "empty"


def test_programs_come_with_it_and_none_is_built(tmp_path: Path, offline: Path, request: pytest.FixtureRequest) -> None:
    stack = compose.compose(Choice(environment="sglang", components={"charts": "offline"}, size="small"))
    rendered = render.render(stack, print)
    bundle.written(stack, rendered, Report("bundle"), tmp_path / "b.tar", print, programs=True)
    cache = request.getfixturevalue("without_programs")
    assert not cache.exists()
    with pytest.raises(CannotAnswer, match="helm is not on this machine"):
        used(offline)
    result = used(tmp_path / "b.tar")
    assert not ids(result) and result.rendered == rendered
    assert all(str(cache) in str(path) for path in tools.ensure(["helm", "helmfile", "kubectl"]).values())


def test_what_else_validate_takes_does_not_go_with_it() -> None:
    with pytest.raises(CannotAnswer, match="--engine does not go with --bundle"):
        foreign.chosen({"bundle": "b.tar", "engine": "vllm"}, options.STACK_FLAGS)
    assert foreign.chosen({"bundle": "b.tar", "namespace": "here", "set_": ["a=b"]}, options.STACK_FLAGS) == "bundle"
