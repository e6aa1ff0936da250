"""The home's documents and pictures inside a root."""

import os
from pathlib import Path

import pytest

from portico.gateway.adapters.host import HostFiles
from portico.gateway.agent.prompt import Document
from portico.gateway.kernel.errors import Invalid


def test_documents_come_in_order_and_only_those_that_are_there(tmp_path: Path) -> None:
    host = HostFiles(tmp_path)
    assert list(host.documents()) == []
    (tmp_path / "USER.md").write_text("tea")
    (tmp_path / "SOUL.md").write_bytes(b"calm \xff")
    (tmp_path / "OTHER.md").write_text("x")
    assert list(host.documents()) == [Document("SOUL.md", "calm \ufffd"), Document("USER.md", "tea")]


def test_a_changed_document_is_read_again(tmp_path: Path) -> None:
    host, soul = HostFiles(tmp_path), tmp_path / "SOUL.md"
    soul.write_text("one")
    first = list(host.documents())
    assert list(host.documents())[0] is first[0]
    soul.write_text("three")
    assert list(host.documents()) == [Document("SOUL.md", "three")]
    soul.unlink()
    assert list(host.documents()) == []


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "SOUL.md").mkdir()
    (tmp_path / "USER.md").symlink_to("USER.md")
    assert list(HostFiles(tmp_path).documents()) == [Document("SOUL.md", None), Document("USER.md", None)]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A root with a file, a folder, and ways out of it."""
    root = tmp_path / "root"
    (root / "sub").mkdir(parents=True)
    (root / "sub" / "a.png").write_bytes(b"picture")
    (tmp_path / "secret").write_bytes(b"secret")
    (root / "out").symlink_to(tmp_path / "secret")
    (root / "in").symlink_to("sub/a.png")
    (root / "loop").symlink_to("loop")
    os.mkfifo(root / "pipe")
    return root


@pytest.mark.parametrize("path", ["sub/a.png", "sub/../sub/a.png", "in", "{root}/sub/a.png"])
async def test_a_file_inside_the_root_is_read(root: Path, path: str) -> None:
    assert await HostFiles(root).read(path.format(root=root), root, 7) == b"picture"


@pytest.mark.parametrize(
    ("path", "code"),
    [
        pytest.param("../secret", "outside_root", id="above"),
        pytest.param("{root}/../secret", "outside_root", id="absolute"),
        pytest.param("/etc/passwd", "outside_root", id="elsewhere"),
        pytest.param("out", "outside_root", id="a link out"),
        pytest.param("missing", "file_unreadable", id="missing"),
        pytest.param("sub", "not_a_file", id="a folder"),
        pytest.param("pipe", "not_a_file", id="a pipe"),
        pytest.param("loop", "file_unreadable", id="a loop"),
        pytest.param("a\0b", "file_unreadable", id="NUL"),
        pytest.param("x" * 5_000, "file_unreadable", id="too long a name"),
    ],
)
async def test_anything_else_is_refused(root: Path, path: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        await HostFiles(root).read(path.format(root=root), root, 100)
    assert refused.value.code == code


async def test_a_file_above_the_limit_is_refused(root: Path) -> None:
    with pytest.raises(Invalid) as refused:
        await HostFiles(root).read("sub/a.png", root, 6)
    assert refused.value.code == "file_too_large"
