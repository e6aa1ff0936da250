"""Pages to read: help, and how the gateway is."""

from collections.abc import Iterable, Sequence

from rich.cells import cell_len
from rich.segment import Segment

from portico.boundary.work.gateway import DiagnosticsResult, Health
from portico.protocol.types.health import HealthFinding
from portico.shells.tui.render.document import Pen
from portico.shells.tui.render.lines import Line, indented, wrapped
from portico.shells.tui.safe import shown
from portico.shells.tui.ui import Ui
from portico.shells.tui.widgets.choices import Choice

KEYS = (
    ("enter", "ui.tui.help.send"),
    ("shift+enter  ctrl+j  alt+enter", "ui.tui.help.newline"),
    ("esc", "ui.tui.help.stop"),
    ("ctrl+c ctrl+c", "ui.tui.help.quit"),
    ("ctrl+p", "ui.tui.help.palette"),
    ("ctrl+n", "ui.tui.help.new"),
    ("ctrl+o", "ui.tui.help.model"),
    ("shift+tab", "ui.tui.help.mode"),
    ("ctrl+s", "ui.tui.help.steer"),
    ("ctrl+b", "ui.tui.help.tree"),
    ("ctrl+f", "ui.tui.help.search"),
    ("ctrl+t", "ui.tui.help.theme"),
    ("@", "ui.tui.help.mention"),
    ("backspace", "ui.tui.help.remove_added"),
    ("tab", "ui.tui.help.focus"),
    ("pgup  pgdn", "ui.tui.help.page"),
    ("", "ui.tui.help.in_tree"),
    ("up down left right enter", "ui.tui.help.walk"),
    ("n  N  r  m  d  /", "ui.tui.help.tree_keys"),
    ("", "ui.tui.help.in_timeline"),
    ("up down", "ui.tui.help.rows"),
    ("enter", "ui.tui.help.open"),
    ("c  e  f", "ui.tui.help.row_keys"),
)


async def show_help(ui: Ui) -> None:
    """Every key, and what it does."""
    rows = [(keys, ui.phrases.say(words)) for keys, words in KEYS]
    await ui.read(ui.phrases.say("ui.tui.help"), lambda width: _keys(rows, ui.pen, width))


async def health(ui: Ui) -> None:
    """The connection, what the gateway says of itself, the last problems."""
    told = await ui.calls.ask("health", Health)
    problems = (await ui.calls.ask("diagnostics", DiagnosticsResult)).problems[-10:]
    words = [ui.phrases.phrase(told.connection.words)]
    if told.connection.detail:
        words.append(told.connection.detail)
    if told.gateway is not None:
        one = told.gateway
        words += ["", ui.phrases.say("ui.tui.health.version", version=one.version)]
        words += [ui.phrases.say("ui.tui.health.home", home=one.home)] if one.home else []
        model = "/".join(part for part in (one.default_model_provider, one.default_model) if part)
        words += [ui.phrases.say("ui.tui.health.model", model=model)] if model else []
        words += [] if one.is_persistent else [ui.phrases.say("ui.tui.health.memory")]
    findings = told.findings
    last = [] if findings is not None else [ui.phrases.say("ui.health.no_findings"), ""]
    last.append(ui.phrases.say("ui.tui.health.problems" if problems else "ui.tui.health.no_problems"))
    last += [f"{problem.number}. {problem.method}: {problem.code}" for problem in problems]

    def page(width: int) -> list[Line]:
        pen = ui.pen
        return [
            *paragraphs([*words, ""], pen, width),
            *finding_lines(findings or (), pen, width),
            *paragraphs(last, pen, width),
        ]

    await ui.read(ui.phrases.say("ui.tui.health"), page)


async def themes(ui: Ui) -> None:
    """Another look."""
    choices = [Choice(name, name, is_current=name == ui.worn) for name in ui.themes()]
    chosen = await ui.choose(ui.phrases.say("ui.tui.theme.pick"), choices)
    if chosen is not None:
        ui.wear(chosen.id)


def paragraphs(words: Iterable[str], pen: Pen, width: int) -> list[Line]:
    """Each sentence on lines of its own."""
    lines: list[Line] = []
    for sentence in words:
        lines += wrapped([(shown(sentence, is_ascii=pen.glyphs.is_ascii), pen.palette.text)], width)
    return lines


def finding_lines(findings: Sequence[HealthFinding], pen: Pen, width: int) -> list[Line]:
    """Each check with its sign and name, what it found, and what to do about it; behind the last an empty line."""
    glyphs, palette = pen.glyphs, pen.palette
    signs = {"ok": (glyphs.done, palette.ok), "warning": (glyphs.warning, palette.warning)}
    lines: list[Line] = []
    for one in findings:
        sign, style = signs.get(one.status, (glyphs.failed, palette.error))
        head = [(f"{pen.text(one.name)}  ", palette.strong), (pen.text(one.message), palette.text)]
        lines += indented(wrapped(head, width - 2), [Segment(sign, style), Segment(" ")], [Segment("  ")])
        if one.mend:
            lines += indented(wrapped([(pen.text(one.mend), palette.dim)], width - 2), [Segment("  ")])
    return [*lines, []] if lines else []


def _keys(rows: list[tuple[str, str]], pen: Pen, width: int) -> list[Line]:
    """Keys in one column, words in another; a row without keys is a heading."""
    column = min(max(cell_len(keys) for keys, _ in rows) + 2, width // 2)
    lines: list[Line] = []
    for keys, words in rows:
        if not keys:
            lines += [[], *wrapped([(words, pen.palette.heading)], width)]
            continue
        name = wrapped([(keys, pen.palette.accent)], column - 1)
        text = wrapped([(words, pen.palette.text)], width - column)
        first: Line = [*name[0], Segment(" " * (column - sum(part.cell_length for part in name[0])))]
        lines += indented(text, first, [Segment(" " * column)])
        lines += name[1:]
    return lines
