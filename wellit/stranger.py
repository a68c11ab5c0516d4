"""A name that no file here has: what there is instead, what is nearest, and how to add it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from wellit import capabilities
from wellit.errors import CannotAnswer, nearest, unknown

NEW = "a new one is one file, environments/engines/NAME.yaml, step by step in docs/add-an-engine.md"
MODELSERVICE = "llm-d-modelservice"
Called = Mapping[str, Sequence[str]]
"""The components that are here, by name, each with what people call it: first its title."""


def component(axis: str, folder: str, name: str, here: Called, *, where: str = "") -> CannotAnswer:
    """The answer to a component that is not there."""
    kind = "release train" if axis == "versions" else axis
    why = f"each {kind} is one file; to add one, write environments/{folder}/{name}.yaml"
    problem = unknown(kind, name, here, where=where, why=why)
    if near := near_title(name, here):
        problem.write = f'did you mean "{near}"? known: {", ".join(sorted(here))}'
    return problem


def engine(name: str, here: Called, *, where: str = "", message: str = "") -> CannotAnswer:
    """The answer to an engine that is not there: also what llm-d itself has of it, and what to do to add it."""
    near = _near(name, here)
    known = ", ".join(f"{each} ({names[0]})" for each, names in sorted(here.items()))
    hint = f'did you mean "{near}"? ' if near else ""
    write = f"{hint}known: {known}; {NEW}"
    return CannotAnswer(message or f'unknown engine "{name}"', where=where, why=of_llm_d(name, here), write=write)


def instead(name: str, here: Called) -> str:
    """What to write where a name that may be meant for an engine is nothing that is known."""
    near = _near(name, here)
    return f"for {here[near][0]}: --engine {near}" if near else f"engines: {', '.join(sorted(here))}; {NEW}"


def _near(name: str, here: Called) -> str:
    return near_title(name, here) or _near_of_picker(name, here)


def alias(name: str, here: Called) -> str:
    """The component that people call so; an empty string when there is none."""
    return next((each for each, names in here.items() if name.lower() in [word.lower() for word in names]), "")


def near_title(name: str, here: Called) -> str:
    """The component that was probably meant, by its name or what it is called; an empty string when none is near."""
    written = {names[0].lower(): each for each, names in here.items()}
    return alias(name, here) or nearest(name, here) or written.get(nearest(name.lower(), written), "")


def _near_of_picker(name: str, here: Called) -> str:
    """The engine whose title stands in the picker's name of the one that was asked for."""
    of_picker = [each for each, _ in _picker_knows(name)]
    return next((each for each, names in here.items() for known in of_picker if names[0].lower() in known), "")


def of_llm_d(name: str, here: Called) -> str:
    """What the releases of llm-d have of an engine of this name, in words."""
    return "; ".join(_of_llm_d(name, here))


def _of_llm_d(name: str, here: Called) -> Iterator[str]:
    found = [(each, since) for each, since in _picker_knows(name) if not any(known in each for known in here)]
    for each, since in found:
        yield f"llm-d's picker knows the metrics of {each} from {since} on"
    newest = capabilities.versions(MODELSERVICE)[-1]
    starts = capabilities.contract(MODELSERVICE, newest)["modelCommands"]
    named = [word for word in starts if name.lower() in word.lower()]
    if named:
        yield f"{MODELSERVICE} {newest} starts it by {', '.join(named)}"
    elif found:
        yield f"no release of {MODELSERVICE} starts it by itself"
    elif not near_title(name, here):
        yield f"neither the picker nor {MODELSERVICE} of any release of llm-d names it"


def _picker_knows(name: str) -> Iterator[tuple[str, str]]:
    """Engines by the picker's own names in which `name` stands, each with the first release that knows it."""
    seen: set[str] = set()
    for image, release in capabilities.published("picker"):
        if "llm-d" not in image or len(name) < 3:
            continue
        for known in release["knownEngines"]:
            if name.lower() in known and known not in seen:
                seen.add(known)
                yield known, release.version
