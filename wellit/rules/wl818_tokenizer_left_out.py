"""A worker is told to use its engine's tokenizer, and to leave it out.

With `--use-sglang-tokenizer` the frontend sends texts, and the engine makes tokens of them; with
`--skip-tokenizer-init` the engine has no tokenizer. Up to 1.0 Dynamo corrected the second by the first; from 1.1 on it
does not, and the engine has nothing to read a text with. `--skip-tokenizer-init` alone is right for a worker of
Dynamo's: its frontend makes the tokens.

Bad::

    # dynamo@1.3.1
    api: v1beta1
    components:
      frontend: {type: frontend, image: "nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.3.1"}
      decode:
        type: worker
        gpus: 1
        image: nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.3.1
        command: [python3, -m, dynamo.sglang]
        args: [--model-path, Qwen/Qwen3-0.6B, --page-size, "16", --use-sglang-tokenizer, --skip-tokenizer-init]

Good::

    # dynamo@1.3.1
    api: v1beta1
    components:
      frontend: {type: frontend, image: "nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.3.1"}
      decode:
        type: worker
        gpus: 1
        image: nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.3.1
        command: [python3, -m, dynamo.sglang]
        args: [--model-path, Qwen/Qwen3-0.6B, --page-size, "16", --skip-tokenizer-init]
"""

from __future__ import annotations

from wellit.capabilities import Unknown
from wellit.rules.rule import Hit, Items, NotChecked, Rule
from wellit.seen.commandline import GRAPH_READS
from wellit.seen.dynamo import facts
from wellit.seen.graph import workers
from wellit.seen.graphflags import told
from wellit.subject import DYNAMO, Subject

RULE = Rule(
    "WL818",
    "tokenizer-left-out",
    "error",
    (DYNAMO,),
    "read",
    reads=f"{GRAPH_READS} component.env component.more env env.name",
)
OWN = "--use-sglang-tokenizer"


def check(subject: Subject) -> Items:
    for one in workers(subject):
        left, own = one.given("skipTokenizer"), told(one, OWN)
        if left is None or own is None or left.value.lower() == "false" or own.value.lower() in ("false", "0"):
            continue
        release = facts(one)
        if isinstance(release, Unknown):
            yield NotChecked(f"whether the {one.title} has a tokenizer: {release.reason}")
        elif not release["correctsTokenizer"]:
            yield Hit(
                left.node,
                f"the {one.title} is told to use the engine's tokenizer, and to leave it out",
                write=f"no {left.by}, or no {own.by}",
                why="the frontend sends texts, and the engine has nothing to read them with: every request fails",
                also=((own.by, own.node),),
            )
