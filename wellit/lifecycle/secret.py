"""`invoke secret`: a token into a Secret, key by key.

It comes from a prompt without echo or from stdin, and goes to kubectl's stdin: it stands in no argument, variable,
file, report or message of wellit's.
"""

from __future__ import annotations

import base64
import getpass
import json
import re
import sys
from dataclasses import dataclass, replace

from wellit.access import Access, Missing, Unread, failure
from wellit.cluster import exists, keys
from wellit.errors import CannotAnswer, Refused
from wellit.findings import Check, Report
from wellit.lifecycle.standing import Ask
from wellit.lifecycle.writing import namespace as make_namespace
from wellit.overrides import looks_secret
from wellit.process import Done
from wellit.say import Say

NAME, KEY = "llm-d-hf-token", "HF_TOKEN"
BEGINS = "hf_"
SECONDS = 30.0
LONGEST_NAME, LONGEST_TOKEN = 253, 8192  # characters: Kubernetes' limit, and more than any token has
_NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_KEY = re.compile(r"[-._a-zA-Z0-9]+")


@dataclass(frozen=True)
class Asked:
    """Which key of which Secret. Raises CannotAnswer for what is no name; a token in its place is not repeated."""

    namespace: str
    name: str = NAME
    key: str = KEY

    def __post_init__(self) -> None:
        for flag, said, form in (("--name", self.name, _NAME), ("--key", self.key, _KEY)):
            if said.startswith(BEGINS) or looks_secret("", said):
                raise CannotAnswer(
                    f"what {flag} says looks like the token itself: it is not used",
                    why="arguments are seen by every user of this machine, and kept in the shell's history",
                    write=f"make a new token, and leave {flag} out: the token is asked for, or read from stdin",
                )
            if not form.fullmatch(said) or len(said) > LONGEST_NAME:
                like = NAME if flag == "--name" else KEY
                raise CannotAnswer(f'"{said[:80]}" cannot be the {flag[2:]} of a Secret', write=f"{flag} {like}")


def keep(access: Access, asked: Asked, say: Say, ask: Ask) -> Report:
    """Look what is there, show what will be done, ask, read the token, and write it.

    Raises Refused when the answer is no or the cluster refuses, CannotAnswer when there is no token or no cluster.
    """
    there = exists(access, f"/api/v1/namespaces/{asked.namespace}")
    found = keys(access, asked.namespace, asked.name)
    say(_plan(access, asked, found, fresh=there is False))
    ask(f"Write it to {access.label}?")
    value = _value(asked)
    make_namespace(access, asked.namespace, there, say)
    _write(access, asked, value)
    return _report(asked, value)


def _report(asked: Asked, value: str) -> Report:
    report = Report("secret", summary={"namespace": asked.namespace, "secret": asked.name, "key": asked.key})
    title = f"the secret {asked.name} with {asked.key} is there"
    report.add([Check("WL607", title, "pass", f"{len(value)} characters, not shown")])
    if asked.key == KEY and not value.startswith(BEGINS):
        detail = f"it does not begin with {BEGINS} as Hugging Face's do: fine for a mirror of your own"
        report.add([Check("WL624", f"the token in {asked.name} looks like one", "warn", detail)])
    said = f"the setting that names it is model.secret: --set model.secret={asked.name}"
    report.summary["result"] = f"{asked.key} is in {asked.name} of {asked.namespace}; {said}"
    return report


def _plan(access: Access, asked: Asked, found: frozenset[str] | Missing | Unread, *, fresh: bool) -> str:
    lines = [f"the secret {asked.name} in {asked.namespace} on {access.label}"]
    lines += [f"  namespace  {asked.namespace} is made"] if fresh else []
    if isinstance(found, Unread):
        does = f"{asked.key} is written; what is there is not known: you may not {found.why}"
    elif isinstance(found, Missing):
        does = f"is made, with {asked.key}"
    else:
        does = f"{asked.key} is {'replaced' if asked.key in found else 'added'}"
        others = sorted(found - {asked.key})
        does += f"; what stays: {', '.join(others)}" if others else ""
    return "\n".join([*lines, f"  secret     {does}"])


def _value(asked: Asked) -> str:
    """The token. Raises CannotAnswer when there is none, or when what there is cannot be one."""
    said = getpass.getpass(f"{asked.key} (is not shown): ") if sys.stdin.isatty() else sys.stdin.read()
    value = said.strip()
    if not value:
        raise CannotAnswer(
            "there is no token: nothing was changed",
            write=f'printf %s "${asked.key}" | invoke secret --yes; without a pipe it is asked for',
        )
    if not value.isprintable() or any(letter.isspace() for letter in value):
        raise CannotAnswer(
            "that is no token: there are blanks, line ends or bytes that are no text within it; nothing was changed",
            why="a token is one word; a whole file, or a line with a name before it, is not",
            write=f'the token alone: printf %s "${asked.key}" | invoke secret --yes',
        )
    if len(value) > LONGEST_TOKEN:
        raise CannotAnswer(
            f"that is no token: it has more than {LONGEST_TOKEN} characters; nothing was changed",
            write=f'the token alone: printf %s "${asked.key}" | invoke secret --yes',
        )
    return value


def _write(access: Access, asked: Asked, value: str) -> None:
    """Server-side apply of this one key, by a manager of its own: every other key stays whoever's it is."""
    data = base64.b64encode(value.encode()).decode()
    about = {"name": asked.name, "namespace": asked.namespace}
    body = json.dumps({"apiVersion": "v1", "kind": "Secret", "metadata": about, "data": {asked.key: data}})
    how = ("--server-side", "--force-conflicts", f"--field-manager=wellit-secret-{asked.key}")
    done = _without(access.call("apply", *how, "-f", "-", stdin=body, timeout=SECONDS), value, data)
    if done.ok:
        return
    last = (done.err.strip().splitlines() or ["no reason given"])[-1]
    if "immutable" in done.err:
        away = f"kubectl {access.flags} delete secret {asked.name} -n {asked.namespace}"
        raise Refused(
            f"the secret {asked.name} is immutable", why="nothing was changed", write=f"{away}, then this again"
        )
    if "(Forbidden)" in done.err:
        look = f"kubectl {access.flags} auth can-i patch secrets -n {asked.namespace}"
        raise Refused(f"{access.label} refuses: {last}", why="nothing was changed", write=f"ask for that right: {look}")
    raise failure(access, done, f"the writing of the secret {asked.name}")


def _without(done: Done, *values: str) -> Done:
    """What kubectl said, without the token, whatever it repeats."""
    said = done.err
    for value in values:
        said = said.replace(value, "***")
    return replace(done, err=said, out="")
