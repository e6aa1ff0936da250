"""Markdown as an assistant writes it, in pieces as a model streams it: what clients are measured with."""

_PARAGRAPHS = (
    "The **heron** stands in the shallows and waits; see [its page](https://example.org/heron) and `wade()` for *how* "
    "it does so. It takes no step that the water would tell of, and who counts minutes loses count before it moves.",
    "- first it looks at what moves below\n- then it decides, which takes `7 ms`\n- only then it strikes, **once**",
    "```python\ndef strike(fish: Fish) -> bool:\n    depth = fish.depth * 1.33\n"
    "    return depth < REACH and not fish.warned\n```",
    "Of ten tries it needs four, as _others_ found: the rest is patience, which no one measures and everyone needs. "
    "What it cannot reach it leaves, and what it left it forgets.",
    "| bird | tries | fish |\n|---|---:|---:|\n| heron | 10 | 4 |\n| egret | 12 | 3 |",
)
PIECE = 5
"""Characters of a delta: about a token."""


def prose(paragraphs: int) -> str:
    """So many paragraphs (lists, code and tables among them) with a blank line behind each."""
    return "".join(f"{_PARAGRAPHS[number % len(_PARAGRAPHS)]}\n\n" for number in range(paragraphs))


def pieces(text: str, size: int = PIECE) -> list[str]:
    """The text as deltas."""
    return [text[at : at + size] for at in range(0, len(text), size)]
