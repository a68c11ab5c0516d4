"""What tasks need to be nothing but adapters: their errors, the stack and the cluster that their flags name."""

from __future__ import annotations

import contextlib
import functools
import inspect
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from invoke import Argument, Context, Exit, Task

from wellit import errors
from wellit.errors import CannotAnswer, Interrupted, Refused, WellitError
from wellit.options import OPTIONAL, SHORT, STACK_FLAGS, sandbox_name
from wellit.say import Say
from wellit.say import announce as say

if TYPE_CHECKING:
    from wellit import configfile
    from wellit.access import Access
    from wellit.compose import Choice, Stack
    from wellit.findings import Report
    from wellit.render import Rendered


class WellitTask(Task[Any]):
    """A task with short flags for the words that are typed most, and no others."""

    def get_arguments(self, ignore_unknown_help: bool | None = None) -> list[Argument]:
        arguments = super().get_arguments(ignore_unknown_help)
        for argument in arguments:
            if argument.name in SHORT:
                argument.names = (*argument.names, SHORT[argument.name])
            if argument.kind is list:
                argument.raw_value = None  # else Invoke takes a list's flag without a word after it
        return arguments


def task(
    *flags: dict[str, tuple[Any, str]],
    name: str | None = None,
    positional: Sequence[str] = (),
    default: bool = False,
    **helps: str,
) -> Callable[[Callable[..., object]], Task[Any]]:
    """Make an Invoke task of a function that takes `flags` as one keyword argument each, besides its own parameters.

    A WellitError is printed and becomes the exit code; a number that the function returns is the exit code.
    """
    shared = {key: value for group in flags for key, value in group.items()}

    def decorate(function: Callable[..., object]) -> Task[Any]:
        @functools.wraps(function)
        def body(c: Context, **given: Any) -> None:
            _refuse_core_flags(c)
            code = guarded(function, c, **given)
            if code:
                raise Exit(code=code)

        own = [p for p in inspect.signature(function).parameters.values() if p.kind is not p.VAR_KEYWORD]
        extra = [
            inspect.Parameter(key, inspect.Parameter.KEYWORD_ONLY, default=value) for key, (value, _) in shared.items()
        ]
        kept = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in own[1:]]
        body.__signature__ = inspect.Signature([own[0], *extra, *kept])  # type: ignore[attr-defined]
        lists = [key for key, (value, _) in shared.items() if value == []]
        lists += [p.name for p in kept if p.default == []]
        return WellitTask(
            body, name=name, positional=list(positional), iterable=lists, auto_shortflags=False, default=default,
            optional=[key for key in shared if key in OPTIONAL],
            help={key.strip("_"): text for key, (_, text) in shared.items()} | helps,
        )  # fmt: skip

    return decorate


def guarded(function: Callable[..., object], *args: Any, **kwargs: Any) -> int:
    """Call `function`; print an expected failure. Returns the exit code."""
    fmt = str(kwargs.get("format_", "text"))
    command = function.__name__.strip("_").replace("_", ".")
    try:
        result = function(*args, **kwargs)
    except WellitError as problem:
        return _failed(problem, command, fmt)
    except KeyboardInterrupt:
        return _failed(Interrupted("interrupted", write="the same command again goes on from here"), command, fmt)
    except BrokenPipeError:  # the reader of our output has gone
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return result if isinstance(result, int) and not isinstance(result, bool) else 0


def _failed(problem: WellitError, command: str, fmt: str) -> int:
    from wellit.report import errors as shown

    return shown.show(problem, command, fmt)


def _refuse_core_flags(c: Context) -> None:
    """Plain `invoke` takes its own core flags after a task's name too; one that it took was meant for the task."""
    run = c.config.run
    taken = [flag for flag, on in (("-e", run.echo), ("-R or --dry", run.dry), ("-p", run.pty), ("-w", run.warn)) if on]
    if taken:
        raise Exit(
            f"error: plain invoke took {', '.join(taken)} as a flag of its own\n  = write: scripts/invoke ...", code=2
        )


def choice(given: dict[str, Any]) -> Choice:
    """The Choice that the stack flags say."""
    from wellit import catalogue, compose

    axes = {axis: given[axis] for axis in catalogue.AXES if given.get(axis)}
    return compose.Choice(
        guide=given["guide"] or catalogue.DEFAULT_GUIDE,
        environment=given["env"] or "",
        namespace=given["namespace"] or None,
        components=axes,
        size=given["size"] or None,
        files=tuple(given["file"]),
        sets=tuple(given["set_"]),
    )


def config(given: dict[str, Any]) -> configfile.Asked | None:
    """The config file that the flags say; None when they say none."""
    from wellit import configfile

    return configfile.asked(given["config"], given["config_key"])


def show(report: Report, fmt: str = "text") -> int:
    """Print a report on stdout. Returns its exit code."""
    from wellit import report as formats

    return formats.show(report, fmt)


def known_format(name: str, *only: str) -> str:
    """`name`, when it is a format (one of `only`); asked before the work, not after it. Raises CannotAnswer."""
    from wellit import report

    report.known(name)
    if only and name not in only:
        raise CannotAnswer(
            f"this task has no {name}", why="that is a form for findings and checks; this is something else",
            write=f"--format {' or '.join(only)}",
        )  # fmt: skip
    return name


def asker(yes: bool, *, replacing: bool = False) -> Callable[[str], None]:
    """Asks before something is changed; with `yes` nothing is asked. `replacing` is for what interrupts a service.

    What it returns raises Refused when the answer is no, CannotAnswer when there is nobody to ask.
    """

    def ask(question: str) -> None:
        if not sys.stdin.isatty():
            raise CannotAnswer(
                "there is nobody to ask: this is no terminal; nothing was changed",
                why=question if replacing else "",
                write="--replace agrees to it" if replacing else "--yes goes ahead without asking",
            )
        print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
        if sys.stdin.readline().strip().lower() not in ("y", "yes"):
            raise Refused("the answer was no; nothing was changed")

    return (lambda _: None) if yes else ask


def which(given: dict[str, Any]) -> tuple[str, str | None, str | None]:
    """Namespace, guide (or ``=NAME``) and environment of a recorded stack; the guide's namespace when none was said."""
    from wellit import catalogue, compose

    guide = given["guide"] or None
    if guide and guide not in catalogue.guide_names():
        raise errors.unknown("guide", guide, catalogue.guide_names())
    namespace = given["namespace"] or str(catalogue.guide_source(guide or catalogue.DEFAULT_GUIDE).data["namespace"])
    name = given.get("name_")
    return compose.checked_namespace(namespace), f"={name}" if name else guide, given["env"] or None


def access(given: dict[str, Any], told: Say = say) -> Access:
    """The cluster that the flags name: a sandbox, a kubeconfig's context, or kubectl's current one."""
    from wellit import access as clusters

    return clusters.open_access(
        kubeconfig=given["kubeconfig"] or None,
        context=given["context"] or None,
        sandbox=sandbox_name(given["sandbox"]) if given["sandbox"] else None,
        say=told,
    )


def access_ahead(given: dict[str, Any]) -> Callable[[], Access]:
    """The same, begun now beside other work: what is returned waits for it, and raises what stood against it."""
    from wellit import ahead

    return ahead.opened(functools.partial(access, given), say)


@contextlib.contextmanager
def choice_or_recorded(given: dict[str, Any], there: Callable[[], Access]) -> Iterator[Choice]:
    """The Choice that the flags say; where they say none, that of the stack recorded in the namespace, if any."""
    from wellit import again, record

    namespace, guide, _ = which(given)
    said = any(given[flag] for flag in STACK_FLAGS if flag not in ("guide", "namespace"))
    known = None if said or given.get("bundle") else record.one(there(), namespace, guide)
    if known is None:
        if not said and not given.get("bundle"):
            say(f"no stack{record.meant(guide)} is recorded in {namespace}: planned as if -e said the guide's default")
        yield choice(given)
        return
    say(f"the recorded stack: {again.words(known)}")
    with again.choice(known) as recorded:
        yield recorded


def rendered(given: dict[str, Any], command: str, chosen: Choice | None = None) -> tuple[Stack, Rendered, Report]:
    """The stack that the flags name, or `chosen`, validated and rendered; upstream's charts are fetched when wanted.

    With --bundle it is the bundle's, and nothing is fetched. Ends the task with what is wrong, shown in the format that
    was asked for, when it is not right.
    """
    from wellit import validate

    if given.get("bundle"):
        from wellit import bundle

        result = bundle.validated(given["bundle"], given, say, command)
    else:
        result = validate.stack(chosen or choice(given), say, fetch=True, command=command)
    if result.stack is None or result.rendered is None or result.report.exit_code:
        say("the mistakes in the files come first: nothing was asked of a cluster")
        raise Exit(code=show(result.report, known_format(given.get("format_", "text"))))
    return result.stack, result.rendered, result.report
