"""Which files are opened and revealed."""

from pathlib import Path

import pytest

from portico.shells.desktop.files import Open, Refused, Reveal, judged


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    (root / "deep").mkdir(parents=True)
    for name in ("a.txt", "deep/b.PDF", "run.sh", "page.html", "x.svg", "app.desktop", "noext", "-rf.txt", "tool.txt"):
        (root / name).write_text("x")
    (root / "tool.txt").chmod(0o755)
    (tmp_path / "secret.txt").write_text("x")
    (root / "out.txt").symlink_to(tmp_path / "secret.txt")
    (root / "in.txt").symlink_to(root / "a.txt")
    (root / "loop.txt").symlink_to(root / "loop.txt")
    return root


@pytest.mark.parametrize("name", ["a.txt", "deep/b.PDF", "-rf.txt"])
def test_what_is_only_shown_is_opened(root: Path, name: str) -> None:
    assert judged("open", str(root / name), [root]) == Open(root / name)
    assert judged("reveal", str(root / name), [root]) == Reveal((root / name).parent)


@pytest.mark.parametrize("name", ["run.sh", "page.html", "x.svg", "app.desktop", "noext", "tool.txt"])
def test_what_might_run_is_shown_in_its_folder_only(root: Path, name: str) -> None:
    assert judged("open", str(root / name), [root]) == Reveal(root)


def test_a_folder_is_shown(root: Path) -> None:
    assert judged("open", str(root / "deep"), [root]) == Reveal(root / "deep")
    assert judged("reveal", str(root), [root]) == Reveal(root)


def test_links_are_followed_before_they_are_judged(root: Path) -> None:
    assert judged("open", str(root / "in.txt"), [root]) == Open(root / "a.txt")
    assert isinstance(judged("open", str(root / "out.txt"), [root]), Refused)
    assert isinstance(judged("open", str(root / "loop.txt"), [root]), Refused)


@pytest.mark.parametrize(
    "text", ["", "a.txt", "../secret.txt", "/a\0b", "/" + "a" * 5_000, "/etc/passwd", "/no/such", "~/x"]
)
def test_what_is_no_file_of_a_workspace_is_refused(root: Path, text: str) -> None:
    assert isinstance(judged("open", text, [root]), Refused)


def test_a_way_out_by_dots_is_refused(root: Path) -> None:
    assert isinstance(judged("reveal", f"{root}/../secret.txt", [root]), Refused)


def test_without_folders_nothing_is_shown(root: Path) -> None:
    assert isinstance(judged("open", str(root / "a.txt"), []), Refused)
    assert isinstance(judged("open", str(root / "a.txt"), [root / "gone"]), Refused)
    # a folder whose name only begins like the workspace's
    (root.parent / "rootless").mkdir()
    (root.parent / "rootless" / "a.txt").write_text("x")
    assert isinstance(judged("open", str(root.parent / "rootless" / "a.txt"), [root]), Refused)
