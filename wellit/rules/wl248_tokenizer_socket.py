"""The precise prefix scorer asks a tokenizer that nobody runs.

Where its configuration names a socket (`uds.socketFile`), the scorer asks a service behind it for the tokens of every
prompt. The service is a second container of the picker's pod, and both mount a volume at the socket's folder. Without
it the picker tries five times and exits, again and again.

Bad::

    # inferencepool@v1.4.0
    inferenceExtension:
      image: {hub: ghcr.io/llm-d, name: llm-d-inference-scheduler, tag: v0.7.1}
      pluginsConfigFile: precise.yaml
      pluginsCustomConfig:
        precise.yaml: |
          plugins:
          - type: precise-prefix-cache-scorer
            parameters:
              indexerConfig:
                tokenizersPoolConfig:
                  modelName: Qwen/Qwen3-0.6B
                  uds: {socketFile: /tmp/tokenizer/tokenizer-uds.socket}

Good::

    # inferencepool@v1.4.0
    inferenceExtension:
      image: {hub: ghcr.io/llm-d, name: llm-d-inference-scheduler, tag: v0.7.1}
      pluginsConfigFile: precise.yaml
      pluginsCustomConfig:
        precise.yaml: |
          plugins:
          - type: precise-prefix-cache-scorer
            parameters:
              indexerConfig:
                tokenizersPoolConfig:
                  modelName: Qwen/Qwen3-0.6B
                  uds: {socketFile: /tmp/tokenizer/tokenizer-uds.socket}
      sidecar:
        enabled: true
        name: tokenizer
        image: ghcr.io/llm-d/llm-d-uds-tokenizer:v0.7.1
        configMap: {name: tokenizer, data: {}}
        volumeMounts: [{name: socket, mountPath: /tmp/tokenizer}]
      volumes: [{name: socket, emptyDir: {}}]
      volumeMounts: [{name: socket, mountPath: /tmp/tokenizer}]
"""

from __future__ import annotations

from collections.abc import Iterator

from wellit.node import Node
from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.inferencepool import Pool, pools
from wellit.subject import INFERENCEPOOL, Subject

RULE = Rule(
    "WL248", "tokenizer-socket", "error", (INFERENCEPOOL,), "read",
    reads="inferenceExtension.flags inferenceExtension.pluginsConfigFile inferenceExtension.pluginsCustomConfig "
    "inferenceExtension.sidecar "
    "inferenceExtension.volumeMounts inferenceExtension.volumes",
)  # fmt: skip
WHY = "the picker tries five times and exits: tokenizer initialization failed after 5 attempts"


def check(subject: Subject) -> Items:
    for pool in pools(subject):
        if not pool.config_elsewhere:
            for socket in _sockets(pool):
                yield from _judge(pool, socket)


def _sockets(pool: Pool) -> Iterator[Node]:
    """The paths of the sockets that plugins are told."""
    for plugin in pool.config["plugins"]:
        socket = plugin.at("parameters", "indexerConfig", "tokenizersPoolConfig", "uds", "socketFile")
        if socket.text().startswith("/"):
            yield socket


def _judge(pool: Pool, socket: Node) -> Items:
    sidecar, path = pool.picker["sidecar"], socket.text()
    folder = path.rpartition("/")[0] or "/"
    if any(volume.at("hostPath").written for volume in pool.picker["volumes"]):
        return  # it may be served from outside of the pod
    if "image" not in pool.facts["sidecarKeys"] or not sidecar["enabled"].flag(False):
        yield Hit(
            socket,
            f"the scorer asks a tokenizer at {path}, and no container of the picker's pod serves it",
            write=f"inferenceExtension.sidecar: enabled, with its name and image, and a volume at {folder} in both",
            why=WHY,
            also=(("the sidecar is off here", sidecar),) if sidecar.written else (),
        )
        return
    for place, who in ((pool.picker["volumeMounts"], "the picker"), (sidecar["volumeMounts"], "the sidecar")):
        if not any(_covers(mount["mountPath"].text(), path) for mount in place):
            yield Hit(
                place,
                f"{who} mounts nothing at {folder}, where the scorer's socket {path} is",
                write=f"- {{name: VOLUME, mountPath: {folder}}} in volumeMounts of both containers",
                why=f"the two see different files there; {WHY}",
                also=(("the socket", socket),),
            )


def _covers(mount: str, path: str) -> bool:
    return bool(mount) and ("{{" in mount or path.startswith(mount.rstrip("/") + "/"))
