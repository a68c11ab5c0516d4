"""A load's figures for people, and as the summary of its report (schemas/load.schema.json)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any, TextIO

from wellit import report as formats
from wellit.findings import Report
from wellit.load.drive import Client, Run
from wellit.load.figures import Figures, Quantiles, Share, quantile
from wellit.report.style import Style, cells, counted

NOT_KNOWN = "not known"
COUNTERS = "the pods' own counters count the requests of others, too, and no failures"
_SHARE = ("answered", "failed", "output tokens", "first token p50", "p99")


def document(run: Run, found: Figures, target: Mapping[str, Any]) -> dict[str, Any]:
    """The figures as `load` in the report's summary; times in seconds."""
    made = asdict(found)
    cached = {"tokens": found.cached_tokens, "share": found.cached} if found.cached is not None else None
    counts = ("sent", "answered", "failed", "hanging", "cut_off")
    rates = ("requests_per_second", "output_tokens_per_second", "prompt_tokens_per_second")
    times = ("first_token", "per_token", "latency")
    rest = ("seconds", "output_tokens", "prompt_tokens", "failures", "pods", "engines", "known_by")
    whole = {
        "target": target,
        "asked": run.asked.document(),
        "stopped": run.stopped,
        "requests": {name: made[name] for name in counts},
        "throughput": {name: made[name] for name in rates},
        "times": {name: made[name] for name in times},
        "cached": cached,
        "client": {"cpu": run.client.cpu, "late": _late(run.client)},
        **{name: made[name] for name in rest},
    }
    camel: dict[str, Any] = _camel(whole)
    return camel


def show(report: Report, run: Run, found: Figures, name: str, out: TextIO) -> int:
    """Print it; for people the figures come before the checks. Returns the exit code, 130 when it was stopped."""
    if name == formats.DEFAULT:
        formats.write("\n".join(lines(run, found, Style.of(out))) + "\n\n", out)
    code = formats.show(report, name, out)
    return 130 if run.stopped else code


def lines(run: Run, found: Figures, style: Style) -> list[str]:
    """The figures, without the checks."""
    over = f" in {found.seconds:.1f} s" + (", then stopped" if run.stopped else "")
    ends = [f"{found.answered:,} answered", f"{found.failed:,} failed", f"{found.hanging:,} without an end"]
    ends += [f"{found.cut_off:,} cut off when it was stopped"] if found.cut_off else []
    rows: list[tuple[str, ...]] = [
        ("requests", f"{found.sent:,} sent{over}: {', '.join(ends)}"),
        ("throughput", _throughput(found)),
        ("prompt tokens", f"{found.prompt_tokens:,}; cached, or handed over by a prefill server: {_cached(found)}"),
        ("output tokens", f"{found.output_tokens:,}"),
    ]
    times = {"to the first token": found.first_token, "per token after it": found.per_token, "whole": found.latency}
    table = [("time", "p50", "p90", "p99", "mean"), *((name, *_times(of)) for name, of in times.items())]
    made = [*_table(rows, style, head=False), "", *_table(table, style)]
    pod = "pod, by its counter" if found.known_by == "counters" else "pod"
    for name, shares in ((pod, found.pods), ("engine", found.engines)):
        made += ["", *_table([(name, *_SHARE), *_shares(shares)], style)]
    if found.known_by == "counters":
        made += ["", f"  {COUNTERS}"]
    return made


def _throughput(found: Figures) -> str:
    return (
        f"{found.requests_per_second:,.1f} requests/s, {found.output_tokens_per_second:,.0f} output tokens/s, "
        f"{found.prompt_tokens_per_second:,.0f} prompt tokens/s"
    )


def progress(run: Run) -> str:
    """One line while it goes on."""
    fates = [one.fate for one in run.samples]
    good, open_ = fates.count("answered"), fates.count("cut off")
    bad = len(fates) - good - open_
    speed = good / run.seconds if run.seconds else 0.0
    sent = f"{len(fates):,} of at most {counted(run.asked.requests, 'request')} sent, {open_} open"
    return f"  {run.seconds:.0f} s: {sent}, {good:,} answered, {bad:,} failed; {speed:.1f} a second"


def _cached(found: Figures) -> str:
    return NOT_KNOWN if found.cached is None else f"{found.cached:.0%}"


def _times(of: Quantiles | None) -> tuple[str, ...]:
    return (NOT_KNOWN, "", "", "") if of is None else tuple(map(_time, (of.p50, of.p90, of.p99, of.mean)))


def _time(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.1f} ms"


def _shares(shares: Sequence[Share]) -> Iterator[tuple[str, ...]]:
    for one in shares:
        name = (one.name or NOT_KNOWN) + (f" ({one.engine})" if one.engine else "")
        p50, _, p99, _ = _times(one.first_token)
        yield name, f"{one.answered:,}", f"{one.failed:,}", f"{one.output_tokens:,}", p50, p99


def _table(rows: Sequence[tuple[str, ...]], style: Style, *, head: bool = True) -> list[str]:
    widths = [max(cells(row[place]) for row in rows) for place in range(len(rows[0]))]
    made = []
    for number, row in enumerate(rows):
        blanks = [" " * (width - cells(word)) for word, width in zip(row, widths, strict=True)]
        rest = [blank + word if head else word for word, blank in zip(row[1:], blanks[1:], strict=True)]
        line = "  ".join([row[0] + blanks[0], *rest]).rstrip()
        made.append("  " + (style.paint(line, "dim") if head and number == 0 else line))
    return made


def _late(client: Client) -> float:
    return quantile(sorted(client.late), 0.99) if client.late else 0.0


def _camel(value: Any) -> Any:
    """The same with keys as JSON's users write them."""
    if isinstance(value, dict):
        return {_name(key): _camel(inner) for key, inner in value.items()}
    return [_camel(one) for one in value] if isinstance(value, (list, tuple)) else value


def _name(key: str) -> str:
    first, *rest = key.split("_")
    return first + "".join(word.capitalize() for word in rest)
