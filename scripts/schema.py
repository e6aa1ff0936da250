"""Writes `schemas/` from the protocol, the boundary and the routes; `--check` tells whether it is as they say."""

import sys
from pathlib import Path

from scripts.openapi import description

from portico.boundary import METHODS
from portico.boundary import schema as boundary
from portico.protocol.schema import documents, encode
from portico.protocol.typescript import declarations

FOLDER = Path(__file__).resolve().parent.parent / "schemas"


def files() -> dict[str, bytes]:
    """Path below `schemas/` -> content."""
    schemas = {name: encode(document) for name, document in documents().items()}
    return {
        **schemas,
        "openapi.json": encode(description()),
        "boundary.json": encode(boundary.document(METHODS)),
        "typescript/portico.d.ts": declarations().encode(),
        "typescript/boundary.d.ts": boundary.typescript(METHODS).encode(),
    }


def drifted(folder: Path) -> list[str]:
    """Files that are missing, too many, or not what the types say."""
    wanted = files()
    present = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    changed = [name for name, content in wanted.items() if name in present and present[name].read_bytes() != content]
    return sorted([*changed, *(wanted.keys() ^ present.keys())])


def write(folder: Path) -> None:
    """Make `folder` what the types say; a file that belongs to none is removed."""
    for name in drifted(folder):
        (folder / name).unlink(missing_ok=True)
    for name, content in files().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def main(arguments: list[str], folder: Path = FOLDER) -> int:
    if arguments not in ([], ["--check"]):
        print("usage: schema.py [--check]", file=sys.stderr)
        return 2
    if not arguments:
        write(folder)
        return 0
    found = drifted(folder)
    for name in found:
        print(f"schemas/{name} is not what the types say; run `make schema` and commit it")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
