"""What kubectl says when it has no answer, as an error: what is wrong, and what to do."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from wellit.errors import CannotAnswer, Refused, WellitError
from wellit.process import Done

if TYPE_CHECKING:
    from wellit.access.asked import Access

OTHERS = "--sandbox for the sandbox, --context NAME or --kubeconfig FILE for another cluster"
_DENIED = re.compile(r"Error from server \(Forbidden\): (.*)")
_CANNOT = re.compile(r'cannot (\w+) resource "([^"]+)" in API group "([^"]*)"(?: in the namespace "([^"]+)")?')


def forbidden(said: str) -> str:
    """Which permission is missing, from what kubectl says; "" when none is."""
    denied = _DENIED.search(said)
    return permission(denied[1]) if denied else ""


def permission(said: str) -> str:
    """``list nodes`` or ``get pods in NAMESPACE`` from the API server's words of refusal."""
    found = _CANNOT.search(said)
    if not found:
        return said
    verb, resource, group, namespace = found.groups()
    return f"{verb} {resource}{f'.{group}' if group else ''}{f' in {namespace}' if namespace else ''}"


# What kubectl says -> what is wrong, what to do. The first that matches counts.
_FAILURES: tuple[tuple[str, str, str], ...] = (
    (
        r"Unauthorized|must be logged in",
        "{label} does not accept your login",
        "log in again as your cluster wants it, then: kubectl {flags} auth whoami",
    ),
    (
        r"x509|certificate|tls:",
        "the certificate of {label} is not accepted",
        "fetch the cluster's kubeconfig again; its certificate authority is not the server's",
    ),
    (
        r"getting credentials|exec plugin|executable .* not found",
        "the login program of {label} failed",
        "run it by hand: kubectl {flags} auth whoami",
    ),
    (r"context .* does not exist", "{label} is not in the kubeconfig", "kubectl config get-contexts"),
    (
        r"TooManyRequests|ServiceUnavailable",
        "{label} asks to be asked later",
        "the same again in a minute: it starts, or has much to do: kubectl {flags} get --raw '/readyz?verbose'",
    ),
    (
        r"refused|no such host|timeout|deadline exceeded|canceled|unreachable|no route|EOF|reset|Unable to connect",
        "{label} does not answer",
        "is it up, and is this machine on its network? " + OTHERS,
    ),
)


_WEBHOOK = re.compile(r'admission webhook "([^"]+)" denied the request: ([^\n]*)')
_SILENT = re.compile(r'failed calling webhook "([^"]+)": ([^\n]*)')


def webhook(said: str) -> str:
    """What a webhook has to do with a refusal of the API server's; "" when that names none."""
    if refused := _WEBHOOK.search(said):
        return f"the webhook {refused[1]} refuses it: {' '.join(refused[2].split())}"
    if silent := _SILENT.search(said):
        return f"the webhook {silent[1]}, which must be asked, does not answer: {silent[2].strip()}"
    return ""


def failure(access: Access, done: Done, what: str) -> WellitError:
    """The error for a kubectl call that got no answer, or a webhook's no."""
    if refused := webhook(done.err):
        look = f"kubectl {access.flags} get validatingwebhookconfigurations,mutatingwebhookconfigurations"
        return Refused(f"{access.label} does not take {what}: {refused}", write=f"whose it is: {look}")
    said = done.err.strip().splitlines()
    reason = said[-1] if said else f"kubectl ended with {done.code}"
    for pattern, message, write in _FAILURES:
        if re.search(pattern, done.err):
            names = {"label": access.label, "flags": access.flags}
            return CannotAnswer(message.format(**names), why=reason, write=write.format(**names))
    ask = f"get --raw '{what}'" if what.startswith("/") else "get --raw '/readyz?verbose'"
    return CannotAnswer(f"{access.label} did not answer {what}", why=reason, write=f"kubectl {access.flags} {ask}")
