"""Invoke's entry: adapters only. What they do is in wellit/."""

from __future__ import annotations

import functools
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

from invoke import Collection, Context

from wellit.cli import (
    BUNDLE,
    CLUSTER_FLAGS,
    CONFIG,
    FETCH,
    FIX,
    FORMAT,
    LAUNCHED,
    LIMITS,
    LOAD,
    OUTPUT,
    REPLACE,
    STACK_FLAGS,
    TEXT_OR_JSON,
    WHICH_FLAGS,
    YES,
    access,
    access_ahead,
    after_dashes,
    asker,
    choice,
    choice_or_recorded,
    config,
    files_after_dashes,
    known_format,
    launched_name,
    positive,
    rendered,
    sandbox_name,
    show,
    task,
    which,
)
from wellit.errors import CannotAnswer
from wellit.say import announce as say

if TYPE_CHECKING:
    from wellit.access import Access
    from wellit.findings import Report


@task(default=True)
def overview(_: Context) -> None:
    """What there is: guides, environments, what to try next."""
    from wellit import explain

    print(explain.overview())


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


@task(STACK_FLAGS, CLUSTER_FLAGS, BUNDLE, FORMAT)
def preflight(_: Context, **given: Any) -> int:
    """Ask the cluster what a stack needs of it. Nothing is changed."""
    fmt = known_format(given["format_"])
    there = access_ahead(given)
    stack, made, report = rendered(given, "preflight")
    from wellit import plan as planning

    report.add(planning.prepare(stack, made, there(), dry_run=False).checks)
    return show(report, fmt)


@task(STACK_FLAGS, CLUSTER_FLAGS, BUNDLE, TEXT_OR_JSON, diff="all of it: each object as a unified diff, secrets masked")
def plan(_: Context, diff: bool = False, **given: Any) -> int:
    """Show what an install would change, by the API server's dry run: exit 0 nothing, 1 something. Changes nothing."""
    fmt = known_format(given["format_"], "text", "json")
    there = access_ahead(given)
    with choice_or_recorded(given, there) as chosen:
        stack, made, report = rendered(given, "plan", chosen)
        from wellit import operate

        return show(operate.planned(stack, made, there(), report, diff=diff), fmt)


@task(
    STACK_FLAGS, CLUSTER_FLAGS, BUNDLE, YES, FORMAT,
    apply="install what is missing, after asking",
)  # fmt: skip
def prerequisites(_: Context, apply: bool = False, **given: Any) -> int:
    """Show what the gateway of an environment needs of the cluster; --apply installs it, after asking."""
    from wellit import compose, prepare

    fmt = known_format(given["format_"])
    stack = rendered(given, "prerequisites")[0] if given["bundle"] else compose.compose(choice(given))
    return show(prepare.prepare(stack, access(given), say, asker(given["yes"]), apply=apply), fmt)


@task(
    STACK_FLAGS, CLUSTER_FLAGS, BUNDLE, YES, FORMAT,
    no_wait="do not wait until everything is ready", timeout="seconds to wait until everything is ready",
    no_smoke="do not ask what is installed for what it promises", replace=REPLACE,
)  # fmt: skip
def install(
    _: Context, no_wait: bool = False, timeout: int = 1800, no_smoke: bool = False, replace: bool = False, **given: Any
) -> int:  # fmt: skip
    """Validate, look at the cluster, show what would be made, ask, apply, wait, and ask it for answers."""
    return put(wait=not no_wait, smoke=not no_smoke, timeout=timeout, replace=replace, **given)


@task(
    WHICH_FLAGS, CLUSTER_FLAGS, YES, FORMAT,
    to="which state before, as status numbers them: 1 is the newest", replace=REPLACE,
    no_wait="do not wait until everything is ready", timeout="seconds to wait until everything is ready",
    no_smoke="do not ask what went back for what it promises",
)  # fmt: skip
def rollback(
    _: Context, to: str = "", no_wait: bool = False, timeout: int = 1800, no_smoke: bool = False, replace: bool = False,
    **given: Any,
) -> int:  # fmt: skip
    """Show what going back to a state before would change, ask, and go back to it."""
    from wellit import operate
    from wellit.waiting import NotReady

    fmt = known_format(given["format_"])
    there, (namespace, guide, environment) = access(given), which(given)
    try:
        done = operate.rollback(
            there, namespace, guide, environment, say, asker(given["yes"]), asker(replace, replacing=True),
            to=to, wait=not no_wait, timeout=timeout, smoke=not no_smoke,
        )  # fmt: skip
    except NotReady as late:
        from wellit import unready

        return show(unready.went_back(late, there, operate.recorded(there, namespace, guide, None)), fmt)
    return show(_explained(done, there, namespace, guide), fmt)


@task(
    WHICH_FLAGS, CLUSTER_FLAGS, FORMAT,
    all_namespaces="every recorded stack of the cluster",
    watch="look again and again until Ctrl-C, which ends it with the last answer",
)  # fmt: skip
def status(_: Context, all_namespaces: bool = False, watch: bool = False, **given: Any) -> int:
    """Show the stack that is recorded in a namespace, as it stands now; with -A all of them."""
    from wellit import everywhere, operate
    from wellit.watch import watch as watching

    fmt = known_format(given["format_"], *(["text"] if watch else []))
    if all_namespaces and (said := [flag for flag in WHICH_FLAGS if given[flag]]):
        raise CannotAnswer(f"-A is about every stack, --{said[0].strip('_')} about one", write="one of them")
    there, about = access(given), None if all_namespaces else which(given)

    def look() -> Report:
        return operate.status(there, *about) if about else everywhere.status(there)

    return show(watching(look, say) if watch else look(), fmt)


@task(
    {name: STACK_FLAGS[name] for name in ("guide", "namespace")}, CLUSTER_FLAGS, YES, FORMAT,
    name="secret", name_="the Secret: llm-d-hf-token, or what model.secret says", key="which key of it: HF_TOKEN",
)  # fmt: skip
def secret_(_: Context, name_: str = "", key: str = "", **given: Any) -> int:
    """Put a token into a Secret: from a prompt that shows nothing or from stdin, never from an argument."""
    from wellit.lifecycle import secret

    fmt = known_format(given["format_"])
    namespace = which({**given, "env": ""})[0]
    asked = secret.Asked(namespace, name_ or secret.NAME, key or secret.KEY)
    return show(secret.keep(access(given), asked, say, asker(given["yes"])), fmt)


@task(WHICH_FLAGS, CLUSTER_FLAGS, LAUNCHED, FORMAT, timeout="seconds for all of it")
def smoke(_: Context, timeout: int = 60, **given: Any) -> int:
    """Ask an installed or launched stack: is a request answered, and in the way that the guide promises?"""
    from wellit import operate

    fmt = known_format(given["format_"])
    positive("--timeout", timeout)
    if given["launched"]:
        from wellit.launch import smoke as smoking
        from wellit.launch import state

        return show(smoking.smoke(state.find(launched_name(given, given["launched"])), say, timeout), fmt)
    there, (namespace, guide, environment) = access(given), which(given)
    found = operate.smoke(there, namespace, guide, environment, say, timeout)
    return show(_explained(found, there, namespace, guide), fmt)


@task(
    WHICH_FLAGS, CLUSTER_FLAGS, YES, FORMAT, LOAD,
    completion="prompts to complete instead of a chat", no_stream="wait for whole answers",
)  # fmt: skip
def load(_: Context, completion: bool = False, no_stream: bool = False, **given: Any) -> int:
    """Send a bounded load through the gateway of an installed stack, and show its figures."""
    from wellit import load as loading
    from wellit import operate
    from wellit.load.asked import parse

    fmt = known_format(given["format_"])
    wanted = parse({name.replace("_", "-"): given[name] for name in LOAD}, not completion, not no_stream)
    there = access(given)
    known = operate.recorded(there, *which(given))
    return loading.tell(loading.load(there, known, wanted, say, asker(given["yes"])), fmt)


@task(
    WHICH_FLAGS, CLUSTER_FLAGS, LAUNCHED, FORMAT,
    model="the name that requests say, when it is another than the installed one",
)  # fmt: skip
def doctor(_: Context, model: str = "", **given: Any) -> int:
    """Say why a stack does not answer, an installed one, somebody else's, or one that was launched here."""
    from wellit import doctor as doctors

    fmt = known_format(given["format_"])
    if given["launched"]:
        from wellit.doctor import launched

        return show(launched.examine(launched_name(given, given["launched"])), fmt)
    return show(doctors.examine(access(given), *which(given), model=model), fmt)


@task(WHICH_FLAGS, CLUSTER_FLAGS, YES, FORMAT)
def uninstall(_: Context, **given: Any) -> int:
    """Show what goes and what stays, ask, remove, and look whether anything is left."""
    from wellit import operate

    fmt = known_format(given["format_"])
    return show(operate.uninstall(access(given), *which(given), say, asker(given["yes"])), fmt)


@task(STACK_FLAGS, CLUSTER_FLAGS, YES, FORMAT)
def adopt(_: Context, **given: Any) -> int:
    """Record what plain helmfile, or upstream's guide, has installed: read, compared, and nothing else changed."""
    from wellit import adopt as adopting

    fmt = known_format(given["format_"])
    asked = replace(choice(given), guide=given["guide"], namespace=which(given)[0])
    return show(adopting.adopt(access(given), asked, say, asker(given["yes"])), fmt)


@task(
    STACK_FLAGS, FORMAT,
    mock="Dynamo's own mock engine instead of the workers: a CPU is enough, and no model is fetched",
    otel="send traces to the collector of this machine, or of OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    config="a config file of the engine's, laid under the words of the workers",
    config_key="the section of that file, with dots: prod.decode",
    timeout="seconds until a first answer", smoke="ask it for what it promises, and stop all",
)  # fmt: skip
def launch(
    _: Context, mock: bool = False, otel: bool = False, config: list[str] = [], config_key: str = "",  # noqa: B006
    timeout: int = 1800, smoke: bool = False, **given: Any,
) -> int:  # fmt: skip
    """Run a stack as processes of this machine, until Ctrl-C; words after -- go to the workers."""
    from wellit import configfile
    from wellit.doctor import signatures
    from wellit.launch import smoke as smoking
    from wellit.launch import start

    fmt = known_format(given["format_"])
    asked = start.Asked(
        tuple(after_dashes()), configfile.asked(config, config_key), mock, otel, positive("--timeout", timeout),
        (lambda launched: smoking.smoke(launched, say)) if smoke else None, signatures.meaning,
        fmt == "text",
    )  # fmt: skip
    done = start.launch(choice({**given, "guide": given["guide"] or start.guides()[0]}), asked, say)
    show(done.report, fmt)
    return done.code


@task()
def quickstart(_: Context) -> int:
    """Everything from nothing: a sandbox, and the first guide in it with SGLang, which answers a chat."""
    from wellit import operate, sandbox, tools

    tools.ensure([*sandbox.PROGRAMS, "helm", "helmfile"], say)
    name = sandbox_name("")
    sandbox.up(name, say=say)
    unsaid = {key: default for key, (default, _help) in (STACK_FLAGS | CLUSTER_FLAGS).items()}
    said = {"env": "sglang", "charts": "offline", "size": "small", "sandbox": name, "yes": True}
    given = unsaid | said
    if code := put(timeout=300, **given):
        return code
    from wellit.smoke.talk import talk

    there = access(given)
    return talk(there, operate.recorded(there, *which(given)), say, lambda text: print(text, end="", flush=True))


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
    TEXT_OR_JSON, name="explain", positional=["what"],
    what="a finding's id, an engine, a way (kserve), or ways, engines, guides, environments, findings",
)  # fmt: skip
def explain_(_: Context, what: str, **given: Any) -> None:
    """Explain a finding (WL104), an engine or a way, or show what there is of ways, engines, guides, environments."""
    from wellit import explain

    print(explain.said(what, known_format(given["format_"], "text", "json")))


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

    fmt = known_format(given["format_"])
    chosen = choice({**given, "guide": "", "env": "", "namespace": ""})
    words = sys.argv[sys.argv.index("new") + 1 :] if "new" in sys.argv else ()
    asked = making.Asked(name_, from_ or catalogue.DEFAULT_GUIDE, chosen, model, words, given["fetch"])
    return show(making.make(asked, say, asker(given["yes"]), task_names()), fmt)


@task(clean="remove everything that was built and downloaded", path="print a PATH that has helm, helmfile and kubectl")
def tools(_: Context, clean: bool = False, path: bool = False) -> None:
    """Show the programs in use: from where, which version, how much room."""
    from wellit.tools import table

    print(table.cleaned() if clean else table.search_path(say) if path else table.text())


@task(
    nodes="how many nodes", gpus="what each node offers, as nvidia.com/gpu=8", name_="another name than default",
    port="the API server's port on 127.0.0.1", not_ready="nothing makes pods and gateways ready",
    simulated="pods and gateways become ready by simulation and answer nothing",
    with_="what else it has: kserve, the controller of LLMInferenceServices; kept until it is taken down", name="up",
)  # fmt: skip
def sandbox_up(
    _: Context,
    name_: str = "",
    nodes: int = 4,
    gpus: str = "nvidia.com/gpu=8",
    port: int = 0,
    simulated: bool = False,
    not_ready: bool = False,
    with_: list[str] = [],  # noqa: B006
) -> None:
    """Start a Kubernetes API on this machine, with simulated GPU nodes."""
    from wellit import sandbox

    if simulated and not_ready:
        raise CannotAnswer("--simulated and --not-ready say opposite things", write="one of them")
    made = sandbox.up(
        sandbox_name(name_), say=say, nodes=nodes, resources=sandbox.parse_gpus(gpus), port=port or None,
        ready="nothing" if not_ready else "simulated" if simulated else None, reserved=task_names(), besides=with_,
    )  # fmt: skip
    print(sandbox.describe(made))


@task(name="down", name_="another name than default", all="every sandbox")
def sandbox_down(_: Context, name_: str = "", all: bool = False) -> None:  # noqa: A002
    """Take a sandbox down: no process and no file is left."""
    from wellit import sandbox

    for name in [one.name for one in sandbox.all_sandboxes()] if all else [sandbox_name(name_)]:
        sandbox.down(name, say=say)


@task(name="status")
def sandbox_status(_: Context) -> None:
    """Show the sandboxes of this machine."""
    from wellit import sandbox

    print(
        "\n\n".join(sandbox.describe(one) for one in sandbox.all_sandboxes())
        or "there is no sandbox; invoke sandbox.up starts one"
    )


@task(name="shell", name_="another name than default")
def sandbox_shell(_: Context, name_: str = "") -> int:
    """A shell whose kubectl, helm and helmfile talk to the sandbox, or one command in it: after --."""
    from wellit import process, sandbox

    words = after_dashes() or [os.environ.get("SHELL", "/bin/sh")]
    return process.attached(words, env=sandbox.shell(sandbox_name(name_)))


@task(
    {name: STACK_FLAGS[name] for name in ("guide", "env")}, from_="the number of the step to begin with",
)  # fmt: skip
def walk(_: Context, from_: int = 1, **given: Any) -> int:
    """Run a guide's README, step by step, in a sandbox of its own; -e runs it in another environment."""
    from wellit import catalogue
    from wellit import walk as walking

    guide = catalogue.guide_source(given["guide"] or catalogue.DEFAULT_GUIDE)
    return walking.guide(str(guide.data["name"]), say, environment=given["env"], start=from_)


@task(pictures="make the pictures too, from real runs")
def docs(_: Context, pictures: bool = False) -> None:
    """Bring the tables of the documentation up to date."""
    from wellit import docs as made

    for file in made.write() + (made.pictures(say) if pictures else []):
        print(f"changed: {file.name}")


@task()
def test(c: Context) -> int:
    """Set up what is missing and run the whole test suite; words after -- go to pytest."""
    from wellit import testing

    return testing.run(getattr(c, "remainder", ""), say)


@task(keep="keep the result for the README")
def benchmark(_: Context, keep: bool = False) -> int:
    """Measure this project against the tools one would run instead, as ratios."""
    from wellit import docs as made
    from wellit import process

    done = process.run([sys.executable, "-m", "benchmarks"], cwd=Path(__file__).parent, on_line=say)
    print(done.out, end="")
    if keep and done.ok:
        made.RESULTS.write_text(done.out, encoding="utf-8")
    return done.code


def put(*, wait: bool = True, smoke: bool = True, replace: bool = False, timeout: float, **given: Any) -> int:
    """install, as the task and quickstart do it."""
    fmt = known_format(given.get("format_", "text"))
    opened = access_ahead(given)
    stack, made, report = rendered(given, "install")
    ask = asker(given["yes"])
    if given["sandbox"] and stack.way.sandbox:
        from wellit import sandbox

        sandbox.add(sandbox_name(given["sandbox"]), [stack.way.sandbox], say=say)
        opened = functools.partial(access, given)  # what was not in order before may be now
    there = opened()
    from wellit import operate
    from wellit.waiting import NotReady

    replacing = asker(replace, replacing=True)
    try:
        done = operate.install(
            stack, made, there, report, say, ask, wait=wait, timeout=timeout, smoke=smoke, replacing=replacing
        )
    except NotReady as late:
        from wellit import unready

        return show(unready.explained(late, report, stack, made, there), fmt)
    return show(_explained(done, there, stack.namespace, stack.name), fmt)


def _explained(report: Report, there: Access, namespace: str, guide: str | None) -> Report:
    """The report, with causes where something was asked for and not answered as it should be."""
    if report.verdict != "no":
        return report
    from wellit import doctor

    return doctor.explained(report, there, namespace, guide)


def task_names() -> list[str]:
    """Every task, as it is typed."""
    return list(namespace.task_names)


boxes = Collection("sandbox", sandbox_up, sandbox_down, sandbox_status, sandbox_shell)
namespace = Collection(
    overview, quickstart, validate, bundle, render, show_, preflight, prerequisites, secret_, plan, install, rollback,
    status, smoke, doctor, load, uninstall, adopt, launch, compare, explain_, schema, translate, new_, tools, walk,
    docs, test, benchmark, boxes,
)  # fmt: skip
