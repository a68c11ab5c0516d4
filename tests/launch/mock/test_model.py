"""The model folder of our own making: the same each time, whole, and nothing but JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from wellit.errors import CannotAnswer
from wellit.launch.mock import model


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WELLIT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_it_is_the_same_each_time(cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = model.ensure()
    assert first.is_relative_to(cache)
    monkeypatch.setenv("WELLIT_CACHE", str(tmp_path / "other"))
    second = model.ensure()
    assert first.name == second.name
    names = sorted(file.name for file in first.iterdir())
    assert names == ["config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json"]
    assert all((first / name).read_bytes() == (second / name).read_bytes() for name in names)


def test_it_has_every_byte_and_more_tokens_than_the_mocker_answers_with(cache: Path) -> None:  # noqa: ARG001
    tokenizer = json.loads((model.ensure() / "tokenizer.json").read_text("utf-8"))
    vocabulary = tokenizer["model"]["vocab"]
    assert sorted(vocabulary.values()) == list(range(4096))
    assert sum(len(text) == 1 for text in vocabulary) == 256
    assert [added["content"] for added in tokenizer["added_tokens"]] == list(vocabulary)[:3]


def test_what_is_lost_is_written_again(cache: Path) -> None:  # noqa: ARG001
    (model.ensure() / "tokenizer.json").unlink()
    assert json.loads((model.ensure() / "tokenizer.json").read_text("utf-8"))["model"]


def test_a_cache_that_cannot_be_written_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("WELLIT_CACHE", str(tmp_path / "file"))
    with pytest.raises(CannotAnswer, match="cannot write to the cache folder"):
        model.ensure()
