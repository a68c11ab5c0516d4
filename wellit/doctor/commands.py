"""Commands that mend, to be pasted: nothing here is run."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping
from typing import Any

from wellit.again import words as words_again
from wellit.doctor import behind
from wellit.doctor.sight import Sight
from wellit.picture.objects import Object
from wellit.picture.plain import maps, texts

PLAIN = re.compile(r"[~\w@%+=:,./-]+")


def kubectl(sight: Sight, *words: str, namespace: str = "") -> str:
    """A kubectl line for this cluster and namespace."""
    parts = ["kubectl", *shlex.split(sight.flags), "-n", namespace or sight.namespace, *words]
    # What begins with ~ is the shell's to fill in, and is not when it is quoted.
    return " ".join(part if PLAIN.fullmatch(part) else shlex.quote(part) for part in parts)


def patch(sight: Sight, one: Object, *changes: Mapping[str, Any]) -> str:
    """JSON patches of an object; of one that a controller made, of what it is made of."""
    if maker := sight.maker_of(one.manifest):
        found = [behind.change(maker, one, change) for change in changes]
        if None in found:
            return edit(sight, maker)
        one, changes = maker, tuple(change for change in found if change)
    return kubectl(
        sight, "patch", _typed(one), one.name, "--type=json", "-p", json.dumps(list(changes)), namespace=one.namespace
    )


def merge(sight: Sight, one: Object, spec: Mapping[str, Any]) -> str:
    """A merge patch of an object's spec; what a controller made is edited in what it is made of."""
    if maker := sight.maker_of(one.manifest):
        return edit(sight, maker)
    body = json.dumps({"spec": spec})
    return kubectl(sight, "patch", _typed(one), one.name, "--type=merge", "-p", body, namespace=one.namespace)


def edit(sight: Sight, one: Object) -> str:
    one = sight.maker_of(one.manifest) or one
    return kubectl(sight, "edit", _typed(one), one.name, namespace=one.namespace)


def scale(sight: Sight, one: Object, count: int = 1) -> str:
    """What gives a workload its pods."""
    if maker := sight.maker_of(one.manifest):
        tree: Any = {"replicas": count}
        for key in reversed(behind.template(one)[:-1]):
            tree = {key: tree}
        return merge(sight, maker, tree)
    return kubectl(sight, "scale", f"{one.kind.lower()}/{one.name}", f"--replicas={count}")


def set_image(sight: Sight, one: Object, container: str, image: str) -> str:
    """What gives a container of a workload another image."""
    if sight.maker_of(one.manifest):
        for kind in ("initContainers", "containers"):
            for number, place in enumerate(maps(one.pod.get(kind))):
                if place.get("name") == container:
                    path = f"/spec/template/spec/{kind}/{number}/image"
                    return patch(sight, one, {"op": "replace", "path": path, "value": image})
    return kubectl(sight, "set", "image", f"{one.kind.lower()}/{one.name}", f"{container}={image}")


def again(sight: Sight) -> str:
    """The install that puts a stack of wellit's back as it was rendered; "" for one that wellit did not install."""
    if not sight.record:
        return ""
    return f"invoke install {words_again(sight.record)} {sight.invoke_flags}".strip()


def set_word(one: Object, container: str, flag: str, value: str) -> dict[str, Any] | None:
    """The patch that makes a container's flag say `value`; adds it where it is missing. None where a script says it."""
    for kind in ("initContainers", "containers"):
        for number, place in enumerate(maps(one.pod.get(kind))):
            if place.get("name") == container:
                return _in_container(kind, number, place, flag, value)
    return None


def drop_word(one: Object, container: str, flag: str) -> dict[str, Any] | None:
    """The patch that takes a flag of one word out."""
    for kind in ("initContainers", "containers"):
        for number, place in enumerate(maps(one.pod.get(kind))):
            for key in ("command", "args"):
                for at, word in enumerate(texts(place.get(key)) if place.get("name") == container else []):
                    if word.partition("=")[0] == flag:
                        return {"op": "remove", "path": f"/spec/template/spec/{kind}/{number}/{key}/{at}"}
    return None


def _in_container(kind: str, number: int, place: Mapping[str, Any], flag: str, value: str) -> dict[str, Any] | None:
    base = f"/spec/template/spec/{kind}/{number}"
    for key in ("args", "command"):
        words = texts(place.get(key))
        for at, word in enumerate(words):
            if word == flag and value and at + 1 < len(words):
                return {"op": "replace", "path": f"{base}/{key}/{at + 1}", "value": value}
            if word.startswith(f"{flag}="):
                return {"op": "replace", "path": f"{base}/{key}/{at}", "value": f"{flag}={value}"}
            if "\n" in word:
                return None
    key = "args" if place.get("args") else "command"
    if not place.get(key):
        return None
    return {"op": "add", "path": f"{base}/{key}/-", "value": f"{flag}={value}" if value else flag}


def _typed(one: Object) -> str:
    """kubectl's exact name of a kind: two groups may have one of the same name."""
    name = one.kind.lower()
    return f"{name}.{one.group}" if one.group not in ("", "apps") else name
