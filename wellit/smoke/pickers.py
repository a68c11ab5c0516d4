"""Judges what the picker sees and does: the engines' metrics, and who shares the work of a request."""

from __future__ import annotations

from wellit.findings import Check
from wellit.keys import TOKEN, bearer
from wellit.prometheus import DECISIONS, KV_USAGE, QUEUE, SPLIT, Page, grown
from wellit.smoke.causes import Words
from wellit.smoke.figures import Burst
from wellit.smoke.parts import Pool, Server, Way
from wellit.smoke.servers import counter, who_answered

SEEN_LOOKS = 3  # looks at a queue after which the picker, which looks every 50 ms, must have seen it


def sees_metrics(burst: Burst, way: Way, words: Words) -> Check:
    """Whether the picker's figures follow the engines' own."""
    pool = burst.pool
    title = f"the picker sees the engine's metrics{way.label}"
    servers = [server for server in pool.servers if server.name in burst.after.servers]
    if not servers or not burst.looks:
        why = "no server's metrics can be asked" if not servers else "there was no time to look"
        return Check("WL719", title, "unknown", why)
    for server in servers:
        page = burst.after.servers[server.name]
        if page.status != 200 or page.total(server.engine.metrics["queued"]) is None:
            return _no_page(title, server, page, words)
    if burst.after.picker.status != 200:
        return _no_picker_page(title, pool, burst.after.picker, words)
    queued = {server.name: _queued(burst, server) for server in servers}
    shown = {server.name: _shown(burst, server) for server in servers}
    followed = [name for name in queued if max(queued[name], default=0) > 0 and max(shown[name], default=0) > 0]
    if followed:
        one = max(followed, key=lambda name: max(queued[name]))
        detail = f"{one} had up to {max(queued[one]):.0f} waiting, and the picker read up to {max(shown[one]):.0f}"
        return Check("WL719", title, "pass", detail)
    blind = [name for name, figures in queued.items() if sum(figure > 0 for figure in figures) >= SEEN_LOOKS]
    if blind:
        return _blind(title, blind[0], pool, queued, shown, words)
    return _not_shown(title, burst, servers, words)


def _queued(burst: Burst, server: Server) -> list[float]:
    name = server.engine.metrics["queued"]
    return [look.servers[server.name].total(name) or 0.0 for look in burst.looks if server.name in look.servers]


def _shown(burst: Burst, server: Server) -> list[float]:
    found = [look.picker.of_pod(QUEUE, server.name) for look in (*burst.looks, burst.after)]
    return [figure for figure in found if figure is not None]


def _no_page(title: str, server: Server, page: Page, words: Words) -> Check:
    metrics = server.engine.metrics
    told = f"{server.name} has no {metrics['queued']} at {metrics['path']} ({page.status or page.why})"
    if not page.status:
        return Check("WL719", title, "unknown", f"{server.name}: {page.why}")
    if flag := metrics["flag"]:
        why = f"{server.engine.title} serves its metrics only with {flag}"
        fix = words.invoke("install", f"--set 'decode.args=[{flag}]'")
    else:
        why = f"{server.engine.title} serves them there unless its configuration turns them off"
        fix = words.invoke("validate")
    return Check("WL719", title, "fail", f"{told}: {why}; the picker counts its queue as 0", fix)


def _no_picker_page(title: str, pool: Pool, page: Page, words: Words) -> Check:
    told = "the picker's own metrics cannot be read"
    if page.status in (401, 403) and not bearer(TOKEN):
        why = f"it serves them only to who may read /metrics, by a token, which is taken from ${TOKEN}"
        return Check("WL719", title, "skip", f"{told}: {why}", words.metrics_token())
    if page.status in (401, 403, 500) and bearer(TOKEN):  # 500: it cannot make out whose token that is
        why = f"the token in ${TOKEN} is of nobody who may read /metrics, or is too old ({page.status})"
        return Check("WL719", title, "unknown", f"{told}: {why}", words.metrics_token())
    why = page.why or f"it answered {page.status}"
    return Check("WL719", title, "unknown", f"{told}: {why}", words.picker(pool, "logs"))


def _blind(
    title: str, pod: str, pool: Pool, queued: dict[str, list[float]], shown: dict[str, list[float]], words: Words
) -> Check:
    what = "read 0 all the time" if shown[pod] else "has no figure of it"
    why = "it reads another name than the engine's, or another port" if shown[pod] else "it does not know the pod"
    detail = f"{pod} had up to {max(queued[pod]):.0f} waiting, and the picker {what}: {why}"
    if pool.picker and pool.picker.stands_in:
        told = f"{detail}; the picker here stands in for the train's own: {pool.picker.stands_in}"
        return Check("WL719", title, "skip", told)
    return Check("WL719", title, "fail", detail, words.invoke("validate"))


def _not_shown(title: str, burst: Burst, servers: list[Server], words: Words) -> Check:
    """Nobody queued. That the picker follows the use of the KV cache shows it as well, which no queue does."""
    pages = [
        (server, look.servers[server.name]) for look in burst.looks for server in servers if server.name in look.servers
    ]
    used = max((page.total(server.engine.metrics["kvUsage"]) or 0.0 for server, page in pages), default=0.0)
    read = max((look.picker.total(KV_USAGE) or 0.0 for look in (*burst.looks, burst.after)), default=0.0)
    if used > 0 and read > 0:
        detail = f"it read {read:.1%} of the KV caches in use, of up to {used:.1%}; no request had to wait"
        return Check("WL719", title, "pass", detail)
    running = max((page.total(server.engine.metrics["running"]) or 0.0 for server, page in pages), default=0.0)
    detail = f"not shown: up to {running:.0f} requests ran at once and none had to wait, so its figure is rightly 0"
    return Check("WL719", title, "skip", detail, words.invoke("load", "--concurrency 512"))


def shares_work(burst: Burst, words: Words) -> Check:
    """Whether prefill and decode servers both took part in a request."""
    pool, title = burst.pool, "prefill and decode both take part"
    if not pool.prefilling:
        return Check("WL722", title, "fail", "there is no prefill server", words.pods(pool))
    before, after = burst.before.picker, burst.after.picker
    chosen = next((more for name in DECISIONS if (more := _decided(before, after, name)) is not None), None)
    intent = (
        f"the picker split {chosen:.0f} requests" if chosen is not None else "the picker does not say what it split"
    )
    counted = who_answered(pool, burst.answers, burst.before, burst.after, prefill=True)
    if counted is None:
        return _at_work(title, burst, intent) or _not_told(title, pool, intent)
    done = sum(counted[0].values())
    decoded = who_answered(pool, burst.answers, burst.before, burst.after)
    if done and (decoded is None or sum(decoded[0].values())):
        also = f", decode servers {sum(decoded[0].values())}" if decoded else ""
        return Check("WL722", title, "pass", f"prefill servers did {done} requests{also}; {intent}")
    ready = [server for server in pool.prefilling if server.ready]
    if not ready:
        detail = "no prefill server is Ready: decode servers do all the work, and clients notice nothing"
        return Check("WL722", title, "fail", detail, words.pods(pool))
    if chosen:
        gone = "the routing proxy gave up on them, and the decode servers did all the work, which clients do not notice"
        held = "they hang, and with them the requests of clients"
        end = gone if any(answer.ok for answer in burst.answers) else held
        return Check(
            "WL722", title, "fail", f"{intent}, and no prefill server did one: {end}", _proxy_logs(pool, words)
        )
    if pool.picker and pool.picker.stands_in:
        return Check("WL722", title, "skip", f"the picker here stands in for the train's own: {pool.picker.stands_in}")
    detail = f"no prefill server did a request: {intent}; its decider, or the feature gate that the decider needs"
    return Check("WL722", title, "fail", detail, words.invoke("validate"))


def _at_work(title: str, burst: Burst, intent: str) -> Check | None:
    """What the looks during the burst saw of the prefill servers, where they count nothing; None for nothing."""
    busy = {server.name: max(_running(burst, server), default=0.0) for server in burst.pool.prefilling}
    seen = [f"{name} had up to {figure:.0f} requests at once" for name, figure in busy.items() if figure]
    return Check("WL722", title, "pass", f"{', '.join(seen)}; {intent}") if seen else None


def _running(burst: Burst, server: Server) -> list[float]:
    names = server.engine.metrics["running"], server.engine.metrics["queued"]
    pages = [look.servers[server.name] for look in burst.looks if server.name in look.servers]
    return [sum(page.total(name) or 0.0 for name in names) for page in pages]


def _decided(before: Page, after: Page, name: str) -> float | None:
    """How many requests the picker split; None when it counts no decisions at all."""
    if after.total(name) is None:
        return None
    return grown(before, after, name, **SPLIT) or 0.0


def _not_told(title: str, pool: Pool, intent: str) -> Check:
    names = [counter(server) for server in pool.prefilling]
    if not all(names):
        why = f"{pool.prefilling[0].engine.title} has no count of requests that is known here"
    else:
        why = f"the prefill servers' {names[0]} cannot be read"
    return Check("WL722", title, "unknown", f"{why}; {intent}, which does not say that a prefill server answered")


def _proxy_logs(pool: Pool, words: Words) -> str:
    deployment = next((server.deployment for server in pool.answering), "")
    return words.kubectl(f"logs deployment/{deployment} -c routing-proxy --tail=50" if deployment else "get pods")
