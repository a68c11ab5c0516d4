"""A stack applied as helm applies it, without helm."""

from __future__ import annotations

import json

from wellit import compose, demand, live, render
from wellit.access import Access
from wellit.changes.judge import as_helm_sends
from wellit.compose import Choice
from wellit.drift.objects import drifted
from wellit.drift.seen import Release, Seen
from wellit.installed import Installed
from wellit.record import Record

DEPLOYED = Installed("", "", "", {}, "")


def applied(here: Access, namespace: str, guide: str, environment: str) -> Seen:
    """By the server, as field manager helm, with helm's label and annotations; what was sent, and what is there."""
    stack = compose.compose(Choice(guide, environment, namespace, components={"charts": "offline"}))
    rendered = render.render(stack, print)
    wanted = demand.read(rendered, namespace)
    known = Record(guide, environment, namespace, str(stack.values["postfix"]))
    releases = {
        one.name: Release(
            one.name, DEPLOYED, DEPLOYED, objects={(m["kind"], m["metadata"]["name"]): m for m in one.manifests}
        )
        for one in rendered.releases
    }
    sent = [as_helm_sends(m, one.name, namespace) for one in rendered.releases for m in one.manifests]
    here_and_now = ["apply", "--server-side", "--field-manager=helm", "-n", namespace, "-f", "-"]
    done = here.call(*here_and_now, stdin=json.dumps({"apiVersion": "v1", "kind": "List", "items": sent}), timeout=300)
    assert done.ok, done.err
    return Seen(known, live.whole_stack(here, namespace, wanted.objects), releases)


def nothing_differs(seen: Seen) -> None:
    """Every object was held against what was sent, and none of them differs."""
    found = drifted(seen)
    assert set(found) == set(seen.live.objects)
    assert {str(item): [one.words for one in told] for item, told in found.items() if told} == {}
