"""A graph has no components, or more than its operator takes.

At least one and at most 25, and of type `epp`, an endpoint picker, one. The webhook of the operator refuses another
number.

Bad::

    # objects
    apiVersion: nvidia.com/v1beta1
    kind: DynamoGraphDeployment
    metadata: {name: chat}
    spec:
      components: []

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

RULE = Rule("WL827", "component-count", "error", (DYNAMO,), "read", reads="component.type components")
MOST = 25
WHY = "the operator's webhook refuses the graph"


def check(subject: Subject) -> Items:
    for graph in graphs(subject):
        node, count = graph.root["components"], len(graph.components)
        if not count and isinstance(node.value, (dict, list, type(None))):
            yield Hit(node, "the graph has no components", write="a frontend and a worker at least", why=WHY)
        elif count > MOST:
            yield Hit(node, f"the graph has {count} components", write=f"at most {MOST}, or a second graph", why=WHY)
        pickers = [one for one in graph.components if one.type == "epp"]
        for one in pickers[1:]:
            also = (("the other one", pickers[0].node["type"]),)
            message = f"the {one.title} is a second endpoint picker"
            yield Hit(one.node["type"], message, write="one component of type epp", why=WHY, also=also)
