"""A file of flags is given in a form that is not read.

SGLang, and Dynamo with it, looks for the word `--config` by itself and reads the file that the next word names.
`--config=FILE` is taken for a flag like any other: nothing complains, and nothing of what the file says counts.

Bad::

    # dynamo@1.3.1
    api: v1beta1
    components:
      decode:
        type: worker
        image: nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.3.1
        command: [python3, -m, dynamo.sglang]
        args: [--model-path, Qwen/Qwen3-0.6B, --config=/etc/worker.yaml]

Good::

    # dynamo@1.3.1
    api: v1beta1
    components:
      decode:
        type: worker
        image: nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.3.1
        command: [python3, -m, dynamo.sglang]
        args: [--model-path, Qwen/Qwen3-0.6B, --config, /etc/worker.yaml]
"""

from __future__ import annotations

from wellit import flags
from wellit.rules.rule import Fix, Hit, Items, Rule
from wellit.seen.commandline import GRAPH_READS, SERVICE_READS, CommandLine, lines
from wellit.seen.words import Word
from wellit.subject import DYNAMO, KSERVE, MODELSERVICE, Subject

RULE = Rule(
    "WL811",
    "config-glued",
    "error",
    (MODELSERVICE, DYNAMO, KSERVE),
    "read",
    reads=f"role.containers role.create {GRAPH_READS} {SERVICE_READS}",
)


def check(subject: Subject) -> Items:
    for line in lines(subject):
        known = flags.program(line.engine.name)
        flag = str(known.head["style"].get("configFile", "")) if known else ""
        for word in line.words if flag else ():
            if word.text.startswith(f"{flag}="):
                yield _hit(line, flag, word)


def _hit(line: CommandLine, flag: str, word: Word) -> Hit:
    file = word.text.partition("=")[2]
    at = word.node.owner.locate(word.node.keys)
    row = "[" in at.text[: at.column - 1] and word.node.value == word.text
    return Hit(
        word.node,
        f"{line.engine.title} does not read the file of {word.text}",
        write=f'"{flag}", "{file}"',
        why="it looks for the word by itself: nothing of what the file says counts, and nothing complains",
        fix=Fix(word.node, f'{flag}, "{file}"') if row else None,
    )
