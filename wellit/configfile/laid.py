"""The words of a config file in front of those of a stack's workers, among the values that rules judge."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from wellit import capabilities, flags
from wellit.capabilities import Unknown
from wellit.configfile import data, effect, inserted, kinds, lint
from wellit.configfile.data import ConfigFile
from wellit.configfile.effect import Overruled
from wellit.configfile.inserted import Insert, Word
from wellit.configfile.lint import Reader
from wellit.configfile.section import Asked, Section, by_worker, read
from wellit.errors import CannotAnswer
from wellit.findings import Check, Finding
from wellit.seen.graph import Component, workers
from wellit.source import BadSource, Keys
from wellit.subject import Subject


@dataclass
class Laid:
    """A subject with the words of a config file in it; as it was where something is wrong, or could not be told."""

    subject: Subject
    findings: list[Finding] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    overruled: list[Overruled] = field(default_factory=list)

    @property
    def stops(self) -> bool:
        return bool(self.checks) or any(one.severity == "error" for one in self.findings)


def laid_over(subject: Subject, wanted: Asked) -> Laid:
    """The file's words in front of the arguments of every worker that reads it.

    Raises CannotAnswer when the stack has no worker that a file could be given to.
    """
    laid = Laid(subject)
    inserts: dict[str, list[Insert]] = {}
    try:
        given = list(_given(subject, wanted, laid))
    except BadSource as bad:
        return Laid(subject, [bad.finding])
    for component, section, reader in given:
        laid.findings += lint.findings(section, reader)
        if place := _place(component):
            without = effect.overruled(component, section, reader)
            laid.overruled += without
            lost = {number for one in without for number in one.numbers}
            words = tuple(
                Word(word.text, section.at(word.keys, key=word.key), word.keys)
                for number, word in enumerate(reader.words(section))
                if number not in lost
            )
            inserts.setdefault(component.graph.release.name, []).append(Insert(*place, words))
        else:
            laid.checks.append(_unknown(component.title, "its command does not show where its words begin"))
    if not laid.stops:
        laid.findings += effect.findings(laid.overruled)
        laid.subject = inserted.subject(laid.subject, inserts)
    laid.findings = list(dict.fromkeys(laid.findings))
    laid.checks = list(dict.fromkeys(laid.checks))
    return laid


def _place(component: Component) -> tuple[Keys, int] | None:
    """The list in which a worker's own words stand, and where they begin; None for those of a script."""
    if component.words.script or component.starts is None:
        return None
    *path, number = component.starts.module.node.keys
    args = (*path[:-1], "args")
    whole = component.node["command"].value
    last = path[-1] == "command" and isinstance(whole, list) and number == len(whole) - 1
    if last and isinstance(component.node["args"].value, list):
        return args, 0
    return (tuple(path), number + 1) if isinstance(number, int) else None


def _given(subject: Subject, wanted: Asked, laid: Laid) -> Iterator[tuple[Component, Section, Reader]]:
    """Each worker that gets a section of the file, with who reads it there."""
    found = [(one, config) for one in workers(subject) if one.engine and (config := data.of(one.engine.name))]
    if not found:
        raise CannotAnswer(
            "no worker of this stack takes --config", write="-f or --set, which every guide takes",
            why="a config file is laid under the words of an engine that is started by Dynamo and has one",
        )  # fmt: skip
    section = read(wanted, found[0][1])
    laid.subject = replace(laid.subject, files=(*laid.subject.files, section.file))
    names = [name for one, _ in found for name in (one.name, one.role, one.declared) if name]
    apart = by_worker(section, names)
    laid.findings += _nobodys(section, [name for name in apart or () if name not in names])
    for component, config in found:
        own = apart.get(component.name) or apart.get(component.role or component.declared) if apart else section
        if own is None:
            continue
        if there := component.words.given(config.flag):
            message = f"{component.title} has {config.flag} {there.value} already, and {config.title} takes one file"
            at = there.node.owner.locate(there.node.keys)
            laid.findings.append(kinds.finding(kinds.SECTION, message, at, write="one of the two"))
            continue
        reader = _reader(component, config)
        if isinstance(reader, Unknown):
            laid.checks.append(_unknown(component.title, reader.reason))
        else:
            yield component, own, reader


def _reader(component: Component, config: ConfigFile) -> Reader | Unknown:
    assert component.engine
    if isinstance(component.version, Unknown):
        return component.version
    try:
        facts = capabilities.contract(component.graph.release.chart, component.version)
    except CannotAnswer as problem:
        return Unknown(problem.message)
    version = facts["engineVersions"].get(component.engine.name)
    if not version:
        return Unknown(f"which {config.title} Dynamo {component.version} carries is not known")
    writes = config.writes(str(version))
    if isinstance(writes, Unknown):
        return writes
    if facts["configFlags"]["own"]:
        return Reader(config, writes, component.program, component.version)
    answer = flags.ask(component.program, component.version, ())
    other = None if isinstance(answer, Unknown) else answer.line
    return Reader(config, writes, component.engine.name, str(version), other)


def _nobodys(section: Section, names: Sequence[str]) -> Iterator[Finding]:
    for name in names:
        at = section.at((*section.keys, name), key=True)
        message = f'no worker of this stack is called "{name}", or has that role'
        yield kinds.finding(kinds.NO_EFFECT, message, at, path=name, write="nothing, where another stack reads it")


def _unknown(whose: str, reason: str) -> Check:
    return Check("WL500", f"The config file of {whose} was laid under its words", "unknown", reason)
