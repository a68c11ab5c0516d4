"""Judges the servers behind the gateway: do all answer, is the load spread, does the same prefix find the same pod."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from wellit.findings import Check
from wellit.prometheus import grown
from wellit.smoke.ask import OVER, Answer
from wellit.smoke.causes import Words, cause
from wellit.smoke.figures import Burst, Figures, Group, Look, Prefixes
from wellit.smoke.parts import Pool, Server, Way
from wellit.subject import PREFILL

LEAST = 0.1  # of a pod's fair share of a burst
SCORERS = ("prefix-cache-scorer", "precise-prefix-cache-scorer")
NO_ROUTER = "there is no gateway, so the router is not in the way"


def counter(server: Server) -> str:
    """The engine's own count of requests; "" when its file names none."""
    also: Mapping[str, str] = server.engine.metrics.get("also") or {}
    return also.get("finished") or also.get("answered") or ""


def who_answered(
    pool: Pool, answers: Sequence[Answer], before: Look, after: Look, *, prefill: bool = False
) -> tuple[Counter[str], str] | None:
    """How many of `answers` each pod gave, and how that is known; None when nothing says it.

    The pod says it itself, or the engines' own counters do, which count everybody's requests.
    """
    good = [answer for answer in answers if answer.ok]
    if good and all(answer.pod for answer in good) and not prefill:
        return Counter(answer.pod for answer in good), "the answers say it"
    counted: Counter[str] = Counter()
    for server in pool.prefilling if prefill else pool.answering:
        if server.name not in before.servers or server.name not in after.servers:
            return None
        more = grown(before.servers[server.name], after.servers[server.name], counter(server))
        if not counter(server) or after.servers[server.name].status != 200:
            return None
        counted[server.name] = round(more or 0)  # a counter that never counted is not on the page
    return counted, "by the engines' own counters"


def each_answers(figures: Figures, words: Words) -> Check:
    """Whether every model server answers when it is asked by itself."""
    servers, roads = figures.parts.servers, figures.roads.servers
    title = f"every model server answers by itself ({len(servers)})"
    if figures.parts.unread:
        return Check("WL717", title, "unknown", f"you may not {figures.parts.unread}")
    if not servers:
        return Check("WL717", title, "fail", "the pool selects no pod", words.kubectl("get pods --show-labels"))
    wrong = [(server, server.state) for server in servers if not server.ready]
    asked = {server: figures.direct[server.name] for server in servers if server.name in figures.direct}
    wrong += [
        (server, f"Ready, and {answer.words}") for server, answer in asked.items() if not answer.ok and not answer.over
    ]
    if wrong:
        return Check("WL717", title, "fail", _told(wrong), _mends(wrong, words))
    closed = next((road for name, road in roads.items() if not road.url), None)
    if closed:
        return Check("WL717", title, "unknown", closed.why, closed.fix)
    if any(answer.over for answer in asked.values()):
        return Check("WL717", title, "unknown", OVER, words.invoke("smoke", "--timeout 180"))
    slowest = max(answer.seconds for answer in asked.values())
    some = f"{len(asked)} of {len(servers)} asked, " if len(asked) < len(servers) else ""
    return Check("WL717", title, "pass", f"{some}the slowest in {slowest:.2f} s")


def _told(wrong: Sequence[tuple[Server, str]]) -> str:
    named = [f"{server.name}: {said.removeprefix(f'{server.name}: ')}" for server, said in wrong[:3]]
    more = f" and {len(wrong) - 3} more" if len(wrong) > 3 else ""
    hidden = any(server.role == PREFILL for server, _ in wrong)
    note = (
        "; clients may be answered all the same: the decode servers then do a dead prefill server's work"
        if hidden
        else ""
    )
    return "; ".join(named) + more + note


def _mends(wrong: Sequence[tuple[Server, str]], words: Words) -> str:
    dead = [server.name for server, _ in wrong if server.ready]
    if dead:  # Kubernetes thinks that it is well, so nothing else mends it
        return words.kubectl(f"delete pod {' '.join(dead)}")
    return words.kubectl(f"describe pod {wrong[0][0].name}")


def of_burst(burst: Burst, way: Way, words: Words) -> Check:
    """Whether every request of a burst was answered."""
    title = f"every request of a burst is answered{way.label}"
    asked = [answer for answer in burst.answers if not answer.over]
    bad = [answer for answer in asked if not answer.ok]
    if bad:
        kinds = Counter(answer.words.split(" in ")[0] if answer.status else answer.error for answer in bad)
        told = ", ".join(f"{count} x {kind}" for kind, count in kinds.most_common(3))
        why = cause(bad[0], way, words)
        return Check(
            "WL718", title, "fail", f"{len(bad)} of {len(asked)} were not ({told}): {why.why}", why.fix, bad[0].evidence
        )
    if len(asked) < len(burst.answers):
        return Check("WL718", title, "unknown", OVER, words.invoke("smoke", "--timeout 180"))
    slowest = max(answer.seconds for answer in asked)
    return Check(
        "WL718", title, "pass", f"{len(asked)} at once in {burst.seconds:.1f} s, the slowest in {slowest:.1f} s"
    )


def spreads(burst: Burst, way: Way, words: Words) -> Check:
    """Whether the load of a burst was spread over the pods."""
    title, servers = f"load spreads over the pods{way.label}", burst.pool.answering
    if len(servers) < 2:
        return Check("WL720", title, "skip", "there is one pod to answer")
    found = who_answered(burst.pool, burst.answers, burst.before, burst.after)
    if found is None:
        return Check("WL720", title, "unknown", "nothing says which pod answered: neither answers nor metrics")
    counted, how = found
    shares = ", ".join(f"{counted[server.name]} {server.name}" for server in servers)
    fair = sum(counted.values()) / len(servers)
    idle = [server.name for server in servers if counted[server.name] < LEAST * fair]
    if not idle:
        return Check("WL720", title, "pass", f"{shares} ({how})")
    status = "fail" if sum(counted[server.name] > 0 for server in servers) < 2 else "warn"
    detail = f"{shares} ({how}): the picker sends hardly anything to {', '.join(idle)}"
    return Check("WL720", title, status, detail, words.picker(burst.pool, "logs"))  # type: ignore[arg-type]


def keeps_prefixes(found: Prefixes, way: Way, words: Words) -> Check:
    """Whether requests that begin alike went to one pod."""
    title, pool = f"the same prefix goes to the same pod{way.label}", found.pool
    plugins = pool.picker.plugins if pool.picker else None
    if plugins is not None and not any(name in plugins for name in SCORERS):
        return Check("WL721", title, "skip", "the picker's configuration has no scorer for prefixes")
    groups = [group for group in found.groups if all(answer.ok for answer in group.answers)]
    if not groups:
        return Check("WL721", title, "unknown", "too few of its requests were answered")
    total, same, strange = 0, 0, False
    for group in groups:
        counted = who_answered(pool, group.answers, group.before, group.after)
        if counted is None:
            return Check("WL721", title, "unknown", "nothing says which pod answered: neither answers nor metrics")
        repeats = len(group.answers) - 1
        total += repeats
        same += _repeats_at_first(group, counted[0])
        strange = strange or sum(counted[0].values()) > len(group.answers)
    told = f"{same} of {total} requests went where their prefix was"
    if same == total:
        return Check("WL721", title, "pass", told)
    if strange:
        return Check("WL721", title, "unknown", f"{told}, by counters that count other clients' requests too")
    return Check("WL721", title, "fail", f"{told}: {_prefix_cause(plugins or {})}", words.picker(pool, "logs"))


def _repeats_at_first(group: Group, counted: Counter[str]) -> int:
    if group.answers[0].pod:
        return sum(answer.pod == group.answers[0].pod for answer in group.answers[1:])
    return min(max(counted.values(), default=0), len(group.answers)) - 1


def _prefix_cause(plugins: Mapping[str, object]) -> str:
    if SCORERS[1] in plugins:
        return "the picker does not hear what is in the servers' KV caches (topic, port or page size of their events)"
    return "another scorer weighs more than the prefix, or the picker's blocks are longer than these 2,400 characters"


def leads_to_engine(figures: Figures) -> Iterator[Check]:
    """Whether each engine's way leads to its own pods, where there are several."""
    for found in figures.ways:
        pool = found.way.pool
        if not found.way.engine or pool is None:
            continue
        title = f"the way of {found.way.engine} leads to its own pods"
        own = {server.name for server in pool.servers}
        if found.pods:
            other = found.pods - own
            detail = f"{', '.join(sorted(other or found.pods))} answered"
            yield Check("WL723", title, "fail" if other else "pass", detail)
            continue
        answers = [one for one in (found.completion, found.chat, found.stream) if one.ok]
        counted = who_answered(pool, answers, found.before, found.after)
        if not answers or counted is None:
            yield Check("WL723", title, "unknown", "nothing says which pod answered: neither answers nor metrics")
        elif sum(counted[0].values()) >= len(answers):
            yield Check("WL723", title, "pass", f"its pods counted {sum(counted[0].values())} requests")
        else:
            detail = f"{len(answers)} requests were answered, and its pods counted {sum(counted[0].values())}"
            yield Check("WL723", title, "fail", detail)
