"""How pods reach the model's hub: the token's shape (WL624), addresses and proxies in their variables (WL625). Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import urlsplit

from wellit.access import Unread
from wellit.cluster import Cluster, Shape
from wellit.demand import Demand
from wellit.findings import Check
from wellit.needs import HUB, Needs, variables
from wellit.preflight import words

HUB_SCHEMES, PROXY_SCHEMES = ("http", "https"), ("http", "https", "socks5", "socks5h")
PROXIES = {"HTTP_PROXY": "proxies.http", "HTTPS_PROXY": "proxies.https", "ALL_PROXY": "proxies.http"}
EXCEPT = "NO_PROXY"
NEAR = (".svc", ".cluster.local")  # how names within a cluster end
SHORT = 20  # characters; the hub's own have 37


def token(demand: Demand, needs: Needs, cluster: Cluster) -> Iterator[Check]:
    """WL624: whether what is kept under the token's key looks like one: kubectl looked, and kept it to itself."""
    if not needs.token or cluster.around is None:
        return
    secret, key = needs.token
    found = cluster.around.token
    title = f"the token in {secret} looks like one"
    fix = words.secret(secret, demand, cluster)
    if isinstance(found, Shape) and found.length:
        if found.blanks:
            detail = f"there are blanks or line ends in {key}: some programs send them along, and are refused"
            yield Check("WL624", title, "warn", detail, fix)
        elif not found.prefixed or found.length < SHORT:
            detail = f"{key} is {found.length} characters long and " + (
                "does not begin with hf_ as the hub's do" if not found.prefixed else "the hub's are longer"
            )
            yield Check("WL624", title, "warn", f"{detail}: fine for a mirror of your own", fix)
        else:
            yield Check("WL624", title, "pass", f"{found.length} characters")
    elif isinstance(found, Shape):
        yield Check("WL624", title, "fail", f"{key} is empty", fix)
    elif found is None:
        yield Check("WL624", title, "skip", "this kubectl cannot look without showing it")
    elif isinstance(found, Unread):
        yield Check("WL624", title, "skip", found.words)  # WL607 says so already
    # Missing: WL607 says so already.


def addresses(demand: Demand) -> Iterator[Check]:
    """WL625: the hub's address, proxies, and what must not go through them, as the pods' variables say."""
    said: dict[tuple[str, str], str] = {}
    for workload in demand.workloads:
        for name, value in variables(workload.spec):
            said.setdefault((name, value), str(workload))
    for (name, value), by in said.items():
        if name == HUB:
            yield _address(name, value, by, HUB_SCHEMES, "https://huggingface.co", "huggingFace.endpoint")
        elif (upper := name.upper()) in PROXIES and value:
            yield _address(name, value, by, PROXY_SCHEMES, "http://proxy.example.org:3128", PROXIES[upper])
    for workload in demand.workloads:
        have = {name.upper(): value for name, value in variables(workload.spec)}
        if proxied := [name for name in PROXIES if have.get(name)]:
            yield _near(str(workload), proxied[0], have.get(EXCEPT, ""))


def _address(name: str, value: str, by: str, schemes: tuple[str, ...], like: str, setting: str) -> Check:
    title = f"{name} of {by} is an address"
    try:
        parts = urlsplit(value)
        good = parts.scheme in schemes and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        good = False
    if good:
        return Check("WL625", title, "pass", f"{parts.scheme}://{parts.hostname}")
    known = ", ".join(f"{scheme}://" for scheme in schemes[:2])
    # The value may hold a password: it is not shown.
    return Check(
        "WL625", title, "fail", f"it is none that begins with {known} and has a host", f"--set {setting}={like}"
    )


def _near(by: str, proxied: str, excepted: str) -> Check:
    title = f"{EXCEPT} of {by} keeps the cluster's own names from the proxy"
    listed = [one.strip().lstrip("*") for one in excepted.split(",")]
    lacking = [end for end in NEAR if not any(one and (end.endswith(one) or one == "") for one in listed)]
    if "*" in excepted.replace("*.", "") or not lacking:
        return Check("WL625", title, "pass")
    more = json.dumps([*filter(None, (one.strip() for one in excepted.split(","))), *lacking])
    detail = f"{proxied} is set, and {', '.join(lacking)} would be asked through it"
    return Check("WL625", title, "warn", detail, f"--set 'proxies.except={more}'")
