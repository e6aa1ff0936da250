"""Numbered steps from an empty database to the newest one: forward only, each with a checksum."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from portico.gateway.kernel.errors import Unavailable

FOLDER = Path(__file__).with_name("migrations")

CREATE_TABLE = """create table if not exists migration (
  step bigint primary key, name text not null, checksum text not null, applied_at bigint not null
)"""
READ_APPLIED = "select step, name, checksum from migration order by step"
RECORD = "insert into migration (step, name, checksum, applied_at) values ($1, $2, $3, $4)"

FIELDS = {
    "sqlite": {
        "{blob}": "blob",
        "{ordered}": "text",
        "{without_rowid}": "without rowid",
        "{row_number}": "id integer primary key,",
    },
    "postgres": {"{blob}": "bytea", "{ordered}": 'text collate "C"', "{without_rowid}": "", "{row_number}": ""},
}
SECTION = re.compile(r"^-- only (\w+)$", re.MULTILINE)
"""What follows such a line is for one engine; what stands before the first is for both."""


@dataclass(frozen=True, slots=True)
class Step:
    """A file `NNNN_name.sql`; `text` has LF line ends, so that a checkout's line ends do not change the checksum."""

    number: int
    name: str
    text: str

    @property
    def checksum(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()

    def script(self, dialect: str) -> str:
        """The SQL text for `sqlite` or `postgres`: the common part, then the engine's own."""
        common, *rest = SECTION.split(self.text)
        text = common + "".join(own for name, own in zip(rest[::2], rest[1::2], strict=True) if name == dialect)
        for field, spelling in FIELDS[dialect].items():
            text = text.replace(field, spelling)
        return text


@dataclass(frozen=True, slots=True)
class Applied:
    """A row of the table `migration`."""

    number: int
    name: str
    checksum: str


def load_steps(folder: Path = FOLDER) -> tuple[Step, ...]:
    """The steps of `folder` in order. Raises ValueError if their numbers are not 1, 2, 3..."""
    found: list[Step] = []
    for path in sorted(folder.glob("*.sql")):
        number, _, name = path.stem.partition("_")
        found.append(Step(int(number), name, path.read_text(encoding="utf-8").replace("\r\n", "\n")))
    if [step.number for step in found] != list(range(1, len(found) + 1)):
        raise ValueError(f"steps in {folder.name} are not numbered 1 to {len(found)}")
    return tuple(found)


def pending(steps: Sequence[Step], applied: Sequence[Applied]) -> tuple[Step, ...]:
    """What is still to do.

    Raises Unavailable: `home_too_new` if the database knows steps that this program does not, `home_changed` if an
    applied step reads otherwise now, `home_damaged` if the applied ones are not the first ones.
    """
    known = len(steps)
    stored = applied[-1].number if applied else 0
    if stored > known:
        raise Unavailable(
            f"this database has schema version {stored}, this program knows {known}: use a newer portico",
            code="home_too_new",
            found=stored,
            known=known,
        )
    if [row.number for row in applied] != list(range(1, stored + 1)):
        raise Unavailable("this database lacks a schema step in between", code="home_damaged", found=stored)
    for step, row in zip(steps, applied, strict=False):
        if step.checksum != row.checksum:
            raise Unavailable(
                f"schema step {step.number} ({step.name}) was applied with another text than this program has",
                code="home_changed",
                step=step.number,
            )
    return tuple(steps[stored:])
