"""What was found good and has not changed is not judged again; what was not, is."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from wellit import paths, remembered, schema, source


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WELLIT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


GOOD = "components: [engines/vllm, gateways/istio, accelerators/nvidia, versions/llm-d-0.6, charts/upstream]\n"


def test_a_good_file_is_judged_once(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert schema.check(source.parse(GOOD, "f"), "environment") == []
    monkeypatch.setattr(schema, "_known", lambda _: pytest.fail("judged again"))
    assert schema.check(source.parse(GOOD, "another name"), "environment") == []
    assert len(list((cache / "good").iterdir())) == 1


def test_a_wrong_file_is_judged_every_time(cache: Path) -> None:
    for _ in range(2):
        assert [f.id for f in schema.check(source.parse("components: 3\n", "f"), "environment")] == ["WL011"]
    assert not (cache / "good").exists()


def test_a_number_is_not_its_text() -> None:
    assert remembered.key({1: 2}) != remembered.key({"1": 2})


def test_a_cache_that_cannot_be_written_to_stops_nothing(cache: Path) -> None:
    cache.write_text("a file where a folder should be")
    assert schema.check(source.parse(GOOD, "f"), "environment") == []


def test_the_oldest_are_forgotten_once_in_a_process(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (cache / "kind").mkdir(parents=True)
    for number in range(6):
        (cache / "kind" / f"{number}.json").write_text('"four"')
        os.utime(cache / "kind" / f"{number}.json", (number, number))
    monkeypatch.setattr(remembered, "MOST_FILES", 4)
    remembered.keep("kind", "new", "one")
    assert {file.stem for file in (cache / "kind").iterdir()} == {"2", "3", "4", "5", "new"}
    remembered.keep("kind", "newer", "two")
    assert len(list((cache / "kind").iterdir())) == 6
    remembered.forget_oldest(cache / "kind", 100, 18)
    assert {file.stem for file in (cache / "kind").iterdir()} == {"new", "newer", "5"}


def test_a_folder_that_was_tidied_just_now_is_let_be(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    remembered.keep("kind", "one", 1)
    monkeypatch.setattr(remembered, "MOST_FILES", 0)
    remembered._tidy.cache_clear()  # as in another process
    remembered.keep("kind", "two", 2)
    assert {file.stem for file in (cache / "kind").iterdir()} == {"one", "two"}
    os.utime(cache / ".kind-tidied", (0, 0))
    remembered._tidy.cache_clear()
    remembered.keep("kind", "three", 3)
    assert {file.stem for file in (cache / "kind").iterdir()} == {"three"}


def test_data_is_recalled_as_it_was_kept(cache: Path) -> None:
    assert remembered.recall("kind", "a") is None
    remembered.keep("kind", "a", {"b": [1, None, "c"]})
    assert remembered.recall("kind", "a") == {"b": [1, None, "c"]}
    (cache / "kind" / "a.json").write_text("{")
    assert remembered.recall("kind", "a") is None


def test_what_another_process_forgot_meanwhile_stops_nothing(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.mkdir(exist_ok=True)
    (cache / "a").touch()
    files = [SimpleNamespace(stat=(cache / name).stat, path=str(cache / name)) for name in ("gone", "a")]
    monkeypatch.setattr(os, "scandir", lambda _: iter(files))
    remembered.forget_oldest(cache, 1, 100)
    assert (cache / "a").exists()


def test_jsonschema_is_not_even_imported_the_second_time(cache: Path) -> None:
    code = (
        "import sys; from wellit import compose, schema; stack = compose.compose(compose.Choice()); "
        "schema.check_stack(stack); print('jsonschema' in sys.modules)"
    )
    said = [
        subprocess.run([sys.executable, "-c", code], cwd=paths.ROOT, capture_output=True, text=True, check=True).stdout
        for _ in range(2)
    ]
    assert said == ["True\n", "False\n"]
    assert cache.is_dir()


def test_a_file_of_ours_is_parsed_once_as_long_as_it_does_not_change(cache: Path, tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("a: [1, true, 1.5, null, text]\n")
    assert remembered.data(file) == {"a": [1, True, 1.5, None, "text"]}
    (kept,) = (cache / "data").iterdir()
    kept.write_text('{"a": 2}')
    assert remembered.data(file) == {"a": 2}
    kept.write_text("{")
    assert remembered.data(file) == {"a": [1, True, 1.5, None, "text"]}
    file.write_text("a: 3\n")
    os.utime(file, (1, 1))
    assert remembered.data(file) == {"a": 3}


def test_what_json_cannot_say_is_not_kept(cache: Path, tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("{1: a}")
    assert remembered.data(file) == remembered.data(file) == {1: "a"}
    assert not (cache / "data").exists()
