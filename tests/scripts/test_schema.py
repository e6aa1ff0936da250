"""The schema script writes the folder, and tells how it drifted."""

from pathlib import Path

import pytest
from scripts.schema import FOLDER, drifted, files, main


def test_the_committed_schemas_are_what_the_types_say() -> None:
    assert main(["--check"]) == 0
    assert drifted(FOLDER) == []


def test_writing_mends_every_drift(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([], tmp_path) == 0
    assert main(["--check"], tmp_path) == 0
    (tmp_path / "requests.json").write_bytes(b"{}")
    (tmp_path / "events.json").unlink()
    (tmp_path / "typescript" / "old.d.ts").write_bytes(b"")
    assert main(["--check"], tmp_path) == 1
    told = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in told] == [
        "schemas/events.json",
        "schemas/requests.json",
        "schemas/typescript/old.d.ts",
    ]
    assert main([], tmp_path) == 0
    assert drifted(tmp_path) == []


def test_the_files_are_text_that_ends_with_a_line() -> None:
    assert all(content.endswith(b"\n") and content.decode() for content in files().values())


def test_a_wrong_argument_is_a_usage_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--wrong"], tmp_path) == 2
    assert "usage" in capsys.readouterr().err
