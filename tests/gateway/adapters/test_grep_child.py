"""The search program for machines without ripgrep."""

import io
from pathlib import Path

import pytest

from portico.gateway.adapters import grep_child


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "sub/deep").mkdir(parents=True)
    (tmp_path / ".git").mkdir()
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "a.py").write_text("one\r\nTwo\n")
    (tmp_path / "sub/b.ts").write_text("two")
    (tmp_path / "sub/deep/c.py").write_text("x two\n")
    for name in (".git/x", "node_modules/x", ".hidden"):
        (tmp_path / name).write_text("two\n")
    (tmp_path / "binary").write_bytes(b"two\0")
    (tmp_path / "link").symlink_to("a.py")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        pytest.param(["two", ".", "", "sensitive"], ["sub/b.ts\0001:two", "sub/deep/c.py\0001:x two"], id="all files"),
        pytest.param(
            ["two", ".", "", "any"], ["a.py\0002:Two", "sub/b.ts\0001:two", "sub/deep/c.py\0001:x two"], id="any case"
        ),
        pytest.param(["^two", "sub", "", "sensitive"], ["sub/b.ts\0001:two"], id="a folder and an anchor"),
        pytest.param(["one$", "a.py", "", "sensitive"], ["a.py\0001:one"], id="a file, without carriage returns"),
        pytest.param(["two", ".", "*.py", "sensitive"], ["sub/deep/c.py\0001:x two"], id="a glob of names"),
        pytest.param(["two", ".", "!*.py", "sensitive"], ["sub/b.ts\0001:two"], id="a glob that excepts"),
        pytest.param(["two", ".", "sub/**/*.py", "sensitive"], ["sub/deep/c.py\0001:x two"], id="a glob of paths"),
        pytest.param(
            ["two", ".", "*.{ts,py}", "any"],
            ["a.py\0002:Two", "sub/b.ts\0001:two", "sub/deep/c.py\0001:x two"],
            id="braces",
        ),
    ],
)
def test_search(work: Path, arguments: list[str], expected: list[str]) -> None:
    out = io.BytesIO()
    assert grep_child.main(arguments, out) == 0
    assert out.getvalue().decode().splitlines() == expected


def test_nothing_found(work: Path) -> None:
    assert grep_child.main(["three", ".", "", "any"], io.BytesIO()) == grep_child.NO_MATCH


def test_a_broken_pattern(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert grep_child.main(["(", ".", "", "any"], io.BytesIO()) == grep_child.WRONG
    assert "regex parse error" in capsys.readouterr().err


def test_files_that_are_too_big_or_unreadable_are_passed_over(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grep_child, "BIGGEST", 4)
    out = io.BytesIO()
    grep_child.main(["two", ".", "", "any"], out)
    assert out.getvalue().decode().splitlines() == ["sub/b.ts\0001:two"]

    def refuse(_: Path) -> bytes:
        raise PermissionError

    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert grep_child.main(["two", ".", "", "any"], io.BytesIO()) == grep_child.NO_MATCH
