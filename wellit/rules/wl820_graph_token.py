"""A worker downloads a model that wants a token, and gets none; or the token stands in the manifest.

The hub gives some models only to people who have agreed to their terms: it answers 401 until their token comes with the
request. A graph gets it from a Secret, which a component names. A token that is written into the manifest itself can be
read by everybody who can read the graph.

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
        args: [--model-path, meta-llama/Llama-3.1-8B-Instruct, --page-size, "16"]

Good::

    # dynamo@1.3.1
    api: v1beta1
    components:
      frontend: {type: frontend, image: "nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.3.1"}
      decode:
        type: worker
        gpus: 1
        secret: hf-token-secret
        image: nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.3.1
        command: [python3, -m, dynamo.sglang]
        args: [--model-path, meta-llama/Llama-3.1-8B-Instruct, --page-size, "16"]
"""

from __future__ import annotations

from wellit import weights
from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.commandline import GRAPH_READS
from wellit.seen.graph import Component, components
from wellit.subject import DYNAMO, Subject

RULE = Rule(
    "WL820", "graph-token", "warning", (DYNAMO,), "read",
    reads=f"{GRAPH_READS} component.container component.env component.secret env env.name env.value",
)  # fmt: skip
TOKENS = ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN")
# With one of these the model is there already, or comes from elsewhere.
OTHERWISE = ("HF_TOKEN_PATH", "HF_ENDPOINT", "HF_HUB_OFFLINE", "HF_HOME", "HF_HUB_CACHE", "MODEL_EXPRESS_URL")


def check(subject: Subject) -> Items:
    for one in components(subject):
        for name in TOKENS:
            entry = one.environment.get(name)
            if entry and entry["value"].text().startswith("hf_"):
                yield Hit(
                    entry["value"],
                    f"{name} stands in the manifest",
                    write="a Secret with the key HF_TOKEN, and its name for the component",
                    why="who may read the graph, or the file, has the token",
                )
        yield from _missing(one)


def _missing(one: Component) -> Items:
    model = one.given("model") if one.engine and one.engine.loads_weights else None
    if model is None or model.open or not weights.gated(model.value) or one.node["secret"]:
        return
    if not set(one.environment) & {*TOKENS, *OTHERWISE} and not one.node.at("container", "envFrom"):
        yield Hit(
            model.node,
            f"{model.value} is downloaded without a token, and is given out only to those who agreed to its terms",
            write="the name of a Secret with the key HF_TOKEN, for the component "
            + ("(envFromSecret, envFrom)" if one.graph.release.of_objects else "(secret)"),
            why="the hub answers 401, and the worker ends: it cannot access a gated repository",
        )
