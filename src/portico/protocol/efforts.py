"""Reasoning efforts: canonical values and their other spellings, alike for the gateway and every client."""

EFFORTS = ("max", "xhigh", "high", "medium", "low", "minimal", "none")
"""Strongest first (reference 13.5)."""
_ALIASES = {
    "maximum": "max",
    "extrahigh": "xhigh",
    "xtrahigh": "xhigh",
    "med": "medium",
    "min": "minimal",
    "off": "none",
    "disabled": "none",
}


def normalise_effort(text: str) -> str | None:
    """The canonical effort for any spelling, None for an unknown word. Case and punctuation do not count."""
    word = "".join(sign for sign in text.lower() if sign.isalnum())
    word = _ALIASES.get(word, word)
    return word if word in EFFORTS else None
