"""grep_files, on real files."""

from pathlib import Path

import anyio

from portico.protocol.types.item import SummaryDisplay
from tests.kit.toolshop import tool_shop


async def test_matches_are_lines_with_their_place(tmp_path: Path) -> None:
    async with tool_shop(tmp_path) as shop:
        (shop.work / "a.py").write_text("one\ntwo\n")
        (shop.work / "b.py").write_text("two\n")
        with anyio.fail_after(10):
            outcome = await shop.call("grep_files", {"pattern": "t.o"})
            nothing = await shop.call("grep_files", {"pattern": "four"})
    assert outcome.content == "a.py:2:two\nb.py:1:two"
    assert isinstance(outcome.item.display, SummaryDisplay)
    assert outcome.item.display.title == "Searched for t.o: 2 lines in 2 files"
    assert (nothing.content, nothing.is_error) == ("[no line matches]", False)


async def test_too_many_matches_need_narrowing(tmp_path: Path) -> None:
    async with tool_shop(tmp_path) as shop:
        (shop.work / "a").write_text("x\n" * 5)
        with anyio.fail_after(10):
            outcome = await shop.call("grep_files", {"pattern": "x", "max_results": 2})
    assert outcome.content == "a:1:x\na:2:x\n[cut by max_results; narrow the pattern, the path or the glob]"
    assert (outcome.is_error, outcome.error_class) == (False, "needs_narrowing")
    assert outcome.item.outcome is not None
    assert (outcome.item.outcome.should_retry, outcome.item.outcome.incomplete) == (False, True)
