"""A graph that is made asks to be restarted.

`restart` asks the operator to start the pods of a graph again, which has to be there first. In a manifest that makes
the graph it is refused, so a manifest that is kept in a repository must not have it.

Bad::

    # objects
    apiVersion: nvidia.com/v1beta1
    kind: DynamoGraphDeployment
    metadata: {name: chat}
    spec:
      restart: {id: "1"}
      components:
        - name: frontend
          type: frontend
          podTemplate: {spec: {containers: [{name: main, image: "nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.3.1"}]}}

Good::

    # objects
    apiVersion: nvidia.com/v1beta1
    kind: DynamoGraphDeployment
    metadata: {name: chat}
    spec:
      components:
        - name: frontend
          type: frontend
          podTemplate: {spec: {containers: [{name: main, image: "nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.3.1"}]}}
"""

from __future__ import annotations

from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.graph import graphs
from wellit.subject import DYNAMO, Subject

RULE = Rule("WL837", "graph-restart", "warning", (DYNAMO,), "read", reads="more.restart name")


def check(subject: Subject) -> Items:
    for graph in graphs(subject):
        node = graph.root.at("more", "restart")
        if node.value:
            yield Hit(
                node,
                f"the graph {graph.name} asks to be restarted when it is made",
                write="no restart here; for a graph that is there: kubectl patch dgd NAME --type merge",
                why="the operator's webhook refuses a new graph that has it",
            )
