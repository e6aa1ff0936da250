"""`portico threads`."""

import msgspec
import pytest

from tests.shells.cli.rig import Shell


def test_a_thread_is_listed_shown_read_renamed_and_erased(shell: Shell) -> None:
    assert "no threads yet" in shell.ok("threads", "list").out
    (shell.folder / "work" / "notes.txt").write_text("x")
    shell.ok("chat", "--thread", "one-thread-with-an-id", '/tool list_dir {"path": "."}\n/say done')
    listed = shell.ok("threads", "list").lines
    assert listed[0].split() == ["id", "name", "folder", "status", "changed"]
    assert listed[1].startswith("one-thread-with-an-id  ")
    assert (
        shell.ok("threads", "rename", "one-thread-with-an-id", "Größe 計画").out
        == "one-thread-with-an-id is Größe 計画\n"
    )
    assert "Größe 計画" in shell.ok("threads", "list").out
    shown = shell.ok("threads", "show", "one-thread-with-an-id").lines
    assert shown[0].startswith("› /tool list_dir")
    assert "● list_dir ." in shown
    assert shown[-1] == "done"
    events = [msgspec.json.decode(line) for line in shell.ok("threads", "history", "one-thread-with-an-id").lines]
    assert [event["version"] for event in events] == list(range(1, len(events) + 1))
    later = shell.ok("threads", "history", "one-thread-with-an-id", "--after", str(len(events) - 1)).lines
    assert [msgspec.json.decode(line) for line in later] == events[-1:]
    assert shell.ok("threads", "delete", "one-thread-with-an-id", "--yes").out == "one-thread-with-an-id is erased\n"
    assert "no threads yet" in shell.ok("threads", "list").out


def test_a_thread_is_found_exported_and_forked(shell: Shell) -> None:
    shell.ok("chat", "--thread", "one", "/say the needle is here")
    shell.ok("threads", "rename", "one", "A haystack")
    found = shell.ok("threads", "search", "the", "need").lines
    assert [line.split("  ")[:2] for line in found] == [
        ["one", "the needle is here"],
        ["one", "/say the needle is here"],
    ]
    assert shell.ok("threads", "search", "hay").lines == ["one  A haystack"]
    assert shell.ok("threads", "search", "nowhere").lines == ["nothing found"]
    few = shell.run("threads", "search", "needle", "--limit", "1")
    assert (few.code, len(few.lines)) == (0, 1)
    assert "there is more" in few.err
    copy = shell.ok("threads", "fork", "one").out.strip()
    assert [line for line in shell.ok("threads", "show", copy).lines][-1] == "the needle is here"
    told = shell.ok("threads", "export", "one").lines
    assert (told[0], told[-1]) == ("# A haystack", "the needle is here")
    document = msgspec.json.decode(shell.ok("threads", "export", copy, "--format", "json").out)
    assert document["thread"]["forked_from"]["thread_id"] == "one"
    ran = shell.run("threads", "export", "one", "--output", "one.md")
    assert (ran.code, ran.out) == (0, "")
    assert (shell.folder / "work" / "one.md").read_text().splitlines() == told


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        pytest.param(["show", "nope"], 1, "portico: ", id="no such thread"),
        pytest.param(["rename", "nope", "x"], 1, "portico: ", id="nothing to rename"),
        pytest.param(["history", "nope"], 1, "portico: ", id="no history"),
        pytest.param(["history", "nope", "--after", "-1"], 1, "after_version", id="a version below zero"),
        pytest.param(["search"], 2, "Missing argument", id="no words"),
        pytest.param(["search", "x", "--limit", "0"], 1, "limit", id="no hits wanted"),
        pytest.param(["fork", "nope"], 1, "portico: ", id="nothing to fork"),
        pytest.param(["export", "nope"], 1, "portico: ", id="nothing to export"),
        pytest.param(["delete", "nope"], 2, "nobody can be asked here: add --yes", id="nobody to ask"),
        pytest.param(["delete", "nope", "--yes"], 1, "portico: ", id="nothing to erase"),
    ],
)
def test_refused(shell: Shell, words: list[str], code: int, told: str) -> None:
    ran = shell.run("threads", *words)
    assert (ran.code, ran.out) == (code, "")
    assert told in ran.err
    assert len(ran.err.splitlines()) == 1 or code == 2
