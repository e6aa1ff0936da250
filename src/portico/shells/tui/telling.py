"""The lines that tell a person where they are: welcome, title, state. Pure."""

from collections.abc import Sequence

from portico.client.state.types import Phase
from portico.client.timeline import Row
from portico.protocol.types.thread import ThreadMode
from portico.shells.tui.model import Model
from portico.shells.tui.phrases import Phrases, duration
from portico.shells.tui.render.document import Pen
from portico.shells.tui.render.lines import Piece
from portico.shells.tui.safe import line
from portico.shells.tui.ui import Picked

HEALTHY = {"online", "gateway_too_old", "gateway_too_new"}
Pieces = list[Piece]
REHEARSAL = "rehearsal"
"""The provider that is no model."""


def state(model: Model, picked: Picked, pen: Pen, phrases: Phrases, trouble: str) -> Pieces:
    """What happens now, and what can be done about it. `trouble` is why no connection could be made."""
    palette, dot = pen.palette, f" {pen.glyphs.dot} "
    told = model.connection
    if trouble:
        return [(trouble, palette.error), (dot + phrases.say("ui.tui.state.again"), palette.dim)]
    if told is not None and told.state not in HEALTHY:
        pieces = [(phrases.phrase(told.words), palette.warning)]
        if told.action_words is not None:
            pieces.append((f"{dot}ctrl+r {phrases.phrase(told.action_words)}", palette.dim))
        return pieces
    if model.running is None:
        words = phrases.phrase(told.words) if told is not None else phrases.say("ui.tui.state.starting")
        return [(words, palette.dim if told is None or told.state == "online" else palette.warning)]
    busy = phrases.say("ui.tui.state.steers" if picked.is_steering else "ui.tui.state.queues")
    return [(f"{phrases.say('ui.tui.state.stop')}{dot}{busy}", palette.dim)]


def progress(model: Model, pen: Pen, phrases: Phrases, now_ms: int, tick: int) -> Pieces:
    """That a turn runs, how long, and what waits behind it."""
    if model.running is None:
        return []
    spin = pen.glyphs.spin[tick % len(pen.glyphs.spin)]
    rows = model.opened.rows if model.opened else []
    begun = _begun(rows, model.running)
    parts = [phrases.say("ui.tui.row.working")]
    if begun is not None and now_ms > begun:
        parts.append(duration((now_ms - begun) // 1_000 * 1_000))
    if model.waiting:
        parts.append(phrases.count("ui.tui.state.waiting", model.waiting))
    return [
        (f"{spin} ", pen.palette.accent),
        (f" {pen.glyphs.dot} ".join(parts), pen.palette.text),
        ("  ", pen.palette.dim),
    ]


def choice(picked: Picked, pen: Pen, phrases: Phrases) -> Pieces:
    """Which model answers, how hard it thinks, and whether it may use tools."""
    palette, dot = pen.palette, f" {pen.glyphs.dot} "
    mode = phrases.say("ui.tui.mode.agent" if picked.mode is ThreadMode.AGENT else "ui.tui.mode.chat")
    told = picked.told
    names = (told.provider, told.model) if told is not None else (picked.chosen.provider, picked.chosen.model)
    name = line("/".join(part for part in names if part), is_ascii=pen.glyphs.is_ascii)
    pieces: Pieces = [(name or phrases.say("ui.tui.model.unset"), palette.text if name else palette.warning)]
    if picked.chosen.effort:
        pieces.append((dot + _effort(picked, phrases), palette.accent))
    return [*pieces, (dot + mode, palette.dim)]


def _effort(picked: Picked, phrases: Phrases) -> str:
    """Its name; of a later version's effort the word itself."""
    rows = picked.told.efforts if picked.told is not None else ()
    title = next((row.title for row in rows if row.value == picked.chosen.effort), None)
    return phrases.phrase(title) or picked.chosen.effort or ""


def title(model: Model, pen: Pen, phrases: Phrases) -> Pieces:
    """The thread's name."""
    node = model.node(model.thread_id) if model.thread_id is not None else None
    name = node.name if node is not None else phrases.say("thread.unnamed") if model.thread_id is not None else ""
    return [(line(name, is_ascii=pen.glyphs.is_ascii), pen.palette.strong)] if name else []


def place(model: Model, pen: Pen) -> Pieces:
    """The workspace's name."""
    return [(line(model.workspace_name, is_ascii=pen.glyphs.is_ascii) or "Portico", pen.palette.heading)]


def welcome(model: Model, pen: Pen, phrases: Phrases) -> Pieces:
    """What a person can do on the empty page; without a usable provider how to get one."""
    palette = pen.palette
    pieces: Pieces = [("Portico\n", palette.heading), (f"{phrases.say('ui.tui.welcome.what')}\n\n", palette.dim)]
    told = model.providers
    if told is not None and not any(row.is_usable for row in told.providers):
        pieces.append((f"{phrases.say('ui.tui.welcome.no_provider')}\n\n", palette.warning))
    elif model.gateway is not None and model.gateway.default_model_provider == REHEARSAL:
        pieces.append((f"{phrases.say('ui.tui.welcome.rehearsal')}\n\n", palette.text))
    for keys, words in _FIRST:
        pieces += [(keys.ljust(10), palette.accent), (f"{phrases.say(words)}\n", palette.text)]
    return pieces


_FIRST = (
    ("enter", "ui.tui.help.send"),
    ("ctrl+p", "ui.tui.help.palette"),
    ("ctrl+o", "ui.tui.help.model"),
    ("ctrl+b", "ui.tui.help.tree"),
    ("F1", "ui.tui.help"),
)


def _begun(rows: Sequence[Row], turn_id: str) -> int | None:
    """When the turn began, as its row of work tells."""
    found = (row.started_at_ms for row in reversed(rows) if row.turn_id == turn_id and row.kind == "work")
    return next(found, None)


def is_busy(rows: Sequence[Row]) -> bool:
    """Something is drawn that moves."""
    return any(row.phase is Phase.RUNNING for row in rows[-64:])
