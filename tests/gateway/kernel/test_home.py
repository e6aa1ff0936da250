"""A home is private, held by one gateway, and knows which time it lives in."""

import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from portico.gateway.kernel import home as home_module
from portico.gateway.kernel.errors import Invalid, Unavailable
from portico.gateway.kernel.home import Epoch, Home, LockedHome, Running, boot, is_alive, write_private
from tests.kit import FakeIds


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "deep" / "home")
    home.create()
    return home


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_a_home_is_made_for_its_owner_only(home: Home) -> None:
    assert mode(home.path) == 0o700
    assert mode(home.workspace) == 0o700


def test_an_open_home_is_closed(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir(mode=0o755)
    (tmp_path / "home").chmod(0o755)
    Home(tmp_path / "home").create()
    assert mode(tmp_path / "home") == 0o700


@pytest.mark.parametrize("below", ["file", "file/home"])
def test_a_file_is_no_home(tmp_path: Path, below: str) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Invalid) as refused:
        Home(tmp_path / below).create()
    assert refused.value.code == "home_unusable"


def test_nothing_is_touched_before_create(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    assert home.running() is None
    assert list(tmp_path.iterdir()) == []


def test_a_held_home_tells_who_and_where(home: Home) -> None:
    with home.lock() as held:
        assert home.running() == Running(pid=os.getpid())
        held.announce("http://127.0.0.1:17878")
        assert home.running() == Running(pid=os.getpid(), url="http://127.0.0.1:17878")
        assert mode(home.lock_file) == 0o600
        with pytest.raises(LockedHome) as refused, home.lock():
            pass
    assert refused.value.code == "home_locked"
    assert refused.value.details == {"home": str(home.path), "pid": os.getpid(), "url": "http://127.0.0.1:17878"}
    assert str(os.getpid()) in refused.value.message
    assert "http://127.0.0.1:17878" in refused.value.message


def test_a_home_is_free_after_its_block(home: Home) -> None:
    with home.lock("http://127.0.0.1:1"):
        pass
    assert home.running() is None
    with home.lock():
        pass


def test_a_shorter_announcement_leaves_no_rest_of_the_longer(home: Home) -> None:
    with home.lock("http://a-very-long-name.example:17878") as held:
        held.announce("http://a")
        assert home.running() == Running(pid=os.getpid(), url="http://a")


def test_what_a_dead_gateway_left_is_taken_over(home: Home) -> None:
    code = (
        "import os, sys; from pathlib import Path; from portico.gateway.kernel.home import Home\n"
        "with Home(Path(sys.argv[1])).lock('http://dead'):\n os.kill(os.getpid(), 9)"
    )
    died = subprocess.run([sys.executable, "-c", code, str(home.path)], check=False)
    assert died.returncode == -9
    assert b"http://dead" in home.lock_file.read_bytes()
    assert home.running() is None
    with home.lock("http://alive"):
        assert home.running() == Running(pid=os.getpid(), url="http://alive")


def test_another_process_is_refused(home: Home) -> None:
    code = (
        "import sys; from pathlib import Path; from portico.gateway.kernel.home import Home, LockedHome\n"
        "try:\n"
        "    with Home(Path(sys.argv[1])).lock(): pass\n"
        "except LockedHome as error: print(error.holder.pid)"
    )
    with home.lock():
        ran = subprocess.run([sys.executable, "-c", code, str(home.path)], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == str(os.getpid())


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff"])
def test_a_held_lock_without_a_legible_holder_is_refused_all_the_same(
    home: Home, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(home_module, "PROBE_PAUSE_SECONDS", 0)
    with home.lock():
        home.lock_file.write_bytes(content)
        with pytest.raises(LockedHome, match="another gateway"), home.lock():
            pass


def test_the_token_is_made_once_and_private(home: Home) -> None:
    token = home.token()
    assert len(token) >= 43
    assert home.token() == token
    assert mode(home.token_file) == 0o600


def test_a_token_file_that_others_can_read_is_closed(home: Home) -> None:
    home.token_file.write_text("known\n")
    home.token_file.chmod(0o644)
    assert home.token() == "known"
    assert mode(home.token_file) == 0o600


@pytest.mark.parametrize("left", ["", "\n"])
def test_an_empty_token_file_gets_a_token(home: Home, left: str) -> None:
    home.token_file.write_text(left)
    assert home.token() == home.token_file.read_text().strip() != ""


def test_a_token_that_is_no_text_is_refused(home: Home) -> None:
    home.token_file.write_bytes(b"\xff\xfe")
    with pytest.raises(Unavailable):
        home.token()


def test_a_replaced_token_voids_the_one_before(home: Home) -> None:
    before = home.token()
    after = home.replace_token()
    assert after != before
    assert home.token() == after


def epoch(home: Home) -> Epoch:
    return msgspec.json.decode(home.epoch_file.read_bytes(), type=Epoch)


@pytest.mark.parametrize(
    ("left", "boot_id", "is_kept"),
    [
        pytest.param(Epoch(epoch="e", boot_id="b", clean=True), "b", True, id="clean stop"),
        pytest.param(Epoch(epoch="e", boot_id="b", clean=True), "c", True, id="clean stop, then another boot"),
        pytest.param(Epoch(epoch="e", boot_id="b", clean=False), "b", True, id="kill -9"),
        pytest.param(Epoch(epoch="e", boot_id="b", clean=False), "c", False, id="power loss"),
        pytest.param(Epoch(epoch="e", boot_id="", clean=False), "", False, id="kill -9 where boots have no id"),
        pytest.param(None, "b", False, id="restored, or the first start"),
        pytest.param(b"{broken", "b", False, id="illegible"),
        pytest.param(b"\xff", "b", False, id="no text"),
    ],
)
def test_the_epoch_is_new_where_commits_may_be_lost(
    home: Home, monkeypatch: pytest.MonkeyPatch, left: Epoch | bytes | None, boot_id: str, is_kept: bool
) -> None:
    if left is not None:
        home.epoch_file.write_bytes(left if isinstance(left, bytes) else msgspec.json.encode(left))
    monkeypatch.setattr(home_module, "boot", lambda: boot_id)
    opened = home.open_epoch(FakeIds("new"))
    assert opened == ("e" if is_kept else FakeIds("new").new())
    assert epoch(home) == Epoch(epoch=opened, boot_id=boot_id, clean=False)


def test_a_clean_stop_is_noted(home: Home) -> None:
    opened = home.open_epoch(FakeIds())
    home.close_epoch()
    assert epoch(home) == Epoch(epoch=opened, boot_id=boot(), clean=True)
    assert home.open_epoch(FakeIds("other")) == opened


def test_closing_a_home_that_was_never_opened_writes_nothing(home: Home) -> None:
    home.close_epoch()
    assert not home.epoch_file.exists()


def test_a_boot_without_an_id_is_empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(home_module, "BOOT_ID_FILE", tmp_path / "absent")
    assert boot() == ""


def test_a_private_file_is_replaced_whole(tmp_path: Path) -> None:
    write_private(tmp_path / "file", b"one and more")
    write_private(tmp_path / "file", b"two")
    assert (tmp_path / "file").read_bytes() == b"two"
    assert mode(tmp_path / "file") == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_disk_that_refuses_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_private(tmp_path / "file", b"old")

    def refuse(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(Unavailable, match="No space left"):
        write_private(tmp_path / "file", b"new")
    assert (tmp_path / "file").read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_process_is_alive_or_not(monkeypatch: pytest.MonkeyPatch) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    assert is_alive(os.getpid())
    assert not is_alive(gone.pid)

    def not_ours(pid: int, signal: int) -> None:
        raise PermissionError(pid, signal)

    monkeypatch.setattr(os, "kill", not_ours)
    assert is_alive(1)
