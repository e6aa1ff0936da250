"""What the window remembers from one start to the next: its size and place, and which gateway it showed."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec.structs import replace

MIN_WIDTH, MIN_HEIGHT = 480, 360
Side = Annotated[int, msgspec.Meta(ge=1, le=32_767)]
Offset = Annotated[int, msgspec.Meta(ge=-32_768, le=32_767)]


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """A window in pixels of the desktop; without a place the system chooses one."""

    width: Side = 1200
    height: Side = 820
    x: Offset | None = None
    y: Offset | None = None
    is_maximized: bool = False


class Area(msgspec.Struct, frozen=True, kw_only=True):
    """A screen, without what panels take of it."""

    x: int
    y: int
    width: int
    height: int


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """`is_local`: the gateway of the home was shown last, not the one that the list has selected."""

    frame: Frame = Frame()
    is_local: bool = False


def fitted(frame: Frame, areas: tuple[Area, ...]) -> Frame:
    """The frame as it fits the screens of today: never larger than one, its title bar always within reach."""
    if not areas:
        return replace(frame, x=None, y=None)
    area = next((one for one in areas if _holds_title(one, frame)), None)
    room = area or areas[0]
    width, height = _within(frame.width, MIN_WIDTH, room.width), _within(frame.height, MIN_HEIGHT, room.height)
    if area is None or frame.x is None or frame.y is None:
        return replace(frame, width=width, height=height, x=None, y=None)
    x = _within(frame.x, area.x, area.x + area.width - width)
    y = _within(frame.y, area.y, area.y + area.height - height)
    return replace(frame, width=width, height=height, x=x, y=y)


def load(path: Path) -> Kept:
    """What was kept; the default where there is nothing that can be read."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Kept)
    except (OSError, ValueError, RecursionError):
        return Kept()


def save(path: Path, kept: Kept) -> None:
    """Whole or not at all; that a disk refuses it is not worth a word."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    with suppress(OSError):
        fresh.write_bytes(msgspec.json.encode(kept))
        fresh.replace(path)


def _holds_title(area: Area, frame: Frame) -> bool:
    if frame.x is None or frame.y is None:
        return False
    middle = frame.x + min(frame.width, area.width) // 2
    return area.x <= middle < area.x + area.width and area.y - 1 <= frame.y < area.y + area.height


def _within(value: int, least: int, most: int) -> int:
    return max(min(value, most), min(least, most))
