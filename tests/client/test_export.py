"""A thread as a document."""

import re
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from portico.client.export import ExportedThread, to_json, to_markdown
from portico.client.state import ItemState, Phase, ThreadState, TurnState
from portico.protocol.types.input import ArtifactInput, Attachment, FileInput, ImageInput, LocalFileInput
from portico.protocol.types.item import (
    AgentMessage,
    CommandExecution,
    DynamicToolCall,
    FileChange,
    HiddenDisplay,
    NoStorage,
    OutputPolicy,
    ReasoningItem,
    ShellDisplay,
    SummaryDisplay,
    SystemEvent,
    TaskItem,
    ToolStatus,
    TurnItem,
    UserMessage,
)
from portico.protocol.types.thread import ForkedFrom, OriginKind, SidebarVisibility, Thread, ThreadMode, ThreadStatus
from portico.protocol.types.turn import Turn, TurnStatus
from tests.client.timeline.made import task

FIELDS: dict[str, Any] = {
    "id": "i",
    "tool_name": "tool",
    "arguments": {},
    "status": ToolStatus.COMPLETED,
    "output_policy": OutputPolicy(llm="full", timeline="full", storage="none", recovery="none", deltas="disabled"),
    "display": HiddenDisplay(),
    "storage": NoStorage(),
}
THREAD = Thread(
    workspace_id="w",
    id="t1",
    name="A trip",
    preview="where to?",
    mode=ThreadMode.AGENT,
    model="",
    model_provider="",
    created_at=1_800_000_000,
    updated_at=1_800_000_060,
    status=ThreadStatus.IDLE,
    origin_kind=OriginKind.USER,
    sidebar_visibility=SidebarVisibility.VISIBLE,
)
ABOUT = "*Thread `t1`, begun 2027-01-15 08:00 UTC, last changed 2027-01-15 08:01 UTC*"


def fields(**more: Any) -> dict[str, Any]:
    return {**FIELDS, **more}


def turn(*items: TurnItem, status: TurnStatus = TurnStatus.COMPLETED, **fields: Any) -> TurnState:
    return TurnState(
        Turn(id="u", status=status, **fields), tuple(ItemState(item.id, item, Phase.DONE) for item in items)
    )


def thread(*turns: TurnState, **fields: Any) -> ThreadState:
    named = msgspec.structs.replace(THREAD, **fields)
    return ThreadState("t1", named, past=turns[:-1], current=turns[-1] if turns else None)


def body(*items: TurnItem, **fields: Any) -> str:
    """What a turn is in Markdown, after the head of the document."""
    return to_markdown(thread(turn(*items, **fields))).removeprefix(f"# A trip\n\n{ABOUT}\n\n")


def test_a_conversation_reads_from_top_to_bottom() -> None:
    first = turn(
        UserMessage(id="1", text="where to?"),
        ReasoningItem(id="2", summary=[], content=["hmm"]),
        AgentMessage(id="3", text="let me see", phase="commentary"),
        CommandExecution(**fields(command=["ls", "-l"], display=ShellDisplay(aggregated_output="maps\n"))),
        AgentMessage(id="4", text="To **Lisbon**."),
        created_at=1_800_000_000,
        model="m1",
    )
    second = turn(UserMessage(id="1", text="thanks"))
    assert to_markdown(thread(first, second)) == (
        f"# A trip\n\n{ABOUT}\n\n## You, 2027-01-15 08:00 UTC\n\nwhere to?\n\nlet me see\n\n"
        "**tool** `ls -l`\n\n```text\nmaps\n```\n\n## m1\n\nTo **Lisbon**.\n\n## You\n\nthanks\n"
    )


@pytest.mark.parametrize(
    ("fields", "title"),
    [
        pytest.param({}, "A trip", id="its name"),
        pytest.param({"name": None}, "where to?", id="its first words"),
        pytest.param({"name": None, "preview": ""}, "t1", id="its id"),
        pytest.param({"name": "two\nlines"}, "two lines", id="one line"),
    ],
)
def test_the_title(fields: dict[str, Any], title: str) -> None:
    assert to_markdown(thread(**fields)).splitlines()[0] == f"# {title}"


def test_a_fork_names_its_source() -> None:
    assert "forked from `t0`" in to_markdown(thread(forked_from=ForkedFrom(thread_id="t0")))


def test_a_clock_that_is_wrong_is_no_error() -> None:
    assert f"begun {2**53}" in to_markdown(thread(created_at=2**53))


@pytest.mark.parametrize(
    ("item", "told"),
    [
        pytest.param(FileChange(**FIELDS, changed_files=["a", "b"]), "**tool** `a, b`\n", id="changed files"),
        pytest.param(FileChange(**FIELDS, changed_files=[]), "**tool**\n", id="no changed files"),
        pytest.param(DynamicToolCall(**fields(arguments={"path": "x"})), '**tool** `{"path":"x"}`\n', id="arguments"),
        pytest.param(
            DynamicToolCall(
                **fields(display=SummaryDisplay(title="t", lines=["1", "2"], metadata={}, truncated=False))
            ),
            "**tool**\n\n```text\n1\n2\n```\n",
            id="a summary",
        ),
        pytest.param(
            CommandExecution(**fields(command=["x"], display=ShellDisplay(stdout="a\n", stderr="b"))),
            "**tool** `x`\n\n```text\na\nb\n```\n",
            id="both outputs",
        ),
        pytest.param(
            CommandExecution(**fields(command=["a`b"], display=ShellDisplay(stdout="```\n````\n"))),
            "**tool** `` a`b ``\n\n`````text\n```\n````\n`````\n",
            id="ticks close nothing",
        ),
        pytest.param(SystemEvent(id="i", level="info", message="a\nb"), "*a b*\n", id="a notice"),
        pytest.param(
            TaskItem(
                id="i",
                task_id="k",
                title="count",
                status="done",
                trigger_kind="x",
                executor_kind="y",
                depth=1,
                max_depth=2,
                created_at=1,
                updated_at=1,
            ),
            "*Task count: done*\n",
            id="a task",
        ),
        pytest.param(AgentMessage(id="i", text="\x1b[31mred\x07\r\n"), "## Assistant\n\n[31mred\n", id="no controls"),
    ],
)
def test_items(item: TurnItem, told: str) -> None:
    assert body(item) == told


@pytest.mark.parametrize(
    ("attachment", "told"),
    [
        (ImageInput(url="data:image/png;base64,AAAA"), "- (image/png)"),
        (FileInput(url="https://example.com/a"), "- `https://example.com/a`"),
        (LocalFileInput(path="/a b"), "- `/a b`"),
        (ArtifactInput(artifact_id="r"), "- artifact `r`"),
    ],
)
def test_attachments(attachment: Attachment, told: str) -> None:
    assert body(UserMessage(id="i", text="see", attachments=[attachment])) == f"## You\n\nsee\n\n{told}\n"


@pytest.mark.parametrize(
    ("status", "error", "told"),
    [
        (TurnStatus.FAILED, "no\nkey", "*Failed: no key*\n"),
        (TurnStatus.INTERRUPTED, None, "*Interrupted*\n"),
        (TurnStatus.BLOCKED, "30 minutes", "*Blocked: 30 minutes*\n"),
        (TurnStatus.IN_PROGRESS, None, "*This turn was running.*\n"),
    ],
)
def test_how_a_turn_ended(status: TurnStatus, error: str | None, told: str) -> None:
    assert body(status=status, error=error) == told


def test_json_has_a_version_and_everything() -> None:
    items = [UserMessage(id="1", text="a"), ReasoningItem(id="2", summary=[], content=["b"])]
    shown = turn(*items)
    unfinished = replace(shown, items=(*shown.items, ItemState("3", None, Phase.RUNNING, text="c")))
    text = to_json(thread(unfinished))
    document = msgspec.json.decode(text, type=ExportedThread)
    assert (document.format, document.version, document.thread) == ("portico.thread", 1, THREAD)
    assert [(one.turn, one.items) for one in document.turns] == [(shown.turn, items)]
    assert re.match(r'\{\n  "format"', text)


def test_a_thread_that_was_not_loaded_is_no_document() -> None:
    for make in (to_json, to_markdown):
        with pytest.raises(ValueError, match="not loaded"):
            make(ThreadState("t1"))


def test_the_words_around_are_in_the_language_that_is_asked_for() -> None:
    origin = ForkedFrom(thread_id="t0")
    asked = UserMessage(id="q", text="Wohin?", attachments=[ArtifactInput(artifact_id="a1")])
    cut = turn(asked, task(status="running"), status=TurnStatus.FAILED, error="no money")
    shown = to_markdown(thread(cut, forked_from=origin), "de")
    assert shown.split("\n\n")[1:] == [
        "*Thread `t1`, begonnen 2027-01-15 08:00 UTC, zuletzt geändert 2027-01-15 08:01 UTC, abgezweigt von `t0`*",
        "## Sie",
        "Wohin?",
        "- Artefakt `a1`",
        "*Aufgabe Look around: läuft*",
        "*Fehlgeschlagen: no money*\n",
    ]


def test_a_language_that_there_is_not_is_a_fault_of_the_caller() -> None:
    with pytest.raises(KeyError):
        to_markdown(thread(), "fr")
