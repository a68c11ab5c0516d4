"""A Dynamo stack that is well, as figures: what 1.4.2's frontend and mocker answered, shortened."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from wellit.findings import Check
from wellit.prometheus import Page, parse
from wellit.smoke.ask import Answer
from wellit.smoke.figures import Road
from wellit.smoke.frontend import judge
from wellit.smoke.frontend.parts import Commands, Figures, Pages, Target, Worker

MODEL = "tiny/test"
PREFILL, DECODE = 9326078800170238990, 252007350756067287
COMMANDS = Commands("tail -n 50 f.log", "invoke doctor --launched=x", "invoke launch -g dynamo-sglang -e disagg")
NOT_READY = (
    '{"message":"Model `tiny/test` is not ready to serve requests yet. The deployment may still be starting up or is '
    'not fully provisioned. Please retry shortly.","type":"Service Unavailable","code":503}'
)
MODELS = json.dumps({"object": "list", "data": [{"id": MODEL, "object": "model", "owned_by": "nvidia"}]})
EMPTY = '{"object":"list","data":[]}'
REQUESTS = "dynamo_frontend_requests_total"


def worker(name: str, role: str, url: str = "http://w") -> Worker:
    return Worker(name, role, Road(url, url), f"tail -n 50 {name}.log")


def target(*workers: Worker, **changes: Any) -> Target:
    made = workers or (worker("prefill", "prefill"), worker("decode", "decode"))
    split = any(one.role == "prefill" for one in made)
    road = Road("http://f", "at http://f")
    return replace(Target(road, MODEL, made, COMMANDS, split), **changes)


def health(*known: tuple[str, str, int]) -> Answer:
    """A frontend's /health, of workers as (namespace, component, number)."""
    told = [
        {"namespace": namespace, "component": component, "endpoint": endpoint, "instance_id": number}
        for namespace, component, number in known
        for endpoint in ("generate", f"worker_kv_query_source_{number:x}")
    ]
    return Answer(200, json.dumps({"status": "healthy", "endpoints": [], "instances": told}))


def chatted(prefill: int | None = PREFILL, decode: int | None = DECODE) -> Answer:
    ids = {"prefill_worker_id": prefill, "decode_worker_id": decode}
    body = {
        "choices": [{"index": 0, "message": {"content": " w0996 w1273", "role": "assistant"}}],
        "usage": {"prompt_tokens": 21, "completion_tokens": 2},
        "nvext": {"worker_id": ids} if prefill or decode else None,
    }
    return Answer(200, json.dumps(body), seconds=0.1)


def page(good: int, extra: str = "") -> Page:
    labels = f'endpoint="chat_completions",error_type="",model="{MODEL}",request_type="unary"'
    return parse(f'{REQUESTS}{{{labels},status="success"}} {good}\n{extra}')


def pages(number: int, **changes: Any) -> Pages:
    said = Answer(200, '{"status":"ready","endpoints":{"generate":"ready"}}')
    metrics = parse(
        f'dynamo_component_requests_total{{dynamo_endpoint="generate",worker_id="{number:x}"}} 4\n'
        f'dynamo_component_uptime_seconds{{worker_id="{number:x}"}} 9.3\n'
    )
    return replace(Pages(said, said, metrics), **changes)


def figures(**changes: Any) -> Figures:
    completed = {"choices": [{"text": " w1"}], "usage": {"prompt_tokens": 3, "completion_tokens": 1}}
    stream = Answer(200, "", pieces=((0.1, "a"), (0.2, "b")), usage=True, done=True, seconds=0.2)
    unknown = Answer(404, '{"message":"Model not found","type":"Not Found","code":404}')
    made = Figures(
        target(), Answer(200, MODELS), health(("dynamo", "prefill", PREFILL), ("dynamo", "backend", DECODE)),
        Answer(200, json.dumps(completed)), chatted(), stream, unknown, page(2), page(5),
        {"prefill": pages(PREFILL), "decode": pages(DECODE)},
    )  # fmt: skip
    return replace(made, **changes)


def checks(found: Figures) -> dict[str, Check]:
    """The checks by id; of several of one id the worst."""
    order = ["pass", "skip", "unknown", "warn", "fail"]
    return {one.id: one for one in sorted(judge.checks(found), key=lambda check: order.index(check.status))}
