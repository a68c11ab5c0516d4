"""The engine is told about KV events and publishes none.

The flag alone does not start it: vLLM wants `enable_kv_cache_events: true` in its JSON, SGLang a publisher (its default
is the word null). The engine starts without a complaint and says nothing to anybody.

Bad::

    # llm-d-modelservice@v0.4.9
    decode:
      containers:
      - image: vllm/vllm-openai:v0.12.0
        modelCommand: vllmServe
        args: ["--kv-events-config", '{"publisher":"zmq","endpoint":"tcp://*:5557","topic":"kv@$(POD_IP):8000@m"}']

Good::

    # llm-d-modelservice@v0.4.9
    decode:
      containers:
      - image: vllm/vllm-openai:v0.12.0
        modelCommand: vllmServe
        args:
        - --kv-events-config
        - '{"enable_kv_cache_events":true,"publisher":"zmq","endpoint":"tcp://*:5557","topic":"kv@$(POD_IP):8000@m"}'
        env: [{name: POD_IP, valueFrom: {fieldRef: {fieldPath: status.podIP}}}]
"""

from __future__ import annotations

import json

from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.events import publishers
from wellit.subject import MODELSERVICE, Subject

RULE = Rule("WL144", "events-off", "error", (MODELSERVICE,), "read", reads="role.containers role.create")


def check(subject: Subject) -> Items:
    for said in publishers(subject):
        key, value = said.wrong
        if key and said.given.data is not None and said.container.engine:
            wanted = said.facts["json"][key]
            yield Hit(
                said.given.node,
                f"{said.given.flag} is given and nothing is published: {key} is {value or 'not there'}",
                write=f'"{key}":{json.dumps(wanted)} in its JSON',
                why=f"{said.container.engine.title} starts without a word, and the picker hears nothing",
            )
