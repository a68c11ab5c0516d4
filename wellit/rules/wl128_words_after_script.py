"""Words after a script are not part of it.

`sh -c` takes one word as its script; the words after it are the script's own $0, $1 and so on, which it has to ask for.
Flags that stand there never reach the engine, and nothing says so.

Bad::

    # llm-d-modelservice@v0.4.9
    decode:
      containers:
      - image: ghcr.io/llm-d/llm-d-cuda:v0.6.0
        modelCommand: custom
        command: [/bin/bash, -c]
        args: ["vllm serve Qwen/Qwen3-0.6B", --port, "8200"]

Good::

    # llm-d-modelservice@v0.4.9
    decode:
      containers:
      - image: ghcr.io/llm-d/llm-d-cuda:v0.6.0
        modelCommand: custom
        command: [/bin/bash, -c]
        args: ["vllm serve Qwen/Qwen3-0.6B --port 8200"]
"""

from __future__ import annotations

from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.modelservice import pods
from wellit.subject import MODELSERVICE, Subject

RULE = Rule("WL128", "words-after-script", "error", (MODELSERVICE,), "read", reads="role.containers role.create")


def check(subject: Subject) -> Items:
    for pod in pods(subject):
        for container in pod.containers:
            if lost := container.words.lost:
                yield Hit(
                    lost[0].node,
                    f"the script of the {container.title} never sees {_named([word.text for word in lost])}",
                    write="one item: the script with these words in it",
                    why="sh -c runs its first word alone; the engine starts without these",
                )


def _named(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{words[0]} and what comes after it"
