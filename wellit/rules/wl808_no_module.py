"""A component does not show which module of Dynamo it starts.

A worker is started with `python3 -m dynamo.sglang` (or dynamo.vllm, dynamo.trtllm), in `command`, in `args`, or one
half in each. The operator starts a frontend by itself; of any other component it takes the command line as it is, and
the image runs what is there. Another program - the engine's own server - runs, and never registers with Dynamo.

Bad::

    # dynamo@1.3.1
    api: v1beta1
    components:
      decode:
        type: worker
        image: nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.3.1
        command: [python3, -m, sglang.launch_server]
        args: [--model-path, Qwen/Qwen3-0.6B]

Good::

    # dynamo@1.3.1
    api: v1beta1
    components:
      decode:
        type: worker
        image: nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.3.1
        command: [python3]
        args: [-m, dynamo.sglang, --model-path, Qwen/Qwen3-0.6B]
"""

from __future__ import annotations

from wellit import engines
from wellit.errors import nearest
from wellit.rules.rule import Fix, Hit, Items, NotChecked, Rule
from wellit.seen.commandline import GRAPH_READS
from wellit.seen.graph import OWN, Component, workers
from wellit.subject import DYNAMO, Subject

RULE = Rule("WL808", "no-module", "error", (DYNAMO,), "read", reads=GRAPH_READS)
WHY = "it never registers with Dynamo: the frontend lists no model and answers 503"


def check(subject: Subject) -> Items:
    for one in workers(subject):
        if one.module.startswith(OWN):
            continue
        if one.words.unclear:
            yield NotChecked(f"what the {one.title} starts: {one.words.unclear}")
        else:
            yield from _judge(one)


def _judge(one: Component) -> Items:
    engine = one.engine or engines.of_words(one.words.texts)
    module = str(engine.dynamo.get("module", "")) if engine else ""
    command = list(engine.dynamo["command"]) if engine and module else ["python3", "-m", "dynamo.ENGINE"]
    if one.starts:
        wrong, node = one.starts.module.text, one.starts.module.node
        near = module or nearest(wrong, [str(known.dynamo["module"]) for known in engines.engines() if known.dynamo])
        fix = Fix(node, near) if near and node.value == wrong else None
        message = f"the {one.title} starts {wrong}, which is no module of Dynamo's"
        yield Hit(node, message, write=near or command[-1], why=WHY, fix=fix)
    elif one.words.words and not one.words.words[0].text.startswith("-"):
        first = one.words.words[0]
        if found := engines.of_words(one.words.texts):
            message = f"the {one.title} starts {found.title} without Dynamo"
            yield Hit(first.node, message, write=f"command: [{', '.join(command)}]", why=WHY)
        else:
            yield NotChecked(f"what the {one.title} starts: {first.text} is no program that wellit knows")
    else:
        said = "its arguments are all there is" if one.words.words else "it has neither command nor args"
        message = f"the {one.title} starts no program: {said}"
        write = f"command: [{', '.join(command)}]"
        yield Hit(one.node["command"], message, write=write, why="only a frontend is started by the operator itself")
