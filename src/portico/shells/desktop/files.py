"""Which files a page may ask to open or reveal: those inside the folders of workspaces, and nothing that runs.

Only what the system shows is opened: a list of kinds, since a list of dangerous ones is never whole.
"""

import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from portico.shells.desktop.links import Verb
from portico.shells.desktop.words import say

PLAIN = "txt md markdown log csv tsv json jsonl yaml yml toml xml diff patch rst tex"
PICTURES = "png jpg jpeg gif webp bmp tif tiff heic avif"
MEDIA = "mp3 ogg oga opus flac wav m4a mp4 m4v mkv webm mov avi"
PAPERS = "pdf epub odt ods odp rtf docx xlsx pptx"
OPENABLE = frozenset(f".{kind}" for kind in f"{PLAIN} {PICTURES} {MEDIA} {PAPERS}".split())
"""No scripts, no HTML or SVG (a browser would run what is in them), no shortcuts, no documents with macros."""


@dataclass(frozen=True, slots=True)
class Open:
    """The system shows this file."""

    path: Path


@dataclass(frozen=True, slots=True)
class Reveal:
    """The system shows this folder."""

    folder: Path


@dataclass(frozen=True, slots=True)
class Refused:
    why: str


def judged(verb: Verb, text: str, roots: Iterable[Path]) -> Open | Reveal | Refused:
    """What is done about a path; links in it are followed before it is compared with the folders."""
    if not text or len(text) > 4_096 or "\0" in text or not Path(text).is_absolute():
        return Refused(say("ui.desktop.not_a_path"))
    try:
        path = Path(text).resolve(strict=True)
        mode = path.stat().st_mode
        folders = [root.resolve(strict=True) for root in roots if root.is_dir()]
    except (OSError, RuntimeError, ValueError):
        return Refused(say("ui.desktop.gone"))
    if not any(path.is_relative_to(folder) for folder in folders):
        return Refused(say("ui.desktop.outside"))
    if stat.S_ISDIR(mode):
        return Reveal(path)
    return Open(path) if verb == "open" and _is_shown(path, mode) else Reveal(path.parent)


def _is_shown(path: Path, mode: int) -> bool:
    runs = os.name == "posix" and mode & 0o111
    return stat.S_ISREG(mode) and not runs and path.suffix.lower() in OPENABLE
