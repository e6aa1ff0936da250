"""What a gateway that keeps no conversations still shares with its home's database (SESSION_PERSIST=false)."""

from portico.gateway.log import GATEWAY_STREAM
from portico.gateway.store.mirror import Shared

KEPT = Shared(
    stream=GATEWAY_STREAM,
    events=frozenset({"settingsChanged", "tokensChanged"}),
    tables=frozenset({"token", "browser_session", "setting", "provider_config", "model_list", "usage"}),
    seeds=frozenset({"workspace"}),
)
"""Settings, credentials, and the usage that spend caps count.

Every other table is in memory only: a new one stays there until it is named here.
"""
