"""What folds under what: the rules of the reference, 19.3."""

import msgspec
import pytest

from portico.client.state import ItemState, Phase, TurnState
from portico.client.state.types import Level
from portico.client.timeline import Row, end_row, folded_turn, turn_rows
from portico.client.timeline.fold import elapsed_ms
from portico.client.words import Phrase, say, say_count
from portico.protocol import events as ev
from portico.protocol.types.item import ToolStatus
from portico.protocol.types.turn import Turn, TurnStatus, Usage
from tests.client.timeline.made import answered, call, done, ended, running, said, task, turn, turn_of

USAGE = Usage(input_tokens=3)


def tree(rows: list[Row]) -> list[tuple[str, str | None]]:
    return [(row.key, row.parent) for row in rows]


def row(rows: list[Row], key: str) -> Row:
    return next(row for row in rows if row.key == key)


def child(id_: str, status: ToolStatus = ToolStatus.COMPLETED, parent: str = "task") -> ItemState:
    phase = Phase.RUNNING if status is ToolStatus.IN_PROGRESS else Phase.DONE
    return ItemState(id_, call(id=id_, status=status), phase, parent=parent)


def test_nothing_is_folded_in_plain_rows() -> None:
    shown = turn_rows(turn_of(said("a"), done("b"), answered("c"), ended()))
    assert [(one.key, one.kind, one.parent, one.turn_id) for one in shown] == [
        ("a", "user", None, "u"),
        ("b", "tool", None, "u"),
        ("c", "assistant", None, "u"),
    ]


def test_while_it_runs_the_work_is_open_under_the_question() -> None:
    shown = folded_turn(turn_of(said("a"), done("b"), running("c")))
    assert tree(shown) == [("a", None), ("u:work", None), ("b", "u:work"), ("c", "u:work")]
    assert shown[1] == Row(
        key="u:work",
        kind="work",
        turn_id="u",
        phase=Phase.RUNNING,
        title="In progress",
        title_words=say("row.in_progress"),
        count=2,
        is_open=True,
        started_at_ms=1_000,
    )


def test_with_the_answer_it_closes_and_tells_how_long_it_took() -> None:
    it = turn_of(said("a"), done("b"), answered("c"), ended(usage=USAGE, model="m", model_provider="p"))
    closed = folded_turn(it)
    assert tree(closed) == [("a", None), ("u:work", None), ("c", None)]
    assert (closed[1].is_open, closed[1].elapsed_ms, closed[1].phase) == (False, 7_000, Phase.DONE)
    final = closed[2]
    assert (final.usage, final.model, final.model_provider, final.elapsed_ms) == (USAGE, "m", "p", 7_000)


def test_what_a_person_opened_or_closed_stays_so() -> None:
    log = [said("a"), done("b"), answered("c")]
    for events in (log, [*log, ended()]):
        opened = folded_turn(turn_of(*events), {"u:work": True})
        closed = folded_turn(turn_of(*events), {"u:work": False})
        assert [one.key for one in opened] == ["a", "u:work", "b", "c"]
        assert [one.key for one in closed] == ["a", "u:work", "c"]
        assert (opened[1].is_open, closed[1].is_open) == (True, False)


def test_a_simple_answer_has_no_header() -> None:
    assert tree(folded_turn(turn_of(said("a"), answered("c"), ended()))) == [("a", None), ("c", None)]


def test_a_turn_that_begins_shows_that_it_works() -> None:
    assert tree(folded_turn(turn_of())) == [("u:work", None)]


def test_messages_on_the_way_stay_in_their_place() -> None:
    """A steered question and a remark do not fold."""
    it = turn_of(said("a"), done("b"), answered("c", phase="commentary"), said("d"), done("e"), answered("f"), ended())
    assert tree(folded_turn(it)) == [("a", None), ("u:work", None), ("c", None), ("d", None), ("f", None)]


def test_what_comes_before_the_question_and_after_the_answer() -> None:
    it = turn_of(done("x"), said("a"), answered("c"), done("y"), ended())
    assert tree(folded_turn(it, {"u:work": True})) == [
        ("a", None),
        ("u:work", None),
        ("x", "u:work"),
        ("c", None),
        ("y", None),
    ]


@pytest.mark.parametrize("status", [TurnStatus.FAILED, TurnStatus.INTERRUPTED, TurnStatus.BLOCKED])
def test_a_turn_without_final_answer_stays_open(status: TurnStatus) -> None:
    shown = folded_turn(turn_of(said("a"), done("b"), answered("c"), ended(status, error="why", usage=USAGE)))
    assert [one.key for one in shown] == ["a", "u:work", "b", "c", "u:end"]
    assert (shown[1].is_open, shown[1].phase, shown[-1].text, shown[-1].usage) == (True, Phase.FAILED, "why", USAGE)


@pytest.mark.parametrize(
    ("status", "title", "text", "level"),
    [
        (TurnStatus.FAILED, say("row.ended_failed"), say("row.turn_failed"), "error"),
        (TurnStatus.INTERRUPTED, say("row.ended_interrupted"), say("row.ended_interrupted"), "warning"),
        (TurnStatus.BLOCKED, say("row.ended_blocked"), say("row.ended_blocked"), "warning"),
    ],
)
def test_a_bad_end_is_told(status: TurnStatus, title: Phrase, text: Phrase, level: Level) -> None:
    shown = end_row(TurnState(Turn(id="u", status=status, error_class="c")))
    assert shown == Row(
        key="u:end",
        kind="end",
        turn_id="u",
        title=status.value.lower(),
        title_words=title,
        text=str(text),
        text_words=text,
        level=level,
        code="c",
    )


def test_why_a_turn_ended_is_content() -> None:
    shown = end_row(TurnState(Turn(id="u", status=TurnStatus.FAILED, error="no money")))
    assert shown is not None
    assert (shown.text, shown.text_words, shown.title_words) == ("no money", None, say("row.ended_failed"))


@pytest.mark.parametrize("status", TurnStatus)
def test_every_state_of_work_has_a_heading_and_ticks_only_while_it_runs(status: TurnStatus) -> None:
    events = [said("a"), done("b")] if status is TurnStatus.IN_PROGRESS else [said("a"), done("b"), ended(status)]
    work = folded_turn(turn_of(*events))[1]
    assert work.title_words is not None
    assert (work.title, bool(work.started_at_ms)) == (str(work.title_words), status is TurnStatus.IN_PROGRESS)


@pytest.mark.parametrize("status", [TurnStatus.COMPLETED, TurnStatus.IN_PROGRESS])
def test_a_good_end_needs_no_row(status: TurnStatus) -> None:
    assert end_row(TurnState(Turn(id="u", status=status))) is None


def test_a_clock_that_went_back_gives_no_negative_time() -> None:
    assert elapsed_ms(TurnState(Turn(id="u", status=TurnStatus.COMPLETED, created_at=9, completed_at=5))) == 0


def test_with_its_turn_all_that_runs_is_over() -> None:
    cut = turn_of(
        ev.ItemDelta(item_id="m", delta="x"),
        running("b"),
        ev.ItemStarted(item=task()),
        ev.ContextCompressing(reason="threshold", tokens_before=1),
        ended(TurnStatus.INTERRUPTED),
    )
    phases = {one.key: one.phase for one in turn_rows(cut)}
    assert phases == {
        "m": Phase.FAILED,
        "b": Phase.FAILED,
        "task": Phase.RUNNING,
        "u:compress:0": Phase.DONE,
        "u:end": Phase.DONE,
    }


def test_notices_stand_where_they_came() -> None:
    retry = ev.ItemRetryScheduled(item_id="b", item_type="x", recovery_job_id="r", attempt_number=2, next_run_at_unix=1)
    shown = folded_turn(turn_of(said("a"), done("b"), retry, done("c")))
    assert tree(shown) == [
        ("a", None),
        ("u:work", None),
        ("b", "u:work"),
        ("u:retry:b", "u:work"),
        ("c", "u:work"),
    ]
    assert row(shown, "u:retry:b").code == "retry"


def with_items(*items: ItemState) -> TurnState:
    return TurnState(turn(), items)


LIVE = ItemState("task", task(), Phase.RUNNING)
OVER = ItemState("task", task(status="completed"), Phase.DONE)


def test_what_is_done_for_a_task_stands_under_it() -> None:
    inner = ItemState("inner", task("inner", parent="task"), Phase.RUNNING)
    shown = folded_turn(with_items(LIVE, inner, child("a"), child("b", parent="inner"), child("c", parent="gone")))
    assert tree(shown) == [
        ("u:work", None),
        ("task", "u:work"),
        ("inner", "task"),
        ("a", "task"),
        ("b", "inner"),
        ("c", "u:work"),
    ]


def test_of_a_live_task_the_last_two_done_tools_stay_visible() -> None:
    items = [child(name) for name in "abcd"]
    live = with_items(LIVE, *items, child("e", ToolStatus.IN_PROGRESS))
    shown = folded_turn(live)
    assert tree(shown)[1:] == [
        ("task", "u:work"),
        ("task:tools", "task"),
        ("c", "task"),
        ("d", "task"),
        ("e", "task"),
    ]
    group = row(shown, "task:tools")
    assert (group.kind, group.code, group.count, group.is_open) == ("coalesced", "completed_task_tools", 2, False)
    assert (group.title, group.title_words) == ("2 earlier steps", say_count("row.earlier_steps", 2))
    opened = folded_turn(live, {"task:tools": True})
    assert tree(opened)[2:5] == [("task:tools", "task"), ("a", "task:tools"), ("b", "task:tools")]
    assert [one.key for one in folded_turn(with_items(OVER, *items))] == ["u:work", "task", *"abcd"]


def test_two_done_tools_are_not_coalesced() -> None:
    assert len(folded_turn(with_items(LIVE, child("a"), child("b")))) == 4


def test_the_same_wait_again_is_coalesced() -> None:
    def wait(id_: str, seconds: int) -> ItemState:
        return ItemState(id_, call(id=id_, tool_name="task_wait", arguments={"s": seconds}), Phase.DONE)

    shown = folded_turn(with_items(wait("a", 1), wait("b", 1), wait("c", 2), wait("d", 1)))
    assert [one.key for one in shown] == ["u:work", "a", "a:waits", "c"]
    assert (shown[2].count, shown[2].code, shown[2].kind) == (2, "repeated_task_wait", "coalesced")
    assert (shown[2].title, shown[2].title_words) == ("waited 2 more times", say_count("row.waited_again", 2))
    opened = folded_turn(with_items(wait("a", 1), wait("b", 1)), {"a:waits": True})
    assert opened[-1] == msgspec.structs.replace(opened[-1], key="b", parent="a:waits")


def test_what_is_under_a_closed_row_is_hidden_however_deep() -> None:
    shown = folded_turn(with_items(LIVE, *(child(name) for name in "abcd")), {"u:work": False, "task:tools": True})
    assert [one.key for one in shown] == ["u:work"]


def test_rows_stand_behind_the_rows_they_belong_to() -> None:
    early = ItemState("early", task("early", parent="late"), Phase.RUNNING)
    late = ItemState("late", task("late"), Phase.RUNNING)
    question = turn_of(said("q")).items[0]
    shown = folded_turn(with_items(early, child("x", parent="early"), question, late))
    assert tree(shown) == [
        ("q", None),
        ("u:work", None),
        ("early", "u:work"),
        ("x", "early"),
        ("late", "u:work"),
    ]
