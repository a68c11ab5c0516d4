"""What looks like a secret, on its way to a screen."""

from __future__ import annotations

import pytest

from wellit.overrides import masked_words, starred

SECRET = "sk-0123456789abcdefghij"


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (["--api-key", "x7", "--port", "8000"], ["--api-key", "********", "--port", "8000"]),
        (["--admin-api-key=x7"], ["--admin-api-key=********"]),
        (["--model", SECRET], ["--model", "********"]),
        (["python3", "-m", "dynamo.sglang", "--tp", "2"], ["python3", "-m", "dynamo.sglang", "--tp", "2"]),
        (["--page-size=16", "--skip-tokenizer-init"], ["--page-size=16", "--skip-tokenizer-init"]),
        (["--max-total-tokens", "4096"], ["--max-total-tokens", "4096"]),
    ],
)
def test_the_value_of_a_secret_flag_is_stars(words: list[str], shown: list[str]) -> None:
    assert masked_words(words) == shown


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("  api-key: x7", "  api-key: **"),
        ('{api-key: "x 7", page-size: 16}', "{api-key: *****, page-size: 16}"),
        (f"note: {SECRET} # mine", f"note: {'*' * len(SECRET)} # mine"),
        ("max-total-tokens: 4096", "max-total-tokens: 4096"),
        ("tokenizer-path: /models/a", "tokenizer-path: /models/a"),
    ],
)
def test_a_line_keeps_its_columns_and_not_its_secret(line: str, shown: str) -> None:
    assert starred(line) == shown and len(shown) == len(line)
