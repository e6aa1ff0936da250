"""From state to rows: what any shell shows of a thread (reference 19.3), and patches that keep it so."""

from portico.client.timeline.documents import dressed
from portico.client.timeline.fold import NOTHING, Toggles, end_row, folded_turn, turn_rows
from portico.client.timeline.kinds import KINDS, Kind, item_row
from portico.client.timeline.kinds.tools import tool_row, tool_subject
from portico.client.timeline.patches import AnyPatch, Append, Drop, Mark, Put, apply, diff
from portico.client.timeline.project import Projector, folded, queue_rows, rows
from portico.client.timeline.row import DiffLine, FileDiff, Hunk, Row, RowKind, shorten, ticking

__all__ = [
    "KINDS",
    "NOTHING",
    "AnyPatch",
    "Append",
    "DiffLine",
    "Drop",
    "FileDiff",
    "Hunk",
    "Kind",
    "Mark",
    "Projector",
    "Put",
    "Row",
    "RowKind",
    "Toggles",
    "apply",
    "diff",
    "dressed",
    "end_row",
    "folded",
    "folded_turn",
    "item_row",
    "queue_rows",
    "rows",
    "shorten",
    "ticking",
    "tool_row",
    "tool_subject",
    "turn_rows",
]
