"""The engine is told to leave its tokenizer out, and gets texts.

Without a tokenizer an engine takes numbers of tokens and gives such numbers back. That is for programs that have a
tokenizer of their own; the clients of a gateway send the texts of the OpenAI API.

Bad::

    # llm-d-modelservice@v0.4.9
    decode:
      containers:
      - image: lmsysorg/sglang:v0.5.9
        modelCommand: custom
        command: [python3, -m, sglang.launch_server]
        args: [--model-path, Qwen/Qwen3-0.6B, --host, 0.0.0.0, --port, "8200", --skip-tokenizer-init]

Good::

    # llm-d-modelservice@v0.4.9
    decode:
      containers:
      - image: lmsysorg/sglang:v0.5.9
        modelCommand: custom
        command: [python3, -m, sglang.launch_server]
        args: [--model-path, Qwen/Qwen3-0.6B, --host, 0.0.0.0, --port, "8200"]
"""

from __future__ import annotations

from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.commandline import chart_lines
from wellit.subject import MODELSERVICE, Subject

RULE = Rule("WL195", "tokenizer-skipped", "warning", (MODELSERVICE,), "read", reads="role.containers role.create")


def check(subject: Subject) -> Items:
    for line in chart_lines(subject):
        settings = line.engine.data.get("speaks", {}).get("settings", {})
        flag = settings.get("skipTokenizer", {}).get("flag", "")
        said = line.mention(flag) if flag else None
        if said and said[0].value.lower() != "false":
            yield Hit(
                said[1],
                f"{line.engine.title} leaves its tokenizer out, and the gateway's clients send texts",
                write=f"no {flag}",
                why="it takes numbers of tokens alone: a text is refused, and no text comes back",
            )
