"""A README that is a walk: what a person reads is what is run.

readme    the steps of a README
promise   whether what came back is what was promised, and where it differs
take      runs a step, and ends with the walk what stays in the background
other     the same steps in another environment
"""

from __future__ import annotations

from collections.abc import Sequence

from wellit import access, paths
from wellit.errors import CannotAnswer, Interrupted
from wellit.say import Say
from wellit.walk.other import in_environment, own
from wellit.walk.promise import matches
from wellit.walk.readme import Step, steps
from wellit.walk.take import Walk, Walked, take

__all__ = ["SANDBOX", "Step", "Walk", "Walked", "guide", "matches", "steps", "take"]
SANDBOX = "walked"


def guide(name: str, say: Say, *, environment: str = "", start: int = 1, stays: bool = False) -> int:
    """Take the steps of a guide's README that need no cluster, in a sandbox of its own. Returns the exit code.

    `start` is the number of the first step; those before it that run in the background are started again. With `stays`
    the sandbox is left up for the next walk. It also stays when a step fails, to be looked at.

    Raises CannotAnswer when the README has no such step or none for `environment`, Interrupted on Ctrl-C.
    """
    found = steps(paths.GUIDES / name / "README.md")
    if environment:
        found = in_environment(name, found, environment)
    if not 1 <= start <= len(found):
        raise CannotAnswer(
            f"there is no step {start} in the README of {name}", write=f"--from a number from 1 to {len(found)}"
        )
    again = f"scripts/invoke walk -g {name}" + (f" -e {environment}" if environment else "") + " --from"
    say(f"{paths.shown(paths.GUIDES / name / 'README.md')}: {_about(found, environment)}")
    env = {"WELLIT_SANDBOX": SANDBOX, "WELLIT_CACHE": str(paths.cache())}
    number = start
    with Walk(say, env=env) as walk:
        try:
            for number, step in enumerate(found, 1):
                if number < start and not (step.stays and step.where != "cluster"):
                    continue
                if not _one(walk, step, f"step {number} of {len(found)}, {step.place}", stays):
                    say(f"mend it, and go on from here: {again} {number}; {_left()}")
                    return 1
        except KeyboardInterrupt:
            raise Interrupted(
                f"stopped in step {number} of {len(found)}",
                why=f"what was started in the background is ended; {_left()}",
                write=f"{again} {number}",
            ) from None
    return 0


def _one(walk: Walk, step: Step, title: str, stays: bool) -> bool:
    """Take one step, or say why not. Whether the walk may go on."""
    if step.where == "cluster":
        walk.say(f"{title}: not run, it needs a cluster: {step.command}")
        return True
    if stays and step.command.endswith("sandbox.down"):
        walk.say(f"{title}: not run, the sandbox stays for the next walk: {step.command}")
        return True
    walk.say(title)
    walked = walk.take(step)
    walk.say(f"  {walked.seconds:.1f} s{': goes on in the background' if walked.code is None else ''}")
    if not walked.ok:
        told = [line for one in walk.behind if one.step is not step for line in one.told()]
        walk.say("\n".join([f"{title}: this is not what the README promises", *walked.differs, *told]))
    return walked.ok


def _about(found: Sequence[Step], environment: str) -> str:
    of = f", written for -e {own(found)}" if not environment and own(found) else ""
    run = sum(step.where != "cluster" for step in found)
    return (
        f"{len(found)} steps{of}{f', in -e {environment}' if environment else ''}; {run} are run here, in the sandbox "
        f"{SANDBOX}. What is real in it, and what stands in for what, is said by sandbox.up"
    )


def _left() -> str:
    """What is there of the sandbox."""
    try:
        access.open_access(sandbox=SANDBOX)
    except CannotAnswer:
        return "no sandbox of it is up"
    return (
        f"the sandbox stays, to be looked at: scripts/invoke sandbox.shell --name {SANDBOX}; "
        f"scripts/invoke sandbox.down --name {SANDBOX} ends it"
    )
