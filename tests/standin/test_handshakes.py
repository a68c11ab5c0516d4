"""Two servers share a request: who does which part, what goes over, and how it fails where it would with the engine."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.support.picker import free_ports
from wellit.engines import Engine, engines
from wellit.standin import handshake
from wellit.standin.handshake import Asked, EndsAtStart, Handshake, Part, Unfit
from wellit.standin.handshake.pull import KEPT_SECONDS, PARAMS
from wellit.standin.tokens import tokens

TOKENS = tokens("a prompt of several words, some of which are longer than four letters")
NIXL = {"--kv-transfer-config": '{"kv_connector": "NixlConnector", "kv_role": "kv_both"}'}
FIRST = {"do_remote_decode": True, "do_remote_prefill": False, "remote_block_ids": None, "remote_engine_id": None,
         "remote_host": None, "remote_port": None}  # fmt: skip
PREFILLER = "x-prefiller-host-port"


def engine(name: str) -> Engine:
    (found,) = (one for one in engines() if one.name == name)
    return found


def made(name: str, flags: Mapping[str, str], env: Mapping[str, str] | None = None) -> Handshake:
    return handshake.made(engine(name), flags.get, env or {}, 16)


def nixl(port: int, host: str = "127.0.0.1") -> Handshake:
    return made("vllm", NIXL, {"VLLM_NIXL_SIDE_CHANNEL_HOST": host, "VLLM_NIXL_SIDE_CHANNEL_PORT": str(port)})


def asked(body: Mapping[str, Any], name: str = "r", **headers: str) -> Asked:
    sent = {key.replace("_", "-"): value for key, value in headers.items()}
    return Asked(body, sent, TOKENS, name, ("10.0.0.1", 8000))


def run(steps: Callable[[], Awaitable[None]], *pair: Handshake) -> None:
    async def between() -> None:
        try:
            for one in pair:
                await one.open("127.0.0.1")
            await steps()
        finally:
            for one in pair:
                await one.close()

    asyncio.run(asyncio.wait_for(between(), 20))


async def refused(what: Awaitable[Part]) -> Unfit:
    with pytest.raises(Unfit) as caught:
        await what
    return caught.value


async def prefilled(server: Handshake, name: str = "r") -> dict[str, Any]:
    """What a prefill server of vLLM hands over."""
    part = await server.begin(asked({PARAMS: FIRST, "max_tokens": 1}, name))
    handed: dict[str, Any] = part.handed("length")[PARAMS]
    part.close(True)
    return handed


def test_the_decode_server_fetches_what_the_prefill_server_names() -> None:
    prefill, decode = (nixl(port) for port in free_ports(2))

    async def steps() -> None:
        handed = await prefilled(prefill)
        assert handed["do_remote_prefill"] is True
        assert set(engine("vllm").data["disaggregation"]["handshake"]["needs"]) < set(handed)
        part = await decode.begin(asked({PARAMS: handed}))
        assert (part.role, part.fetched) == ("decode", len(TOKENS))
        assert part.handed("stop") == {}
        assert "any more" in (await refused(decode.begin(asked({PARAMS: handed})))).message  # it was fetched

    run(steps, prefill, decode)
    assert (prefill.roles["prefill"], prefill.roles["decode"], prefill.roles["alone"]) == (1, 0, 0)
    assert (decode.roles["prefill"], decode.roles["decode"], decode.roles["alone"]) == (0, 1, 0)


@pytest.mark.parametrize(
    "key", ["remote_block_ids", "remote_engine_id", "remote_request_id", "remote_host", "remote_port"]
)
@pytest.mark.parametrize("value", ["absent", None])
def test_what_is_handed_over_in_part_is_refused(key: str, value: str | None) -> None:
    prefill, decode = (nixl(port) for port in free_ports(2))

    async def steps() -> None:
        handed = await prefilled(prefill)
        part = {name: said for name, said in handed.items() if name != key} | ({} if value else {key: None})
        problem = await refused(decode.begin(asked({PARAMS: part})))
        assert (problem.status, key in problem.message) == (500, True)

    run(steps, prefill, decode)
    assert decode.roles["decode"] == 0


def test_an_answer_that_ended_before_its_limit_hands_nothing_over() -> None:
    (port,) = free_ports(1)
    prefill = nixl(port)

    async def steps() -> None:
        part = await prefill.begin(asked({PARAMS: FIRST}))
        assert part.handed("stop") == {}

    run(steps, prefill)


def test_nobody_listens_where_the_kv_cache_is_to_be_fetched() -> None:
    prefill, decode = (nixl(port) for port in free_ports(2))

    async def steps() -> None:
        handed = await prefilled(prefill)
        (nobody,) = free_ports(1)
        problem = await refused(decode.begin(asked({PARAMS: handed | {"remote_port": nobody}})))
        assert (problem.status, str(nobody) in problem.message) == (500, True)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("wellit.standin.handshake.pull.WAIT_SECONDS", 0.5)
        run(steps, prefill, decode)


def test_an_address_that_leads_back_to_the_decode_server_is_found_out() -> None:
    """What happens without VLLM_NIXL_SIDE_CHANNEL_HOST: localhost is each server's own."""
    prefill, decode = (nixl(port) for port in free_ports(2))

    async def steps() -> None:
        handed = await prefilled(prefill)
        own = (await prefilled(decode))["remote_port"]
        problem = await refused(decode.begin(asked({PARAMS: handed | {"remote_port": own}})))
        assert "engine ID mismatch" in problem.message

    run(steps, prefill, decode)


def test_the_host_that_is_handed_over_is_localhost_unless_it_is_told() -> None:
    (port,) = free_ports(1)
    server = made("vllm", NIXL, {"VLLM_NIXL_SIDE_CHANNEL_PORT": str(port)})

    async def steps() -> None:
        handed = await prefilled(server)
        assert (handed["remote_host"], handed["remote_port"]) == ("localhost", port)

    run(steps, server)


def test_what_nobody_fetches_is_given_up() -> None:
    prefill, decode = (nixl(port) for port in free_ports(2))

    async def steps() -> None:
        handed = await prefilled(prefill, "first")
        with pytest.MonkeyPatch.context() as patch:
            later = time.monotonic() + KEPT_SECONDS + 1
            patch.setattr("wellit.standin.handshake.pull.time.monotonic", lambda: later)
            await prefilled(prefill, "second")
        assert "nothing for first" in (await refused(decode.begin(asked({PARAMS: handed})))).message

    run(steps, prefill, decode)


@pytest.mark.parametrize("body", [{}, {PARAMS: None}, {PARAMS: {}}, {PARAMS: {"do_remote_prefill": False}}])
def test_a_request_without_a_role_is_answered_alone(body: Mapping[str, Any]) -> None:
    server = nixl(0)

    async def steps() -> None:
        assert (await server.begin(asked(body, x_prefiller_host_port="10.0.0.9:8000"))).role == "alone"

    asyncio.run(steps())
    assert server.roles == {"prefill": 0, "decode": 0, "alone": 1}


def test_without_a_connector_vllm_hands_nothing_over_and_looks_at_nothing() -> None:
    server = made("vllm", {})

    async def steps() -> None:
        for body in ({PARAMS: FIRST}, {PARAMS: {"do_remote_prefill": True}}):
            part = await server.begin(asked(body))
            assert (part.role, part.fetched, part.handed("length")) == ("alone", 0, {})

    asyncio.run(steps())


def test_the_simulator_hands_over_words_that_nobody_looks_at() -> None:
    server = made("sim", {})

    async def steps() -> None:
        part = await server.begin(asked({PARAMS: FIRST}))
        assert (part.role, part.finish) == ("prefill", "remote_decode")
        handed = part.handed("remote_decode")[PARAMS]
        assert (handed["remote_host"], handed["remote_port"]) == ("DUMMY", 1234)
        assert (await server.begin(asked({PARAMS: handed}))).role == "decode"
        assert "remote_host" in (await refused(server.begin(asked({PARAMS: handed | {"remote_host": ""}})))).message

    run(steps, server)


@pytest.mark.parametrize(
    ("config", "word"),
    [
        ("{not json", "cannot read"),
        ('["NixlConnector"]', "JSON object"),
        ('{"kv_connector": "NixlConnector"}', "kv_role is not"),
        ('{"kv_connector": "NixlConnector", "kv_role": "prefill"}', "kv_producer"),
        ('{"kv_connector": "NixlConnector", "kv_role": "kv_both", "kv_rolle": 1}', "kv_rolle"),
        ('{"kv_connector": 7, "kv_role": "kv_both"}', "kind str"),
        ('{"kv_role": "kv_both", "kv_port": true}', "kind int"),
    ],
)
def test_a_configuration_that_vllm_refuses(config: str, word: str) -> None:
    with pytest.raises(EndsAtStart, match=word):
        made("vllm", {"--kv-transfer-config": config})


def test_a_port_that_is_taken_or_no_number_ends_the_engine() -> None:
    (port,) = free_ports(1)
    first, second = nixl(port), nixl(port)

    async def steps() -> None:
        with pytest.raises(EndsAtStart, match=str(port)):
            await second.open("127.0.0.1")
        await second.close()

    run(steps, first)
    with pytest.raises(EndsAtStart, match="abc"):
        made("vllm", NIXL, {"VLLM_NIXL_SIDE_CHANNEL_PORT": "abc"})


@pytest.mark.parametrize("common", [True, False])
def test_servers_with_a_folder_in_common(common: bool, tmp_path: Path) -> None:
    def server(folder: Path) -> Handshake:
        said = {"kv_connector": "ExampleConnector", "kv_role": "kv_both",
                "kv_connector_extra_config": {"shared_storage_path": str(folder)}}  # fmt: skip
        return made("vllm", {"--kv-transfer-config": json.dumps(said)})

    prefill, decode = server(tmp_path / "one"), server(tmp_path / ("one" if common else "two"))
    told = {"x_prefiller_host_port": "10.0.0.1:8000"}

    async def steps() -> None:
        part = await prefill.begin(asked({}, **told))
        assert (part.role, part.fetched) == ("prefill", 0)
        part.close(True)
        other = Asked({}, {PREFILLER: "10.0.0.1:8000"}, TOKENS, "r", ("127.0.0.1", 8200))
        got = await decode.begin(other)
        assert (got.role, got.fetched) == ("decode", 16 if common else 0)

    assert 16 <= len(TOKENS) < 32
    asyncio.run(steps())


def test_a_way_that_is_not_played_counts_the_roles_that_the_header_says() -> None:
    server = made("vllm", {"--kv-transfer-config": '{"kv_connector": "LMCacheConnectorV1", "kv_role": "kv_both"}'})

    async def steps() -> None:
        for header in ("http://10.0.0.1:8000", "10.0.0.2:8000,10.0.0.1:8000"):
            await server.begin(asked({}, x_prefiller_host_port=header))
        await server.begin(asked({}))

    asyncio.run(steps())
    assert server.roles == {"prefill": 1, "decode": 1, "alone": 1}


def test_a_request_that_is_only_for_who_has_enough_of_it() -> None:
    body = {"cache_hit_threshold": 0.5}
    cut = handshake.applied(Part(), asked(body), 1)
    assert (cut.limit, cut.finish) == (0, "cache_threshold")
    assert handshake.applied(Part(), asked(body), len(TOKENS) - 1).finish == ""
    assert handshake.applied(Part(fetched=len(TOKENS)), asked(body), 0).finish == ""
    assert handshake.applied(Part(), asked({"cache_hit_threshold": 0}), 0).finish == ""
    for wrong in ("1", True, 1.5):
        with pytest.raises(Unfit, match="cache_hit_threshold"):
            handshake.applied(Part(), asked({"cache_hit_threshold": wrong}), 0)


# SGLang


def sglang(mode: str, port: int, seconds: int = 60) -> Handshake:
    flags = {"--disaggregation-mode": mode, "--disaggregation-bootstrap-port": str(port)}
    return made("sglang", flags, {"SGLANG_DISAGGREGATION_WAITING_TIMEOUT": str(seconds)})


def meeting(port: int, room: Any = 1 << 60, host: str = "127.0.0.1") -> dict[str, Any]:
    return {"bootstrap_host": host, "bootstrap_port": port, "bootstrap_room": room}


def test_both_halves_meet_and_the_prefill_servers_ends_first() -> None:
    (port,) = free_ports(1)
    prefill, decode = sglang("prefill", port), sglang("decode", 0)

    async def steps() -> None:
        for order in ((prefill, decode), (decode, prefill)):
            begun = []
            for one in order:
                begun.append(asyncio.create_task(one.begin(asked(meeting(port, 7)))))
                await asyncio.sleep(0.1)
            done, waits = await asyncio.wait(begun, return_when=asyncio.FIRST_COMPLETED)
            (half,) = (task.result() for task in done)
            assert (half.role, half.limit, half.finish) == ("prefill", 1, "length")
            (other,) = waits
            half.close(True)
            got = await other
            assert (got.role, got.fetched) == ("decode", len(TOKENS))

    run(steps, prefill, decode)
    assert (prefill.roles["prefill"], decode.roles["decode"]) == (2, 2)


@pytest.mark.parametrize("mode", ["prefill", "decode"])
def test_a_request_without_a_room_is_refused(mode: str) -> None:
    (port,) = free_ports(1)
    server = sglang(mode, port)

    async def steps() -> None:
        problem = await refused(server.begin(asked({"prompt": "x"})))
        assert (problem.status, "without boostrap room id" in problem.message) == (400, True)
        assert (await refused(server.begin(asked(meeting(port, "seven"))))).status == 400

    run(steps, server)
    assert sum(server.roles.values()) == 0


def test_no_bootstrap_server_is_there() -> None:
    decode = sglang("decode", 0)
    (nobody,) = free_ports(1)

    async def steps() -> None:
        problem = await refused(decode.begin(asked(meeting(nobody))))
        assert problem.status == 500
        assert "Decode handshake failed" in problem.message
        assert f"Could not fetch prefill parallel info from bootstrap_addr: 127.0.0.1:{nobody}" in problem.message

    run(steps, decode)
    assert decode.roles["decode"] == 0


def test_a_room_that_no_prefill_request_enters() -> None:
    (port,) = free_ports(1)
    prefill, decode = sglang("prefill", port), sglang("decode", 0, 1)

    async def steps() -> None:
        problem = await refused(decode.begin(asked(meeting(port))))
        assert problem.status == 500
        assert "timed out after 1.0s in KVPoll.WaitingForInput" in problem.message

    run(steps, prefill, decode)


def test_no_decode_server_comes() -> None:
    (port,) = free_ports(1)
    prefill = sglang("prefill", port, 1)

    async def steps() -> None:
        problem = await refused(prefill.begin(asked(meeting(port))))
        assert problem.status == 500
        assert "no decode server came" in problem.message

    run(steps, prefill)


@pytest.mark.parametrize("how", ["unanswered", "cancelled"])
def test_a_prefill_request_that_fails_takes_the_other_half_with_it(how: str) -> None:
    (port,) = free_ports(1)
    prefill, decode = sglang("prefill", port), sglang("decode", 0)

    async def steps() -> None:
        first = asyncio.create_task(prefill.begin(asked(meeting(port))))
        if how == "cancelled":
            while not prefill._rooms:  # type: ignore[attr-defined]
                await asyncio.sleep(0.01)
            room = dict(prefill._rooms)  # type: ignore[attr-defined]
            first.cancel()
            await asyncio.wait([first])
            assert room[1 << 60].filled.result() == 0
            return
        second = asyncio.create_task(decode.begin(asked(meeting(port))))
        (await first).close(False)
        problem = await refused(second)
        assert (problem.status, "Decode transfer failed" in problem.message) == (500, True)

    run(steps, prefill, decode)


def test_two_hundred_at_once() -> None:
    (port,) = free_ports(1)
    prefill, decode = sglang("prefill", port), sglang("decode", 0)

    async def half(server: Handshake, room: int) -> int:
        part = await server.begin(asked(meeting(port, room)))
        part.close(True)
        return part.fetched

    async def steps() -> None:
        pairs = [half(server, room) for room in range(1000, 1200) for server in (decode, prefill)]
        got = await asyncio.gather(*pairs)
        assert got.count(len(TOKENS)) == got.count(0) == 200
        assert prefill._rooms == {}  # type: ignore[attr-defined]

    run(steps, prefill, decode)


def test_the_route_is_asked_as_sglang_asks_it() -> None:
    (port,) = free_ports(1)
    prefill = sglang("prefill", port)

    async def steps() -> None:
        async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as client:

            async def get(**query: str) -> tuple[int, Any]:
                async with client.get("/route", params=query) as found:
                    json_ = found.content_type == "application/json"
                    return found.status, await found.json() if json_ else await found.text()

            zero = {"engine_rank": "0", "target_dp_group": "0", "target_pp_rank": "0"}
            status, found = await get(**zero)
            assert (status, found["rank_ip"]) == (200, "127.0.0.1")
            assert (await get(engine_rank="0", target_dp_group="0"))[0] == 200  # older releases
            assert (await get(**dict.fromkeys(zero, "-1"))) == (200, {
                "prefill_attn_tp_size": 1, "prefill_dp_size": 1, "prefill_pp_size": 1})  # fmt: skip
            assert (await get(**{**zero, "engine_rank": "9"}))[0] == 404
            assert (await get(engine_rank="0"))[0] == 400

    run(steps, prefill)


def test_sglang_without_a_mode_is_alone_and_looks_at_no_room() -> None:
    server = made("sglang", {})

    async def steps() -> None:
        assert (await server.begin(asked(meeting(1)))).role == "alone"

    run(steps, server)


def test_the_bootstrap_port_is_8998_unless_it_is_told() -> None:
    assert made("sglang", {"--disaggregation-mode": "prefill"}).port == 8998  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ["trtllm", "vllm", "sglang"])
def test_an_engine_that_is_told_nothing_is_alone(name: str) -> None:
    assert type(made(name, {})) is Handshake
