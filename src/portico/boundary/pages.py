"""The settings as a shell draws them."""

from portico.boundary.events import SettingRow, SettingsPage, SettingsTold
from portico.client.settings import PAGES, rows
from portico.client.words import say
from portico.protocol.types.settings import GatewaySettings


def settings_told(settings: GatewaySettings | None) -> SettingsTold | None:
    """Every page with its values; None until they were read."""
    if settings is None:
        return None
    pages = [
        SettingsPage(
            id=page.id,
            title=say(page.title),
            rows=tuple(
                SettingRow(id=row.id, kind=row.kind, title=row.title, value=row.value, choices=row.choices)
                for row in rows(page, settings)
            ),
        )
        for page in PAGES
    ]
    return SettingsTold(pages=tuple(pages))
