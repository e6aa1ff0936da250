"""The pages of settings."""

import pytest
from msgspec.structs import replace

from portico.client.settings import PAGES, Page, Row, field_of, rows
from portico.client.words import say
from portico.protocol.types.settings import GatewaySettings, GeneralSettings

SETTINGS = GatewaySettings()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.id)
def test_every_row_has_words_and_a_value_that_it_may_have(page: Page) -> None:
    assert str(say(page.title))
    for field, row in zip(page.fields, rows(page, SETTINGS), strict=True):
        assert (row.id, str(row.title)) == (field.id, str(say(field.title)))
        assert field.refusal(row.value) is None


def test_ids_are_unique_and_found() -> None:
    ids = [field.id for page in PAGES for field in page.fields]
    assert len(set(ids)) == len(ids)
    assert [field.id for id_ in ids if (field := field_of(id_))] == ids
    assert field_of("general.nothing") is None


def test_a_list_of_tools_is_shown() -> None:
    named = replace(SETTINGS, general=GeneralSettings(tools=["read_file"]))
    row = next(row for row in rows(PAGES[0], named) if row.id == "general.tools")
    assert row == Row("general.tools", "choice", say("setting.tools"), ["read_file"], ("all", "readonly", "none"))
