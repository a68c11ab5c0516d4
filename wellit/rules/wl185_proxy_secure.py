"""The routing proxy speaks TLS, and the pool sends plain HTTP.

By itself the proxy serves TLS with a certificate that it makes. Charts from some version on turn that off; earlier ones
pass nothing on, and whoever does not write `secure: false` gets a pod that is ready and refuses every request.

Bad::

    # llm-d-modelservice@v0.2.5
    routing:
      servicePort: 8000
    decode:
      containers:
      - image: vllm/vllm-openai:v0.17.1
        modelCommand: vllmServe

Good::

    # llm-d-modelservice@v0.2.5
    routing:
      servicePort: 8000
      proxy: {secure: false}
    decode:
      containers:
      - image: vllm/vllm-openai:v0.17.1
        modelCommand: vllmServe
"""

from __future__ import annotations

from wellit.rules.rule import Fix, Hit, Items, Rule
from wellit.seen.modelservice import Pod, pods
from wellit.subject import MODELSERVICE, Subject

RULE = Rule(
    "WL185", "proxy-secure", "error", (MODELSERVICE,), "asked",
    reads="role.containers role.create routing.proxy",
)  # fmt: skip


def check(subject: Subject) -> Items:
    for pod in pods(subject):
        node = pod.service.proxy.node["secure"]
        if pod.proxied and _secure(pod):
            yield Hit(
                node,
                "the routing proxy serves TLS" + ("" if node.flag(False) else ", as it does by itself"),
                write="secure: false",
                why="the gateway sends plain HTTP to the pods: every request fails, though they are ready",
                fix=Fix(node, "false") if node.written else None,
            )


def _secure(pod: Pod) -> bool:
    """Whether it ends up with TLS: by what is written, or by what the proxy does when nothing is passed on."""
    proxy = pod.service.proxy
    node = proxy.node["secure"]
    if node.value is not None:
        return node.flag(False)
    passed = pod.service.facts["proxy"]["passesSecureProxy"] and not node.written
    return not passed and bool(proxy.contract and proxy.contract["defaultSecureProxy"])
