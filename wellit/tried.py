"""What the API server, and the webhooks that it asks, say of an object that is put to it and not kept."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from wellit.access import Access, dry_run, failure, permission

How = Literal["taken", "refused", "unanswered", "unread"]
_DENIED = re.compile(r'admission webhook "([^"]+)" denied the request: (.*)', re.DOTALL)
_SILENT = re.compile(r"failed calling webhook .*")
# A webhook that has said nothing of what it does besides judging.
_DEAF = re.compile(r'admission webhook "([^"]+)" does not support dry run')
_HIDDEN = re.compile(r"Forbidden|forbidden|Unauthorized")
# Forbidden to everybody: that is an answer.
_BARRED = re.compile(r"exceeded quota|being terminated|violates PodSecurity|not currently held|must specify|is invalid")
_REFUSED = re.compile(r"^Error from server(?: \(\w+\))?: (?:error when \w+ \"[^\"]*\": )?", re.MULTILINE)
_ABSENT = re.compile(r"no matches for kind|could not find the requested resource|404 page not found")
UNKNOWN_KIND = "the cluster does not know the kind in this version"


@dataclass(frozen=True)
class Tried:
    """What the API server said of the object in a dry run: `said` is "" when it takes it.

    `how` is taken, refused (by a webhook, the definition, a quota), unanswered (a webhook does not answer), or unread.
    `webhook` is the one that refuses, `answer` the object as it would be kept.
    """

    how: How
    said: str = ""
    webhook: str = ""
    answer: Mapping[str, Any] | None = field(default=None, compare=False)


def tried(access: Access, namespace: str, manifest: Mapping[str, Any]) -> Tried:
    """Put an object to the API server as helm would. Raises CannotAnswer when the cluster does not answer."""
    done = dry_run(access, namespace, manifest)
    if done.ok:
        return Tried("taken", answer=json.loads(done.out) if done.out.strip() else None)
    if denied := _DENIED.search(done.err):
        return Tried("refused", _line(denied[2]), denied[1])
    if silent := _SILENT.search(done.err):
        return Tried("unanswered", _line(silent[0]))
    if deaf := _DEAF.search(done.err):
        return Tried("unread", f"the webhook {deaf[1]} does not take part in a dry run")
    if _HIDDEN.search(done.err) and not _BARRED.search(done.err):
        return Tried("unread", f"you may not {permission(_line(done.err))}")
    if _ABSENT.search(done.err):
        return Tried("unread", UNKNOWN_KIND)
    if any(word in done.err for word in ("Error from server", "strict decoding error", "is invalid")):
        return Tried("refused", _line(_REFUSED.sub("", done.err)))
    raise failure(access, done, "a dry run")


def _line(text: str) -> str:
    return " ".join(text.split())
