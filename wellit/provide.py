"""Installing what a gateway needs: with lifecycle the only module that writes to a user's cluster.

Everything is fetched before anything is written. Each step is whole by itself and is passed over when it is so already:
the same command goes on from wherever this one stopped.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from wellit import charts, publishers, tools
from wellit.access import Access
from wellit.errors import CannotAnswer, Interrupted, Refused
from wellit.helm import Helm, reason
from wellit.prerequisites import Charted, Definitions, Judged
from wellit.process import Done
from wellit.say import Say
from wellit.tools.room import passing

ESTABLISHED_SECONDS = 60
CHART_SECONDS = 600.0
AGAIN = "the same command again goes on from here"


def provide(judged: Sequence[Judged], access: Access, helm: Helm, say: Say, *, bundle: Path | None = None) -> list[str]:
    """Do every step that has something to do, in order. Returns what was done, in words.

    With the folder of an unpacked `bundle` nothing is fetched: what is not in it cannot be done.

    Raises CannotAnswer when something cannot be fetched (nothing was changed then), Refused when the cluster refuses
    a step: what was done before it is said. Interrupted on Ctrl-C.
    """
    todo = [one for one in judged if one.todo]
    done: list[str] = []
    try:
        with _fetched(todo, helm, say, bundle) as fetched:
            for one, what in zip(todo, fetched, strict=True):
                name = one.step.about.get("title") or one.step.about.get("release")
                say(f"{name} {one.version}: applying")
                _write(one, what, access, helm, done)
                done.append(f"{name} {one.version}")
    except KeyboardInterrupt:
        raise Interrupted(f"stopped on the way; done: {_said(done)}", write=AGAIN) from None
    return done


@contextmanager
def _fetched(todo: Iterable[Judged], helm: Helm, say: Say, bundle: Path | None) -> Iterator[list[str]]:
    """What each step is made from: a file of definitions or a packaged chart, on this machine where it can be."""
    with passing() as folder:
        found = []
        for number, one in enumerate(todo):
            here = folder / str(number)
            here.mkdir()
            step = one.step
            if isinstance(step, Definitions):
                found.append(_manifest(one, here, say, bundle))
            else:
                found.append(str(_brought(one, bundle)) if bundle else _pulled(one, here, helm, say))
        yield found


def _brought(one: Judged, bundle: Path) -> Path:
    """What a step is made from, out of a bundle."""
    about = one.step.about
    file = bundle / "prerequisites" / publishers.kept_as(about, one.version)
    if not file.exists():
        raise CannotAnswer(
            f"{about.get('title') or about['name']} {one.version} is not in the bundle",
            why="nothing is fetched for a bundle; nothing was changed",
            write=f"where there is a network: {one.check.fix}",
        )
    return file


def _manifest(one: Judged, folder: Path, say: Say, bundle: Path | None) -> str:
    """The definitions to apply, from the pinned Go module; for another version the address of the release's file."""
    about = one.step.about
    items: list[Any] = []
    if bundle:
        items += json.loads(_brought(one, bundle).read_text())["items"]
    elif not tools.publishes(about["module"], one.version):
        if one.guarded:
            # kubectl takes the whole file, also over those that are to stay.
            raise CannotAnswer(
                f"{about['title']} {one.version} is not one whose definitions wellit knows one by one",
                why=f"these are there and stay as they are: {', '.join(sorted(one.keep)[:4])}; nothing was changed",
                write=f"when they may be replaced: {one.check.fix}",
            )
        return str(about["manifest"].format(version=one.version))
    for file in [] if bundle else tools.module_files(about["module"], say, version=one.version):
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        items += [item for item in yaml.load_all(file.read_text(), Loader=loader) if item]
    wanted = [item for item in items if item["metadata"]["name"] not in one.keep]
    made = folder / "definitions.json"
    made.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": wanted}))
    return str(made)


def _pulled(one: Judged, folder: Path, helm: Helm, say: Say) -> str:
    step = one.step
    assert isinstance(step, Charted)
    source = publishers.source_words(step.about, one.version)
    say(f"fetching the chart {step.about['name']} {one.version}")
    done = helm.helm("pull", *source, "--destination", str(folder), timeout=300)
    pulled = next(iter(folder.glob("*.tgz")), None)
    if not done.ok or pulled is None:
        raise CannotAnswer(
            f"cannot fetch the chart {step.about['name']} {one.version}: {reason(done)}",
            why=f"it is published at {step.about['from']}; nothing was changed",
            write="the same command where that address is reached",
        )
    got = charts.digest(pulled)
    if step.digest and one.version == step.version and got != step.digest:
        raise CannotAnswer(
            f"the chart {step.about['name']} {one.version} is not the one that is pinned",
            why=f"its digest is {got}, the version train has {step.digest}; nothing was changed",
            write=f"if the new one is right, write its digest into versions.providerDigests.{step.release}",
        )
    return str(pulled)


def _write(one: Judged, what: str, access: Access, helm: Helm, before: list[str]) -> None:
    step = one.step
    if isinstance(step, Definitions):
        done = access.call(*publishers.apply_words(what), timeout=CHART_SECONDS)
        _good(done, one, access, before, done.err.strip().splitlines())
        names = [line.split()[0] for line in done.out.splitlines() if line.startswith("customresourcedefinition")]
        limit = f"--timeout={ESTABLISHED_SECONDS}s"
        done = access.call("wait", "--for=condition=Established", limit, *names, timeout=ESTABLISHED_SECONDS + 10)
        _good(done, one, access, before, done.err.strip().splitlines())
    else:
        words = publishers.upgrade_words(step.about, [what], there=one.there)
        done = helm.helm(*words, timeout=CHART_SECONDS)
        _good(done, one, access, before, [reason(done)])


def _good(done: Done, one: Judged, access: Access, before: list[str], why: list[str]) -> None:
    if done.ok:
        return
    conflict = "conflict" in done.err.lower() and isinstance(one.step, Definitions)
    force = f"; who made them may undo it; to take them over: {one.check.fix} --force-conflicts" if conflict else ""
    raise Refused(
        f"{access.label} refuses: {_reason(why)}",
        why=f"at: {one.step.title}; done before it: {_said(before)}",
        write=f"mend it, then {AGAIN}{force}",
    )


def _reason(lines: list[str]) -> str:
    """The line that says why: after a conflict kubectl goes on with advice."""
    said = next((line for line in lines if "conflict" in line.lower()), (lines or ["no reason given"])[-1])
    return said.removeprefix("error: ")


def _said(done: Iterable[str]) -> str:
    return ", ".join(done) or "nothing"
