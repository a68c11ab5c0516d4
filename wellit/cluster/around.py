"""What is read beside nodes and pods: the namespace's limits, what pods name, definitions, pools, the token's shape."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar
from urllib.parse import urlencode

from wellit import tools
from wellit.access import Access, Missing, Unread
from wellit.cluster.pages import whole
from wellit.demand import Demand, Kind, Manifest
from wellit.needs import STORAGE, Named, Needs

T = TypeVar("T")
PROGRAMS = ("helm", "helmfile")  # with which a stack is installed
QUOTA, RANGE = Kind("v1", "ResourceQuota"), Kind("v1", "LimitRange")
# Where a variable's value may stand, if not in the pod itself.
SOURCES = {"configMapKeyRef": "configmap", "configMapRef": "configmap", "secretKeyRef": "secret", "secretRef": "secret"}
# kubectl looks at the value and prints what it is like: how long, how it begins, whether there are blanks in it.
SHAPE = (
    'go-template={{range $key, $kept := .data}}{{if eq $key "KEY"}}{{$value := base64decode $kept}}{{len $value}} '
    '{{if gt (len $value) 3}}{{eq (slice $value 0 3) "hf_"}}{{else}}false{{end}} '
    "{{range $i := len $value}}{{if le (index $value $i) 32}}blank{{end}}{{end}}{{end}}{{end}}"
)


@dataclass(frozen=True)
class Shape:
    """What a token is like; the token itself is not known here. `prefixed` is whether it begins as the hub's do."""

    length: int
    prefixed: bool = False
    blanks: bool = False


@dataclass(frozen=True)
class Told:
    """A Deployment of a gateway's controller: what its variable says, None for one that it does not have.

    `source` is where its value comes from, in words, when it stands elsewhere: that was not read.
    """

    namespace: str
    name: str
    value: str | None
    source: str = ""


@dataclass(frozen=True)
class Around:
    """What was found, Unread or Missing each where it is so.

    `definitions` are the releases that CRDs say they are of ("" for none), `pull_secrets` types of Secrets,
    `tools` versions of programs on this machine.
    """

    quotas: tuple[Manifest, ...] | Unread = ()
    ranges: tuple[Manifest, ...] | Unread = ()
    named: Mapping[Named, Manifest | Missing | Unread] = field(default_factory=dict)
    pull_secrets: Mapping[str, str | Missing | Unread] = field(default_factory=dict)
    storage_classes: tuple[Manifest, ...] | Unread = ()
    definitions: Mapping[str, str | Missing | Unread] = field(default_factory=dict)
    controllers: tuple[Told, ...] | Unread = ()
    token: Shape | Missing | Unread | None = None
    tools: Mapping[str, str] = field(default_factory=dict)


class Soon(Protocol):
    """Starts a call, and gives what waits for its answer."""

    def __call__(self, what: Callable[..., T], *args: Any) -> Callable[[], T]: ...


def look(soon: Soon, access: Access, demand: Demand, needs: Needs) -> Callable[[], Around]:
    """Start all reading; what is returned waits for it. Raises CannotAnswer when the cluster does not answer."""
    space = demand.namespace
    quotas, ranges = (soon(whole, access, kind.path(space), dict) for kind in (QUOTA, RANGE))
    named = {one: soon(_named, access, one) for one in needs.named}
    pulls = {name: soon(_type, access, space, name) for name in needs.pull_secrets}
    classes = soon(whole, access, STORAGE.path(""), dict) if needs.claims else _nothing
    definitions = {name: soon(_definition, access, name, about["bundle"]) for name, about in needs.definitions.items()}
    told = soon(_told, access, needs.switch) if needs.switch and not access.sandbox else _nothing
    shape = soon(_shape, access, space, *needs.token) if needs.token else lambda: None

    def wait() -> Around:
        return Around(
            quotas(), ranges(), {one: answer() for one, answer in named.items()},
            {name: answer() for name, answer in pulls.items()}, classes(),
            {name: answer() for name, answer in definitions.items()}, told(), shape(),
            tools.versions(PROGRAMS, _quiet),
        )  # fmt: skip

    return wait


def _nothing() -> tuple[()]:
    return ()


def _named(access: Access, one: Named) -> Manifest | Missing | Unread:
    found: Manifest | Missing | Unread = access.get(one.path) if one.whole else access.about(one.path)
    return found


def _type(access: Access, namespace: str, name: str) -> str | Missing | Unread:
    """The type of a Secret: kubectl keeps its values to itself."""
    done = access.call("get", "secret", name, "-n", namespace, "-o", "go-template={{.type}}")
    if done.ok:
        return done.out.strip()
    answer = access.read(done, f"secret {name}")
    return answer if isinstance(answer, (Missing, Unread)) else ""


def _definition(access: Access, name: str, bundle: str) -> str | Missing | Unread:
    answer = access.about(f"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{name}")
    if isinstance(answer, (Missing, Unread)):
        return answer
    return str((answer["metadata"].get("annotations") or {}).get(bundle, ""))


def _told(access: Access, switch: Mapping[str, Any]) -> tuple[Told, ...] | Unread:
    answer = access.get(f"/apis/apps/v1/deployments?{urlencode({'labelSelector': switch['labels']})}")
    if isinstance(answer, (Missing, Unread)):
        return () if isinstance(answer, Missing) else answer
    return tuple(_controller(item, switch["variable"]) for item in answer.get("items") or [])


def _controller(item: Manifest, variable: str) -> Told:
    about, containers = item["metadata"], item["spec"]["template"]["spec"].get("containers") or ()
    said = [one for c in containers for one in c.get("env") or () if one.get("name") == variable]
    # Of two of one name the last counts; a variable of the container's own counts before those of a whole object.
    last = said[-1] if said else None
    elsewhere = [last["valueFrom"]] if last and "valueFrom" in last else []
    elsewhere += [one for c in containers for one in c.get("envFrom") or ()] if not said else []
    refers = [(SOURCES[how], ref) for one in elsewhere for how, ref in one.items() if how in SOURCES]
    source = ", ".join(f"{kind} {ref.get('name')}" for kind, ref in refers)
    value = None if last is None or source else str(last.get("value") or "")
    return Told(about["namespace"], about["name"], value, source)


def _shape(access: Access, namespace: str, secret: str, key: str) -> Shape | Missing | Unread | None:
    done = access.call("get", "secret", secret, "-n", namespace, "-o", SHAPE.replace("KEY", key))
    if not done.ok:
        answer = None if "template" in done.err else access.read(done, f"secret {secret}")
        return answer if isinstance(answer, (Missing, Unread)) else None  # a kubectl that cannot count
    words = done.out.split()
    return Shape(int(words[0]), words[1] == "true", len(words) > 2) if words else Missing()


def _quiet(_: str) -> None:
    """What is passed over on PATH is said when it is used."""
