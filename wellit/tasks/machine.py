"""What runs on this machine: sandboxes, launches, programs."""

from __future__ import annotations

import os
from typing import Any

from invoke import Context

from wellit.cli import access, choice, known_format, show, task, which
from wellit.errors import CannotAnswer
from wellit.options import CLUSTER_FLAGS, FORMAT, STACK_FLAGS, after_dashes, positive, sandbox_name
from wellit.say import announce as say


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
    from wellit.tasks.change import put

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
    from wellit.tasks import task_names

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
