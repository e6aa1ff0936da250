"""A row of the timeline as lines: one function per kind, in a table; an unknown kind is shown plainly. Pure."""

from collections.abc import Callable
from dataclasses import dataclass

from rich.segment import Segment
from rich.style import Style

from portico.client.state.types import Phase
from portico.client.timeline import Row
from portico.client.timeline.row import ticking
from portico.client.words import Phrase
from portico.protocol.types.input import MentionInput, SkillInput
from portico.shells.tui.phrases import Phrases, amount, duration
from portico.shells.tui.render.diff import diff_lines
from portico.shells.tui.render.document import DocumentLines, Pen
from portico.shells.tui.render.lines import Line, Piece, cut, filled, folded, indented, wrapped
from portico.shells.tui.safe import line, shown

TAIL = 5
"""Lines of output that are shown of a closed row while it runs, or where it failed."""
MOST_OUTPUT = 400
"""Lines of output that an opened row shows, the last ones."""
STEP = 2
"""Cells that a row stands in from the one that it belongs to."""
DEEPEST = 8
MOST_PLAIN = 200_000
"""Characters of a text that are shown."""


@dataclass(frozen=True, slots=True)
class Frame:
    """How a row is drawn. `now_ms` is of the clock of `started_at_ms`; `tick` counts pictures of what runs."""

    pen: Pen
    phrases: Phrases
    width: int
    depth: int = 0
    is_open: bool = False
    now_ms: int = 0
    tick: int = 0

    @property
    def room(self) -> int:
        return max(self.width - STEP * min(self.depth, DEEPEST), 12)

    def text(self, text: str) -> str:
        return shown(text[:MOST_PLAIN], is_ascii=self.pen.glyphs.is_ascii)

    def line(self, text: str) -> str:
        return line(text[:MOST_PLAIN], is_ascii=self.pen.glyphs.is_ascii)

    def said(self, text: str, words: Phrase | None) -> str:
        """A text of ours in the person's language, any other as it came."""
        return self.text(self.phrases.phrase(words) if words is not None else text)

    def cut(self, pieces: list[Piece], width: int) -> Line:
        return cut(pieces, width, self.pen.glyphs.ellipsis)


def row_lines(row: Row, frame: Frame, document: DocumentLines) -> list[Line]:
    """At least one line; a row that begins something has an empty one before it."""
    if row.kind in {"assistant", "reasoning"}:
        lines = _assistant(row, frame, document) if row.kind == "assistant" else _reasoning(row, frame, document)
    else:
        lines = _DRAWN.get(row.kind, _unknown)(row, frame)
    inset = STEP * min(frame.depth, DEEPEST)
    lines = indented(lines, [Segment(" " * inset)]) if inset else lines
    return [[], *lines] if row.kind in {"user", "assistant", "work", "end", "queued"} else lines


def can_open(row: Row) -> bool:
    """A row that this shell opens by itself: what it shows then was told already."""
    return row.is_open is None and (row.kind == "reasoning" or row.kind in {"tool", "change", "task", "unknown"})


def _user(row: Row, frame: Frame) -> list[Line]:
    palette = frame.pen.palette
    pieces = [(frame.text(row.text), palette.user)] if row.text else []
    lines = wrapped(pieces, frame.room - 4) if pieces else []
    lines += [wrapped([(name, palette.user + palette.dim)], frame.room - 4)[0] for name in _attachments(row, frame)]
    bar: Line = [Segment(frame.pen.glyphs.bar, palette.user_bar), Segment(" ", palette.user)]
    return filled(indented(lines or [[]], bar, bar), frame.room, palette.user)


def _attachments(row: Row, frame: Frame) -> list[str]:
    names: list[str] = []
    for one in row.attachments:
        match one:
            case MentionInput() | SkillInput():
                names.append(f"@{frame.line(one.name)}")
            case _:
                names.append(f"[{frame.phrases.say('ui.tui.row.attachment')}]")
    return names


def _queued(row: Row, frame: Frame) -> list[Line]:
    palette = frame.pen.palette
    said = frame.text(row.text) or frame.phrases.say("ui.tui.row.queued")
    pieces = [(f"{frame.phrases.say('ui.tui.row.waiting')}  ", palette.warning), (said, palette.dim)]
    return wrapped(pieces, frame.room)


def _assistant(row: Row, frame: Frame, document: DocumentLines) -> list[Line]:
    lines = _written(row, frame, document, frame.room)
    note = _figures(row, frame)
    return [*lines, frame.cut([(note, frame.pen.palette.dim)], frame.room)] if note else lines


def _written(row: Row, frame: Frame, document: DocumentLines, width: int) -> list[Line]:
    if row.markdown is None:
        return wrapped([(frame.text(row.text), frame.pen.palette.text)], width)
    return document.lines(row.markdown, frame.pen, width) or [[]]


def _reasoning(row: Row, frame: Frame, document: DocumentLines) -> list[Line]:
    palette, glyphs = frame.pen.palette, frame.pen.glyphs
    mark = glyphs.opened if frame.is_open else glyphs.closed
    running = row.phase is Phase.RUNNING
    title = frame.phrases.say("ui.tui.row.thinking" if running else "ui.tui.row.thought")
    head: list[Piece] = [(f"{mark} {title}", palette.dim)]
    if not frame.is_open:
        last = frame.line(row.text[-400:] if running else row.text[:400])
        return [frame.cut([*head, (f"  {last}", palette.comment)], frame.room)]
    bar: Line = [Segment(f"{glyphs.column} ", palette.dim)]
    return [frame.cut(head, frame.room), *indented(_written(row, frame, document, frame.room - 2), bar, bar)]


def _tool(row: Row, frame: Frame) -> list[Line]:
    lines = [_headline(row, frame)]
    if row.diff:
        return [*lines, *diff_lines(row.diff, frame.pen, frame.room - 2, is_open=frame.is_open, phrases=frame.phrases)]
    return [*lines, *_output(row, frame)]


def _headline(row: Row, frame: Frame) -> Line:
    palette = frame.pen.palette
    name, _, subject = frame.line(frame.said(row.title, row.title_words)).partition(" ")
    pieces: list[Piece] = [_sign(row, frame), (" ", palette.text), (name, palette.strong)]
    took = _took(row, frame)
    end: list[Piece] = [(f" {frame.pen.glyphs.dot} {took}", palette.dim)] if took else []
    if row.detail:
        end.append((f" {frame.pen.glyphs.dot} {frame.line(frame.said(row.detail, row.detail_words))}", palette.error))
    left = frame.room - sum(len(text) for text, _ in end)
    head = frame.cut([*pieces, (f" {subject}" if subject else "", palette.text)], max(left, 8))
    return [*head, *(Segment(*piece) for piece in end)] if left >= 8 else frame.cut([*pieces, *end], frame.room)


def _output(row: Row, frame: Frame) -> list[Line]:
    """Live the tail, afterwards nothing unless it failed or was opened."""
    palette = frame.pen.palette
    text = row.text.strip("\n")
    shows = frame.is_open or row.phase is not Phase.DONE
    if not text or not shows:
        return []
    lines = text[-MOST_PLAIN:].split("\n")
    most = MOST_OUTPUT if frame.is_open else TAIL
    hidden = max(len(lines) - most, 0)
    bar: Line = [Segment(f"{frame.pen.glyphs.column} ", palette.dim)]
    body = folded(frame.text("\n".join(lines[-most:])), palette.dim, frame.room - 2)
    if not frame.is_open:
        hidden, body = hidden + max(len(body) - 2 * TAIL, 0), body[-2 * TAIL :]
    if hidden:
        note = frame.phrases.count("ui.tui.row.earlier_lines", hidden)
        body = [[Segment(note, palette.comment)], *body]
    return indented(body, bar, bar)


def _task(row: Row, frame: Frame) -> list[Line]:
    palette = frame.pen.palette
    status = frame.line(frame.said(row.text, row.text_words))
    head = [
        _sign(row, frame),
        (f" {frame.line(row.title)}", palette.strong),
        (f"  {status}", palette.dim),
    ]
    lines = [frame.cut(head, frame.room)]
    if row.detail and (frame.is_open or row.phase is Phase.FAILED):
        lines += indented(
            wrapped([(frame.said(row.detail, row.detail_words), palette.dim)], frame.room - 2), [Segment("  ")]
        )
    return lines


def _notice(row: Row, frame: Frame) -> list[Line]:
    style, glyphs = _level(row, frame), frame.pen.glyphs
    sign = glyphs.note if row.level == "info" else glyphs.warning
    return indented(
        wrapped([(frame.said(row.text, row.text_words), style)], frame.room - 2), [Segment(f"{sign} ", style)]
    )


def _end(row: Row, frame: Frame) -> list[Line]:
    glyphs, style = frame.pen.glyphs, _level(row, frame)
    lines = indented(
        wrapped([(frame.said(row.text, row.text_words), style)], frame.room - 2), [Segment(f"{glyphs.failed} ", style)]
    )
    note = _figures(row, frame)
    return [*lines, frame.cut([(note, frame.pen.palette.dim)], frame.room)] if note else lines


def _work(row: Row, frame: Frame) -> list[Line]:
    palette, glyphs = frame.pen.palette, frame.pen.glyphs
    mark = glyphs.opened if row.is_open else glyphs.closed
    if row.phase is Phase.RUNNING:
        spin, style = glyphs.spin[frame.tick % len(glyphs.spin)], palette.accent
        title = f"{spin} {frame.phrases.say('ui.tui.row.working')}"
    else:
        title, style = frame.phrases.say("ui.tui.row.worked"), palette.dim
    parts = [frame.phrases.count("ui.tui.row.steps", row.count)] if row.count else []
    took = _took(row, frame)
    parts += [took] if took else []
    tail = "".join(f" {glyphs.dot} {part}" for part in parts)
    return [frame.cut([(f"{mark} ", palette.dim), (title, style), (tail, palette.dim)], frame.room)]


def _coalesced(row: Row, frame: Frame) -> list[Line]:
    mark = frame.pen.glyphs.opened if row.is_open else frame.pen.glyphs.closed
    return [
        frame.cut([(f"{mark} {frame.line(frame.said(row.title, row.title_words))}", frame.pen.palette.dim)], frame.room)
    ]


def _unknown(row: Row, frame: Frame) -> list[Line]:
    palette = frame.pen.palette
    head = "  ".join(part for part in (frame.line(row.title) or frame.line(row.kind), frame.line(row.detail)) if part)
    lines = wrapped([(head, palette.strong)], frame.room)
    return [*lines, *wrapped([(frame.text(row.text), palette.dim)], frame.room)] if row.text else lines


def _sign(row: Row, frame: Frame) -> Piece:
    glyphs, palette = frame.pen.glyphs, frame.pen.palette
    match row.phase:
        case Phase.RUNNING:
            return glyphs.spin[frame.tick % len(glyphs.spin)], palette.accent
        case Phase.FAILED:
            return glyphs.failed, palette.error
        case Phase.DONE:
            return glyphs.done, palette.ok


def _level(row: Row, frame: Frame) -> Style:
    palette = frame.pen.palette
    return {"warning": palette.warning, "error": palette.error}.get(row.level, palette.dim)


def _took(row: Row, frame: Frame) -> str:
    """The time it took, or takes so far. Under a second nothing is ticked."""
    running = ticking(row, frame.now_ms)
    if running is not None:
        return duration(running // 1_000 * 1_000) if running >= 1_000 else ""
    return duration(row.elapsed_ms) if row.elapsed_ms else ""


def _figures(row: Row, frame: Frame) -> str:
    """What a turn took: model, time, tokens."""
    parts = [frame.line("/".join(part for part in (row.model_provider, row.model) if part))]
    if row.elapsed_ms:
        parts.append(duration(row.elapsed_ms))
    if row.usage is not None and (row.usage.input_tokens or row.usage.output_tokens):
        given, taken = amount(row.usage.input_tokens), amount(row.usage.output_tokens)
        parts.append(frame.phrases.say("ui.tui.row.tokens", given=given, taken=taken))
    return f" {frame.pen.glyphs.dot} ".join(part for part in parts if part)


_DRAWN: dict[str, Callable[[Row, Frame], list[Line]]] = {
    "user": _user,
    "queued": _queued,
    "tool": _tool,
    "change": _tool,
    "task": _task,
    "notice": _notice,
    "end": _end,
    "work": _work,
    "coalesced": _coalesced,
}
