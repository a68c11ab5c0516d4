"""The words that start an engine, and how its version refuses what it does not have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from wellit import flags
from wellit.capabilities import Unknown
from wellit.engines import Engine
from wellit.flags import Answer, Problem
from wellit.images import Image


@dataclass(frozen=True)
class Launch:
    """How an engine is started: what its parser calls the program, and the words after it."""

    program: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class Refusal:
    """What an engine says before it ends, and the code with which it does."""

    text: str
    code: int = 2


def read(engine: Engine, words: Sequence[str]) -> Launch | Refusal:
    """Take the launcher off a command line. It may be there in part or not at all: a program's own arguments."""
    spoken = [word.rpartition("/")[2] if word.startswith("/") else word for word in words]
    for launcher in sorted(engine.data["launchers"], key=len, reverse=True):
        parts = launcher.split()
        for wanted in (parts, parts[1:]):
            for at in range(len(spoken) if wanted is parts else 1 if wanted else 0):
                if spoken[at : at + len(wanted)] == wanted:
                    return _command(engine, launcher, words[at + len(wanted) :])
    if not words or words[0].startswith("-") or "" in (engine.flag("model"),):
        return _command(engine, engine.data["launchers"][0], words)
    return Refusal(f"{engine.command[0]}: wellit's stand-in for {engine.title} plays no {words[0]!r}")


def asks_version(engine: Engine, words: Sequence[str]) -> bool:
    """Whether a command line only asks for the engine's version: ``vllm --version``."""
    programs = {launcher.split()[0] for launcher in engine.data["launchers"]}
    after = words[1:] if words and words[0].rpartition("/")[2] in programs else words
    return bool(after) and after[0] in engine.data.get("tellsVersion", ())


def _command(engine: Engine, launcher: str, words: Sequence[str]) -> Launch | Refusal:
    """The words after the program's own command (trtllm-serve serve), which need not be said."""
    known = flags.program(engine.name)
    commands: list[str] = list(known.head.get("commands", ())) if known else []
    name = f"{launcher.rpartition('.')[2]}.py" if "." in launcher else launcher
    if not commands or not words or words[0] not in commands:
        return Launch(" ".join([name, *commands[:1]]), tuple(words))
    if words[0] != commands[0]:
        return Refusal(f"{name}: wellit's stand-in for {engine.title} plays no {words[0]!r}")
    return Launch(f"{name} {words[0]}", tuple(words[1:]))


def version(engine: Engine, said: str = "", image: str = "") -> str:
    """The engine's version: as said, else what the image carries (its file's own without one); "" when not known."""
    if said:
        return said.removeprefix("v")
    image = image or f"{engine.data['image']}:{engine.data['tag']}"
    found = flags.of_image(engine.name, Image.parse(image))
    return "" if isinstance(found, Unknown) else found


def refusal(engine: Engine, version: str, launch: Launch) -> Refusal | None:
    """How the engine's version ends on these words; None when it takes them.

    Of a version that is not known the refusals are those of all the versions that are.
    """
    known = flags.program(engine.name)
    if known is None:
        return None
    answer = flags.ask(engine.name, version, launch.words) if version else Unknown("")
    if isinstance(answer, Unknown):
        answer = flags.ask_all(known, launch.words)
    unknown = [problem for problem in answer.problems if problem.kind in ("unknown", "surplus", "joined")]
    first = next((problem for problem in answer.problems if problem not in unknown), None)
    if first or unknown:
        return _refuse(answer, launch, first, unknown)
    missing = _missing(engine, answer)
    return _told(answer, launch.program, launch.program, missing) if missing else None


def _missing(engine: Engine, answer: Answer) -> str:
    """The words for what has to be given and is not."""
    wanted = [flag for flag in answer.line.all() if flag.data.get("required") and not answer.last(flag.key)]
    if wanted:
        return f"the following arguments are required: {', '.join('/'.join(flag.spellings) for flag in wanted)}"
    model = engine.flag("model")
    if "model" in engine.data["defaults"] or answer.bare or answer.last(model or "--model"):
        return ""
    return f"Missing {f'option {model!r}' if model else 'argument ' + repr('MODEL')}."


def _refuse(answer: Answer, launch: Launch, first: Problem | None, unknown: list[Problem]) -> Refusal:
    """argparse tells of a wrong value at once, and of words that it does not know at its end, all together."""
    problem = first or unknown[0]
    program, told = launch.program, flags.message(answer.line, problem)
    if first is None and answer.line.style["parser"] == "argparse":
        told = f"unrecognized arguments: {' '.join(_left(answer, unknown))}"
        program = program.split()[0]  # the words that a command leaves are its program's
    code = answer.line.style.get("unknownExit", 2) if problem.kind == "unknown" else 2
    return _told(answer, launch.program, program, told, int(code))


def _told(answer: Answer, usage: str, program: str, told: str, code: int = 2) -> Refusal:
    """What stands around a message."""
    forms = {
        "argparse": f"usage: {usage} [-h] [options]\n{program}: error: {told}",
        "click": f"Usage: {usage} [OPTIONS] MODEL\nTry '{usage} --help' for help.\n\nError: {told}",
    }
    return Refusal(forms.get(answer.line.style["parser"], told), code)


def _left(answer: Answer, unknown: list[Problem]) -> list[str]:
    """The words of unknown flags, with those after them that nobody takes."""
    taken = {given.at for given in answer.given} | {at for given in answer.given for at, _ in given.values}
    taken |= set(answer.bare)
    left = []
    for problem in unknown:
        left.append(answer.words[problem.at])
        at = problem.at + 1
        while problem.kind == "unknown" and at < len(answer.words) and at not in taken:
            if any(other.at == at for other in unknown):
                break
            left.append(answer.words[at])
            at += 1
    return left
