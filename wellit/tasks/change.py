"""A stack on a cluster, changed after asking."""

from __future__ import annotations

import functools
from dataclasses import replace
from typing import Any

from invoke import Context

from wellit.cli import access, access_ahead, asker, choice, known_format, rendered, show, task, which
from wellit.options import BUNDLE, CLUSTER_FLAGS, FORMAT, REPLACE, STACK_FLAGS, WHICH_FLAGS, YES, sandbox_name
from wellit.say import announce as say
from wellit.tasks.look import explained


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
    return show(explained(done, there, namespace, guide), fmt)


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
    return show(explained(done, there, stack.namespace, stack.name), fmt)
