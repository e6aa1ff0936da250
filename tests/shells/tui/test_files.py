"""Paths behind an `@`, and pictures behind pasted paths."""

import os
from pathlib import Path

import pytest

from portico.shells.tui import files
from portico.shells.tui.files import NotTaken, below, mention_in, offered, pasted_pictures, picture

PNG = b"\x89PNG\r\n\x1a\n" + b"rest"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("@", ""),
        ("see @src/a", "src/a"),
        ("mail ann@example", None),
        ("@done ", None),
        ("none", None),
        ("@a@b", None),
        ("@" + "x" * 300, None),
    ],
)
def test_what_stands_behind_the_sign(text: str, expected: str | None) -> None:
    assert mention_in(text) == expected


def test_below_a_folder(tmp_path: Path) -> None:
    for name in ("b/deep/c.py", "a.py", ".git/config", "node_modules/x.js", "b/.hidden", "b/evil\x1bname"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    (tmp_path / "loop").symlink_to(tmp_path)
    assert below(tmp_path) == ["a.py", "b/", "loop", "b/deep/", "b/deep/c.py"]
    assert below(tmp_path / "gone") == []


def test_a_large_tree_is_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(12):
        (tmp_path / str(number)).write_text("")
    monkeypatch.setattr(files, "MOST_FILES", 5)
    assert len(below(tmp_path)) == 5


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("app", ["app.py", "src/app/", "src/snapper.py"]),
        ("src/", ["src/", "src/app/", "src/snapper.py"]),
        ("SNAP", ["src/snapper.py"]),
        ("ssnp", ["src/snapper.py"]),
        ("zebra", []),
        ("", ["src/", "app.py", "src/app/", "src/snapper.py"]),
    ],
)
def test_offered(words: str, expected: list[str]) -> None:
    assert offered(["src/", "src/snapper.py", "src/app/", "app.py"], words) == expected


def test_only_some_are_offered() -> None:
    assert len(offered([f"a{number}" for number in range(100)], "a")) == files.OFFERED


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/home/ann/a.png", ["/home/ann/a.png"]),
        ("'/home/ann/my cat.JPG' ", ["/home/ann/my cat.JPG"]),
        ("/home/ann/my\\ cat.webp", ["/home/ann/my cat.webp"]),
        ("file:///home/ann/my%20cat.gif", ["/home/ann/my cat.gif"]),
        ("~/a.png /b.jpeg", ["~/a.png", "/b.jpeg"]),
        ("/home/ann/a.txt", []),
        ("see /home/ann/a.png", []),
        ("a.png", []),
        ("'unclosed /a.png", []),
        ("", []),
        ("/a.png " * 9, []),
        ("x" * 100_000, []),
    ],
)
def test_pasted_pictures(text: str, expected: list[str]) -> None:
    assert pasted_pictures(text) == expected


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (PNG, "image/png"),
        (b"\xff\xd8\xffrest", "image/jpeg"),
        (b"GIF89a", "image/gif"),
        (b"RIFF....WEBPrest", "image/webp"),
    ],
)
def test_a_picture_by_its_first_bytes(tmp_path: Path, data: bytes, kind: str) -> None:
    (tmp_path / "a.png").write_bytes(data)
    assert picture(tmp_path / "a.png") == (kind, data)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "composer.image_empty"),
        (b"<svg>", "composer.image_type"),
        (PNG * 10, "composer.image_too_large"),
    ],
)
def test_what_is_no_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: bytes, words: str) -> None:
    monkeypatch.setattr(files, "MAX_IMAGE_BYTES", 64)
    (tmp_path / "a.png").write_bytes(data)
    with pytest.raises(NotTaken) as refused:
        picture(tmp_path / "a.png")
    assert refused.value.words == words


def test_a_pipe_and_a_folder_are_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    with pytest.raises(NotTaken):
        picture(tmp_path / "pipe.png")
    with pytest.raises((OSError, NotTaken)):
        picture(tmp_path)
    with pytest.raises(OSError):
        picture(tmp_path / "gone.png")
