"""The script writes the tables of the protocol page, tells when they drifted, and has a word for every name."""

from pathlib import Path

import msgspec
import pytest
from scripts.protocol_doc import FILE, fields_of, generated, main, rewritten
from scripts.protocol_words import (
    NOT_SENT,
    NOTICES,
    OUR_FIELDS,
    OUR_METHODS,
    OUR_NOTICES,
    SAYS,
    SETTINGS_IN_USE,
    TITLES,
)

from portico.protocol.methods import METHODS
from portico.protocol.methods.turn import TurnStartParams
from portico.protocol.schema import notification_types
from portico.protocol.types.item import CommandExecution
from portico.protocol.types.settings import GatewaySettings


def test_the_page_is_what_the_protocol_says() -> None:
    assert main(["--check"]) == 0


def test_every_part_stands_on_the_page() -> None:
    text = FILE.read_text()
    assert [name for name in generated() if text.count(f"<!-- generated: {name} -->") != 1] == []


def test_writing_mends_a_drift(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "protocol.md"
    page.write_text("before\n<!-- generated: errors -->\nold\n<!-- end -->\nafter\n")
    assert main(["--check"], page) == 1
    assert "scripts.protocol_doc" in capsys.readouterr().out
    assert main([], page) == 0
    assert main(["--check"], page) == 0
    text = page.read_text()
    assert text.startswith("before\n")
    assert text.endswith("after\n")
    assert "| `conflict` | -32600 | 409 |" in text
    assert "old" not in text


def test_a_part_that_nobody_makes_is_an_error() -> None:
    with pytest.raises(KeyError):
        rewritten("<!-- generated: weather -->\n<!-- end -->")


def test_a_wrong_argument_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--wrong"]) == 2
    assert "usage" in capsys.readouterr().err


def test_every_name_has_a_word_and_no_word_is_left_over() -> None:
    methods = {method.name: method for method in METHODS}
    assert SAYS.keys() == methods.keys()
    assert NOTICES.keys() == notification_types().keys()
    assert methods.keys() >= OUR_METHODS
    assert NOTICES.keys() >= OUR_NOTICES | NOT_SENT
    assert {word for key in TITLES for word in key.split()} == {name.split("/")[0] for name in methods}


def test_our_fields_exist() -> None:
    methods = {method.name: method for method in METHODS}
    for name, fields in OUR_FIELDS.items():
        method = methods[name]
        known = {*method.params.__struct_encode_fields__, *method.result.__struct_encode_fields__}
        assert fields <= known, name


def test_settings_in_use_exist() -> None:
    for name in SETTINGS_IN_USE:
        value: object = GatewaySettings()
        for part in name.split("."):
            assert isinstance(value, msgspec.Struct)
            value = getattr(value, part)


def test_a_field_tells_whether_it_may_be_left_out_and_its_type() -> None:
    line = fields_of(TurnStartParams, frozenset({"tools"}))
    assert "`thread_id`, `turn_id`, `input` (UserInput[])," in line
    assert "`tools`?\\* (ToolAccess)" in line
    assert "`when_busy`? (follow_up / queue / reject / steer)" in line
    assert "`command` (text[]), `cwd`?" in fields_of(CommandExecution)
