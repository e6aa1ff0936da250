"""Limits of output, and what of it is never kept."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portico.gateway.features.tools.rules.output import (
    ARGUMENT_LIMIT,
    HeadTail,
    TextReader,
    clean,
    excerpt_lines,
    model_limit,
    recorded,
    shorten,
    without_raw,
)
from portico.gateway.kernel.redact import Redactor


@pytest.mark.parametrize(
    ("pieces", "limit", "expected", "left_out"),
    [
        pytest.param(["ab", "cd"], 10, "abcd", 0, id="all of it"),
        pytest.param(["abcdefghij"], 10, "abcdefghij", 0, id="exactly all"),
        pytest.param(["0123456789AB"], 6, "012\n[... 6 bytes left out ...]\n9AB", 6, id="one long piece"),
        pytest.param(list("0123456789AB"), 6, "012\n[... 6 bytes left out ...]\n9AB", 6, id="many pieces"),
        pytest.param(["äöü", "xyz"], 6, "ä\n[... 3 bytes left out ...]\nxyz", 3, id="no half characters"),
        pytest.param([], 6, "", 0, id="nothing"),
    ],
)
def test_head_and_tail(pieces: list[str], limit: int, expected: str, left_out: int) -> None:
    kept = HeadTail(limit)
    for piece in pieces:
        kept.feed(piece)
    assert (kept.text(), kept.left_out) == (expected, left_out)


@given(st.lists(st.text(st.characters(codec="utf-8"))), st.integers(2, 64))
def test_head_and_tail_keep_the_ends_however_the_pieces_are_cut(pieces: list[str], limit: int) -> None:
    whole = HeadTail(limit)
    whole.feed("".join(pieces))
    kept = HeadTail(limit)
    for piece in pieces:
        kept.feed(piece)
    assert (kept.text(), kept.total, kept.left_out) == (whole.text(), whole.total, whole.left_out)


@pytest.mark.parametrize(
    ("text", "limit", "left_out", "expected"),
    [
        pytest.param("short", 100, 0, ("short", False), id="short"),
        pytest.param("short", 5, 0, ("short", False), id="just short"),
        pytest.param("short", 100, 7, ("short", True), id="cut before"),
        pytest.param("0123456789", 4, 0, ("01\n[... 6 bytes left out ...]\n89", True), id="long"),
        pytest.param("0123456789", 4, 10, ("01\n[... 16 bytes left out ...]\n89", True), id="long and cut before"),
        pytest.param("ab", 1, 0, ("\n[... 2 bytes left out ...]\n", True), id="no room"),
    ],
)
def test_shorten(text: str, limit: int, left_out: int, expected: tuple[str, bool]) -> None:
    assert shorten(text, limit, left_out) == expected


def test_a_reader_joins_split_characters_and_redacts_split_secrets() -> None:
    reader = TextReader(Redactor(["hunter2secret"]).stream())
    data = "ä hunter2secret \N{SNOWMAN}".encode() + b"\xff"
    shown = "".join([*(reader.feed(data[n : n + 1]) for n in range(len(data))), reader.flush()])
    assert shown == "ä [redacted] \N{SNOWMAN}\ufffd"


def test_clean_replaces_what_json_cannot_hold() -> None:
    assert (clean("plain"), clean("ä"), clean("x\udc80y")) == ("plain", "ä", "x?y")


@pytest.mark.parametrize(("tokens", "expected"), [(None, 2_097_152), (10, 40), (10**9, 2_097_152)])
def test_model_limit(tokens: int | None, expected: int) -> None:
    assert model_limit(tokens) == expected


def test_an_excerpt_has_at_most_2000_characters() -> None:
    assert excerpt_lines("a\nb") == (["a", "b"], False)
    assert excerpt_lines("x" * 2001) == (["x" * 2000], True)


SHA_OF_ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@pytest.mark.parametrize("key", ["content", "dataUrl", "data_url", "STDOUT", "base64", "screenshot"])
def test_raw_metadata_is_replaced_by_its_digest(key: str) -> None:
    assert without_raw({"path": "a", key: "abc"}) == {
        "path": "a",
        key: {"kind": "redacted_raw", "raw_kind": key, "sha256": SHA_OF_ABC, "bytes": 3, "value_kind": "string"},
    }


@pytest.mark.parametrize(
    ("value", "kind"), [(1, "number"), (True, "boolean"), ([1], "array"), ({"a": 1}, "object"), (None, "null")]
)
def test_raw_metadata_says_what_it_was(value: Any, kind: str) -> None:
    assert without_raw({"data": value})["data"]["value_kind"] == kind


def test_raw_metadata_is_found_at_any_depth() -> None:
    found = without_raw({"list": [{"body": "abc", "n": 1}], "inner": {"html": "abc"}})
    assert found["list"][0]["body"]["kind"] == "redacted_raw"
    assert found["list"][0]["n"] == 1
    assert found["inner"]["html"]["sha256"] == SHA_OF_ABC


def test_metadata_that_is_nested_too_deeply_is_dropped() -> None:
    value: Any = "x"
    for _ in range(40):
        value = {"inner": value}
    assert '"x"' not in repr(without_raw({"outer": value}))


def test_recorded_arguments_are_redacted_and_long_texts_are_digests() -> None:
    redact = Redactor(["hunter2secret"]).text
    long = "y" * (ARGUMENT_LIMIT + 1)
    recorded_arguments = recorded({"a": ["hunter2secret"], "hunter2secret": 1, "input": long, "flag": None}, redact)
    assert recorded_arguments["a"] == ["[redacted]"]
    assert recorded_arguments["[redacted]"] == 1
    assert recorded_arguments["flag"] is None
    assert (recorded_arguments["input"]["raw_kind"], recorded_arguments["input"]["bytes"]) == ("input", len(long))
