"""What rules say of KServe is asked of its own webhook and controller: the fixtures of tests/rules, all at once."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.kserve.conftest import KIND, POLL_SECONDS, Asked
from tests.kserve.promised import MADE, REFUSED, STOPPED, TAKEN, Made
from tests.test_rules_fixtures import cases, name
from wellit.sandbox.kubectl import kubectl

Object = dict[str, Any]
SECONDS = 600.0  # for all of them together; a minute where nothing else runs
DEPLOYMENTS = {"": "-kserve", "prefill": "-kserve-prefill"}


def short(case: Path) -> str:
    """WL912/bad/misspelt, for a case."""
    rule, kind, file = name(case).split("/")
    return f"{rule[:5]}/{kind}/{file.removesuffix('.yaml')}"


def of_objects(kind: str, ids: tuple[str, ...]) -> dict[str, Path]:
    """The cases that are objects of the release that is asked, and not values for another one."""
    found = [case for case in cases(kind) if name(case)[:5] in ids and case.read_text().startswith("# objects")]
    return {short(case): case for case in found}


EVERY = {short(case): case for kind in ("bad", "good") for case in cases(kind)}
ALONE = "WL917/bad/name-of-the-service"  # which is wrong by its own name
BAD = {key: case for key, case in of_objects("bad", REFUSED).items() if key not in (*STOPPED, ALONE)}
GOOD = of_objects("good", REFUSED)
COMBINED = of_objects("good", TAKEN)
PUT = sorted({*COMBINED, *STOPPED, *(key.partition("@")[0] for key in MADE)})


def documents(key: str, **about: str) -> Iterator[Object]:
    """The objects of a case, with another name, or in a namespace; configs before the service that names them."""
    for one in sorted(yaml.safe_load_all(EVERY[key].read_text()), key=lambda one: one["kind"], reverse=True):
        yield one | {"metadata": one["metadata"] | about}


def listed(objects: list[Object]) -> str:
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": objects})


@pytest.fixture(scope="module")
def refusals(asked: Asked) -> str:
    """What is said of all of them: each has a name of its own."""
    keys = [*BAD, *GOOD]
    return asked.dry(listed([one for key in keys for one in documents(key, name=named(key))]))


def named(key: str) -> str:
    return key.lower().replace("/", "-")


@pytest.mark.parametrize("key", BAD)
def test_what_is_said_to_be_refused_is_refused(refusals: str, key: str) -> None:
    assert f'"{named(key)}" is invalid' in refusals


def test_a_service_s_own_name_is_none_of_an_adapter_s(asked: Asked) -> None:
    assert '"chat" is invalid' in asked.dry(listed(list(documents(ALONE))))


@pytest.mark.parametrize("key", GOOD)
def test_what_is_not_found_wrong_is_taken(refusals: str, key: str) -> None:
    assert f'"{named(key)}"' not in refusals


@dataclass(frozen=True)
class There:
    """What is in the sandbox of all that was put there: by namespace and name."""

    services: Mapping[tuple[str, str], Object]
    deployments: Mapping[tuple[str, str], Object]

    def condition(self, key: str, kind: str) -> Object:
        """A condition of the case's service; empty while there is none."""
        conditions = self.services[named(key), "chat"].get("status", {}).get("conditions") or []
        return next((one for one in conditions if one["type"] == kind), {})

    def made(self, key: str) -> Object:
        """The Deployment of main, or of prefill; empty while there is none."""
        case, _, part = key.partition("@")
        return self.deployments.get((named(case), f"chat{DEPLOYMENTS[part]}"), {})

    def done(self) -> bool:
        """Whether the controller has got to all of them."""
        stopped = all(self.condition(key, kind).get("status") == "False" for key, (kind, *_) in STOPPED.items())
        return stopped and all(map(self.made, MADE)) and all(self.condition(key, "PresetsCombined") for key in COMBINED)


@pytest.fixture(scope="module")
def there(asked: Asked) -> There:
    """Every case in a namespace of its own. Those that the API server does not take are missing, and are found so.

    They stay until the sandbox ends: to remove them keeps the controller as busy as to make them.
    """
    spaces = [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": named(key)}} for key in PUT]
    asked.apply(*spaces)
    done = kubectl(
        asked.sandbox,
        "create",
        "-f",
        "-",
        stdin=listed([one for key in PUT for one in documents(key, namespace=named(key))]),
    )
    assert done.ok, done.err
    over = time.monotonic() + SECONDS
    while not (seen := look(asked)).done() and time.monotonic() < over:
        time.sleep(POLL_SECONDS)
    return seen


def look(asked: Asked) -> There:
    found = []
    for kind in (KIND, "deployments"):
        said = kubectl(asked.sandbox, "get", kind, "-A", "-o", "json")
        assert said.ok, said.err
        items = json.loads(said.out)["items"]
        found.append({(one["metadata"]["namespace"], one["metadata"]["name"]): one for one in items})
    return There(*found)


@pytest.mark.parametrize("key", STOPPED)
def test_the_controller_stops_where_it_is_said_to(there: There, key: str) -> None:
    kind, reason, words = STOPPED[key]
    condition = there.condition(key, kind)
    assert (condition.get("status"), condition.get("reason")) == ("False", reason), there.services[named(key), "chat"]
    assert words in condition["message"]


@pytest.mark.parametrize("key", COMBINED)
def test_a_good_one_is_combined_with_the_presets(there: There, key: str) -> None:
    assert there.condition(key, "PresetsCombined").get("status") == "True"


@pytest.mark.parametrize("key", MADE)
def test_the_controller_makes_of_it_what_is_said(there: There, key: str) -> None:
    pods = Made.of(there.made(key))
    assert MADE[key](pods), pods
