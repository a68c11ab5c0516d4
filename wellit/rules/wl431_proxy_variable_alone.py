"""A container is told a proxy, and nothing that is asked directly.

With HTTP_PROXY or HTTPS_PROXY and without NO_PROXY a program sends everything through the proxy: requests to other
pods, to Services and to the API server too, which a proxy outside of the cluster does not reach.

Bad::

    # llm-d-modelservice@v0.4.9
    decode:
      containers:
      - image: vllm/vllm-openai:v0.17.1
        modelCommand: vllmServe
        env: [{name: HTTPS_PROXY, value: "http://proxy.example.com:3128"}]

Good::

    # llm-d-modelservice@v0.4.9
    decode:
      containers:
      - image: vllm/vllm-openai:v0.17.1
        modelCommand: vllmServe
        env:
        - {name: HTTPS_PROXY, value: "http://proxy.example.com:3128"}
        - {name: NO_PROXY, value: "localhost,127.0.0.1,.svc,.cluster.local,10.0.0.0/8"}
"""

from __future__ import annotations

from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.podspec import containers
from wellit.subject import INFERENCEPOOL, MODELSERVICE, Subject

RULE = Rule(
    "WL431", "proxy-variable-alone", "warning", (MODELSERVICE, INFERENCEPOOL), "read",
    reads="inferenceExtension.sidecar role.containers role.create role.extraConfig role.initContainers",
)  # fmt: skip


def check(subject: Subject) -> Items:
    for container in containers(subject):
        variables = {variable["name"].text().lower(): variable for variable in container.listed("env")}
        said = next((variables[name] for name in ("https_proxy", "http_proxy") if name in variables), None)
        if said and "no_proxy" not in variables:
            yield Hit(
                said,
                f"{container.title} is told a proxy, and nothing that is asked directly",
                write='{name: NO_PROXY, value: "localhost,127.0.0.1,.svc,.cluster.local,10.0.0.0/8"}, with your ranges',
                why="other pods, Services and the API server are then asked through a proxy that does not reach them",
            )
