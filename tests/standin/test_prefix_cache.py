"""What the cache keeps, what it lets go first, and what it tells of both."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from wellit.standin.prefix_cache import Page, PrefixCache

TEXT = list(range(100, 164))  # 64 tokens


@dataclass
class Mirror:
    """Keeps what it is told, and refuses what nobody could follow."""

    pages: dict[int, Page] = field(default_factory=dict)
    told: int = 0

    def stored(self, pages: Sequence[Page]) -> None:
        for page in pages:
            assert page.parent is None or page.parent in self.pages
            assert page.hash not in self.pages
            self.pages[page.hash] = page
        self.told += 1

    def removed(self, hashes: Sequence[int]) -> None:
        for name in hashes:
            del self.pages[name]
            assert all(page.parent != name for page in self.pages.values() if page.hash not in hashes)


def test_a_prompt_is_found_again_in_whole_pages_and_never_to_its_last_token() -> None:
    cache = PrefixCache(16, 100)
    assert cache.lookup(TEXT) == 0
    cache.insert(TEXT)
    assert cache.lookup(TEXT) == 48  # of 64: the last token is always computed
    assert cache.lookup([*TEXT, 1]) == 64
    assert cache.lookup(TEXT[:40] + [1] * 40) == 32
    assert cache.lookup([1, *TEXT]) == 0


def test_less_than_a_page_is_not_kept() -> None:
    cache = PrefixCache(16, 100)
    cache.insert(TEXT[:15])
    assert len(cache) == 0


def test_a_page_of_one_token() -> None:
    cache = PrefixCache(1, 100)
    cache.insert(TEXT[:3])
    assert (len(cache), cache.lookup(TEXT)) == (3, 3)


def test_what_was_not_used_for_the_longest_time_goes_first_and_its_end_before_its_beginning() -> None:
    cache = PrefixCache(16, 4)
    one, two = TEXT[:33], [*TEXT[:16], *[7] * 17]  # they share the first page
    cache.insert(one)
    cache.insert(two)
    assert len(cache) == 3
    cache.lookup(one)
    cache.insert([9] * 32)  # two pages more than there is room for: the second page of `two` goes
    assert (cache.lookup(one), cache.lookup(two)) == (32, 16)


def test_a_prompt_that_is_longer_than_the_room_is_kept_as_far_as_it_fits() -> None:
    cache = PrefixCache(16, 2)
    cache.insert(TEXT)
    assert cache.lookup(TEXT) == 32


def test_what_it_tells_is_enough_to_know_all_that_it_has() -> None:
    mirror = Mirror()
    cache = PrefixCache(4, 30, mirror)
    chance = random.Random(6)
    for _ in range(500):
        cache.insert([chance.randrange(2) for _ in range(chance.randrange(40))])
        assert len(mirror.pages) == len(cache) <= 30
    assert mirror.told > 100
    for page in mirror.pages.values():
        before: list[Page] = [page]
        while (above := before[0].parent) is not None:
            before.insert(0, mirror.pages[above])
        whole = [token for one in before for token in one.tokens]
        assert cache.lookup([*whole, 0]) == len(whole)
    cache.evict(len(cache))
    assert mirror.pages == {}


def test_a_hash_is_always_a_number_of_64_bits() -> None:
    mirror = Mirror()
    PrefixCache(1, 1000, mirror).insert(list(range(500)))
    assert len(mirror.pages) == 500
    assert all(1 << 63 <= name < 1 << 64 for name in mirror.pages)


def test_a_cache_that_is_turned_off() -> None:
    mirror = Mirror()
    cache = PrefixCache(16, 10, mirror, enabled=False)
    cache.insert(TEXT)
    assert (cache.lookup(TEXT), len(cache), mirror.told) == (0, 0, 0)
