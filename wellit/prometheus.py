"""Metrics pages, as Prometheus reads them: the figures by name and labels; and what a picker calls its own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_LINE = re.compile(r"^(?P<name>[a-zA-Z_:][\w:]*)(?:\{(?P<labels>.*)\})?[ \t]+(?P<figure>\S+)", re.MULTILINE)
_LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')
Sample = tuple[Mapping[str, str], float]
# What pickers count: Ready pods and the queues and KV caches that they read, requests that went to prefill and decode
# (by two names: of v0.7 and of before), blocks that engines told of, and how often those were looked for.
READY_PODS = "inference_pool_ready_pods"
QUEUE = "inference_pool_per_pod_queue_size"
KV_USAGE = "inference_pool_average_kv_cache_utilization"
DECISIONS = ("llm_d_inference_scheduler_disagg_decision_total", "llm_d_inference_scheduler_pd_decision_total")
SPLIT = {"decision_type": "prefill-decode"}
METRICS_PORT = 9090  # of a picker that is told no other
ADMITTED, LOOKED_UP = "kvcache_index_admissions_total", "kvcache_index_lookup_requests_total"


@dataclass(frozen=True)
class Page:
    """One look at a metrics page. `status` is 0 when nobody answered, and `why` says why; `at` is in seconds."""

    status: int = 0
    samples: Mapping[str, tuple[Sample, ...]] = field(default_factory=dict)
    why: str = ""
    at: float = 0.0

    def total(self, name: str, **labels: str) -> float | None:
        """The sum of a metric over everything that has these labels; None when it is not on the page."""
        found = [figure for has, figure in self.samples.get(name, ()) if labels.items() <= has.items()]
        return sum(found) if found else None

    def of_pod(self, name: str, pod: str) -> float | None:
        """The picker's figure for a pod, which it calls ``POD-rank-0``; the largest of its ranks."""
        found = [
            figure
            for has, figure in self.samples.get(name, ())
            if re.fullmatch(rf"{re.escape(pod)}(-rank-\d+)?", has.get("model_server_pod", ""))
        ]
        return max(found, default=None)


def parse(text: str, status: int = 200, at: float = 0.0) -> Page:
    """The figures of a page's text; lines that are none are left out."""
    samples: dict[str, list[Sample]] = {}
    for line in _LINE.finditer(text):
        try:
            figure = float(line["figure"])
        except ValueError:
            continue
        samples.setdefault(line["name"], []).append((dict(_LABEL.findall(line["labels"] or "")), figure))
    return Page(status, {name: tuple(found) for name, found in samples.items()}, at=at)


def grown(before: Page, after: Page, name: str, **labels: str) -> float | None:
    """How much a counter grew between two looks; None when the second has it not."""
    now = after.total(name, **labels) if name else None
    return None if now is None else now - (before.total(name, **labels) or 0.0)
