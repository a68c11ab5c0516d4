"""validate, for what is no stack of this checkout: a helmfile of anybody's, or rendered objects."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from wellit import ignore, process, validate
from wellit.errors import CannotAnswer
from wellit.findings import Check, Finding, Report
from wellit.say import Say
from wellit.source import BadSource

if TYPE_CHECKING:
    from wellit.inputs.helmfile import Helmfile

CLUSTER = ("sandbox", "context", "kubeconfig")
# Flags that each say what is judged, with those of a stack's flags that go with them.
INPUTS: dict[str, tuple[str, ...]] = {
    "values": (),
    "helmfile": ("env", "namespace", "all"),
    "manifests": (),
    "live": ("namespace", *CLUSTER),
    "bundle": ("namespace", "file", "set_", "size"),
}
PARALLEL = 2  # helmfile itself starts two calls side by side


def chosen(said: Mapping[str, Any], of_a_stack: Iterable[str]) -> str:
    """Which of INPUTS the flags name, "" for a stack of this checkout. Raises CannotAnswer when they do not agree."""
    named = [name for name in INPUTS if said.get(name)]
    if said.get("chart") and "values" not in named:
        named.append("values")
    flags = [f"--{name}" for name in named]
    if len(named) > 1:
        raise CannotAnswer(
            f"{' and '.join(flags)} are two kinds of input, and one is judged at a time",
            write=f"one of {', '.join(f'--{name}' for name in INPUTS)}; or -g for a guide of this checkout",
        )
    which = [name for name in CLUSTER if said.get(name)]
    if not named and which:
        raise CannotAnswer(
            f"--{which[0]} names a cluster, and validate looks at files",
            write=f"--live --{which[0]} for what is installed there; preflight asks a cluster for room",
        )
    if not named:
        return ""
    wrong = [name for name in (*of_a_stack, *CLUSTER, "all") if said.get(name) and name not in INPUTS[named[0]]]
    if wrong:
        taken = " and ".join(f"--{name}" for name in INPUTS[named[0]])
        raise CannotAnswer(
            f"--{wrong[0].strip('_').replace('_', '-')} does not go with {flags[0]}",
            why="it chooses among this checkout's own guides, or changes one",
            write=f"{flags[0]} without it" + (f"; it takes {taken}" if taken else ""),
        )
    return named[0]


def helmfile(
    path: str, say: Say, *, environment: str = "", namespace: str = "", every: bool = False,
    run: process.Runner = process.run,
) -> Report:  # fmt: skip
    """Judge a helmfile in one environment, or in `every` one that it names, as one report that says each thing once.

    Raises CannotAnswer when there is no such file or environment.
    """
    from wellit import tools
    from wellit.inputs import helmfile as helmfiles

    found = helmfiles.find(path, environment, namespace, run)
    names = (found.environments or [""]) if every else [environment]
    tools.ensure(["helm", "helmfile"], say)
    with ThreadPoolExecutor(PARALLEL) as pool:
        judged = list(pool.map(lambda name: _one(replace(found, environment=name), say), names))
    said = [name or "default" for name in names]
    about = f"{found.name} -e {said[0]}" if len(said) == 1 else f"{found.name} in {len(said)} environments"
    report = Report("validate", summary={"helmfile": found.name, "environments": said, "about": about})
    report.add(_by_environment(judged, names))
    for one in judged:
        ignore.join(report, one)
    return report


def manifests(words: Sequence[str]) -> Report:
    """Judge rendered objects: files, folders, or stdin. Raises CannotAnswer when there are none."""
    from wellit.inputs import manifests as objects

    made = objects.read(words)
    number = len(made.manifests or ())
    about = {
        "manifests": list(words),
        "objects": number,
        "about": f"{number} rendered objects" if number > 1 else "a rendered object",
    }
    return validate.of_subject(made, about)


def _by_environment(judged: Sequence[Report], names: Sequence[str]) -> Iterator[Finding | Check]:
    """What was found, each thing once; a finding that only some environments have names them.

    The further places of a finding may be others in each: the first ones are shown.
    """
    where: dict[Finding | Check, list[str]] = {}
    first: dict[Finding | Check, Finding | Check] = {}
    for one, name in zip(judged, names, strict=True):
        items: list[Finding | Check] = [*one.findings, *one.checks]
        for item in items:
            key = replace(item, also=()) if isinstance(item, Finding) else item
            first.setdefault(key, item)
            if name not in where.setdefault(key, []):
                where[key].append(name)
    for key, having in where.items():
        item = first[key]
        if isinstance(item, Finding) and len(having) < len(names):
            if item.id == ignore.UNUSED:  # it is of use in another environment
                continue
            only = f"in the environment{'' if len(having) == 1 else 's'} {', '.join(having)}"
            item = replace(item, why=f"{item.why}; {only}" if item.why else only)
        if isinstance(item, Check) and item.status == "unknown" and len(having) < len(names):
            item = replace(item, title=f"{item.title} in {', '.join(having)}", status="skip")
        yield item


def _one(found: Helmfile, say: Say) -> Report:
    from wellit.inputs import helmfile as helmfiles

    try:
        made = helmfiles.read(found, say)
    except BadSource as bad:
        return Report("validate", [bad.finding])
    report = Report("validate")
    report.add(dict.fromkeys(made.notes))
    if made.subject.releases:
        made_of = validate.of_subject(made.subject, {})
        report.add([*made_of.findings, *made_of.checks])
        ignore.join(report, made_of)
    else:
        report.add(made.subject.unreadable)
    return report
