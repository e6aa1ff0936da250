"""Files of this machine that a message names or shows: what stands below a folder, and pictures behind pasted paths."""

import os
import re
import shlex
import stat
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote, urlsplit

from portico.client.composer.picks.images import MAX_IMAGE_BYTES

MOST_FILES = 20_000
"""Paths below a folder that are offered; a larger tree is cut."""
MOST_FOLDERS = 4_000
OFFERED = 8
MOST_PASTED = 8
PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp")
_SIGNS = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif"}
_SKIPPED = {"node_modules", "__pycache__", "venv", "target", "dist", "build"}
_MENTION = re.compile(r"(?:^|\s)@([^\s@]{0,256})$")


class NotTaken(Exception):
    """A file is no picture that can be sent; `words` is the id of the sentence that says why."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


def mention_in(text: str) -> str | None:
    """What was typed behind an `@` that begins the last word of `text`; None where there is none."""
    found = _MENTION.search(text)
    return found[1] if found else None


def below(root: Path) -> list[str]:
    """Paths below a folder relative to it, shallow ones first, folders with a slash; hidden ones are left out."""
    found: list[str] = []
    waiting = [""]
    for _ in range(MOST_FOLDERS):
        if not waiting or len(found) >= MOST_FILES:
            break
        folder, *waiting = waiting
        names = sorted(_names(root / folder), key=lambda one: one[0].casefold())
        found += [f"{folder}{name}{'/' if is_folder else ''}" for name, is_folder in names]
        waiting += [f"{folder}{name}/" for name, is_folder in names if is_folder]
    return found[:MOST_FILES]


def offered(paths: Iterable[str], words: str) -> list[str]:
    """At most OFFERED paths that hold the signs of `words` in their order, the best first."""
    wanted = words.casefold()
    ranked = ((_rank(path.casefold(), wanted), place, path) for place, path in enumerate(paths))
    best = sorted((rank, place, path) for rank, place, path in ranked if rank is not None)
    return [path for _, _, path in best[:OFFERED]]


def pasted_pictures(text: str) -> list[str]:
    """Paths of pictures, if the text is nothing else: so terminals paste files that are dropped on them."""
    if len(text) > MOST_PASTED * 4_096:
        return []
    try:
        words = [text.strip()] if text.strip().startswith("file://") else shlex.split(text)
    except ValueError:
        return []
    paths = [_path(word) for word in words]
    is_pictures = all(path.startswith(("/", "~")) and path.lower().endswith(PICTURES) for path in paths)
    return paths if is_pictures and len(paths) <= MOST_PASTED else []


def picture(path: Path) -> tuple[str, bytes]:
    """Its media type and its bytes. Raises NotTaken for what is none or too large, OSError and ValueError too."""
    descriptor = os.open(path.expanduser(), os.O_RDONLY | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise NotTaken("composer.image_type")
        data = file.read(MAX_IMAGE_BYTES + 1)
    if len(data) > MAX_IMAGE_BYTES:
        raise NotTaken("composer.image_too_large")
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp", data
    kind = next((kind for sign, kind in _SIGNS.items() if data.startswith(sign)), None)
    if kind is None:
        raise NotTaken("composer.image_type" if data else "composer.image_empty")
    return kind, data


def _names(folder: Path) -> Iterator[tuple[str, bool]]:
    """What stands in a folder and may be read; links are not followed."""
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if not entry.name.startswith(".") and entry.name not in _SKIPPED and entry.name.isprintable():
                yield entry.name, entry.is_dir(follow_symlinks=False)


def _rank(path: str, wanted: str) -> tuple[int, int] | None:
    """Lower is better: the name begins with it, holds it, the path holds it, its signs stand in the path in order."""
    name = path.rstrip("/").rpartition("/")[2]
    if name.startswith(wanted) or path.startswith(wanted):
        return 0, len(path)
    if wanted in name:
        return 1, len(path)
    if wanted in path:
        return 2, len(path)
    signs = iter(path)
    return (3, len(path)) if all(sign in signs for sign in wanted) else None


def _path(word: str) -> str:
    """A `file:` address as the path that it names."""
    return unquote(urlsplit(word).path) if word.startswith("file://") else word
