"""How a rule tells a value of an object's spec that its definition does not take."""

from __future__ import annotations

from wellit.errors import nearest
from wellit.node import Node
from wellit.rules.rule import Fix, Hit
from wellit.schema import words
from wellit.schema.problems import Problem
from wellit.source import dotted

WHY = "the API server refuses the object"


def missing(spec: Node, problem: Problem) -> Hit:
    """A field that must be there."""
    *above, name = problem.keys
    return Hit(spec.at(*above), f"{dotted(('spec', *above))} lacks {name}", write=f"{name}: ...", why=WHY)


def wrong(spec: Node, problem: Problem) -> Hit:
    """A value of another kind, or none of those that are taken."""
    node, where = spec.at(*problem.keys), dotted(("spec", *problem.keys))
    if problem.kind == "kind":
        wanted, near = words.kinds(problem.types), words.meant(problem.value, problem.types, "")
        message = f"{where} must be {wanted}, not {words.said(problem.value)}"
    else:
        choices = [str(choice) for choice in problem.choices]
        near = nearest(str(problem.value), choices)
        wanted = words.either(choices) if choices else problem.must.removeprefix("be ")
        message = f"{where} must {problem.must}, not {words.said(problem.value)}"
    plain = near and not isinstance(problem.value, (dict, list))
    return Hit(node, message, write=near or wanted, why=WHY, fix=Fix(node, near) if plain else None)
