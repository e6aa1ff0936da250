"""The list of gateways: planned, saved, and never a token in it."""

from contextlib import AbstractAsyncContextManager
from pathlib import Path

from portico.boundary import Boundary, Means
from portico.boundary.ways import LocalWays
from portico.client.transport.memory import Receive, Send
from tests.boundary.shells import Shell, started

HOME = {"id": "a", "name": "Home", "url": "http://127.0.0.1:1/"}


async def test_gateways_are_added_changed_chosen_and_removed(tmp_path: Path) -> None:
    async with started(tmp_path) as one:
        assert await one.ok("registry_list") == {"gateways": [], "selected": None}
        plan = await one.ok("registry_add", **HOME, has_token=True)
        assert [(change["kind"], change["ref"].startswith("gateway/a/")) for change in plan["tokens"]] == [
            ("put", True)
        ]
        await one.ok("registry_add", id="b", name="Work", url="https://work.example")
        await one.ok("registry_select", id="b")
        await one.ok("registry_update", id="b", name="Office")
        listed = await one.ok("registry_list")
        assert ([it["name"] for it in listed["gateways"]], listed["selected"]) == (["Home", "Office"], "b")
        await one.ok("registry_remove", id="b")
        assert (await one.ok("registry_list"))["selected"] == "a"


async def test_a_plan_that_is_refused_or_only_looked_at_is_not_saved(tmp_path: Path) -> None:
    async with started(tmp_path) as one:
        refused = await one.ok("registry_add", id="a", name="Home", url="ftp://x")
        assert refused["refusals"][0][0] == "url"
        planned = await one.ok("registry_add", **HOME, has_token=True, is_saved=False)
        assert len(planned["registry"]["gateways"]) == 1
        assert (await one.ok("registry_list"))["gateways"] == []


async def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    async with started(tmp_path) as one:
        assert one.boundary.desk.means.registry is not None
        path = one.boundary.desk.means.registry.path
        path.parent.mkdir()
        path.write_text("{")
        assert (await one.failed("registry_list"))["code"] == "client_error"


async def test_a_shell_without_a_list_says_so() -> None:
    ways = LocalWays({}, None, nothing)
    async with Boundary("python", Means(ways)).running() as boundary:
        assert (await Shell(boundary).failed("registry_list"))["code"] == "no_registry"


def nothing() -> AbstractAsyncContextManager[tuple[Send, Receive]]:
    raise AssertionError("no gateway is needed")
