"""The look: what is read, what may not be read, and what is asked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar

import pytest

from tests.doctor.healthy import Broken, failed, sight
from wellit import doctor, keys
from wellit.access import Access
from wellit.doctor import asking, report
from wellit.doctor.look import look
from wellit.doctor.sight import Heard, Sight
from wellit.errors import CannotAnswer
from wellit.findings import Check, Report
from wellit.process import Done


class Cluster:
    """kubectl over the objects of a sight; every other question is refused, and lists of `denied` are forbidden."""

    def __init__(self, of: Sight, denied: tuple[str, ...] = ()) -> None:
        self.of, self.denied, self.asked = of, denied, list[str]()

    def __call__(self, argv: Any, **_: Any) -> Done:
        words = [str(word) for word in argv if not str(word).startswith("--request-timeout")][3:]
        said = " ".join(words)
        self.asked.append(said)
        for resource in self.denied:
            if f"/{resource}" in said:
                who = 'User "bob" cannot list resource "%s" in API group "" in the namespace "ns"' % resource  # noqa: UP031
                return Done((), 1, "", f"Error from server (Forbidden): {resource} is forbidden: {who}")
        if words[:2] == ["get", "--raw"]:
            return self._raw(words[2])
        if words[0] == "version":
            return Done(
                (),
                0,
                json.dumps({"serverVersion": {"gitVersion": "v1.37.1"}, "clientVersion": {"gitVersion": "v1.37.1"}}),
                "",
            )
        if words[:3] == ["create", "--raw", "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews"]:
            return Done((), 0, json.dumps({"status": {"resourceRules": []}}), "")
        if words[:2] in (["get", "secrets"], ["get", "secret"]):
            return Done((), 0, "", "")
        raise AssertionError(f"not told of: {said}")

    def _raw(self, path: str) -> Done:
        bare = path.partition("?")[0]
        if bare.endswith("/log"):
            return Done((), 0, "a line\n", "")
        if "/gatewayclasses/" in bare or (bare.startswith("/apis/inference") and bare.count("/") == 3):
            found = next((one for one in self.of.objects if one["kind"] == "GatewayClass"), None)
            return Done((), 0, json.dumps(found), "")
        if bare.count("/") < 4 or "/namespaces/" not in bare or (bare.count("/") == 4 and bare.startswith("/api/v1")):
            return Done((), 0, json.dumps({"items": [], "resources": []}), "")
        if named := next((one for one in self.of.objects if bare.endswith(f"/pods/{one['metadata']['name']}")), None):
            return Done((), 0, json.dumps(named), "")
        resource = bare.rpartition("/")[2]
        group = bare.removeprefix("/apis/").partition("/namespaces")[0] if bare.startswith("/apis/") else "v1"
        items = [
            {key: value for key, value in one.items() if key not in ("apiVersion", "kind")}
            for one in self.of.objects
            if f"{one['kind'].lower()}s" == resource and (one["apiVersion"] == group or "istio" in group)
        ]
        return Done((), 0, json.dumps({"items": items}), "")


def here(cluster: Cluster) -> Access:
    return Access(Path("kubectl"), "c", "https://c", "bob", run=cluster)


class Answers(BaseHTTPRequestHandler):
    said: ClassVar[set[str]] = set()  # by whom it was asked

    def do_GET(self) -> None:
        self._send({"data": [{"id": "Qwen/Qwen2.5-0.5B-Instruct"}]} if "models" in self.path else {})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self._send({"choices": [{"text": "hello"}], "model": body["model"]})

    def _send(self, data: Any) -> None:
        self.said.add(self.headers.get("Authorization", ""))
        body = json.dumps(data).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as made:
        Thread(target=made.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{made.server_port}"
        made.shutdown()


def test_all_is_read_and_asked_once(server: str) -> None:
    whole, asked = sight(), list[tuple[str, int]]()

    @contextmanager
    def reach(_: Access, __: str, what: str, port: int) -> Iterator[str]:
        asked.append((what, port))
        yield server

    found = look(here(Cluster(whole)), whole.namespace, record=whole.record, reach=reach)
    assert {one["kind"] for one in found.objects} >= {"Pod", "Gateway", "HTTPRoute", "InferencePool", "GatewayClass"}
    assert found.answers["gaie-pd"].ok and "hello" in found.answers["gaie-pd"].text
    assert ("service/infra-pd-inference-gateway-istio", 80) in asked
    assert any(what.startswith("pod/gaie-pd-epp") and port == 9090 for what, port in asked)
    assert {log.now for log in found.logs.values()} == {"a line\n"}


def test_keys_are_sent_and_not_shown(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As smoke sends them: what wants a key is not told from what is broken without."""
    whole = sight()
    monkeypatch.setenv("WELLIT_API_KEY", "sesame")
    monkeypatch.setenv("WELLIT_METRICS_TOKEN", "simsim")
    monkeypatch.setattr(Answers, "said", set())

    @contextmanager
    def reach(*_: Any) -> Iterator[str]:
        yield server

    look(here(Cluster(whole)), whole.namespace, record=whole.record, reach=reach)
    assert Answers.said == {"Bearer sesame", "Bearer simsim"}
    assert keys.hidden("sesame opens") == "*** opens"


def test_a_key_that_is_wanted_is_asked_for() -> None:
    whole = sight()
    made = report(replace(whole, answers={"gaie-pd": Heard(401, '{"error": "Unauthorized"}')}))
    wanted = next(check for check in made.checks if check.id == "WL758")
    assert "a key is wanted" in wanted.detail and wanted.fix == "export WELLIT_API_KEY=..., then again"


def test_nothing_is_asked_of_what_is_simulated() -> None:
    whole = sight()
    for one in whole.objects:
        if one["kind"] == "Pod":
            one["status"]["conditions"][1]["reason"] = "SimulatedByWellit"

    def reach(*_: Any) -> Any:
        raise AssertionError("nothing runs there")

    found = look(here(Cluster(whole)), whole.namespace, record=whole.record, reach=reach)
    made = report(found)
    assert "simulated" in found.unasked and not failed(made)
    assert made.exit_code == 2


def test_what_may_not_be_read_is_unknown_and_says_which_right_is_missing() -> None:
    whole = sight()

    @contextmanager
    def reach(*_: Any) -> Iterator[str]:
        raise CannotAnswer("you may not create pods/portforward")
        yield ""

    found = look(
        here(Cluster(whole, ("destinationrules", "services"))), whole.namespace, record=whole.record, reach=reach
    )
    made = report(found)
    unknown = {check.id: check.detail for check in made.checks if check.status == "unknown"}
    assert "you may not list services" in unknown["WL740"]
    assert found.unread["DestinationRule"].startswith("list destinationrules")


def test_an_answered_request_leaves_no_doubt() -> None:
    whole = sight()
    made = report(replace(whole, unread={"DestinationRule": "list destinationrules in ns"}))
    assert made.exit_code == 0
    assert [check.status for check in made.checks if check.id == "WL741"] == ["skip"]


def test_a_namespace_without_anything() -> None:
    with pytest.raises(
        CannotAnswer, match="no Gateway, HTTPRoute, InferencePool, LLMInferenceService or DynamoGraphDeployment is in"
    ):
        report(Sight("ns", "context c"))


def test_nobody_answers() -> None:
    heard = asking.ask("http://127.0.0.1:9/x", seconds=1)
    assert "nothing answers" in heard.failure and not heard.ok


def test_what_smoke_found_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    """A check of smoke that failed is followed by what is wrong, each cause once."""
    b = Broken(sight())
    b.one("DestinationRule")["spec"]["host"] = "nobody"
    monkeypatch.setattr(doctor, "look", lambda *_, **__: b.sight)
    monkeypatch.setattr(doctor, "_record", lambda *_: b.sight.record)
    failed_checks = [Check("WL712", "a completion is answered", "fail"), Check("WL713", "a chat is answered", "fail")]
    made = doctor.explained(Report("smoke", checks=[*failed_checks]), here(Cluster(b.sight)), "ns")
    assert [check.id for check in made.checks] == ["WL712", "WL713", "WL741"]


def test_what_smoke_found_well_is_left_alone() -> None:
    def refused(*_: Any, **__: Any) -> Done:
        raise AssertionError("nothing is to be asked")

    made = Report("smoke", checks=[Check("WL712", "a completion is answered", "pass")])
    assert doctor.explained(made, Access(Path("kubectl"), "c", run=refused), "ns").checks == made.checks
