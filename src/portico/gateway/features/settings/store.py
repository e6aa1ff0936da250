"""The table `setting`, read."""

import msgspec

from portico.gateway.features.settings.rules import ROW_NAME
from portico.gateway.kernel.errors import Unavailable
from portico.gateway.log import GATEWAY_STREAM, EventLog
from portico.protocol.types.settings import GatewaySettings

_ROW = "select data from setting where name = $1"
_DECIDED = "select decided from stream where stream = $1"
_settings = msgspec.json.Decoder(GatewaySettings)


class SettingsStore:
    """Reads the one row that holds the snapshot."""

    def __init__(self, log: EventLog) -> None:
        self._log = log

    async def state(self) -> tuple[GatewaySettings, int]:
        """The snapshot (the defaults before the first change) and the decided version of the gateway's stream.

        Raises Unavailable (`settings_unreadable`) when the row is damaged.
        """
        rows, decided = await self._log.snapshot((_ROW, (ROW_NAME,)), (_DECIDED, (GATEWAY_STREAM,)))
        try:
            settings = _settings.decode(bytes(rows[0][0])) if rows else GatewaySettings()
        except (ValueError, RecursionError) as error:
            raise Unavailable("the stored settings cannot be read", code="settings_unreadable") from error
        return settings, decided[0][0] if decided else 0
