"""Dynamo's own frontend and mocker, broken in each way that can be had without a GPU: doctor names the cause."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.dynamo import MODEL, Stack, free_port, stack, wait
from wellit.doctor import launched as doctor
from wellit.doctor.launched.look import look
from wellit.doctor.launched.sight import Sight
from wellit.findings import Check
from wellit.launch import smoke
from wellit.smoke import frontend

pytestmark = pytest.mark.usefixtures("dynamo")


def found(sight: Sight) -> dict[str, Check]:
    """What fails, by id."""
    return {check.id: check for check in doctor.report(sight).checks if check.status == "fail"}


def seen(made: Stack, when: Callable[[Sight], bool]) -> Sight:
    """A look at the stack, once it is as far as `when` says."""
    looks: list[Sight] = []

    def there() -> bool:
        looks.append(look(made.launched))
        return when(looks[-1])

    wait(there)
    return looks[-1]


def answered(sight: Sight) -> bool:
    return bool(sight.figures and sight.figures.chat.ok and len(sight.cards or ()) == len(sight.workers))


def published(count: int) -> Callable[[Sight], bool]:
    """All workers have registered, and prefill's address is open: it registers before it listens there."""

    def there(sight: Sight) -> bool:
        cards = sight.cards or ()
        meet = [sight.listening.get(card.bootstrap or ("", 0)) for card in cards if card.role == "prefill"]
        return len(cards) == count and all(meet) and all(sight.pages(one.name).ids for one in sight.workers)

    return there


def split(made: Stack, **decode: object) -> None:
    made.frontend()
    made.worker("prefill", "prefill")
    made.worker("decode", "decode", **decode)  # type: ignore[arg-type]


def test_a_stack_that_splits_is_well_and_keeps_its_promises(tmp_path: Path) -> None:
    with stack(tmp_path) as made:
        split(made)
        sight = seen(made, answered)
        assert found(sight) == {} and doctor.report(sight).exit_code == 0
        asked = frontend.ask(smoke.target(made.launched), 60)
        assert {check.status for check in asked.checks} == {"pass"}, asked.checks
        assert next(one for one in asked.checks if one.id == "WL869").detail == "prefill by prefill, decode by decode"
        made.end("decode")
        sight = look(made.launched)  # its lease lasts some seconds longer
        assert "decode does not run" in found(sight)["WL880"].detail
        assert "WL890" in found(sight) and "WL891" in found(sight)


def test_page_sizes_that_differ_are_found_though_requests_are_answered(tmp_path: Path) -> None:
    with stack(tmp_path) as made:
        split(made, page=32)
        sight = seen(made, answered)
        assert set(found(sight)) == {"WL885"}
        assert "16 for prefill" in found(sight)["WL885"].detail and "32 for decode" in found(sight)["WL885"].detail


def test_served_names_that_differ(tmp_path: Path) -> None:
    with stack(tmp_path) as made:
        split(made, model_name="other/name")
        sight = seen(made, published(2))
        assert set(found(sight)) == {"WL883", "WL891"}
        detail = found(sight)["WL883"].detail
        assert f"{MODEL} for prefill" in detail and "other/name for decode" in detail
        assert found(sight)["WL891"].fix == "mend what stands above it first"


def test_namespaces_that_differ(tmp_path: Path) -> None:
    with stack(tmp_path) as made:
        split(made, DYN_NAMESPACE="other")
        sight = seen(made, published(2))
        assert set(found(sight)) == {"WL883", "WL891"} and "dynamo for prefill" in found(sight)["WL883"].detail


@pytest.mark.parametrize(("role", "missing"), [("prefill", "decode"), ("decode", "prefill")])
def test_one_role_alone(tmp_path: Path, role: str, missing: str) -> None:
    with stack(tmp_path) as made:
        made.frontend()
        made.worker("prefill", "prefill")
        made.worker("decode", "decode")
        seen(made, published(2))
        made.end(missing)
        sight = seen(made, lambda sight: len(sight.figures.instances if sight.figures else ()) == 1)
        assert f"no {missing} worker has registered" in found(sight)["WL882"].detail
        assert f"{missing} does not run" in found(sight)["WL882"].detail and "WL891" in found(sight)
        assert role in [card.role for card in sight.cards or ()]


def test_a_bootstrap_port_that_is_taken(tmp_path: Path) -> None:
    with stack(tmp_path) as made, socket.create_server(("0.0.0.0", made.bootstrap)):
        split(made)
        wait(lambda: "Address already in use" in made.log("prefill"))
        sight = look(made.launched)
        assert "its bootstrap port" in found(sight)["WL889"].detail


def test_a_system_port_that_is_taken(tmp_path: Path) -> None:
    with stack(tmp_path) as made, socket.create_server(("127.0.0.1", free_port())) as taken:
        port = str(taken.getsockname()[1])
        made.frontend()
        made.worker("worker", DYN_SYSTEM_PORT=port)
        wait(lambda: "Failed to bind to address" in made.log("worker"))
        taken.close()
        assert f"its system port {port}" in found(look(made.launched))["WL889"].detail


def test_a_system_port_that_dynamo_does_not_take(tmp_path: Path) -> None:
    with stack(tmp_path) as made:
        made.worker("worker", DYN_SYSTEM_PORT="40001")
        made.running["worker"].wait(240)
        assert "its system port 40001 is more than 32767" in found(look(made.launched))["WL889"].detail


def test_the_frontends_port_is_taken(tmp_path: Path) -> None:
    with stack(tmp_path) as made, socket.create_server(("127.0.0.1", made.port)) as taken:
        made.frontend()
        made.running["frontend"].wait(240)
        taken.close()
        sight = look(made.launched)
        assert f"the port {made.port} of the frontend" in found(sight)["WL889"].detail
        assert "why stands above" in found(sight)["WL880"].detail and sight.figures is None


def test_etcd_and_nats_that_are_asked_for_and_not_there(tmp_path: Path) -> None:
    with stack(tmp_path) as made:
        made.frontend(DYN_REQUEST_PLANE="nats", NATS_SERVER="nats://127.0.0.1:9")
        made.running["frontend"].wait(240)
        assert "cannot reach NATS" in found(look(made.launched))["WL888"].detail
    with stack(tmp_path) as made:
        made.frontend(DYN_DISCOVERY_BACKEND="etcd", ETCD_ENDPOINTS="http://127.0.0.1:9")
        wait(lambda: "127.0.0.1:9" in made.log("frontend") or made.running["frontend"].poll() is not None)
        assert "cannot reach etcd at http://127.0.0.1:9" in found(look(made.launched))["WL888"].detail


@pytest.mark.parametrize(
    ("path", "why"),
    [("/nowhere/model", "there is no /nowhere/model"), ("org/none", "is not in the Hugging Face cache")],
)
def test_a_model_that_cannot_be_loaded(tmp_path: Path, path: str, why: str) -> None:
    with stack(tmp_path) as made:
        made.worker("worker", path=path)
        made.running["worker"].wait(240)
        assert why in found(look(made.launched))["WL887"].detail


def test_a_discovery_that_ends_with_the_process(tmp_path: Path) -> None:
    with stack(tmp_path) as made:
        made.frontend(DYN_DISCOVERY_BACKEND="mem")
        made.worker("worker", DYN_DISCOVERY_BACKEND="mem")
        sight = seen(
            made, lambda sight: sight.pages("worker").health.ok and bool(sight.figures and sight.figures.health.ok)
        )
        assert "with DYN_DISCOVERY_BACKEND=mem a process sees only itself" in found(sight)["WL882"].detail


def test_a_worker_that_is_not_told_to_go_by_its_endpoints(tmp_path: Path) -> None:
    with stack(tmp_path) as made:
        made.frontend()
        made.worker("worker", DYN_SYSTEM_USE_ENDPOINT_HEALTH_STATUS="[]")
        sight = seen(made, answered)
        assert set(found(sight)) == {"WL881"}
        assert "DYN_SYSTEM_USE_ENDPOINT_HEALTH_STATUS" in found(sight)["WL881"].detail
