"""Markdown as a document that any shell can draw: parsed once, sanitised in the model, incremental while it streams."""

from portico.client.markdown.model import (
    VERSION,
    Block,
    Break,
    Code,
    CodeSpan,
    Document,
    Emphasis,
    Heading,
    Inline,
    Link,
    ListBlock,
    Paragraph,
    Quote,
    Rule,
    Strike,
    Strong,
    Table,
    Text,
)
from portico.client.markdown.parse import parse
from portico.client.markdown.stream import MarkdownStream, Tail

__all__ = [
    "VERSION",
    "Block",
    "Break",
    "Code",
    "CodeSpan",
    "Document",
    "Emphasis",
    "Heading",
    "Inline",
    "Link",
    "ListBlock",
    "MarkdownStream",
    "Paragraph",
    "Quote",
    "Rule",
    "Strike",
    "Strong",
    "Table",
    "Tail",
    "Text",
    "parse",
]
