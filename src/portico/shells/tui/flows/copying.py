"""Copying out of the timeline, by the terminal's clipboard."""

from collections.abc import Iterable, Iterator

from portico.client.markdown import parse
from portico.client.markdown.model import Block, Code, ListBlock, Quote
from portico.client.timeline import Row
from portico.shells.tui.ui import Ui


def copy_row(ui: Ui, row: Row) -> None:
    """What the row says, as it came."""
    _copy(ui, row.text or row.title)


def copy_answer(ui: Ui) -> None:
    """The last thing that the assistant said."""
    answer = _last_answer(ui)
    _copy(ui, answer.text if answer else "")


def copy_code(ui: Ui) -> None:
    """The last code of the last answer that has any."""
    rows = ui.model.opened.rows if ui.model.opened else []
    for row in reversed(rows):
        if row.kind == "assistant":
            found = list(_codes((row.markdown or parse(row.text)).blocks))
            if found:
                _copy(ui, found[-1])
                return
    _copy(ui, "")


def _last_answer(ui: Ui) -> Row | None:
    rows = ui.model.opened.rows if ui.model.opened else []
    return next((row for row in reversed(rows) if row.kind == "assistant" and row.text), None)


def _codes(blocks: Iterable[Block]) -> Iterator[str]:
    for block in blocks:
        match block:
            case Code(text=text):
                yield text
            case ListBlock(items=items):
                for item in items:
                    yield from _codes(item)
            case Quote(blocks=inner):
                yield from _codes(inner)
            case _:
                pass


def _copy(ui: Ui, text: str) -> None:
    if text:
        ui.copy(text)
        ui.tell(ui.phrases.say("ui.tui.copied"))
    else:
        ui.tell(ui.phrases.say("ui.tui.nothing_to_copy"))
