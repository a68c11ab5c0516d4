"""The flags of tasks, each written once: what it is called, its default, its help; and what their words say."""

from __future__ import annotations

import os
import sys
from typing import Any

from wellit.errors import CannotAnswer

# name -> (default, help). A list may be given several times. Declared in this order: short flags follow it.
STACK_FLAGS: dict[str, tuple[Any, str]] = {
    "guide": ("", "the guide (inference-scheduling)"),
    "env": ("", "the environment: default, sglang ..."),
    "namespace": ("", "the namespace (the guide's own)"),
    "file": ([], "a YAML file of settings laid over the environment's; several may be given"),
    "set_": ([], "one setting, as in decode.replicas=2; several may be given"),
    "engine": ("", "another engine than the environment's"),
    "gateway": ("", "another gateway"),
    "accelerator": ("", "another accelerator"),
    "versions": ("", "another release train"),
    "charts": ("", "upstream, or offline: the charts of this checkout"),
    "size": ("", "a size of the guide: default, small"),
}
WHICH_FLAGS = {name: STACK_FLAGS[name] for name in ("guide", "env", "namespace")} | {
    "name_": ("", "the stack's name (its postfix), where one guide is there several times"),
}
CLUSTER_FLAGS: dict[str, tuple[Any, str]] = {
    "sandbox": ("", "use the sandbox, or the one of this name"),
    "context": ("", "a context of the kubeconfig"),
    "kubeconfig": ("", "a kubeconfig file"),
}
FORMAT: dict[str, tuple[Any, str]] = {"format_": ("text", "text, json, sarif, junit or github")}
TEXT_OR_JSON: dict[str, tuple[Any, str]] = {"format_": ("text", "text or json")}
LIMITS: dict[str, tuple[Any, str]] = {
    "fail_on": ("error", "the mildest finding that fails: error, warning or info"),
    "severity": ("info", "the mildest finding that is shown; json and sarif have all"),
}
FETCH: dict[str, tuple[Any, str]] = {"fetch": (False, "download upstream's charts that are not in the cache")}
CONFIG: dict[str, tuple[Any, str]] = {
    "config": ([], "a config file of the engine, laid under the words of the workers"),
    "config_key": ("", "a section of it, as in prod.decode"),
}
YES: dict[str, tuple[Any, str]] = {"yes": (False, "do not ask")}
FIX: dict[str, tuple[Any, str]] = {
    "fix": (False, "write what has one right answer into your files, after showing it and asking"),
} | YES
BUNDLE: dict[str, tuple[Any, str]] = {"bundle": ("", "a file of invoke bundle: nothing is fetched")}
REPLACE = "make anew what cannot be changed in place, without asking: its pods end, and new ones start"
LOAD: dict[str, tuple[Any, str]] = {
    "concurrency": ("", "open requests at a time (8; with --rate 200)"),
    "rate": ("", "requests a second, sent in time whether or not those before are answered"),
    "requests": ("", "how many in all (100)"),
    "duration": ("", "seconds after which none is begun (60; with --requests 3600)"),
    "limit": ("", "seconds after which one that has no end is given up (60)"),
    "prompt_tokens": ("", "their mean length; 256+-64 spreads it"),
    "output_tokens": ("", "the most that an answer may have (64); 64+-16 spreads it"),
    "shared_prefix": ("", "the share of a prompt that is common to its group: 0.5"),
    "groups": ("", "how many groups of prompts there are (1)"),
}
LAUNCHED: dict[str, tuple[Any, str]] = {"launched": ("", "what invoke launch runs here, or the launch of this name")}
OUTPUT: dict[str, tuple[Any, str]] = {"output": ("", "a file to draw it into: stack.svg")}
OPTIONAL = {"sandbox", "launched"}  # may stand without a value
SHORT = {"guide": "g", "env": "e", "namespace": "n", "file": "f", "output": "o", "all_namespaces": "A"}


def positive(flag: str, seconds: int) -> int:
    """The seconds of a flag. Raises CannotAnswer when there are none."""
    if seconds < 1:
        raise CannotAnswer(f"{flag} {seconds} leaves no time to ask anything", write=f"{flag} 60")
    return seconds


def launched_name(given: dict[str, Any], said: object) -> str:
    """The launch that --launched names, "" for the only one. Raises CannotAnswer when a cluster is named as well."""
    named = [f"--{flag}" for flag in (*CLUSTER_FLAGS, "namespace") if given.get(flag)]
    if named:
        raise CannotAnswer(f"--launched is about this machine, {named[0]} about a cluster", write="one of them")
    return said if isinstance(said, str) else ""


def after_dashes() -> list[str]:
    """The words after ``--``, each as it was typed: Invoke joins them, and quotes would be lost."""
    return sys.argv[sys.argv.index("--") + 1 :] if "--" in sys.argv else []


def files_after_dashes() -> list[str]:
    """The files that are named after ``--``. Raises CannotAnswer for dashes with nothing behind them."""
    if sys.argv[-1] == "--":
        raise CannotAnswer("no file is named after --", write="-- FILES, or no -- for a guide of this checkout")
    return after_dashes()


def sandbox_name(said: object) -> str:
    """The sandbox that --sandbox or --name names; $WELLIT_SANDBOX, as in a sandbox's shell, else default."""
    return said if isinstance(said, str) and said else os.environ.get("WELLIT_SANDBOX", "default")
