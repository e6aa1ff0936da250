"""One line per fact, with its fields, without secrets; lines of libraries take the same way."""

import io
import logging
import subprocess
import sys
from collections.abc import Generator
from typing import Any

import msgspec
import pytest

from portico.gateway.kernel.logging import QUIET_LIBRARIES, configure, get_logger, log_context, redact_with
from portico.gateway.kernel.redact import Redactor

logger = get_logger("portico.test")


@pytest.fixture(autouse=True)
def restored() -> Generator[None]:
    """The root logger is the process's: what a test configures is undone."""
    root = logging.getLogger()
    known = root.handlers, root.level, logging.raiseExceptions
    levels = {name: logging.getLogger(name).level for name in QUIET_LIBRARIES}
    yield
    root.handlers, root.level, logging.raiseExceptions = known
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [msgspec.json.decode(line) for line in stream.getvalue().splitlines()]


def test_a_fact_is_one_line_of_json() -> None:
    stream = io.StringIO()
    configure(stream=stream)
    logger.bind(turn="t1").info("turn %s ended", "t1", status="Completed", count=3)
    (fact,) = lines(stream)
    assert fact.pop("at").endswith("+00:00")
    assert fact == {
        "level": "info",
        "logger": "portico.test",
        "message": "turn t1 ended",
        "turn": "t1",
        "status": "Completed",
        "count": 3,
    }


def test_a_person_reads_plain_text() -> None:
    stream = io.StringIO()
    configure(json=False, stream=stream)
    logger.warning("disk is nearly full", free_mb=12)
    assert stream.getvalue().endswith(" warning disk is nearly full free_mb=12\n")


def test_the_context_stands_on_each_line_of_its_block() -> None:
    stream = io.StringIO()
    configure(stream=stream)
    with log_context(thread="a"), log_context(turn="b"):
        logger.error("one")
    logger.error("two")
    one, two = lines(stream)
    assert (one["thread"], one["turn"]) == ("a", "b")
    assert "thread" not in two


@pytest.mark.parametrize("json", [True, False])
def test_a_crash_is_told_with_its_traceback(json: bool) -> None:
    stream = io.StringIO()
    configure(json=json, stream=stream)
    try:
        raise RuntimeError("boom")
    except RuntimeError:
        logger.exception("unexpected error", ref="r1")
    assert "RuntimeError: boom" in stream.getvalue()
    assert "Traceback" in stream.getvalue()


@pytest.mark.parametrize("json", [True, False])
def test_secrets_are_cut_out_of_everything(json: bool) -> None:
    stream = io.StringIO()
    configure(json=json, stream=stream, redact=Redactor(['a "quoted" secret']).text)
    try:
        raise RuntimeError('in a "quoted" secret')
    except RuntimeError:
        logger.exception('with a "quoted" secret', field='a "quoted" secret')
    assert "quoted" not in stream.getvalue()
    assert stream.getvalue().count("[redacted]") >= 2


def test_redaction_may_come_later() -> None:
    stream = io.StringIO()
    configure(stream=stream)
    redact_with(Redactor(["hunter2hunter2"]).text)
    logger.info("it is hunter2hunter2")
    assert lines(stream)[0]["message"] == "it is [redacted]"


def test_the_level_holds() -> None:
    stream = io.StringIO()
    configure("warning", stream=stream)
    logger.debug("one")
    logger.info("two")
    logger.warning("three")
    assert [fact["message"] for fact in lines(stream)] == ["three"]


def test_lines_of_libraries_take_the_same_way() -> None:
    stream = io.StringIO()
    configure("debug", stream=stream)
    logging.getLogger("some.library").info("it says %d", 5)
    logging.getLogger("uvicorn.access").info("GET /")
    assert [(fact["logger"], fact["message"]) for fact in lines(stream)] == [("some.library", "it says 5")]


@pytest.mark.parametrize("odd", ["\udc80", object, {1: {2}}, float("nan"), b"\xff"])
def test_an_odd_value_does_not_lose_the_line(odd: Any) -> None:
    stream = io.StringIO()
    configure(stream=stream)
    logger.info("told", odd=odd)
    assert lines(stream)[0]["message"] == "told"


def test_a_deeply_nested_value_does_not_lose_the_line() -> None:
    stream = io.StringIO()
    configure(stream=stream)
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    logger.info("told", fine="yes", deep=deep)
    assert lines(stream)[0]["message"] == "told"


def test_fields_do_not_hide_the_fact() -> None:
    stream = io.StringIO()
    configure(stream=stream)
    logger.info("told", message="other", level="other", logger="other")
    assert (lines(stream)[0]["message"], lines(stream)[0]["level"]) == ("told", "info")


def test_configuring_again_replaces() -> None:
    first, second = io.StringIO(), io.StringIO()
    configure(stream=first)
    configure(stream=second)
    logger.info("told")
    assert (first.getvalue(), len(lines(second))) == ("", 1)


def test_a_closed_stream_is_no_crash() -> None:
    stream = io.StringIO()
    configure(stream=stream)
    stream.close()
    logger.info("told")
    after = io.StringIO()
    configure(stream=after)
    logger.info("heard")
    assert "heard" in after.getvalue()


def test_importing_it_loads_nothing_heavy() -> None:
    code = "import sys, portico.gateway.kernel.logging; print({'structlog', 'rich', 'asyncio'} & set(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "set()"
