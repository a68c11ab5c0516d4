"""A graph of Dynamo is of an API that is not there.

DynamoGraphDeployment is a kind of `nvidia.com`, in two versions: v1alpha1, which every release of Dynamo serves, and
v1beta1, which came with 1.2. An operator that is older than the object's version does not know it, and kubectl says
that there is no such kind.

Bad::

    # objects
    apiVersion: nvidia.com/v1
    kind: DynamoGraphDeployment
    metadata: {name: chat}
    spec:
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

from wellit.errors import nearest
from wellit.rules.rule import Fix, Hit, Items, Rule
from wellit.seen import graphform, workloads
from wellit.seen.dynamo import facts_of
from wellit.seen.graph import Graph, graphs
from wellit.seen.graphform import GROUP, KIND
from wellit.seen.workloads import Object
from wellit.subject import DYNAMO, OBJECTS, Subject

RULE = Rule("WL822", "graph-api", "error", (OBJECTS, DYNAMO), "read", reads="api component.image components")


def check(subject: Subject) -> Items:
    known = [f"{GROUP}/{version}" for version in graphform.versions()]
    for one in workloads.of_kind(subject, KIND):
        if one.api not in known:
            yield _unknown(one, known)
    for graph in graphs(subject):
        if graph.api in graphform.versions() and graph.api not in (served := list(facts_of(graph)["apis"])):
            yield _of_no_release(graph, served)


def _unknown(one: Object, known: list[str]) -> Hit:
    newer = one.root.at("spec", "components").written
    meant = known[-1] if newer else known[0] if one.root.at("spec", "services").written else nearest(one.api, known)
    node = one.root["apiVersion"]
    return Hit(
        node,
        f"there is no {KIND} of {one.api or 'an API without a name'}",
        write=f"apiVersion: {meant or known[-1]}",
        why=f"the API server knows {' and '.join(known)}, and refuses the object",
        fix=Fix(node, meant) if meant and one.group == GROUP else None,
    )


def _of_no_release(graph: Graph, served: list[str]) -> Hit:
    images = [one.node["image"] for one in graph.components if one.image.text]
    return Hit(
        graph.root["api"],
        f"Dynamo {graph.version} has no {graph.api}",
        write=" or ".join(served),
        why="its operator does not know the version: kubectl says that there is no such kind",
        also=tuple(("the release", node) for node in images[:1]),
    )
