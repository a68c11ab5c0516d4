"""A probe is never answered in time, or in another language.

The preset's probes wait one second since KServe v0.20, and a probe without `timeoutSeconds` does so in every version:
SGLang's /health generates a token and takes longer. They speak HTTP where the controller serves no TLS: an engine
that is given a certificate does not understand them.

Bad::

    # kserve@v0.20.0
    api: v1alpha2
    spec:
      model: {uri: "hf://Qwen/Qwen3-0.6B", name: Qwen/Qwen3-0.6B}
      template:
        containers:
        - name: main
          image: lmsysorg/sglang:v0.5.9
          command: [python3, -m, sglang.launch_server, --model-path, /mnt/models, --host, 0.0.0.0, --port, "8000"]

Good::

    # kserve@v0.20.0
    api: v1alpha2
    spec:
      model: {uri: "hf://Qwen/Qwen3-0.6B", name: Qwen/Qwen3-0.6B}
      template:
        containers:
        - name: main
          image: lmsysorg/sglang:v0.5.9
          command: [python3, -m, sglang.launch_server, --model-path, /mnt/models, --host, 0.0.0.0, --port, "8000"]
          startupProbe: {timeoutSeconds: 5}
          livenessProbe: {timeoutSeconds: 5}
          readinessProbe: {timeoutSeconds: 5, periodSeconds: 10}
"""

from __future__ import annotations

from wellit.engines import Engine
from wellit.rules.rule import Fix, Hit, Items, Rule
from wellit.seen.probes import Probe
from wellit.seen.service import service_workloads
from wellit.seen.workload import Workload
from wellit.subject import KSERVE, Subject

RULE = Rule(
    "WL928", "service-probe", "error", (KSERVE,), "read",
    reads="spec.baseRefs spec.prefill spec.replicas spec.runtime spec.template",
)  # fmt: skip


def check(subject: Subject) -> Items:
    for one in service_workloads(subject):
        asked = [probe for probe in one.probes if probe.path and probe.port == one.port]
        if one.engine and asked:
            yield from _time(one, one.engine, asked)
            for probe in asked:
                yield from _scheme(one, probe)


def _time(one: Workload, engine: Engine, asked: list[Probe]) -> Items:
    slow, needs = engine.data["health"].get("slow"), engine.data["health"]["minTimeoutSeconds"]
    if not slow or set(one.environment) & set(slow["unless"]):
        return
    short = [probe for probe in asked if probe.path in slow["paths"] and _waits(probe) <= slow["seconds"]]
    ours = [probe for probe in short if not one.wrote(probe.spec["timeoutSeconds"])]
    why = "it generates a token and looks for it once a second: no attempt is ever answered in time"
    for probe in short:
        node = probe.spec["timeoutSeconds"]
        if probe not in ours:
            yield Hit(
                node,
                f"the {probe.name} of the {one.title} waits {node.value} s, {engine.title}'s {probe.path} takes longer",
                write=f"timeoutSeconds: {needs}",
                why=why,
                fix=Fix(node, str(needs)),
            )
    if ours:
        names = [probe.name for probe in ours]
        yield Hit(
            ours[0].spec,
            f"{' and '.join(names)} of the {one.title} wait {_waits(ours[0])} s, as they do where nothing is said,"
            f" and {engine.title}'s {ours[0].path} takes longer",
            write=", ".join(f"{name}: {{timeoutSeconds: {needs}}}" for name in names),
            why=why,
        )


def _waits(probe: Probe) -> int:
    """Seconds; a number that cannot be read is not judged."""
    waits = probe.spec["timeoutSeconds"].number(1)
    return 10**9 if waits is None else waits


def _scheme(one: Workload, probe: Probe) -> Items:
    if one.words.elsewhere:
        return
    node, tls = probe.spec.at(probe.handler, "scheme"), one.given("sslCertificate")
    if bool(tls) == probe.https:
        return
    scheme, mine = ("HTTPS" if tls else "HTTP"), one.wrote(node)
    yield Hit(
        node,
        f"the {probe.name} of the {one.title} speaks {'HTTP' if tls else 'HTTPS'}, the engine {scheme}",
        write=f"scheme: {scheme}"
        if mine or not tls
        else f"no {tls.by}: the controller's TLS brings a certificate of its own",
        why="every attempt fails: the pod never gets ready, or is started again and again",
        fix=Fix(node, scheme) if mine else None,
    )
