"""An image's tag moves: tomorrow it is another program.

latest, main, nightly, or no tag at all, which means latest. Pods that start later may run something else than those
beside them, and nobody can tell what has been tried. The modelservice chart's own routing proxy is :latest from v0.4.2
on, where the values name none. A digest never moves.

Bad::

    # llm-d-modelservice@v0.4.12
    decode:
      containers:
        - image: ghcr.io/llm-d/llm-d-cuda:latest
          modelCommand: vllmServe
    routing:
      proxy:
        image: ghcr.io/llm-d/llm-d-routing-sidecar:v0.7.1

Good::

    # llm-d-modelservice@v0.4.12
    decode:
      containers:
        - image: ghcr.io/llm-d/llm-d-cuda:v0.6.0
          modelCommand: vllmServe
    routing:
      proxy:
        image: ghcr.io/llm-d/llm-d-routing-sidecar:v0.7.1
"""

from __future__ import annotations

import re

from wellit.images import Image
from wellit.rules.rule import Hit, Items, Rule
from wellit.seen import kubernetes
from wellit.seen.images import images
from wellit.subject import INFERENCEPOOL, MODELSERVICE, Subject

RULE = Rule(
    "WL419",
    "mutable-image",
    "warning",
    (MODELSERVICE, INFERENCEPOOL),
    "read",
    reads="inferenceExtension.image inferenceExtension.sidecar role.containers role.create role.extraConfig "
    "role.initContainers routing.proxy",
)
MOVES = re.compile(r"(^|[-_.])(latest|main|master|head|nightly|dev|develop|edge|canary|snapshot|rolling)([-_.]|$)")
FIXED = re.compile(r"\d+\.\d+|[0-9a-f]{7,}|\d{6,}")


def check(subject: Subject) -> Items:
    for image in images(subject):
        parsed = Image.parse(image.text)
        if not image.text or kubernetes.templated(image.text) or parsed.digest or kubernetes.image(image.text):
            continue
        if not parsed.tag or (MOVES.search(parsed.tag.lower()) and not FIXED.search(parsed.tag)):
            yield Hit(
                image.node,
                f"the image of {image.of} is {parsed.tag or 'without a tag, which means latest'}: {image.text}",
                write=image.pinned,
                why="what it is changes under a running deployment, and nothing says when",
            )
