"""Stacks that wellit has not installed: a guide of this checkout by plain helmfile, and one of upstream's shape."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import yaml

from tests.support.stacks import rendered, stack
from wellit import process, tools
from wellit.access import Access
from wellit.charts import environment
from wellit.paths import CHARTS, GUIDES, ROOT

UPSTREAM = ROOT / "tests" / "adopt" / "upstream"


def charts(folder: Path) -> Path:
    """The charts of this checkout as upstream's: under their versions, and with no value that says otherwise."""
    made = stack()
    for release in rendered(made).releases:
        if release.part in ("gateway", "inferencepool", "modelservice"):
            to = folder / release.part
            shutil.copytree(CHARTS / release.part, to)
            about = yaml.safe_load((to / "Chart.yaml").read_text())
            about["version"] = made.values["versions"]["charts"][release.part]["version"]
            (to / "Chart.yaml").write_text(yaml.safe_dump(about))
            values = yaml.safe_load((to / "values.yaml").read_text()) or {}
            (to / "values.yaml").write_text(yaml.safe_dump(values | {"imitates": release.values["imitates"]}))
    return folder


def helmfile(there: Access, file: Path, namespace: str, *words: str, **more: str) -> None:
    """``helmfile ... sync`` as a person types it."""
    programs = tools.ensure(["helm", "helmfile"])
    path = f"{programs['helm'].parent}:{os.environ['PATH']}"
    env = environment() | there.env | {"PATH": path} | more
    argv: list[str | Path] = [programs["helmfile"], "-f", file, "-n", namespace, *words, "sync", "--skip-deps"]
    done = process.run(argv, env=env, timeout=300)
    assert done.ok, done.err


def plain(
    there: Access, namespace: str, environment_: str = "sglang", *sets: str, guide: str = "inference-scheduling"
) -> None:
    """A guide of this checkout by plain helmfile."""
    said = ",".join(["size=small", "components.charts=offline", *sets])
    helmfile(there, GUIDES / guide / "helmfile.yaml.gotmpl", namespace, "-e", environment_, "--state-values-set", said)


def upstream(there: Access, namespace: str, folder: Path, postfix: str = "inference-scheduling") -> None:
    """The stack of upstream's guide, and the route that its reader applies by hand."""
    made = charts(folder)
    helmfile(there, UPSTREAM / "helmfile.yaml.gotmpl", namespace, CHARTS=str(made), RELEASE_NAME_POSTFIX=postfix)
    done = there.call("apply", "-n", namespace, "-f", str(UPSTREAM / "httproute.yaml"))
    assert done.ok, done.err
