"""A variable of Dynamo's is of another release, or its value is none that the release takes.

Most flags of Dynamo's programs have a variable that stands for them. Releases renamed both: with 1.0 DYN_STORE_KV
became DYN_DISCOVERY_BACKEND, and DYN_KV_EVENTS DYN_ROUTER_USE_KV_EVENTS. A variable of another release is not read, and
nothing complains. Its value is not held against what the flag takes, either.

Bad::

    # dynamo@1.3.1
    api: v1beta1
    components:
      frontend:
        type: frontend
        image: "nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.3.1"
        env: [{name: DYN_STORE_KV, value: etcd}]
      decode:
        type: worker
        gpus: 1
        image: nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.3.1
        command: [python3, -m, dynamo.sglang]
        args: [--model-path, Qwen/Qwen3-0.6B, --page-size, "16"]

Good::

    # dynamo@1.3.1
    api: v1beta1
    components:
      frontend:
        type: frontend
        image: "nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.3.1"
        env: [{name: DYN_DISCOVERY_BACKEND, value: etcd}]
      decode:
        type: worker
        gpus: 1
        image: nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.3.1
        command: [python3, -m, dynamo.sglang]
        args: [--model-path, Qwen/Qwen3-0.6B, --page-size, "16"]
"""

from __future__ import annotations

from collections.abc import Iterator

from wellit import flags
from wellit.capabilities import Unknown
from wellit.errors import nearest
from wellit.flags import Flag, Line, Program
from wellit.node import Node
from wellit.rules.rule import Fix, Hit, Items, Rule
from wellit.schema import words
from wellit.seen.commandline import GRAPH_READS
from wellit.seen.graph import Component, components
from wellit.seen.graphflags import standing_for
from wellit.subject import DYNAMO, Subject

RULE = Rule(
    "WL821",
    "dynamo-variable",
    "error",
    (DYNAMO,),
    "read",
    reads=f"{GRAPH_READS} component.env component.more env env.name env.value",
)


def check(subject: Subject) -> Items:
    for one in components(subject):
        known = flags.program(one.program) if one.program else None
        lines = known.near(one.version) if known and not isinstance(one.version, Unknown) else None
        if known is None or lines is None or isinstance(lines, Unknown):
            continue
        for name, entry in one.environment.items():
            yield from _judge(one, known, lines, name, entry)


def _judge(one: Component, known: Program, lines: tuple[Line, ...], name: str, entry: Node) -> Iterator[Hit]:
    here = [flag for line in lines for flag in line.all() if flag.variable == name]
    if len(here) == len(lines):
        yield from _value(one, here, entry["value"])
    elif not here and not known.reads_besides(name, lines[0].version):
        elsewhere = list(standing_for(known, name))
        if elsewhere:
            yield _gone(one, known, lines[-1], elsewhere, entry)


def _gone(one: Component, known: Program, line: Line, elsewhere: list[tuple[str, Flag]], entry: Node) -> Hit:
    version, flag = elsewhere[-1]
    later = known.versions.index(version) > known.versions.index(line.version)
    since = f"{elsewhere[0][0]} is the first that does" if later else f"{version} still did"
    near = known.flag(flag.key, line.version) or line.named(str(flag.data.get("replacedBy", "")).split(" ")[0])
    former = None if near else next((old for old in line.all() if old.data.get("replacedBy") == flag.name), None)
    instead = (near or former or flag).variable if near or former else ""
    node = entry["name"]
    return Hit(
        node,
        f"Dynamo {one.version} does not read {node.text()}: {since}",
        write=instead or (f"{near.name} on the command line" if near else "no such variable, or another release"),
        why="nothing complains, and nothing of what it says happens",
        fix=Fix(node, instead) if instead else None,
    )


def _value(one: Component, here: list[Flag], node: Node) -> Iterator[Hit]:
    text = str(node.value) if node.written and node.value is not None else ""
    if not text or flags.is_open(text) or any(not flag.choices or text in flag.choices for flag in here):
        return
    choices = here[-1].choices
    near = nearest(text, choices)
    yield Hit(
        node,
        f"Dynamo {one.version} takes no {text} for {here[-1].variable}",
        write=near or words.either(choices),
        why=f"it stands for {here[-1].name}, which takes {words.either(choices)}: only the flag is checked for that",
        fix=Fix(node, near) if near else None,
    )
