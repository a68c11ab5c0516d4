"""The tag of an image does not say which release of Dynamo is in it.

The operator reads it from the tag - `1.3.1`, `1.3.1-cuda13` - to know what the programs in the image take, and from
1.4 on refuses a component whose tag is no version. For an image of one's own the component says it itself, with
`runtimeVersionOverride`.

Bad::

    # objects
    apiVersion: nvidia.com/v1beta1
    kind: DynamoGraphDeployment
    metadata: {name: chat}
    spec:
      components:
        - name: frontend
          type: frontend
          podTemplate: {spec: {containers: [{name: main, image: "registry.example/dynamo:latest"}]}}

Good::

    # objects
    apiVersion: nvidia.com/v1beta1
    kind: DynamoGraphDeployment
    metadata: {name: chat}
    spec:
      components:
        - name: frontend
          type: frontend
          runtimeVersionOverride: "1.6.1"
          podTemplate: {spec: {containers: [{name: main, image: "registry.example/dynamo:latest"}]}}
"""

from __future__ import annotations

import re

from wellit import flags
from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.dynamo import facts_of
from wellit.seen.graph import Component, graphs
from wellit.subject import DYNAMO, Subject

RULE = Rule(
    "WL816", "image-release", "warning", (DYNAMO,), "read",
    reads="component.image component.more component.replicas components",
)  # fmt: skip
VERSION = re.compile(r"v?[0-9]+\.[0-9]+\.[0-9]+([-+._].*)?")


def check(subject: Subject) -> Items:
    for graph in graphs(subject):
        if not facts_of(graph)["imageSaysRelease"]:
            continue
        for one in graph.running:
            said = one.node.at("more", "runtimeVersionOverride")
            if (
                one.image.text
                and not said
                and not flags.is_open(one.image.text)
                and not VERSION.fullmatch(one.image.tag)
            ):
                yield _hit(one)


def _hit(one: Component) -> Hit:
    tag = f'its tag is "{one.image.tag}"' if one.image.tag else "it has no tag"
    return Hit(
        one.node["image"],
        f"which release of Dynamo the {one.title} runs is not to be seen from its image: {tag}",
        write='a tag that begins with the release, or runtimeVersionOverride: "1.6.1" with that of the image',
        why="an operator from 1.4 on refuses the graph, and nobody can tell which flags the programs take",
    )
