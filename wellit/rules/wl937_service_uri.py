"""KServe cannot fetch a model from spec.model.uri.

It reads hf://OWNER/MODEL, s3://BUCKET/PATH, pvc://CLAIM/PATH and oci://REGISTRY/IMAGE, and no name without a scheme:
the object is taken, and its controller stops at it.

Bad::

    # kserve@v0.20.0
    api: v1alpha2
    spec:
      model: {uri: Qwen/Qwen3-0.6B, name: Qwen/Qwen3-0.6B}

Good::

    # kserve@v0.20.0
    api: v1alpha2
    spec:
      model: {uri: "hf://Qwen/Qwen3-0.6B", name: Qwen/Qwen3-0.6B}
"""

from __future__ import annotations

import re

from wellit.errors import nearest
from wellit.rules.rule import Fix, Hit, Items, Rule
from wellit.schema import words
from wellit.seen.service import Service, services
from wellit.subject import KSERVE, Subject

RULE = Rule(
    "WL937", "service-uri", "error", (KSERVE,), "asked",
    reads="spec.model",
)  # fmt: skip
HUB = re.compile(r"(?:https?://)?(?:huggingface\.co|hf\.co)/([\w.-]+/[\w.-]+)/?")
NAME = re.compile(r"[\w.-]+/[\w.-]+")
WHY = "KServe's controller stops at it: MainWorkloadReady is False with"
SHAPES = {
    "hf": "hf://OWNER/MODEL",
    "s3": "s3://BUCKET/PATH",
    "pvc": "pvc://CLAIM/PATH",
    "oci": "oci://REGISTRY/IMAGE:TAG",
}


def check(subject: Subject) -> Items:
    for service in services(subject):
        node = service.written.at("model", "uri")
        if node.text() and "{{" not in node.text():
            yield from _judge(service, node.text())


def _judge(service: Service, uri: str) -> Items:
    node, known = service.written.at("model", "uri"), [str(one) for one in service.facts["uris"]]
    scheme, colon, rest = uri.partition("://")
    found = HUB.fullmatch(uri)
    if found or not colon:
        right = f"hf://{found[1]}" if found else f"hf://{uri}" if NAME.fullmatch(uri) else ""
        said = "unsupported schema in model URI" if colon else "invalid model URI"
        yield Hit(
            node, f"spec.model.uri is {uri}", write=right or words.either(list(SHAPES.values())),
            why=f"{WHY} {said}", fix=Fix(node, right) if right else None,
        )  # fmt: skip
    elif scheme not in known:
        near = nearest(scheme, known)
        yield Hit(
            node,
            f"KServe {service.release.version} fetches nothing from {scheme}://",
            write=f"{near}://{rest}" if near else words.either([f"{one}://..." for one in known]),
            why=f"{WHY} unsupported schema in model URI",
            fix=Fix(node, f"{near}://{rest}") if near else None,
        )
    elif not rest.strip("/") or (scheme == "hf" and not NAME.fullmatch(rest.partition(":")[0].strip("/"))):
        yield Hit(
            node, f"spec.model.uri is {uri}, which names no model", write=SHAPES.get(scheme, f"{scheme}://..."),
            why="there is nothing to fetch: the storage initializer fails, and the pod never starts",
        )  # fmt: skip
