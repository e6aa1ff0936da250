"""The base of every stored fact: camelCase keys, tag `type` (reference 2.4, 5.5)."""

from portico.protocol.base import WireCamel


class EventBase(WireCamel, frozen=True, kw_only=True, tag_field="type"):
    """A fact; its tag is the payload tag of replay."""
