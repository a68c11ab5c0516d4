"""A component is spread over nodes in a way that there is not.

`multinode.nodeCount` is two at least: a component of one node has no `multinode`. And only workers can be spread:
a frontend or planner is one pod each.

Bad::

    # objects
    apiVersion: nvidia.com/v1beta1
    kind: DynamoGraphDeployment
    metadata: {name: chat}
    spec:
      components:
        - name: frontend
          type: frontend
          multinode: {nodeCount: 2}
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
from wellit.seen.graph import WORKER, graphs
from wellit.subject import DYNAMO, Subject

RULE = Rule("WL838", "node-count", "error", (DYNAMO,), "read", reads="component.nodes component.type components")
WHY = "the operator's webhook refuses the graph"


def check(subject: Subject) -> Items:
    for graph in graphs(subject):
        for one in graph.components:
            node, count = one.node["nodes"], one.node["nodes"].number(1)
            if count is None or count < (2 if graph.release.of_objects and node.written else 1):
                message = f"the {one.title} is spread over {node.value} nodes"
                yield Hit(node, message, write="2 or more, or nothing of the kind", why=WHY)
            elif count > 1 and one.type != WORKER:
                message = f"the {one.title} is spread over {count} nodes, and is of type {one.type}"
                yield Hit(node, message, write=f"no {node.owner.path(node.keys)[-1]}: only workers are spread", why=WHY)
