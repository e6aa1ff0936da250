"""The table of picks: what a person can add to a message beside text. A new kind is a file and a line."""

from portico.client.composer.draft import Picked
from portico.client.composer.pick import Pick
from portico.client.composer.picks.images import IMAGES, Image
from portico.client.composer.picks.mentions import MENTIONS, Mention

PICKS: tuple[Pick, ...] = (
    IMAGES,
    MENTIONS,
)


def pick_of(picked: Picked) -> Pick:
    """The kind that it is of. KeyError for one that the table lacks."""
    for pick in PICKS:
        if isinstance(picked, pick.type):
            return pick
    raise KeyError(type(picked).__name__)


__all__ = ["PICKS", "Image", "Mention", "pick_of"]
