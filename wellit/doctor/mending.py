"""What mends a container that does not stay up, where its log names the word that it stumbles over."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from wellit.doctor import commands, containers, ways
from wellit.doctor.ways import Way
from wellit.findings import Check
from wellit.picture.objects import Object


def ended(way: Way, pods: Iterable[Object], does: str, key: str, title: str) -> Iterator[Check]:
    """A check for each container of one kind that does not stay up."""
    for trouble in containers.troubles(way, pods):
        if trouble.kind == "ends" and trouble.does == does:
            maker = containers.workload_of(way, trouble.pod)
            check = next((one.check for one in trouble.said if one.check and not one.late), key)
            look = commands.kubectl(
                way.sight,
                "logs",
                trouble.pod.name,
                "-c",
                trouble.container,
                *(["--previous"] if trouble.restarts else []),
            )
            mend = mending(way, trouble, maker)
            fix = "\n".join(filter(None, [trouble.write, mend, "" if trouble.write or mend else look]))
            yield Check(
                check,
                title.format(maker=maker.name if maker else trouble.pod.name),
                "fail",
                trouble.why,
                fix,
                trouble.evidence,
            )


def with_evidence(check: Check, told: Iterable[str]) -> Check:
    """The same check with more evidence, before what it has."""
    return replace(check, evidence="\n".join(filter(None, [*told, check.evidence])))


def mending(way: Way, trouble: containers.Trouble, maker: Object | None) -> str:
    """The command that mends what ends a container, when the log names the word that it stumbles over."""
    refused = next((found[1] for one in trouble.said if (found := _REFUSED.search(one.line))), "")
    if maker and refused:
        flag = refused if refused.startswith("-") else f"--{refused}"
        if change := commands.drop_word(maker, trouble.container, flag):
            return commands.patch(way.sight, maker, change)
    if maker and (choice := _connector(way, trouble)):
        flag, value = choice
        if change := commands.set_word(maker, trouble.container, flag, value):
            return commands.patch(way.sight, maker, change)
    return commands.edit(way.sight, maker) if maker and trouble.said else ""


_REFUSED = re.compile(
    r"(?:unknown flag: |flag provided but not defined: |unrecognized arguments: |No such option:? |flag \\?\")"
    r"(-{0,2}[\w-]+)"
)


_CONNECTORS = re.compile(r"--(?:kv-)?connector must (?:be one of:|either be) ([\w', -]+)")


def _connector(way: Way, trouble: containers.Trouble) -> tuple[str, str] | None:
    """The flag that says the connector, and the one of those that are taken that this engine speaks."""
    from wellit.doctor.signatures import plain
    from wellit.seen import words

    found = next((m for line in plain(trouble.log.text) if (m := _CONNECTORS.search(line))), None)
    known = ways.engine_of(way, trouble.pod)
    if not found or not known:
        return None
    taken = [word for word in re.findall(r"[\w-]+", found[1]) if word != "or"]
    right = next((one for one in known.connectors if one in taken), "")
    for kind in ("initContainers", "containers"):
        for place in trouble.pod.place(kind):
            if place["name"].text() == trouble.container:
                line = words.read(place["command"], place["args"])
                flag = next((one for one in ("--kv-connector", "--connector") if line.given(one)), "--connector")
                return (flag, right) if right else None
    return None
