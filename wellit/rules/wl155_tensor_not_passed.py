"""Accelerators are asked for, and the engine is not told to use them.

Early versions of the chart ask for as many accelerators as parallelism.tensor says, but put no --tensor-parallel-size
on the command line that they write: the engine runs on one of them.

Bad::

    # llm-d-modelservice@v0.2.12
    decode:
      parallelism: {tensor: 2}
      containers:
      - image: vllm/vllm-openai:v0.17.1
        modelCommand: vllmServe

Good::

    # llm-d-modelservice@v0.2.12
    decode:
      parallelism: {tensor: 2}
      containers:
      - image: vllm/vllm-openai:v0.17.1
        modelCommand: vllmServe
        args: [--tensor-parallel-size, "2"]
"""

from __future__ import annotations

from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.modelservice import pods
from wellit.subject import MODELSERVICE, Subject

RULE = Rule(
    "WL155", "tensor-not-passed", "warning", (MODELSERVICE,), "read",
    reads="role.containers role.create role.parallelism",
)  # fmt: skip


def check(subject: Subject) -> Items:
    for pod in pods(subject):
        flag, tensor = pod.service.facts["commandFlags"]["tensorParallel"], pod.parallel.tensor
        how = pod.service.facts["parallelism"]["tensorFlag"].get(pod.main.meant)
        words = pod.main.words
        given = words.given(flag) or words.given("-tp") or words.elsewhere
        if how == "absent" and tensor > 1 and not given and not pod.parallel.wrong:
            release = pod.service.release
            yield Hit(
                pod.parallel.node["tensor"],
                f"the {pod.main.title} gets {tensor} accelerators and no {flag}",
                write=f'args: ["{flag}", "{tensor}"]',
                why=f"{release.chart} {release.version} does not pass it on: the engine runs on one, the others idle",
            )
