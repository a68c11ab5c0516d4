from __future__ import annotations

import pytest

from wellit.prometheus import Page, grown, parse

TEXT = """# HELP vllm:num_requests_waiting Requests.
# TYPE vllm:num_requests_waiting gauge
vllm:num_requests_waiting{engine="0",model_name="a,b\\"c"} 7.0
vllm:num_requests_waiting{engine="1",model_name="m"} 2.0 1731000000
vllm:request_success_total{finished_reason="length"} 3e+01
inference_pool_per_pod_queue_size{model_server_pod="p-1-rank-0",name="pool"} 4
inference_pool_per_pod_queue_size{model_server_pod="p-1-rank-1",name="pool"} 6
inference_pool_per_pod_queue_size{model_server_pod="p-10-rank-0",name="pool"} 9
process_start NaN_or_not
plain 1
"""


def test_figures_by_name_and_labels() -> None:
    page = parse(TEXT)
    assert page.total("vllm:num_requests_waiting") == 9
    assert page.total("vllm:num_requests_waiting", engine="0") == 7
    assert page.total("vllm:num_requests_waiting", model_name='a,b\\"c') == 7
    assert page.total("vllm:request_success_total") == 30
    assert page.total("plain") == 1
    assert page.total("nothing") is None


@pytest.mark.parametrize(("pod", "figure"), [("p-1", 6), ("p-10", 9), ("p", None)])
def test_a_pod_is_told_from_one_whose_name_begins_alike(pod: str, figure: float | None) -> None:
    assert parse(TEXT).of_pod("inference_pool_per_pod_queue_size", pod) == figure


def test_absent_is_not_zero() -> None:
    before, after = parse("n 3\n"), parse("n 5\n")
    assert grown(before, after, "n") == 2
    assert grown(Page(), after, "n") == 5  # its first event came after the first look
    assert grown(before, Page(), "n") is None
    assert grown(before, after, "") is None
