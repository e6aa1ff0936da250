"""What is no call, over a real WebSocket: each is answered or dropped, and the connection goes on."""

from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect

from portico.protocol.jsonrpc import MAX_BATCH
from tests.kit.gateways import Frame, Site, encoded, gateway

MIB = 1_048_576
DEEP = 100_000
INFO = {"jsonrpc": "2.0", "method": "gateway/info"}


def request(**members: Any) -> str:
    return encoded({"jsonrpc": "2.0", "id": "a", "method": "gateway/info", "params": {}} | members)


def nested(opening: str, closing: str) -> str:
    return opening * DEEP + closing * DEEP


REFUSED: dict[str, tuple[str | bytes, int, str | None]] = {
    "empty": ("", -32700, None),
    "cut": ("{", -32700, None),
    "more after it": (request() + " x", -32700, None),
    "not JSON": ("{'id': 1}", -32700, None),
    "not UTF-8": (b"\xff\xfe\x00", -32700, None),
    "not UTF-8 in a name": (request(method="m").encode().replace(b'"m"', b'"\xff"'), -32700, None),
    "half a surrogate pair in UTF-8": (request(id="-").encode().replace(b"-", b"\xed\xa0\x80"), -32700, None),
    "nested lists": (nested("[", "]"), -32700, None),
    "nested objects": (nested('{"a":', "}").replace(":}", ":1}", 1), -32700, None),
    "nested parameters": (request(params=0).replace(":0", ":" + nested("[", "]")), -32700, None),
    "null": ("null", -32600, None),
    "a string": ('"call"', -32600, None),
    "an empty object": ("{}", -32600, None),
    "another protocol": (request(jsonrpc="1.0"), -32600, "a"),
    "a method that is a number": (request(method=7), -32600, "a"),
    "a null id": (request(id=None), -32600, None),
    "a fraction as id": (request(id=1.5), -32600, None),
    "a list as id": (request(id=["a"]), -32600, None),
    "a boolean as id": (request(id=True), -32600, None),
    "parameters in a string": (request(params="x"), -32600, "a"),
    "null parameters": (request(params=None), -32600, "a"),
    "an unknown method": (request(method="no/such"), -32601, "a"),
    "a method without a name": (request(method=""), -32601, "a"),
    "a method of a later release": (request(method="thread/agents_doc/get"), -32601, "a"),
    "an empty batch": ("[]", -32600, None),
    "a batch of seventeen": (encoded([INFO | {"id": n} for n in range(MAX_BATCH + 1)]), -32600, None),
    "a batch that is cut": ('[{"jsonrpc":"2.0"', -32700, None),
}


@pytest.mark.promise("faults.frames")
async def test_what_is_no_call_is_refused_and_the_connection_goes_on(tmp_path: Path) -> None:
    told: dict[str, tuple[int, str | None]] = {}
    async with gateway(tmp_path) as site, site.socket() as peer:
        for name, (frame, _, _) in REFUSED.items():
            answer = await peer.exchange(frame)
            told[name] = (answer["error"]["code"], answer["id"])
            assert answer["error"]["data"]["kind"] in {"invalid", "not_found"}
            assert (await peer.exchange(request(id="next")))["id"] == "next"
    assert told == {name: (number, id_) for name, (_, number, id_) in REFUSED.items()}


@pytest.mark.promise("faults.frames")
async def test_binary_frames_are_dropped_and_the_connection_goes_on(tmp_path: Path) -> None:
    async with gateway(tmp_path) as site, connect(site.it.listening.ws, additional_headers=site.bearer()) as ws:
        for frame in (b"", b"\x00" * 10, request().encode(), b"x" * (MIB - 1)):
            await ws.send(frame)
        await ws.send(request(id="after"))
        assert b'"id":"after"' in await ws.recv(decode=False)


@pytest.mark.promise("faults.frames")
async def test_a_frame_above_a_mebibyte_closes_its_connection_and_no_other(tmp_path: Path) -> None:
    async with gateway(tmp_path) as site, site.socket() as peer, site.socket() as other:
        whole = request(params={"x": ""})
        fits = whole.replace('""', f'"{"y" * (MIB - len(whole))}"')
        assert (await peer.exchange(fits))["error"]["data"]["path"] == "$"
        await peer.send_text(fits + " ")
        await peer.closed.wait()
        assert peer.close_code == 1009
        assert (await other.call("gateway/info"))["gateway"]


@pytest.mark.promise("faults.frames")
async def test_a_batch_mixes_calls_notifications_and_what_is_neither(tmp_path: Path) -> None:
    async with gateway(tmp_path) as site, site.socket() as peer:
        batch = [
            INFO | {"id": 1},
            7,
            INFO,
            INFO | {"id": "u", "method": "no/such"},
            {"jsonrpc": "2.0", "id": 2, "method": "thread/get", "params": {"thread_id": "none"}},
            [INFO],
        ]
        await peer.send_text(encoded(batch))
        await peer.arrived(1)
    answers: Any = peer.frames[0]
    assert [told(answer) for answer in answers] == [
        (1, None),
        (None, -32600),
        ("u", -32601),
        (2, -32602),
        (None, -32600),
    ]


def told(answer: Frame) -> tuple[str | int | None, int | None]:
    return answer["id"], answer["error"]["code"] if "error" in answer else None


async def test_a_batch_of_notifications_is_carried_out_and_not_answered(tmp_path: Path) -> None:
    async with gateway(tmp_path) as site, site.socket() as peer:
        await peer.thread()
        start = {"jsonrpc": "2.0", "method": "thread/update", "params": await update_of(site, "by a notification")}
        await peer.send_text(encoded([start, start]))
        await peer.noted("thread/updated")
        assert (await peer.call("thread/get", thread_id="t1"))["thread"]["name"] == "by a notification"
        assert [frame for frame in peer.frames if frame.get("id") is None and "method" not in frame] == []


async def update_of(site: Site, name: str) -> dict[str, Any]:
    async with site.peer() as local:
        workspace = (await local.call("workspace/default"))["workspace"]
    return {"workspace_id": workspace["id"], "thread_id": "t1", "name": name}


WRONG: dict[str, tuple[str, dict[str, Any], str]] = {
    "a number for a string": ("thread/get", {"thread_id": 1}, "$.thread_id"),
    "a missing name": ("thread/get", {}, "$"),
    "an unknown name": ("thread/get", {"thread_id": "t", "threadid": "t"}, "$"),
    "an id with a slash": ("thread/get", {"thread_id": "a/b"}, "$.thread_id"),
    "an id with a NUL": ("thread/get", {"thread_id": "a\0"}, "$.thread_id"),
    "an id that is empty": ("thread/get", {"thread_id": ""}, "$.thread_id"),
    "an id that is too long": ("thread/get", {"thread_id": "x" * 65}, "$.thread_id"),
    "a negative version": ("thread/history", {"thread_id": "t", "after_version": -1}, "$.after_version"),
    "a version beyond integers": ("thread/history", {"thread_id": "t", "after_version": 2**70}, "$.after_version"),
    "a limit of nothing": ("thread/history", {"thread_id": "t", "limit": 0}, "$.limit"),
    "a word for a boolean": ("thread/history", {"thread_id": "t", "include_deltas": "yes"}, "$.include_deltas"),
    "an unknown mode": ("thread/start", {"thread_id": "t", "workspace_id": "w", "mode": "agent"}, "$.mode"),
    "an input of an unknown kind": (
        "turn/start",
        {"thread_id": "t", "turn_id": "u", "input": [{"type": "text", "text": "a"}, {"type": "smell"}]},
        "$.input[1].type",
    ),
    "an input without its text": (
        "turn/start",
        {"thread_id": "t", "turn_id": "u", "input": [{"type": "text"}]},
        "$.input[0]",
    ),
    "no list of inputs": ("turn/start", {"thread_id": "t", "turn_id": "u", "input": "hello"}, "$.input"),
    "a scope that is none": ("token/issue", {"scopes": ["read", "root"]}, "$.scopes[1]"),
    "a list for the parameters": ("gateway/info", [], "$"),  # pyright: ignore[reportAssignmentType]
}


@pytest.mark.promise("faults.wrong-types")
async def test_a_wrong_type_is_refused_with_its_path(tmp_path: Path) -> None:
    paths: dict[str, Any] = {}
    async with gateway(tmp_path) as site, site.socket() as peer:
        for name, (method, params, _) in WRONG.items():
            error = (await peer.exchange(request(method=method, params=params)))["error"]
            assert (error["code"], error["data"]["kind"]) == (-32602, "invalid"), name
            paths[name] = error["data"]["path"]
    assert paths == {name: path for name, (_, _, path) in WRONG.items()}
