"""The chart cannot make a model of modelArtifacts.uri.

It knows a few schemes, in lower case: hf://owner/model, pvc://claim/path, pvc+hf://claim/path/owner/model, and oci://
as a volume only. Of another address it makes neither an argument nor a volume, without a word; of one with too few
parts the wrong path, or none at all.

Bad::

    # llm-d-modelservice@v0.4.9
    modelArtifacts:
      uri: Qwen/Qwen3-0.6B
    decode:
      containers:
      - image: vllm/vllm-openai:v0.17.1
        modelCommand: vllmServe

Good::

    # llm-d-modelservice@v0.4.9
    modelArtifacts:
      uri: hf://Qwen/Qwen3-0.6B
    decode:
      containers:
      - image: vllm/vllm-openai:v0.17.1
        modelCommand: vllmServe
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from wellit.errors import nearest
from wellit.rules.rule import Fix, Hit, Items, Rule
from wellit.seen.artifact import Artifact
from wellit.seen.container import Container
from wellit.seen.modelservice import services
from wellit.subject import MODELSERVICE, Subject

LEAST = {"pvc": 2, "pvc+hf": 3}  # parts of an address: the claim, what is on it
SHAPES = {"hf": "hf://OWNER/MODEL", "pvc": "pvc://CLAIM/PATH", "pvc+hf": "pvc+hf://CLAIM/PATH/OWNER/MODEL",
          "oci": "oci://REGISTRY/IMAGE:TAG"}  # fmt: skip
RULE = Rule(
    "WL165", "model-uri", "error", (MODELSERVICE,), "read",
    reads="modelArtifacts.mountPath modelArtifacts.name modelArtifacts.uri role.containers role.create",
)  # fmt: skip


@dataclass(frozen=True)
class Said:
    message: str
    write: str
    why: str
    fix: str = ""


def check(subject: Subject) -> Items:
    for service in services(subject):
        artifact = service.artifact
        containers = [container for pod in service.pods for container in pod.containers]
        if artifact.uri_node.written and not artifact.open and (said := _said(artifact, containers)):
            fix = Fix(artifact.uri_node, said.fix) if said.fix else None
            yield Hit(artifact.uri_node, said.message, write=said.write, why=said.why, fix=fix)


def _said(artifact: Artifact, containers: list[Container]) -> Said | None:
    told = [container for container in containers if container.injects("model")]
    mounted = [container for container in containers if container.node["mountModelVolume"].flag(False)]
    if artifact.how is None:
        return _scheme(artifact, told, mounted)
    if not artifact.how["args"] and told:
        why = f"helm stops with: {artifact.how['failure']}"
        message = f"the {told[0].title} has modelCommand {told[0].meant}, which names no model of {artifact.scheme}://"
        return Said(message, f"modelCommand: custom with the path {artifact.mount_path}, or hf:// or pvc://", why)
    return _parts(artifact, told, mounted, bool(containers))


def _scheme(artifact: Artifact, told: list[Container], mounted: list[Container]) -> Said | None:
    if not told and not mounted:
        return None
    known = artifact.service.facts["uriSchemes"]
    word = artifact.scheme if "://" in artifact.uri else ""
    meant = nearest(word.lower(), known) if word else ("hf" if re.fullmatch(r"[\w.-]+/[\w.-]+", artifact.uri) else "")
    meant = "hf" if word in ("https", "http") and "huggingface.co/" in artifact.rest else meant
    rest = artifact.rest.partition("huggingface.co/")[2] or artifact.rest or artifact.uri
    schemes = ", ".join(f"{name}://" for name in known)
    what = f"has the scheme {word}://" if word else "has no scheme"
    nothing = "the engine is told no model" if told else "the pods mount a volume that is not there, and are refused"
    return Said(
        f"the model's address {what}, which this version of the chart does not know"
        if word
        else f"the model's address {what}",
        f"uri: {meant}://{rest}" if meant else f"one of: {schemes}",
        f"it makes neither a model's name nor a volume of it: {nothing}",
        f"{meant}://{rest}" if meant and word.lower() in ("", meant) else "",
    )


def _parts(artifact: Artifact, told: list[Container], mounted: list[Container], any_: bool) -> Said | None:
    parts, scheme = artifact.parts, artifact.scheme
    shape = f"uri: {SHAPES.get(scheme, scheme + '://')}"
    if scheme in LEAST and not parts[0] and (told or mounted):
        return Said(f"{artifact.uri} names no claim", shape, "the API server refuses a volume of a claim without name")
    short = len([part for part in parts if part]) < LEAST.get(scheme, 1)
    if scheme == "pvc+hf" and short and any_:
        return Said(f"{artifact.uri} has too few parts", shape, "helm stops with: slice bounds out of range")
    if scheme == "pvc" and short and told:
        path = f"{artifact.mount_path}/{parts[-1]}"
        why = f"the chart takes the claim's name for the path: the engine looks for its model in {path}"
        return Said(f"{artifact.uri} names a claim and no path on it", shape, why)
    if scheme == "hf" and told and len(parts) > 2:
        why = "the hub knows no such repository: a model's name is OWNER/MODEL"
        return Said(f"{artifact.rest} has {len(parts)} parts", f"uri: hf://{'/'.join(parts[-2:])}", why)
    return None
