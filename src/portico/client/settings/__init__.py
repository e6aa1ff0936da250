"""The gateway's settings as pages of rows, and how a row is changed."""

from portico.client.settings.changing import Planned, changed, place_of, save
from portico.client.settings.field import Field, Page, Row
from portico.client.settings.pages import PAGES, field_of, rows

__all__ = ["PAGES", "Field", "Page", "Planned", "Row", "changed", "field_of", "place_of", "rows", "save"]
