"""A secret that a tool prints is cut out of everything that is kept, shown or sent."""

import base64
from pathlib import Path

import msgspec
import pytest

from tests.kit.gateways import KEY, Peer, Setup, Site, gateway
from tests.kit.vendors import WIRES, WireName, tool_results

STORED = "stored-secret-4711-äöü"
FROM_ENVIRONMENT = "environment-secret-0815"
FROM_FILE = "a-static-token-of-the-config-file"
LINES = 4_000
pytestmark = pytest.mark.promise("faults.secrets")


def setup(wire: WireName = "chat_completions") -> Setup:
    return Setup(wire=wire, environment={"SERVICE_API_KEY": FROM_ENVIRONMENT}, config={"auth_token": FROM_FILE})


async def planted(site: Site, peer: Peer) -> list[str]:
    """All the secrets there are, in a file where tools run."""
    await peer.call("secret/set", ref="service/key", value=STORED)
    secrets = [STORED, FROM_ENVIRONMENT, FROM_FILE, site.token, KEY]
    (site.root / "leak.txt").write_text("".join(f"it is {secret}!\n" for secret in secrets))
    await peer.thread()
    return secrets


def check_clean(site: Site, peer: Peer, secrets: list[str]) -> None:
    """No secret, in no spelling, in the database, the blobs, the frames and the vendor's requests."""
    places = {
        "database": site.database,
        "blobs": b"".join(path.read_bytes() for path in site.home.joinpath("blobs").rglob("*") if path.is_file()),
        "frames": msgspec.json.encode(peer.frames),
        "requests": b"".join(request.body for request in site.vendor.asked),
    }
    for secret in secrets:
        spellings = [secret.encode(), msgspec.json.encode(secret)[1:-1], base64.b64encode(secret.encode())[:-4]]
        found = [place for place, data in places.items() for spelling in spellings if spelling in data]
        assert found == [], f"{secret} is in {found}"


@pytest.mark.parametrize("wire", WIRES)
async def test_each_tool(tmp_path: Path, wire: WireName) -> None:
    async with gateway(tmp_path, setup(wire)) as site, site.peer() as peer:
        secrets = await planted(site, peer)
        loud = ["sh", "-c", "cat leak.txt; cat leak.txt >&2; base64 -w0 leak.txt; exit 3"]
        calls = site.vendor.calls(
            ("read_file", {"path": "leak.txt"}),
            ("grep_files", {"pattern": "it is"}),
            ("exec_command", {"command": loud}),
            ("exec_command", {"command": ["cat", str(site.home / "token")]}),
            ("exec_command", {"command": ["cat", "leak.txt"], "tty": True, "yield_time_ms": 5_000}),
        )
        site.vendor.script("hello", calls, site.vendor.says("done"))
        turn = await peer.turn("u1", "hello")
        assert turn["status"] == "Completed"
        results = tool_results(site.vendor.asked[-1])
        assert len(results) == 5
        assert all("[redacted]" in result for result in results)
        assert str(peer.items("u1")).count("[redacted]") >= 5
        await peer.history()
        await peer.call("turn/items", thread_id="t1", turn_id="u1")
        check_clean(site, peer, secrets)


async def test_a_secret_that_comes_in_two_pieces(tmp_path: Path) -> None:
    async with gateway(tmp_path, setup()) as site, site.peer() as peer:
        secrets = await planted(site, peer)
        half = len(FROM_ENVIRONMENT) // 2
        (site.root / "a").write_text(f"first {FROM_ENVIRONMENT[:half]}")
        (site.root / "b").write_text(f"{FROM_ENVIRONMENT[half:]} last")
        slow = ["sh", "-c", "cat a; until [ -e go ]; do sleep 0.01; done; cat b"]
        site.vendor.script("hello", site.vendor.calls(("exec_command", {"command": slow})), site.vendor.says("done"))
        await peer.start("u1", "hello")
        first = await peer.noted("item/command_execution/output_delta")
        assert first["delta"] == "first "
        (site.root / "go").touch()
        await peer.ended("u1")
        pieces = [note["delta"] for note in peer.notes("item/command_execution/output_delta")]
        assert "".join(pieces) == "first [redacted] last"
        assert "first [redacted] last" in tool_results(site.vendor.asked[-1])[0]
        check_clean(site, peer, secrets)


async def test_a_big_output_that_is_kept_in_a_blob(tmp_path: Path) -> None:
    async with gateway(tmp_path, setup()) as site, site.peer() as peer:
        secrets = await planted(site, peer)
        many = ["sh", "-c", f'x=$(cat leak.txt); for n in $(seq {LINES}); do echo "$x"; done']
        site.vendor.script("hello", site.vendor.calls(("exec_command", {"command": many})), site.vendor.says("done"))
        await peer.turn("u1", "hello")
        blobs = [path for path in (site.home / "blobs").rglob("*") if path.is_file()]
        assert [path.read_bytes().count(b"[redacted]") for path in blobs] == [LINES * len(secrets)]
        check_clean(site, peer, secrets)


async def test_a_secret_that_is_stored_while_the_tool_runs(tmp_path: Path) -> None:
    async with gateway(tmp_path, setup()) as site, site.peer() as peer:
        await planted(site, peer)
        (site.root / "late.txt").write_text("late-secret-1234")
        slow = ["sh", "-c", "echo ready; until [ -e go ]; do sleep 0.01; done; cat late.txt"]
        site.vendor.script("hello", site.vendor.calls(("exec_command", {"command": slow})), site.vendor.says("done"))
        await peer.start("u1", "hello")
        await peer.noted("item/command_execution/output_delta", delta="ready\n")
        await peer.call("secret/set", ref="late", value="late-secret-1234")
        (site.root / "go").touch()
        await peer.ended("u1")
        check_clean(site, peer, ["late-secret-1234"])
