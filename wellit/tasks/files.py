"""What is asked of files alone: no cluster is changed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from invoke import Context

from wellit.cli import access, asker, choice, config, known_format, rendered, show, task
from wellit.errors import CannotAnswer
from wellit.options import (
    CLUSTER_FLAGS,
    CONFIG,
    FETCH,
    FIX,
    FORMAT,
    LIMITS,
    OUTPUT,
    STACK_FLAGS,
    TEXT_OR_JSON,
    YES,
    after_dashes,
    files_after_dashes,
)
from wellit.say import announce as say

if TYPE_CHECKING:
    from wellit.findings import Report


@task(
    STACK_FLAGS, CONFIG, CLUSTER_FLAGS, FETCH, FORMAT, LIMITS, FIX,
    bundle="a file of invoke bundle: what of it is missing, changed or added, and the stack in it",
    all="every environment of every guide, or of the --helmfile",
    cells="every cell: every engine, gateway, accelerator and release train with every guide",
    values="a values file of anybody's, a folder, a pattern or -; several may be given",
    chart="NAME@VERSION of the chart of each --values, or one for all; a file may say it: # wellit: chart NAME@VERSION",
    each="judge each --values by itself, not as one deployment; files and folders after -- are, which say their chart",
    helmfile="a helmfile of anybody's, or its folder; with -e and -n, or --all for its environments",
    manifests="rendered objects: a file, a folder, or - for stdin; several may be given",
    live="what is installed: the values of the helm releases of -n NAMESPACE, only looked at",
)  # fmt: skip
def validate(
    _: Context, all: bool = False, values: list[str] = [], chart: list[str] = [], helmfile: str = "",  # noqa: A002, B006
    manifests: list[str] = [], live: bool = False, each: bool = False, cells: bool = False,  # noqa: B006
    bundle: str = "", **given: Any,
) -> int:  # fmt: skip
    """Find mistakes in files: nothing is started on a cluster."""
    from wellit.finish import finishing
    from wellit.validate import foreign

    fmt = known_format(given["format_"])
    named = files_after_dashes()
    if each and not values and not named:
        raise CannotAnswer("--each is for values files, and there is none", write="--each --values FILE, or -- FILE")
    said = {
        "values": values, "after_dashes": named, "chart": chart, "each": each, "helmfile": helmfile,
        "manifests": manifests, "live": live, "all": all, "cells": cells, "bundle": bundle, **given,
    }  # fmt: skip
    kind = foreign.chosen(said | {"values": values or named}, (*STACK_FLAGS, *CONFIG, *FETCH))
    return show(finishing(given, fmt)(lambda: _judged(kind, said)), fmt)


def _judged(kind: str, said: dict[str, Any]) -> Report:
    """What validate has to say of the one kind of input that the flags name."""
    from wellit import validate as validation
    from wellit.validate import foreign

    named, fetch = said["after_dashes"], said["fetch"]
    if named and not said["values"] and not said["chart"]:
        return validation.files_that_say(named)
    if kind == "values":
        return validation.values_files([*said["values"], *named], said["chart"], each=said["each"])
    if kind == "helmfile":
        return foreign.helmfile(
            said["helmfile"], say, environment=said["env"], namespace=said["namespace"], every=said["all"]
        )
    if kind == "manifests":
        return foreign.manifests(said["manifests"])
    if kind == "bundle":
        from wellit import bundle

        return bundle.validated(said["bundle"], said, say).report
    if kind == "live":
        from wellit import installed

        return installed.judge(access(said), said["namespace"])
    if said["all"] or said["cells"]:
        from wellit.validate import matrix

        if said["config"] or said["config_key"]:
            raise CannotAnswer("--config is laid under the words of one stack", write="-g GUIDE -e ENV --config FILE")

        return matrix.everything(choice(said), say, fetch=fetch, every_cell=said["cells"])
    return validation.stack(choice(said), say, fetch=fetch, config=config(said)).report


@task(
    STACK_FLAGS, FORMAT, output="the file to write: stack.tar", tools="helm, helmfile and kubectl as well",
    images="print the images of the stack alone, one a line, for a tool that mirrors them",
)  # fmt: skip
def bundle(_: Context, output: str = "", images: bool = False, tools: bool = False, **given: Any) -> int:
    """Write a stack into one file that installs without a network: charts, settings, checksums, list of images."""
    from wellit import bundle as bundles

    fmt = known_format(given["format_"])
    file = None if images else bundles.known_output(output)
    stack, made, report = rendered(given, "bundle")
    if file is None:
        print("\n".join(bundles.images(stack, made)))
        return 0
    return show(bundles.written(stack, made, report, file, say, programs=tools), fmt)


@task(STACK_FLAGS, FETCH)
def render(_: Context, **given: Any) -> int:
    """Print the manifests that would be installed."""
    from wellit import validate as validation

    result = validation.stack(choice(given), say, fetch=given["fetch"])
    if result.report.exit_code or result.rendered is None or result.rendered.unrendered:
        return show(result.report) or 2
    print(result.rendered.text(), end="")
    return 0


@task(
    STACK_FLAGS, CLUSTER_FLAGS, FETCH, TEXT_OR_JSON, OUTPUT, name="show",
    live="the state of kubectl's current cluster on it; --sandbox, --context and --kubeconfig say so too",
)  # fmt: skip
def show_(_: Context, live: bool = False, **given: Any) -> int:
    """Draw a stack: gateway, route, pool, picker and pods, as a tree or into a file. With a cluster: its state."""
    from wellit import show as showing

    fmt, output = known_format(given["format_"], "text", "json"), given["output"]
    if output:
        showing.known_output(output)
    cluster = live or any(given[flag] for flag in CLUSTER_FLAGS)
    opened = (lambda: access(given)) if cluster else None
    report, drawn = showing.stack(choice(given), say, fetch=given["fetch"], access=opened)
    if drawn and output:
        say(f"drawn: {showing.write(drawn, output)}")
    if drawn is None or fmt != "text":
        return show(report, fmt)
    return showing.tell(report, drawn, say, tree=not output)


@task(
    {name: flag for name, flag in STACK_FLAGS.items() if name != "env"}, CLUSTER_FLAGS, FETCH, TEXT_OR_JSON,
    positional=["a", "b"], all="what is the same, too",
    a="ENVIRONMENT, GUIDE/ENVIRONMENT, FILE@CHART@VERSION (several joined with +), or live:NAMESPACE",
    b="the other one",
)  # fmt: skip
def compare(_: Context, a: str, b: str, all: bool = False, **given: Any) -> int:  # noqa: A002
    """Show how two stacks differ, by meaning: environments, values files, a live namespace. Changes nothing."""
    from wellit import compare as comparing

    fmt = known_format(given["format_"], "text", "json")
    asked = comparing.Asked(choice({**given, "env": ""}), lambda: access(given), say, given["fetch"])
    return comparing.show(comparing.stacks(a, b, asked), fmt, everything=all)


@task(
    chart="NAME@VERSION: the schema of its values", guide="the schema of the settings that -f lays over this guide's",
    output="a file to write it into: values.schema.json",
)  # fmt: skip
def schema(_: Context, chart: str = "", guide: str = "", output: str = "") -> None:
    """Print a JSON Schema for your editor: of a chart's values at one version, or of a guide's settings."""
    from wellit import editor

    made = editor.asked(chart, guide)
    if output:
        say(f"written: {output}; a file beside it is checked in an editor when it has: {editor.write(made, output)}")
    else:
        print(editor.text(made), end="")


@task(
    TEXT_OR_JSON, to="the engine to write it for", from_="the engine it is written for, when its words do not say",
    values="a values file of the llm-d-modelservice chart instead of a command line",
)  # fmt: skip
def translate(_: Context, to: str = "", from_: str = "", values: str = "", **given: Any) -> int:
    """Show a command line of one engine as another's: after --, or on stdin."""
    from wellit import translate as translating
    from wellit.report import translation
    from wellit.translate import containers

    translation.known(given["format_"])
    target = translating.target(to)
    if values:
        return translation.show(containers.of_file(values, target, from_), given["format_"])
    words = translating.command_line(after_dashes(), sys.stdin)
    made = translating.command(words, translating.speaker(words, from_), target)
    return translation.show([made], given["format_"])


@task(
    {name: flag for name, flag in STACK_FLAGS.items() if name not in ("guide", "env", "namespace")}, FETCH, YES, FORMAT,
    positional=["name_"], name="new", name_="its name: environments/NAME.yaml", model="a Hugging Face id",
    from_="the guide to start from, or GUIDE/ENVIRONMENT (inference-scheduling)",
)  # fmt: skip
def new_(_: Context, name_: str, from_: str = "", model: str = "", **given: Any) -> int:
    """Write an environment of your own, after asking, and validate it: environments/NAME.yaml."""
    from wellit import catalogue
    from wellit import new as making
    from wellit.tasks import task_names

    fmt = known_format(given["format_"])
    chosen = choice({**given, "guide": "", "env": "", "namespace": ""})
    words = sys.argv[sys.argv.index("new") + 1 :] if "new" in sys.argv else ()
    asked = making.Asked(name_, from_ or catalogue.DEFAULT_GUIDE, chosen, model, words, given["fetch"])
    return show(making.make(asked, say, asker(given["yes"]), task_names()), fmt)
