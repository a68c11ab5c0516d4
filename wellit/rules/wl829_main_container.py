"""A component has no main container, or that has no image.

In v1alpha1 it is `extraPodSpec.mainContainer`, in v1beta1 the container of the name `main`; other containers stand
beside it. The operator fills in what is missing there, but for the image.

Bad::

    # objects
    apiVersion: nvidia.com/v1beta1
    kind: DynamoGraphDeployment
    metadata: {name: chat}
    spec:
      components:
        - name: frontend
          type: frontend
          podTemplate: {spec: {containers: [{name: frontend, image: "nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.3.1"}]}}

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
from wellit.seen.graph import Component, graphs
from wellit.subject import DYNAMO, Subject

RULE = Rule(
    "WL829", "main-container", "error", (DYNAMO,), "read",
    reads="api component.image component.pod components",
)  # fmt: skip
MAIN = {
    "v1alpha1": "extraPodSpec: {mainContainer: {image: ...}}",
    "v1beta1": "a container of the name main with an image",
}


def check(subject: Subject) -> Items:
    for graph in graphs(subject):
        for one in graph.components:
            if not one.node["image"].value:
                yield _hit(one)


def _hit(one: Component) -> Hit:
    others = [container["name"].text() for container in one.node.at("pod", "containers")]
    named = f": its containers are {', '.join(others)}" if others else ""
    objects = one.graph.release.of_objects
    return Hit(
        one.node.at("pod", "containers") if others else one.node["image"],
        f"the {one.title} has no main container with an image{named}",
        write=MAIN.get(one.graph.api, "image: ...") if objects else "image: ...",
        why="the operator's webhook refuses the graph: it does not know what is to run",
    )
