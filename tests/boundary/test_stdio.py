"""Standard input and output: a JSON object a line, and nothing else."""

import io
from pathlib import Path
from typing import Any

import msgspec
import pytest

from portico.boundary import Boundary, Means, stdio
from portico.boundary.stdio import serve, talk
from portico.gateway.main import attach
from tests.boundary.shells import SiteWays
from tests.gateway.main.rig import rehearsing
from tests.kit.gateways import gateway


def answers(output: io.BytesIO) -> list[Any]:
    lines = output.getvalue().split(b"\n")
    assert lines.pop() == b""
    return [msgspec.json.decode(line) for line in lines]


async def said(folder: Path, *lines: bytes) -> list[Any]:
    output = io.BytesIO()
    async with gateway(folder, rehearsing()) as site:
        await talk(Boundary("stdio", Means(SiteWays(site))), io.BytesIO(b"\n".join(lines)), output)
    return answers(output)


async def test_a_line_is_a_call_and_what_was_asked_is_answered_before_the_end(tmp_path: Path) -> None:
    told = await said(tmp_path, b'{"id":"a","method":"gateway_connect"}', b"", b'{"id":2,"method":"version"}\r')
    assert {one["id"]: one["status"] for one in told} == {"a": "ok", 2: "ok"}


async def test_text_is_utf_8_without_line_ends(tmp_path: Path) -> None:
    told = await said(tmp_path, '{"id":"ä\\n","method":"gärtner"}'.encode())
    assert [(one["id"], one["code"]) for one in told] == [("ä\n", "unknown_method")]


async def test_a_line_that_is_too_long_is_refused_and_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stdio, "MAX_LINE", 40)
    told = await said(tmp_path, b"x" * 200, b"x" * 40, b'{"id":1,"method":"version"}')
    assert [one["status"] for one in told] == ["error", "error", "ok"]
    assert told[0]["message"] == "a line has at most 40 bytes"


async def test_the_registry_is_kept_in_the_home(tmp_path: Path) -> None:
    lines = [b'{"id":1,"method":"registry_add","params":{"id":"a","name":"A","url":"http://a.example"}}']
    lines.append(b'{"id":2,"method":"gateway_connect"}')
    output = io.BytesIO()
    async with gateway(tmp_path, rehearsing()) as site:
        environ = {"PORTICO_HOME": str(tmp_path / "other")}
        await serve(environ, None, lambda: attach(site.it), io.BytesIO(b"\n".join(lines)), output)
    assert {one["id"]: one["status"] for one in answers(output)} == {1: "ok", 2: "ok"}
    assert b"http://a.example" in (tmp_path / "other" / "gateways.json").read_bytes()


async def test_a_reader_that_left_ends_it(tmp_path: Path) -> None:
    class Gone(io.BytesIO):
        def write(self, _: Any) -> int:
            raise BrokenPipeError

    async with gateway(tmp_path, rehearsing()) as site:
        boundary = Boundary("stdio", Means(SiteWays(site)))
        with pytest.raises(BrokenPipeError):
            await talk(boundary, io.BytesIO(b'{"id":1,"method":"version"}\n'), Gone())
