"""A config file is named in a way that ends the engine, or that is not read.

SGLang reads one file after `--config`, by a name that ends in .yaml or .yml, and ends with a ValueError at a second one
or at another name. Dynamo takes a section of it: `--config-key` beside `--config` up to 0.9, as a word of its own;
`--disagg-config` with `--disagg-config-key` from 1.0 on, and then it drops `--config` without a word.

Bad::

    # dynamo@1.3.1
    api: v1beta1
    components:
      decode:
        type: worker
        image: nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.3.1
        command: [python3, -m, dynamo.sglang]
        args: [--model-path, Qwen/Qwen3-0.6B, --config, /etc/worker.json]

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

from pathlib import PurePath
from typing import Any

from wellit import capabilities
from wellit.capabilities import Unknown
from wellit.configfile import data
from wellit.configfile.data import ConfigFile
from wellit.errors import CannotAnswer
from wellit.flags import is_open
from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.commandline import READS, CommandLine, lines
from wellit.seen.words import Word
from wellit.subject import DYNAMO, KSERVE, MODELSERVICE, Subject

RULE = Rule("WL844", "config-named", "error", (MODELSERVICE, DYNAMO, KSERVE), "read", reads=READS)


def check(subject: Subject) -> Items:
    for line in lines(subject):
        if config := data.of(line.engine.name):
            yield from _names(line, config)
            yield from _section(line, config)


def _names(line: CommandLine, config: ConfigFile) -> Items:
    named = [at for at, word in enumerate(line.words) if word.text == config.flag]
    for at in named[1:]:
        yield Hit(
            line.words[at].node, f"{config.title} reads one config file, and here is a second", write="take one away",
            why=f"the {line.title} never serves: it ends with a ValueError",
            also=(("the first", line.words[named[0]].node),),
        )  # fmt: skip
    for word in (line.words[at + 1] for at in named if at + 1 < len(line.words)):
        ending = PurePath(word.text).suffix.lower()
        if not is_open(word.text) and not word.text.startswith("-") and ending not in config.extensions:
            wanted = " or ".join(config.extensions)
            yield Hit(
                word.node, f"{config.title} tells a config file by its name, and {word.text} does not end in {wanted}",
                write=f"{PurePath(word.text).with_suffix(config.extensions[0])}",
                why=f"the {line.title} never serves: it ends with a ValueError",
            )  # fmt: skip


def _section(line: CommandLine, config: ConfigFile) -> Items:
    """How a section of the file is asked for, where the program that starts the engine takes one."""
    how = _flags(line)
    if how is None:
        return
    file, key = str(how["file"]), str(how["key"])
    whole = _first(line, config.flag)
    glued = next((word for word in line.words if word.text.startswith(f"{key}=")), None)
    if file != config.flag:
        if (section := _first(line, file)) and whole:
            yield Hit(
                whole.node, f"with {file} Dynamo drops {config.flag} without a word", write="take one of the two away",
                why="nothing of what this file says counts", also=(("what is read", section.node),),
            )  # fmt: skip
    elif glued:
        name = glued.text.partition("=")[2]
        why = "it looks for the word by itself, and takes the whole file for the flags: a section is none"
        yield Hit(glued.node, f"Dynamo does not read {glued.text}", write=f'"{key}", "{name}"', why=why)
    elif (named := _first(line, key)) and not whole:
        why = "it is taken, and nothing is done with it"
        yield Hit(named.node, f"{key} names a section of no file", write=f"{file} FILE before it", why=why)


def _flags(line: CommandLine) -> Any:
    """The flags for a file and its section, as the release of Dynamo has them; None where none starts the engine."""
    if line.program == line.engine.name or isinstance(line.version, Unknown):
        return None
    try:
        return capabilities.contract(DYNAMO, line.version)["configFlags"]
    except CannotAnswer:
        return None


def _first(line: CommandLine, flag: str) -> Word | None:
    return next((word for word in line.words if word.text == flag), None)
