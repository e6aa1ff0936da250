"""Documents cross the boundary as JSON and come back the same."""

import msgspec

from portico.client.markdown import Document, parse
from portico.client.markdown.model import VERSION, Code, Paragraph, Text

TEXT = "# h\n\np *e* **s** ~~d~~ `c` [l](http://x.y)  \nb\n\n- i\n\n> q\n\n|a|\n|-|\n|b|\n\n```py\nc\n```\n\n---"


def test_a_document_survives_json() -> None:
    document = parse(TEXT)
    assert msgspec.json.decode(msgspec.json.encode(document), type=Document) == document


def test_the_form_is_tagged_and_versioned() -> None:
    document = Document(blocks=(Paragraph(inlines=(Text(text="a"),)), Code(text="b")), notice="too_large")
    assert msgspec.json.decode(msgspec.json.encode(document)) == {
        "blocks": [
            {"type": "paragraph", "inlines": [{"type": "text", "text": "a"}]},
            {"type": "code", "text": "b"},
        ],
        "notice": "too_large",
        "version": VERSION,
    }
