"""The annotations that claim devices are none that KServe takes.

KServe claims devices by DRA when the annotation serving.kserve.io/exp-dra-device-class names a class. Beside it may
stand how many (exp-dra-device-count), which ones (exp-dra-cel-selector, an expression a line) and for which container
(exp-dra-container-name); without the class each of them means nothing.

Bad::

    # kserve@v0.20.0
    api: v1alpha2
    annotations: {serving.kserve.io/exp-dra-device-count: "2"}
    spec:
      model: {uri: "hf://Qwen/Qwen3-0.6B", name: Qwen/Qwen3-0.6B}

Good::

    # kserve@v0.20.0
    api: v1alpha2
    annotations:
      serving.kserve.io/exp-dra-device-class: gpu.nvidia.com
      serving.kserve.io/exp-dra-device-count: "2"
    spec:
      model: {uri: "hf://Qwen/Qwen3-0.6B", name: Qwen/Qwen3-0.6B}
"""

from __future__ import annotations

import re

from wellit.node import Node, whole
from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.service import services
from wellit.seen.webhook import there, why_refused
from wellit.subject import KSERVE, Subject

RULE = Rule(
    "WL919", "service-devices", "error", (KSERVE,), "asked",
    reads="annotations.serving.kserve.io/exp-dra-cel-selector "
    "annotations.serving.kserve.io/exp-dra-container-name "
    "annotations.serving.kserve.io/exp-dra-device-class "
    "annotations.serving.kserve.io/exp-dra-device-count api",
)  # fmt: skip
PREFIX = "serving.kserve.io/exp-dra-"
CLASS, COUNT = f"{PREFIX}device-class", f"{PREFIX}device-count"
SELECTOR, CONTAINER = f"{PREFIX}cel-selector", f"{PREFIX}container-name"
LABEL = r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?"
NAMES = {CLASS: (rf"{LABEL}(\.{LABEL})*", "gpu.nvidia.com"), CONTAINER: (LABEL, "main")}


def check(subject: Subject) -> Items:
    for service in services(subject):
        if why := why_refused(service, "devices"):
            yield from _judge(service.release.root["annotations"], why)


def _judge(said: Node, why: str) -> Items:
    for key in (COUNT, SELECTOR, CONTAINER):
        if there(said[key]) and not there(said[CLASS]):
            yield Hit(said[key], f"{key} is there without {CLASS}", write=f"{CLASS}: gpu.nvidia.com", why=why, key=True)
            break
    for key, (form, example) in NAMES.items():
        if there(said[key]) and not re.fullmatch(form, said[key].text().strip()):
            yield Hit(said[key], f"{key} is no name: {said[key].value!r}", write=example, why=why)
    count = said[COUNT]
    if there(count) and str(count.value).strip() and (whole(count.value) or 0) < 1:
        yield Hit(count, f"{COUNT} is {count.value}", write='a number from 1 on, in quotes: "1"', why=why)
    if there(said[SELECTOR]) and not said[SELECTOR].text().strip():
        yield Hit(
            said[SELECTOR], f"{SELECTOR} says nothing", write="an expression in CEL, or no such annotation", why=why
        )
