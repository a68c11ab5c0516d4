"""The tasks: adapters only. Each parses flags, calls one function of wellit, prints, and ends with its code."""

from __future__ import annotations

from invoke import Collection

from wellit.tasks.change import adopt, install, prerequisites, rollback, secret_, uninstall
from wellit.tasks.files import bundle, compare, new_, render, schema, show_, translate, validate
from wellit.tasks.look import doctor, load, plan, preflight, smoke, status
from wellit.tasks.machine import launch, quickstart, sandbox_down, sandbox_shell, sandbox_status, sandbox_up, tools
from wellit.tasks.project import benchmark, docs, explain_, overview, test, walk

boxes = Collection("sandbox", sandbox_up, sandbox_down, sandbox_status, sandbox_shell)
namespace = Collection(
    overview, quickstart, validate, bundle, render, show_, preflight, prerequisites, secret_, plan, install, rollback,
    status, smoke, doctor, load, uninstall, adopt, launch, compare, explain_, schema, translate, new_, tools, walk,
    docs, test, benchmark, boxes,
)  # fmt: skip


def task_names() -> list[str]:
    """Every task, as it is typed."""
    return list(namespace.task_names)
