"""validate: source -> schema -> rules of settings -> render -> rules of values, as one report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from wellit import (
    catalogue,
    causes,
    choices,
    compose,
    configfile,
    ids,
    ignore,
    process,
    remembered,
    render,
    rules,
    schema,
    subject,
    values_schema,
)
from wellit.compose import Choice, Stack
from wellit.findings import Check, Finding, Report
from wellit.inputs import values
from wellit.say import Say
from wellit.source import BadSource
from wellit.validate import verdicts
from wellit.validate.subjects import settings_of, subject_of


@dataclass
class Validated:
    """A validated stack. `stack` is None when its files cannot be read, `rendered` when its settings are wrong.

    `subject` is what rules judged: the rendered values, with the words of a config file among them.
    """

    report: Report
    stack: Stack | None = None
    rendered: render.Rendered | None = None
    subject: subject.Subject | None = None


def stack(
    choice: Choice, say: Say, *, fetch: bool = False, command: str = "validate", config: configfile.Asked | None = None
) -> Validated:
    """Judge one stack, with `config` laid under the words of its workers.

    Raises CannotAnswer for unknown names, and when a chart refuses what has no mistake here.
    """
    result = _stack(choice, say, fetch, command, config)
    mine = own_files(choice) + ([config.file] if config else [])
    ignore.close(result.report, ids.in_use, mine=mine)
    return result


def own_files(choice: Choice) -> list[str]:
    """The files that a person wrote for this stack, by the names that findings have."""
    own = [choice.environment] if choice.environment in catalogue.environment_names() else []
    read = [catalogue.environment_source(name) for name in own]
    return [*choice.files, *(file.name for file in read if catalogue.is_own(file))]


def _stack(choice: Choice, say: Say, fetch: bool, command: str, config: configfile.Asked | None) -> Validated:
    result = begun(choice, command)
    return finished(result, say, fetch, config) if goes_on(result) else result


def begun(choice: Choice, command: str = "validate") -> Validated:
    """A stack as far as it can be judged before it is rendered."""
    report = Report(command)
    try:
        composed = compose.compose(choice)
    except BadSource as bad:
        report.findings.append(bad.finding)
        report.checks.append(skipped("settings and manifests", "the file above cannot be read"))
        return Validated(report)
    report.summary |= _about(composed)
    report.add(judge_settings(composed))
    ignore.take(report, _texts(composed), lambda: ids.asked(settings=True))
    if report.exit_code:
        report.checks.append(skipped("chart values and manifests", "the settings above come first"))
    return Validated(report, composed)


def goes_on(result: Validated) -> bool:
    """Whether there is something to render."""
    return result.stack is not None and not result.report.exit_code


def _texts(composed: Stack) -> dict[str, str]:
    return {layer.source.name: layer.source.text for layer in composed.layers}


def finished(result: Validated, say: Say, fetch: bool, config: configfile.Asked | None = None) -> Validated:
    """A stack that has begun without a mistake, rendered and judged."""
    report, composed = result.report, result.stack
    assert composed is not None
    rendered = render.render(composed, say, fetch=fetch, meanwhile=rules.rules)
    judged = subject_of(composed, rendered)
    if config:
        laid = configfile.laid_over(judged, config)
        report.add([*laid.findings, *laid.checks])
        judged = laid.subject
    texts = _texts(composed) | judged.texts
    made_from = (rendered.key, rendered.unrendered, texts, str(config), verdicts.code(), verdicts.components())
    report.add(verdicts.of("s" + remembered.key(made_from), lambda: judge(judged)))
    rendered_too = judged.manifests is not None
    of_config = set(configfile.KINDS) if config else set()
    ignore.take(report, texts, lambda: ids.asked(subject.CHARTS, settings=True, manifests=rendered_too) | of_config)
    if rendered.refused and not report.exit_code:
        raise rendered.refused
    if rendered.unrendered:
        report.checks.append(skipped("manifests", rendered.unrendered))
    return Validated(report, composed, rendered, judged)


def judge_settings(composed: Stack) -> list[Finding | Check]:
    """What is to be said of a stack's settings, before anything is rendered: their form, the cell, the rules."""
    if form := form_of(composed):
        return list(form)
    refused = choices.refused(composed)
    found = [*refused, *_settings_rules(composed, files_only=bool(refused))]
    wrong = any(isinstance(item, Finding) and item.severity == "error" for item in found)
    return found if wrong else [*found, *choices.notes(composed)]


def form_of(composed: Stack) -> list[Finding]:
    """Settings that the guide does not have, or not in this form."""
    return choices.of_another_way(composed) or choices.foreign(composed) or schema.check_stack(composed)


def values_files(files: Sequence[str], charts: Sequence[str], *, each: bool = False) -> Report:
    """Judge anybody's values files together, or `each` by itself, as if the others were not there.

    See wellit.inputs.values for what `files` and `charts` may be.
    """
    wanted = values.files(files, charts)
    report = Report("validate")
    checks: dict[Check, None] = {}
    for one in process.spread(_together, [[file] for file in wanted] if each else [wanted]):
        report.findings += one.findings
        checks |= dict.fromkeys(one.checks)
        ignore.join(report, one)
    report.checks = list(checks)
    report.summary = {"files": [file.name for file in wanted], "charts": [file.chart for file in wanted]}
    return report


def _together(files: list[values.ValuesFile]) -> Report:
    return of_subject(values.together(files), {})


def files_that_say(words: Sequence[str]) -> Report:
    """Judge each file that says its chart, by itself; the others are no values files, and are counted."""
    own, others = values.that_say_their_chart(words)
    report = values_files(own, [], each=True) if own else Report("validate")
    if others:
        what = "file that says" if others == 1 else "files that say"
        report.add([skipped(f"{others} {what} no chart", "a values file begins with # wellit: chart NAME@VERSION")])
    return report


def of_subject(judged: subject.Subject, about: Mapping[str, object]) -> Report:
    """Judge what was read from elsewhere than a stack of this checkout."""
    report = Report("validate", summary=dict(about))
    report.add(judged.unreadable)
    report.add(judge(judged))
    charts = () if judged.unreadable else {release.chart for release in judged.releases}
    ignore.take(report, judged.texts, lambda: ids.asked(charts, manifests=judged.manifests is not None))
    return ignore.close(report, ids.in_use)


def _settings_rules(composed: Stack, *, files_only: bool) -> list[Finding | Check]:
    """What rules say of the settings; of a refused cell only what is wrong with the files (WL0..), which may be why."""
    said = rules.run(settings_of(composed))
    return [item for item in said if item.id.startswith("WL0") or not files_only]


def notes(composed: Stack) -> list[Finding]:
    """What a person should know of a stack before it is made, without its being a mistake."""
    said = rules.run(settings_of(composed))
    found = [item for item in said if isinstance(item, Finding) and item.severity != "error"]
    return [*found, *choices.notes(composed)]


def judge(judged: subject.Subject) -> list[Finding | Check]:
    """Schemas, then rules; where a rule speaks of a value, what the schema says of it is left out.

    So is what a rule over objects says of one that a rule over values has read back and speaks of.
    """
    said = list(rules.run(judged))
    of_values = {(f.at, f.path) for f in said if isinstance(f, Finding) and not rules.of_objects(f.id)}
    said = [
        item for item in said
        if not isinstance(item, Finding) or not rules.of_objects(item.id) or (item.at, item.path) not in of_values
    ]  # fmt: skip
    spoken = {(item.at.file, item.path) for item in said if isinstance(item, Finding)}
    shape = [
        finding
        for release in judged.releases
        if not release.of_objects
        for finding in schema.check_values(
            release.values,
            values_schema.schema_of(release.chart, release.version, release.values),
            release.locate,
            release.label,
            other=partial(values_schema.other_versions, release.chart, release.version),
        )
        if (finding.at.file, finding.path) not in spoken
    ]
    found = causes.only(item for item in [*shape, *said] if isinstance(item, Finding))
    return [*found, *(item for item in said if not isinstance(item, Finding))]


def skipped(what: str, reason: str) -> Check:
    """What was not looked at, and why."""
    return Check("WL500", what, "skip", reason)


def _about(composed: Stack) -> dict[str, object]:
    return {
        "guide": composed.name,
        "environment": composed.environment,
        "namespace": composed.namespace,
        "components": composed.components,
        "size": composed.size,
    }
