"""KServe in a sandbox: its definitions, its presets and its webhooks, and its own controller, in every tier.

Everything of upstream's is used by reference, from the pinned Go module.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from wellit import tools
from wellit.paths import shown
from wellit.sandbox import crds, llmisvc, model
from wellit.sandbox.kubectl import MANAGER, apply, asked, kubectl
from wellit.sandbox.llmisvc import NAMESPACE, PORT, PROGRAM
from wellit.sandbox.model import Sandbox
from wellit.say import Say
from wellit.tools.pins import pin

NAME = "kserve"
PROGRAMS = (PROGRAM,)
MODULES = ("github.com/kserve/kserve", "sigs.k8s.io/lws")
PRESETS = "llminferenceserviceconfigs.serving.kserve.io"
WEBHOOKS = "mutatingwebhookconfigurations,validatingwebhookconfigurations"
DEFINITION_SECONDS = 180.0
TRIES = 3
REAL = "its controller, its webhooks and its presets are upstream's"
NOT_REAL = "no cert-manager, no LeaderWorkerSet controller, no model is downloaded; it is an administrator here"


def title() -> str:
    """What it is, with its version."""
    return f"KServe {pin(PROGRAM).version}"


def fetch(say: Say) -> None:
    """Download its definitions and presets, the first time."""
    _files(say)


def problem(sandbox: Sandbox) -> str:
    """What is wrong with it in a sandbox that has it; empty for nothing."""
    if not sandbox.parts[NAME]:
        return f"{title()} was never finished in it"
    if not llmisvc.running(sandbox):
        return f"{title()}'s controller is not running (its log: {shown(llmisvc.log(sandbox))})"
    return ""


def words(sandbox: Sandbox) -> str:
    """What of it is real, and what is not."""
    listens = f"its webhooks listen at port {sandbox.ports[PORT]} on every interface: it has no flag for the address"
    lines = [f"{pin(PROGRAM).version}: {REAL}", NOT_REAL, listens, f"log: {shown(llmisvc.log(sandbox))}"]
    return f"\n{'':13}".join(lines)


def put(sandbox: Sandbox, have: Mapping[str, Path], say: Say) -> Sandbox:
    """Put it into a running sandbox that the caller has locked, and record that it is whole. Again changes nothing.

    Raises CannotAnswer when the controller does not start; what is there then stays, and the next put goes on.
    """
    files, began = _files(say), time.monotonic()
    before, wanted = sandbox, _recipe(files)
    whole = sandbox.parts.get(NAME) == wanted
    if whole and not (problem(sandbox) or _gone(sandbox, files)):
        say(f"sandbox {sandbox.name}: {title()} is in it already")
        return sandbox
    died = whole and not llmisvc.running(sandbox)
    doing = (
        f"{problem(sandbox)}; it is started again" if died else f"{title()}: definitions, controller, webhooks, presets"
    )
    say(f"sandbox {sandbox.name}: {doing}")
    llmisvc.stop(sandbox)
    sandbox = llmisvc.reserve(replace(sandbox, parts=sandbox.parts | {NAME: ""}))
    same = whole and sandbox.ports == before.ports
    all_there = same and not _gone(sandbox, files)
    if not all_there:
        sandbox = _furnish(sandbox, files, again=not same)
    llmisvc.start(sandbox, have[PROGRAM])
    if not all_there:
        _guard(sandbox, files)
        _put_presets(sandbox, files)
    llmisvc.until(sandbox, llmisvc.unasked)
    say(f"sandbox {sandbox.name}: {title()} is there, after {time.monotonic() - began:.0f} s: {REAL}; {NOT_REAL}")
    return model.write(replace(sandbox, parts=sandbox.parts | {NAME: wanted}))


def _furnish(sandbox: Sandbox, files: list[Path], *, again: bool) -> Sandbox:
    """What can be there before the controller; definitions that are there are put `again` or stay as they are."""
    apply(sandbox, objects=[{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}])
    apply(sandbox, *_below(files, "configmap"))
    return replace(sandbox, crds=_define(sandbox, files, again=again))


def _define(sandbox: Sandbox, files: list[Path], *, again: bool) -> int:
    """Give the API server the definitions, and return how many it has.

    Each of the two large ones at once with the way its versions are converted, and not by server-side apply, which
    takes the API server ten seconds.
    """
    there = asked(sandbox, "get", "crds", "-o", "name")
    conversions = {}
    for patch in (one for file in _patches(files) for one in _all(file)):
        conversion = patch["spec"]["conversion"]
        conversion["webhook"]["clientConfig"] = llmisvc.called_by_url(sandbox, conversion["webhook"]["clientConfig"])
        conversions[patch["metadata"]["name"]] = json.dumps(conversion)
    for file in _definitions(files):
        name = _defined(file)
        text = file.read_text()
        if name in conversions:
            text = text.replace("\nspec:\n", f"\nspec:\n  conversion: {conversions[name]}\n", 1)
        if f"/{name}\n" not in there:
            _create(sandbox, text)
        elif again:
            _replace(sandbox, text)
    return crds.served(sandbox, DEFINITION_SECONDS)


def _create(sandbox: Sandbox, text: str) -> None:
    """Make a definition; what an interrupted run had sent may come in meanwhile: it is replaced.

    So is one that came in after all, when a busy API server gave no answer in its time.
    """
    words = ["create", "--validate=ignore", "-f", "-"]
    for _ in range(TRIES):
        done = kubectl(sandbox, *words, stdin=text, timeout=DEFINITION_SECONDS)
        if done.ok:
            return
        if "AlreadyExists" in done.err:
            _replace(sandbox, text)
            return
    asked(sandbox, *words, stdin=text, timeout=DEFINITION_SECONDS)


def _replace(sandbox: Sandbox, text: str) -> None:
    """Put a definition in the place of the one that is there; again, when the API server has just written into it."""
    words = ["replace", "--validate=ignore", "-f", "-"]
    for _ in range(TRIES - 1):
        if kubectl(sandbox, *words, stdin=text, timeout=DEFINITION_SECONDS).ok:
            return
    asked(sandbox, *words, stdin=text, timeout=DEFINITION_SECONDS)


def _guard(sandbox: Sandbox, files: list[Path]) -> None:
    """Let the API server ask the controller, by its address, what it takes."""
    hooks = [one for file in _below(files, "webhook") for one in _all(file)]
    for one in hooks:
        one["metadata"].pop("creationTimestamp", None)
        for hook in one["webhooks"]:
            hook["clientConfig"] = llmisvc.called_by_url(sandbox, hook["clientConfig"])
    apply(sandbox, objects=hooks)


def _put_presets(sandbox: Sandbox, files: list[Path]) -> None:
    args = ["apply", "--server-side", "--force-conflicts", f"--field-manager={MANAGER}", "-n", NAMESPACE]
    asked(
        sandbox, *args, *(f"--filename={file}" for file in _below(files, "llmisvcconfig")), timeout=DEFINITION_SECONDS
    )


def _gone(sandbox: Sandbox, files: list[Path]) -> bool:
    """Whether something of it was taken away by hand."""
    listed = kubectl(sandbox, "get", f"crds,configmaps,{PRESETS},{WEBHOOKS}", "-n", NAMESPACE, "-o", "name")
    there = {(word.partition("/")[0].partition(".")[0], word.partition("/")[2]) for word in listed.out.split()}
    plain = [file for folder in ("llmisvcconfig", "configmap", "webhook") for file in _below(files, folder)]
    wanted = {(one["kind"].lower(), one["metadata"]["name"]) for file in plain for one in _all(file)}
    wanted |= {("customresourcedefinition", _defined(file)) for file in _definitions(files)}
    return not listed.ok or not wanted <= there


def _files(say: Say) -> list[Path]:
    return [file for module in MODULES for file in tools.module_files(module, say)]


def _below(files: list[Path], folder: str) -> list[Path]:
    return [file for file in files if folder in file.parts]


def _patches(files: list[Path]) -> list[Path]:
    return [file for file in files if file.stem.endswith("_patch")]


def _definitions(files: list[Path]) -> list[Path]:
    return [file for file in files if "_" in file.stem and file not in _patches(files)]


def _defined(file: Path) -> str:
    """The name of the definition in a file that is called GROUP_PLURAL.yaml."""
    group, _, plural = file.stem.partition("_")
    return f"{plural}.{group}"


def _all(file: Path) -> list[dict[str, Any]]:
    return list(yaml.safe_load_all(file.read_text()))


def _recipe(files: list[Path]) -> str:
    said = [*map(str, files), str(pin(PROGRAM).file), Path(__file__).read_text()]
    return hashlib.sha256("\0".join(said).encode()).hexdigest()[:8]
