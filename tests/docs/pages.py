"""The pages that are checked: their text, headings, links and code blocks."""

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


@dataclass(frozen=True)
class Page:
    """A file of Markdown."""

    path: Path

    @cached_property
    def text(self) -> str:
        return self.path.read_text()

    @property
    def name(self) -> str:
        return self.path.relative_to(ROOT).as_posix()

    @property
    def prose(self) -> str:
        """The text without its code blocks."""
        return _FENCE.sub("", self.text)

    @property
    def anchors(self) -> set[str]:
        """What a link to one of its headings says after the hash."""
        return {_anchor(heading) for heading in _HEADING.findall(self.prose)}

    @property
    def links(self) -> list[str]:
        return _LINK.findall(self.prose)

    def blocks(self, *languages: str) -> list[str]:
        """The code blocks in these languages, in order."""
        return [code for language, code in _FENCE.findall(self.text) if language in languages]

    @property
    def cells(self) -> set[str]:
        """What stands in code marks in tables and headings."""
        lines = [line for line in self.text.splitlines() if line.startswith(("|", "#"))]
        return {name for line in lines for name in re.findall(r"`([^`]+)`", line)}


def pages() -> list[Page]:
    """Every page a reader may meet."""
    found = [ROOT / "README.md", ROOT / "AGENTS.md", *ROOT.glob("docs/**/*.md"), *ROOT.glob("changes/*.md")]
    return [Page(path) for path in sorted(found)]


def page(name: str) -> Page:
    return Page(ROOT / name)


def _anchor(heading: str) -> str:
    kept = re.sub(r"[^\w\- ]", "", heading.lower())
    return kept.strip().replace(" ", "-")
