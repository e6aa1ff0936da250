"""Tells whether the web shell that is committed was built from the sources that are: no Node is needed."""

import hashlib
import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CONFIG = "web/vite.config.ts"
STATIC = "src/portico/shells/web/static"
_SOURCES = re.compile(r"^const SOURCES = (\[.*?\]);", re.MULTILINE | re.DOTALL)
_NOT_COUNTED = {".py", ".pyc"}
"""What is beside the catalogues of words is the client core's."""


def digest(root: Path = ROOT) -> str:
    """As `digest` of web/vite.config.ts: over `name NUL content NUL` of each source, by name."""
    found = hashlib.sha256()
    for name in sorted(_names(root)):
        found.update(name.encode() + b"\0" + (root / name).read_bytes() + b"\0")
    return found.hexdigest()


def built(root: Path = ROOT) -> str | None:
    """The digest of the sources that the bundle was built from; None when there is none."""
    try:
        return str(json.loads((root / STATIC / "build.json").read_text())["sources"])
    except (OSError, ValueError, KeyError):
        return None


def main(root: Path = ROOT) -> int:
    if digest(root) == built(root):
        return 0
    print(f"{STATIC} was not built from these sources; run `make ui` and commit it")
    return 1


def _names(root: Path) -> set[str]:
    """Paths of all sources below `root`, with `/`."""
    listed = _SOURCES.search((root / CONFIG).read_text())
    if listed is None:
        raise ValueError(f"{CONFIG} names no SOURCES")
    names: set[str] = set()
    for source in json.loads(listed[1]):
        place = root / str(source)
        paths = place.rglob("*") if place.is_dir() else [place]
        names |= {path.relative_to(root).as_posix() for path in paths if path.is_file() or not place.is_dir()}
    return {name for name in names if Path(name).suffix not in _NOT_COUNTED}


if __name__ == "__main__":
    sys.exit(main())
