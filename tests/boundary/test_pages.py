"""Settings as pages of rows."""

import msgspec

from portico.boundary.pages import settings_told
from portico.client.settings import PAGES
from portico.protocol.types.settings import GatewaySettings


def test_every_page_has_its_rows() -> None:
    told = settings_told(GatewaySettings())
    assert told is not None
    assert [page.id for page in told.pages] == [page.id for page in PAGES]
    assert [len(page.rows) for page in told.pages] == [len(page.fields) for page in PAGES]
    assert msgspec.json.encode(told).startswith(b'{"event":"settings","pages":[')


def test_nothing_is_shown_before_they_were_read() -> None:
    assert settings_told(None) is None
