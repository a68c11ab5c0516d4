"""The operator's release refuses what a component has.

What its webhook takes changed with the releases. From 1.6 on the operator adds an init container of the name `runtime`,
and a graph must not have one. A component of type `epp` has its configuration in `eppConfig` up to 1.4, and must have
it; from 1.5 on the configuration comes otherwise, and `eppConfig` is refused.

Bad::

    # objects
    apiVersion: nvidia.com/v1beta1
    kind: DynamoGraphDeployment
    metadata: {name: chat}
    spec:
      components:
        - name: frontend
          type: epp
          eppConfig: {config: {}}
          podTemplate: {spec: {containers: [{name: main, image: "nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.6.1"}]}}

Good::

    # objects
    apiVersion: nvidia.com/v1beta1
    kind: DynamoGraphDeployment
    metadata: {name: chat}
    spec:
      components:
        - name: frontend
          type: epp
          podTemplate: {spec: {containers: [{name: main, image: "nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.6.1"}]}}
"""

from __future__ import annotations

from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.dynamo import facts_of
from wellit.seen.graph import Component, graphs
from wellit.subject import DYNAMO, Subject

RULE = Rule(
    "WL834",
    "release-refuses",
    "error",
    (DYNAMO,),
    "read",
    reads="component.more component.pod component.type components",
)


def check(subject: Subject) -> Items:
    for graph in graphs(subject):
        facts = facts_of(graph)
        for one in graph.components:
            yield from _init_containers(one, str(facts["keepsInitContainer"]))
            if one.type == "epp" and graph.release.of_objects:
                yield from _picker(one, bool(facts["eppConfig"]))


def _init_containers(one: Component, kept: str) -> Items:
    for container in one.node.at("pod", "initContainers") if kept else ():
        if container["name"].text() == kept:
            message = f"the {one.title} has an init container of the name {kept}"
            yield Hit(container["name"], message, write="another name", why=_why(one, "keeps it for its own"))


def _picker(one: Component, wanted: bool) -> Items:
    node = one.node.at("more", "eppConfig")
    if wanted and not node.value:
        message = f"the {one.title} has no eppConfig"
        yield Hit(one.node["type"], message, write="eppConfig: {config: ...}", why=_why(one, "wants one for a picker"))
    elif node.value and not wanted:
        yield Hit(node, f"the {one.title} has an eppConfig", write="no eppConfig", why=_why(one, "takes none"))


def _why(one: Component, does: str) -> str:
    return f"Dynamo {one.graph.version} {does}, and its webhook refuses the graph"
