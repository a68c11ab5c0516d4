"""KServe's storage initializer is played: what it would download is said, and what it refuses is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from wellit.standin.storage import main


def test_the_folder_is_made_and_nothing_is_downloaded(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "mnt" / "models"
    assert main(["hf://Qwen/Qwen3-0.6B:main", str(folder)]) == 0
    said = capsys.readouterr().out
    assert f"downloads nothing: Qwen/Qwen3-0.6B of Hugging Face at main would be downloaded to {folder}" in said
    assert list(folder.iterdir()) == []


def test_each_pair_counts_and_patterns_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STORAGE_ALLOW_PATTERNS", '["tokenizer.json"]')
    words = ["hf://a/b", str(tmp_path / "base"), "s3://bucket/lora", str(tmp_path / "lora")]
    assert main(words) == 0
    said = capsys.readouterr().out
    assert 'a/b of Hugging Face, only ["tokenizer.json"] would be downloaded' in said
    assert "s3://bucket/lora, only" in said
    assert {folder.name for folder in tmp_path.iterdir()} == {"base", "lora"}


@pytest.mark.parametrize(
    ("uri", "told"),
    [
        ("hf://model", "Storage initialization failed: Invalid Hugging Face URI format. Expected"),
        ("hf://a/b/c", "got 'hf://a/b/c'"),
        ("hf:///b", "Hugging Face repository owner cannot be empty"),
        ("hf://a/:main", "Hugging Face model name cannot be empty"),
        ("ftp://a/b", "Cannot recognize storage type for ftp://a/b"),
        ("Qwen/Qwen3-0.6B", "Cannot recognize storage type for Qwen/Qwen3-0.6B"),
        ("file:///nowhere/at/all", "Local path file:///nowhere/at/all does not exist."),
        ("/mnt/pvc/nothing", "Cannot locate source uri /mnt/pvc/nothing for PVC"),
    ],
)
def test_a_uri_that_the_real_one_refuses(
    uri: str, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([uri, str(tmp_path)]) == 1
    assert told in capsys.readouterr().out


@pytest.mark.parametrize("words", [[], ["hf://a/b"], ["hf://a/b", "/x", "hf://c/d"]])
def test_words_that_are_no_pairs(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 1
    assert capsys.readouterr().out.startswith("Usage: initializer-entrypoint src_uri_0 dest_path_0")


def test_what_the_address_of_a_file_or_a_store_may_be(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    there = tmp_path / "weights"
    there.mkdir()
    for uri in ("https://host/file.tar", "gs://b/m", f"file://{there}", str(there)):
        assert main([uri, str(tmp_path / "out")]) == 0
    assert capsys.readouterr().out.count("wellit's stand-in") == 4
