"""An image's reference that no registry can have.

REGISTRY/PATH:TAG or REGISTRY/PATH@sha256:DIGEST, the path in small letters, no scheme, no space. The API server takes
nearly any word; the pod then stands there with InvalidImageName.

Bad::

    # llm-d-modelservice@v0.4.12
    decode:
      containers:
        - image: https://ghcr.io/llm-d/llm-d-cuda:v0.6.0
          modelCommand: vllmServe

Good::

    # llm-d-modelservice@v0.4.12
    decode:
      containers:
        - image: ghcr.io/llm-d/llm-d-cuda:v0.6.0
          modelCommand: vllmServe
"""

from __future__ import annotations

from wellit.rules.rule import Hit, Items, Rule
from wellit.seen import kubernetes
from wellit.seen.images import images
from wellit.subject import INFERENCEPOOL, MODELSERVICE, Subject

RULE = Rule(
    "WL418",
    "image-reference",
    "error",
    (MODELSERVICE, INFERENCEPOOL),
    "read",
    reads="inferenceExtension.image inferenceExtension.sidecar role.containers role.create role.extraConfig "
    "role.initContainers routing.proxy",
)


def check(subject: Subject) -> Items:
    for image in images(subject):
        text = image.text
        if not image.node.text() or kubernetes.templated(text) or not (wrong := kubernetes.image(text)):
            continue
        plain = text.partition("://")[2] if "://" in text else ""
        yield Hit(
            image.node,
            f'the image of {image.of}, "{text}", cannot be: a reference {wrong}',
            write=f"image: {plain}" if plain and not kubernetes.image(plain) else "REGISTRY/PATH:TAG",
            why="the pod never starts: InvalidImageName",
        )
