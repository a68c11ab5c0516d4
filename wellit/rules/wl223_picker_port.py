"""The picker listens on another port than the one it is asked on.

The gateway speaks to the port `extProcPort` of the picker's Service; the picker listens on 9002, whatever that
setting says, unless its flag grpc-port says otherwise. Its probes ask port 9003. When they differ no request gets an
answer from the picker, or its pod never gets ready.

Bad::

    # inferencepool@v1.4.0
    inferenceExtension:
      image: {hub: ghcr.io/llm-d, name: llm-d-inference-scheduler, tag: v0.7.1}
      extProcPort: 9004

Good::

    # inferencepool@v1.4.0
    inferenceExtension:
      image: {hub: ghcr.io/llm-d, name: llm-d-inference-scheduler, tag: v0.7.1}
      extProcPort: 9004
      flags: {grpc-port: 9004}
"""

from __future__ import annotations

from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.inferencepool import Pool, pools
from wellit.subject import INFERENCEPOOL, Subject

RULE = Rule(
    "WL223",
    "picker-port",
    "error",
    (INFERENCEPOOL,),
    "read",
    reads="inferenceExtension.extProcPort inferenceExtension.flags",
)


def check(subject: Subject) -> Items:
    for pool in pools(subject):
        yield from _asked(pool)
        yield from _probed(pool)


def _asked(pool: Pool) -> Items:
    fixed = pool.facts["ports"]["extProc"]
    asked, flag = pool.picker["extProcPort"], pool.flags.get("grpc-port")
    port, listens = asked.number(fixed), flag.number() if flag else fixed
    if port is None or listens is None or port == listens:
        return
    yield Hit(
        asked if asked.written else flag or asked,
        f"the gateway asks the picker on port {port}, and it listens on {listens}",
        write=f"extProcPort: {listens}",
        why="no request reaches the picker: connection refused; the gateway answers 500, or sends requests anywhere",
        also=(("it listens here", flag),) if flag and asked.written else (),
    )


def _probed(pool: Pool) -> Items:
    fixed, flag = pool.facts["ports"]["health"], pool.flags.get("grpc-health-port")
    if flag and flag.number() not in (None, fixed):
        yield Hit(
            flag,
            f"the picker answers probes on port {flag.value}, and the chart has them ask {fixed}",
            write=f"grpc-health-port: {fixed}",
            why="the picker's pod is never ready, and is restarted again and again",
        )
