"""The same text is the same numbers, wherever it is read, and what is added behind does not change what was before."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from wellit import process
from wellit.standin.tokens import chat_text, content_text, pieces, tokens

ROOT = Path(__file__).parents[2]


def test_a_token_is_about_four_characters() -> None:
    assert len(tokens("a" * 800)) == 200
    assert pieces("Hello, world  it's") == ["Hell", "o", ",", " worl", "d", " ", " it", "'", "s"]
    assert tokens("") == []


@pytest.mark.parametrize(
    "text", ["plain words", "größe, 你好", "tab\tand\nline", "\ud800 half a sign", "emoji \U0001f600"]
)
def test_no_character_is_lost_and_every_token_fits_into_32_bits(text: str) -> None:
    assert "".join(pieces(text)) == text
    assert all(0 <= token < 1 << 32 for token in tokens(text))


def test_more_text_changes_only_the_last_token() -> None:
    text = "the quick brown fox, jumps; over 12345 dogs"
    before = tokens(text)
    for more in ("x", " and more", "!", "\n"):
        assert tokens(text + more)[: len(before) - 1] == before[:-1]


def test_another_process_says_the_same() -> None:
    """Python's own hash would not."""
    code = "from wellit.standin.tokens import tokens; print(tokens('one two three'))"
    env = {**os.environ, "PYTHONHASHSEED": "7", "PYTHONPATH": str(ROOT)}
    assert process.run([sys.executable, "-c", code], env=env).out.strip() == str(tokens("one two three"))


def test_a_chat_begins_as_the_chat_before_it() -> None:
    asked = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Why?"}]
    answered = [*asked, {"role": "assistant", "content": "Because."}, {"role": "user", "content": "Oh."}]
    assert chat_text(answered).startswith(chat_text(asked))
    assert chat_text(asked) != chat_text([{"role": "user", "content": "Be brief.Why?"}])


def test_content_in_parts_is_the_text_of_the_parts() -> None:
    parts = [{"type": "text", "text": "What is "}, {"type": "image_url", "image_url": {"url": "x"}}, "this?"]
    assert content_text(parts) == "What is <|image_url|>this?"
    assert content_text([{"type": "text", "text": "same"}]) == content_text("same") == "same"
    assert content_text(None) == ""


def test_tools_stand_before_the_messages() -> None:
    messages = [{"role": "user", "content": "hi"}]
    one, two = [{"a": 1, "b": 2}], [{"b": 2, "a": 1}]
    assert chat_text(messages, one) == chat_text(messages, two) != chat_text(messages)
