"""Which paths tools may touch."""

import errno
import os
from pathlib import Path

import pytest

from portico.gateway.adapters.guard import Guard, fault_of
from portico.gateway.features.tools import ToolFault

PRIVATE = ["keystore.db", "keystore.db-wal", "master.key", "token", "lock", "epoch", "config.toml", "Master.KEY"]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    (home / "workspace").mkdir(parents=True)
    return home


@pytest.mark.parametrize("name", PRIVATE)
@pytest.mark.parametrize("for_writing", [False, True])
def test_secrets_of_the_home_are_refused(home: Path, name: str, for_writing: bool) -> None:
    guard = Guard(home)
    (home / name).write_text("x")
    (home / "workspace" / "link").symlink_to(home / name)
    (home / "workspace" / "folder").symlink_to(home)
    for path in (str(home / name), f"../{name}", "link", f"folder/{name}", f"./folder/../{home.name}/{name}"):
        with pytest.raises(ToolFault) as fault:
            guard.resolve(home / "workspace", path, for_writing=for_writing)
        assert (fault.value.error_class, fault.value.is_retryable) == ("permission_denied", False)


def test_a_hard_link_to_a_secret_is_refused_when_it_is_open(home: Path) -> None:
    guard = Guard(home)
    (home / "token").write_text("x")
    other, plain = home / "workspace" / "other", home / "workspace" / "plain"
    os.link(home / "token", other)
    plain.write_text("x")
    with pytest.raises(ToolFault):
        guard.check_open("other", other.stat())
    guard.check_open("plain", plain.stat())
    os.link(plain, home / "workspace" / "plain2")
    guard.check_open("plain", plain.stat())


@pytest.mark.parametrize("name", ["gateway.db", "gateway.db-wal", "blobs/ab", "."])
def test_state_of_the_home_is_read_but_not_written(home: Path, name: str) -> None:
    guard = Guard(home)
    guard.resolve(home, name)
    with pytest.raises(ToolFault):
        guard.resolve(home, name, for_writing=True)


@pytest.mark.parametrize("path", ["workspace/token", "SOUL.md", "../elsewhere/token", "tokens.txt"])
def test_other_files_are_free(home: Path, path: str) -> None:
    assert Guard(home).resolve(home, path, for_writing=True) == Path(os.path.realpath(home / path))


def test_a_home_behind_a_link_is_the_same_home(home: Path, tmp_path: Path) -> None:
    (tmp_path / "alias").symlink_to(home)
    with pytest.raises(ToolFault):
        Guard(tmp_path / "alias").resolve(tmp_path, str(home / "token"))


@pytest.mark.parametrize("path", ["/proc/self/environ", "/proc/1/mem"])
def test_the_memory_of_processes_is_refused(home: Path, path: str) -> None:
    with pytest.raises(ToolFault) as fault:
        Guard(home).resolve(home, path)
    assert fault.value.error_class == "permission_denied"


@pytest.mark.parametrize("path", ["a\0b", "~no-such-user-here/x"])
def test_a_path_that_is_none_is_refused(home: Path, path: str) -> None:
    with pytest.raises(ToolFault) as fault:
        Guard(home).resolve(home, path)
    assert fault.value.error_class == "invalid_arguments"


def test_a_home_that_does_not_exist_has_no_secrets_yet(tmp_path: Path) -> None:
    guard = Guard(tmp_path / "none")
    (tmp_path / "a").touch()
    os.link(tmp_path / "a", tmp_path / "b")
    guard.check_open("a", (tmp_path / "a").stat())


def test_concerns_folders_around_and_inside_the_home(home: Path, tmp_path: Path) -> None:
    guard = Guard(home)
    assert [guard.concerns(folder) for folder in (tmp_path, home, home / "workspace", tmp_path / "other")] == [
        True,
        True,
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("number", "error_class"),
    [
        (errno.ENOENT, "not_found"),
        (errno.ENOTDIR, "not_found"),
        (errno.EACCES, "permission_denied"),
        (errno.EROFS, "permission_denied"),
        (errno.ELOOP, "permission_denied"),
        (errno.EISDIR, "invalid_arguments"),
        (errno.ENAMETOOLONG, "invalid_arguments"),
        (errno.ENOSPC, "execution_failed"),
        (errno.EIO, "execution_failed"),
    ],
)
def test_failures_of_the_system_have_a_class(number: int, error_class: str) -> None:
    assert fault_of(OSError(number, os.strerror(number)), "a").error_class == error_class
