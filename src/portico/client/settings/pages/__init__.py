"""The table of settings pages. A new one is a file and a line."""

from portico.client.settings.field import Field, Page, Row
from portico.client.settings.pages.context import CONTEXT
from portico.client.settings.pages.general import GENERAL
from portico.client.settings.pages.memory import MEMORY
from portico.client.words import say
from portico.protocol.types.settings import GatewaySettings

PAGES: tuple[Page, ...] = (
    GENERAL,
    MEMORY,
    CONTEXT,
)


def field_of(field_id: str) -> Field | None:
    """The setting of that id on whatever page."""
    return next((field for page in PAGES for field in page.fields if field.id == field_id), None)


def rows(page: Page, settings: GatewaySettings) -> tuple[Row, ...]:
    """The page's lines with their values; a list of tools that somebody named is shown with the choices."""
    return tuple(_row(field, settings) for field in page.fields)


def _row(field: Field, settings: GatewaySettings) -> Row:
    value = field.value_in(settings)
    if field.kind == "text" and value is None:
        value = ""
    return Row(field.id, field.kind, say(field.title), value, field.choices)
