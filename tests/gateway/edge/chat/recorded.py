"""Turns as the log holds them, for tests of what is made of them."""

from collections.abc import Iterable

from portico.gateway.edge.chat.outcomes import Named
from portico.gateway.log import Append, thread_stream
from portico.gateway.log.feed import Frame
from portico.gateway.log.plan import Entry
from portico.protocol.events import (
    ContextCompressed,
    ContextCompressing,
    Event,
    ItemCompleted,
    ItemDelta,
    ItemRecoverySucceeded,
    ItemRetryScheduled,
    ItemStarted,
    TurnCompleted,
    TurnQueueChanged,
    TurnStarted,
)
from portico.protocol.events.item import DeltaStream
from portico.protocol.types.item import (
    AgentMessage,
    CommandExecution,
    NoStorage,
    OutputPolicy,
    ProgressDisplay,
    ReasoningItem,
    ShellDisplay,
    ToolStatus,
    TurnItem,
    UserMessage,
)
from portico.protocol.types.turn import Turn, TurnStatus

EPOCH = "E"
NAME = Named("c", "t", "u")
OPEN = Turn(id="u", status=TurnStatus.IN_PROGRESS)
DONE = Turn(id="u", status=TurnStatus.COMPLETED)
POLICY = OutputPolicy(llm="full", timeline="full", storage="full", recovery="evidence", deltas="persist_and_display")


def began() -> TurnStarted:
    return TurnStarted(workspace_id="w", thread_id="t", turn=OPEN, input=[])


def said(id_: str, text: str) -> ItemCompleted:
    return ItemCompleted(item=UserMessage(id=id_, text=text))


def begins(item: TurnItem) -> ItemStarted:
    return ItemStarted(item=item)


def delta(id_: str, text: str, stream: DeltaStream = "agent_message") -> ItemDelta:
    return ItemDelta(item_id=id_, delta=text, stream=stream)


def answered(id_: str, *pieces: str) -> list[Event]:
    """A message of the assistant, piece by piece."""
    message = AgentMessage(id=id_, text="".join(pieces))
    return [
        begins(AgentMessage(id=id_, text="")),
        *(delta(id_, piece) for piece in pieces),
        ItemCompleted(item=message),
    ]


def thought(id_: str, *pieces: str) -> list[Event]:
    item = ReasoningItem(id=id_, summary=[], content=["".join(pieces)])
    deltas = [delta(id_, piece, "reasoning") for piece in pieces]
    return [begins(ReasoningItem(id=id_, summary=[], content=[])), *deltas, ItemCompleted(item=item)]


def command(id_: str, *, output: str | None = None, success: bool | None = None) -> CommandExecution:
    """A call of a shell: running, or done."""
    is_done = success is not None
    display = ShellDisplay(aggregated_output=output, exit_code=0, duration_ms=7) if is_done else None
    return CommandExecution(
        id=id_,
        tool_name="exec_command",
        arguments={"command": ["ls"]},
        status=ToolStatus.IN_PROGRESS if not is_done else ToolStatus.COMPLETED if success else ToolStatus.FAILED,
        output_policy=POLICY,
        display=display or ProgressDisplay(stage="running", metadata={}),
        storage=NoStorage(),
        success=success,
        command=["ls"],
    )


def ran(id_: str, *pieces: str) -> list[Event]:
    """A tool call that prints."""
    done = command(id_, output="".join(pieces), success=True)
    return [begins(command(id_)), *(delta(id_, piece, "stdout") for piece in pieces), ItemCompleted(item=done)]


def retried(attempt: int) -> ItemRetryScheduled:
    return ItemRetryScheduled(
        item_id="m",
        item_type="agent_message",
        recovery_job_id="m",
        attempt_number=attempt,
        next_run_at_unix=5,
        reason="rate_limit",
        max_attempts=3,
        delay_ms=2000,
    )


def recovered(attempt: int) -> ItemRecoverySucceeded:
    return ItemRecoverySucceeded(item_id="m", item_type="agent_message", recovery_job_id="m", attempt_number=attempt)


def rich_turn() -> list[Event]:
    """Everything that a turn may hold, twice told or not."""
    return [
        began(),
        said("p", "go"),
        ContextCompressing(reason="overflow", tokens_before=9),
        ContextCompressed(reason="overflow", tokens_before=9, tokens_after=4, dropped_turns=1, will_retry=True),
        retried(1),
        retried(2),
        recovered(2),
        *thought("r", "let ", "me ", "see\n"),
        *answered("a", "I ", "look: ", "é漢🙂\n\n", "data: x"),
        *ran("x", "one\n", "two\n", "three\n"),
        begins(command("y")),
        ItemCompleted(item=command("z", output="never announced", success=False)),
        ItemCompleted(item=command("y", output="", success=True)),
        said("s", "and then?"),
        # its deltas were folded away: only the whole is left
        ItemCompleted(item=AgentMessage(id="b", text="folded")),
        *answered("d", *[f"word{n} " for n in range(40)]),
        TurnCompleted(turn=DONE),
    ]


def frames(events: Iterable[Event], first: int = 10, turn_id: str = "u") -> list[Frame]:
    """As published, between things of the thread and of other turns that are none of this run's."""
    found: list[Frame] = []
    version = first
    for place, event in enumerate(events):
        found.append(one(event, version, turn_id))
        version += 1
        if place % 7 == 3:
            found.append(one(TurnQueueChanged(depth=1, change="queued", queued_turn_id="other"), version, None))
            version += 1
    found.append(one(began(), version, "after"))
    found.append(one(delta("q", "another's"), version + 1, "after"))
    return found


def one(event: Event, version: int, turn_id: str | None) -> Frame:
    return Frame(Entry(Append(thread_stream("t"), event, turn_id), event, version, version, 0, "w"))
