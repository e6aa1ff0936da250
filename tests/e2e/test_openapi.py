"""Every HTTP route does what its description says, whatever it is asked: schemathesis against a real gateway."""

import os
import sys
from pathlib import Path
from typing import Any

import aiohttp
import anyio
import msgspec
import pytest
from scripts.schema import FOLDER

from tests.e2e.processes import Place, Up, place

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "missing_required_header",
    "unsupported_method",
    "allow_header_conformance",
)
"""Not among them: that whatever fits a schema is accepted (there are rules no schema can tell), and that a wrong
credential always gets 401 (after ten of them it is 429; `test_no_route_answers_without_a_credential` asks instead)."""
QUICK = ("--max-examples", "8", "--generation-deterministic", "--phases", "examples,coverage,fuzzing")
CONVERSATION = "fuzzed"
CONFIG = f"""
[[operations]]
include-path-regex = "^/v1/conversations/.id./(abort|messages)$"
parameters = {{ "path.id" = "{CONVERSATION}" }}
"""
"""Some operations are asked about a conversation that is there."""


@pytest.mark.promise("http.described")
async def test_the_served_description_is_the_committed_one(tmp_path: Path) -> None:
    async with place(tmp_path) as here, here.up() as up, _client(up) as client, client.get("/openapi.json") as answer:
        assert (answer.status, answer.content_type) == (200, "application/json")
        served = await answer.json()
    assert served == await _decoded(FOLDER / "openapi.json")


@pytest.mark.promise("http.described")
async def test_no_route_answers_without_a_credential(tmp_path: Path) -> None:
    async with place(tmp_path) as here, here.up() as up, aiohttp.ClientSession(up.told["url"]) as nobody:
        answers: dict[str, int] = {}
        for method, path in _protected(await _description(up)):
            async with nobody.request(method, path.replace("{", "").replace("}", "")) as answer:
                answers[f"{method} {path}"] = answer.status
        assert answers
        assert {name: status for name, status in answers.items() if status != 401} == {}


@pytest.mark.promise("http.as-described")
@pytest.mark.timeout(0)
async def test_routes_answer_as_described(tmp_path: Path) -> None:
    seconds = int(os.environ.get("FUZZ_SECONDS") or 0)
    budget = ("--max-time", str(seconds), "--continue-on-failure") if seconds else QUICK
    async with place(tmp_path, seconds=seconds + 110) as here, here.up() as up:
        await _prepare(here, up)
        done = await anyio.run_process(_command(here, up, *budget), check=False, cwd=tmp_path, env=os.environ)
        told = done.stdout.decode() + done.stderr.decode()
        if seconds:
            print(told)
        assert done.returncode == 0, told
        assert up.process.returncode is None


def _command(here: Place, up: Up, *budget: str) -> list[str]:
    config = here.folder / "schemathesis.toml"
    return [
        str(Path(sys.executable).parent / "schemathesis"),
        "--config-file",
        str(config),
        "run",
        f"{up.told['url']}/openapi.json",
        "--header",
        f"Authorization: Bearer {here.home.token()}",
        "--checks",
        ",".join(CHECKS),
        "--request-timeout",
        "30",
        "--suppress-health-check",
        "all",
        "--no-color",
        *budget,
    ]


async def _prepare(here: Place, up: Up) -> None:
    await anyio.Path(here.folder / "schemathesis.toml").write_text(CONFIG)
    async with _client(up) as client:
        for text in ("one", "two"):
            prompt = {"conversationId": CONVERSATION, "message": text}
            async with client.post("/v1/chat", json=prompt) as answer:
                assert answer.status == 200, await answer.text()


def _client(up: Up) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(up.told["url"], headers={"authorization": f"Bearer {up.home.token()}"})


async def _description(up: Up) -> dict[str, Any]:
    async with _client(up) as client, client.get("/openapi.json") as answer:
        return await answer.json()


def _protected(description: dict[str, Any]) -> list[tuple[str, str]]:
    """Method and path of each operation that needs a credential."""
    return [
        (method, path)
        for path, methods in description["paths"].items()
        for method, operation in methods.items()
        if operation["security"][0] != {}
    ]


async def _decoded(path: Path) -> Any:
    return msgspec.json.decode(await anyio.Path(path).read_bytes())
