"""Engines side by side: what a pool, and a request told by its body, ask of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from wellit.cells.kinds import Refusal


def one_pool(engines: Mapping[str, Mapping[str, Any]], values: Mapping[str, Any]) -> Iterator[Refusal]:
    """Servers of one pool are asked alike: for one model, and for their metrics at one path."""
    if (values.get("route") or {}).get("by") != "pool":
        return
    models = {name: model_of(values, name) for name in engines}
    if len(set(models.values())) > 1:
        served = ", ".join(f"{name} {model}" for name, model in models.items())
        why = f"the picker sends any request to any server of its pool, and here they serve {served}"
        yield Refusal("route.by", "one pool cannot hold servers of different models", why, "path")
    asked = {name: engine["metrics"]["path"] for name, engine in engines.items()}
    if len(set(asked.values())) > 1:
        why = "the picker asks all servers of a pool at one path: " + ", ".join(f"{n} {p}" for n, p in asked.items())
        yield Refusal("route.by", f"{' and '.join(engines)} cannot share a pool", why, "path")


def told_apart(engines: Mapping[str, Mapping[str, Any]], values: Mapping[str, Any]) -> Iterator[Refusal]:
    """By the body, the model's name is all that tells whose request it is."""
    if (values.get("route") or {}).get("by") != "body":
        return
    models = {name: model_of(values, name) for name in engines}
    if len(set(models.values())) < len(models):
        message = f"{' and '.join(engines)} serve the same model name, which is what tells their requests apart"
        why = ", ".join(f"{name} serves {model}" for name, model in models.items())
        name, model = next(reversed(models.items()))
        yield Refusal("route.by", message, why, f"perEngine: {{{name}: {{model: {{servedName: {model}-{name}}}}}}}")


def model_of(values: Mapping[str, Any], engine: str) -> str:
    """The model name that an engine of a stack answers to."""
    own = ((values.get("perEngine") or {}).get(engine) or {}).get("model") or {}
    model = {**values["model"], **own}
    return str(model.get("servedName") or model["name"])
