from __future__ import annotations

from wellit.sandbox.box.kubelet.backoff import BackOff
from wellit.sandbox.box.kubelet.settings import settings


def test_at_once_then_twice_as_long_each_time() -> None:
    backoff = BackOff(settings())
    assert [backoff.after(0.1) for _ in range(8)] == [0, 1, 2, 4, 8, 16, 30, 30]


def test_a_long_run_is_a_new_beginning() -> None:
    backoff = BackOff(settings())
    for _ in range(4):
        backoff.after(59)
    assert [backoff.after(60), backoff.after(1)] == [0, 1]
