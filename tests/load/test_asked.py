"""What may be asked for, and what is refused in words."""

from __future__ import annotations

from random import Random

import pytest

from wellit.errors import CannotAnswer
from wellit.load.asked import LIMITS, Asked, Spread, parse
from wellit.load.prompts import Prompts
from wellit.options import LOAD


def test_nothing_said_is_small_and_bounded() -> None:
    made = parse({})
    assert (made.concurrency, made.requests, made.duration, made.limit, made.rate) == (8, 100, 60, 60, 0)
    assert made == Asked()


def test_every_limit_has_its_flag() -> None:
    assert {name.replace("_", "-") for name in LOAD} == set(LIMITS)


def test_requests_alone_last_as_long_as_they_take_and_duration_alone_takes_as_many_as_fit() -> None:
    assert (parse({"requests": "7"}).requests, parse({"requests": "7"}).duration) == (7, 3600)
    assert (parse({"duration": "2.5"}).requests, parse({"duration": "2.5"}).duration) == (100_000, 2.5)
    both = parse({"requests": "7", "duration": "9"})
    assert (both.requests, both.duration) == (7, 9)


def test_a_rate_is_not_held_back_by_a_small_concurrency_that_nobody_asked_for() -> None:
    assert parse({"rate": "3"}).concurrency == 200
    assert parse({"rate": "3", "concurrency": "2"}).concurrency == 2


@pytest.mark.parametrize(
    ("flag", "words", "said"),
    [
        ("concurrency", "0", "between 1 and 1000"),
        ("concurrency", "many", "whole number"),
        ("rate", "abc", "is no number"),
        ("rate", "nan", "outside its limits"),
        ("rate", "-1", "outside its limits"),
        ("duration", "1e9", "between 1 and 3600"),
        ("duration", "inf", "outside its limits"),
        ("requests", "1.5", "whole number"),
        ("requests", "100001", "outside its limits"),
        ("prompt-tokens", "0", "between 1 and 100000"),
        ("prompt-tokens", "10+-20", "reaches down to nothing"),
        ("prompt-tokens", "10+-", "has no spread"),
        ("output-tokens", "+-3", "has no mean"),
        ("output-tokens", "3+-x", "whole number"),
        ("shared-prefix", "1", "outside its limits"),
        ("groups", "3", "groups share a prefix"),
    ],
)
def test_what_is_refused_says_which_flag_and_what_to_write(flag: str, words: str, said: str) -> None:
    with pytest.raises(CannotAnswer) as refused:
        parse({flag: words})
    assert said in f"{refused.value.message} {refused.value.write}"
    assert refused.value.write.startswith("--")


def test_the_least_and_the_most_of_each_flag_are_taken() -> None:
    for flag, (low, high, _, _) in LIMITS.items():
        for words in (f"{low:g}", f"{high:.10g}"):
            parse({flag: words} | ({"shared-prefix": "0.5"} if flag == "groups" else {}))


def test_a_spread_stays_within_its_ends() -> None:
    drawn = {Spread(10, 3).draw(Random(1)) for _ in range(1)} | {Spread(10, 3).draw(Random(n)) for n in range(200)}
    assert drawn == set(range(7, 14))
    assert {Spread(10).draw(Random(n)) for n in range(9)} == {10}


def test_prompts_have_their_length_and_share_what_is_asked_within_their_group() -> None:
    asked = parse({"prompt-tokens": "20", "shared-prefix": "0.75", "groups": "2", "output-tokens": "9"})
    prompts = Prompts(asked, Random(3))
    made = [prompts.make(number).text.split() for number in range(4)]
    assert [len(words) for words in made] == [20] * 4
    assert made[0][:15] == made[2][:15] != made[1][:15] == made[3][:15]
    assert made[0] != made[2]
    assert prompts.make(4).output == 9


def test_prompts_of_two_loads_have_nothing_in_common() -> None:
    asked = parse({"shared-prefix": "0.9"})
    assert Prompts(asked, Random(1)).heads != Prompts(asked, Random(2)).heads


def test_what_will_be_sent_is_said_with_every_bound() -> None:
    said = "\n".join(parse({"rate": "4", "shared-prefix": "0.5", "groups": "3", "prompt-tokens": "99+-9"}).words)
    for part in (
        "100 chat requests, streamed",
        "4 a second, at most 200 open",
        "60 s",
        "99+-9 tokens",
        "50%",
        "3 in all",
    ):
        assert part in said
