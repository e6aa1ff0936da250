"""The runtime home: one folder of 0700 that one gateway holds at a time (design 13)."""

import fcntl
import os
import secrets
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from portico.gateway.kernel.errors import Conflict, Invalid, Unavailable
from portico.gateway.kernel.ids import Ids

BOOT_ID_FILE = Path("/proc/sys/kernel/random/boot_id")
TOKEN_BYTES = 32
PROBE_RETRIES = 20
PROBE_PAUSE_SECONDS = 0.01
"""A reader of the lock holds it shared for microseconds; a start that meets one tries again."""


class Running(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who holds the home: the content of its lock file. `url` is absent until the gateway listens."""

    pid: int
    url: str | None = None


class Epoch(msgspec.Struct, frozen=True, kw_only=True):
    """The content of the epoch file: which time of this home cursors belong to (design 4)."""

    epoch: str
    boot_id: str
    clean: bool


class LockedHome(Conflict):
    """Another gateway holds this home."""

    def __init__(self, home: Path, holder: Running | None) -> None:
        who = f"the gateway with pid {holder.pid}" if holder else "another gateway"
        where = f" at {holder.url}" if holder and holder.url else ""
        super().__init__(
            f"{home} is held by {who}{where}; stop it, join it, or use another home",
            code="home_locked",
            home=str(home),
            pid=holder.pid if holder else None,
            url=holder.url if holder else None,
        )
        self.holder = holder


class HeldLock:
    """The home is ours until the block ends."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def announce(self, url: str | None) -> None:
        """Tell others where this gateway listens."""
        content = msgspec.json.encode(Running(pid=os.getpid(), url=url))
        os.pwrite(self._descriptor, content, 0)
        os.ftruncate(self._descriptor, len(content))


class Home:
    """Paths and small files of a home. Nothing is touched before `create`."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self.config_file = self.path / "config.toml"
        self.database = self.path / "gateway.db"
        self.keystore = self.path / "keystore.db"
        self.master_key = self.path / "master.key"
        self.token_file = self.path / "token"
        self.lock_file = self.path / "lock"
        self.epoch_file = self.path / "epoch"
        self.blobs = self.path / "blobs"
        self.workspace = self.path / "workspace"
        self.artifacts = self.path / "artifacts"
        self.skills = self.path / "skills"
        self.apps = self.path / "apps"
        self.code_store = self.path / "code-store"
        self.logs = self.path / "logs"
        self.chat_history = self.path / "chat-history"

    def create(self) -> None:
        """Make the folder, for its owner only, and the one where tools run by default.

        Raises Invalid when a file stands there, Unavailable when the system refuses.
        """
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            if self.path.stat().st_mode & 0o077:
                self.path.chmod(0o700)
            self.workspace.mkdir(mode=0o700, exist_ok=True)
        except (FileExistsError, NotADirectoryError) as error:
            raise Invalid(f"the home {self.path} is not a folder", code="home_unusable", path="home") from error
        except OSError as error:
            raise Unavailable(f"the home {self.path} cannot be used: {error.strerror}", code="home_unusable") from error

    @contextmanager
    def lock(self, url: str | None = None) -> Generator[HeldLock]:
        """Hold the home for the block. Raises LockedHome; what a dead gateway left is taken over."""
        descriptor = os.open(self.lock_file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            self._take(descriptor)
            held = HeldLock(descriptor)
            held.announce(url)
            try:
                yield held
            finally:
                os.ftruncate(descriptor, 0)
        finally:
            os.close(descriptor)

    def running(self) -> Running | None:
        """The gateway that holds this home now, or None."""
        try:
            descriptor = os.open(self.lock_file, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            return None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return _holder(descriptor)
        finally:
            os.close(descriptor)
        return None

    def token(self) -> str:
        """The home's own token; made at the first call, and kept readable by its owner only."""
        try:
            if self.token_file.stat().st_mode & 0o077:
                self.token_file.chmod(0o600)
            known = self.token_file.read_text().strip()
        except FileNotFoundError:
            known = ""
        except (OSError, UnicodeDecodeError) as error:
            raise Unavailable(f"{self.token_file} cannot be read", code="home_unusable") from error
        return known or self.replace_token()

    def replace_token(self) -> str:
        """A new token; the one before is void as soon as this returns."""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        write_private(self.token_file, f"{token}\n".encode())
        return token

    def open_epoch(self, ids: Ids) -> str:
        """The epoch of this start: a new one where commits of the last may be lost, else the last.

        They may be after a restore (no file) and after another boot without a clean stop. Until `close_epoch` the
        file says that the stop was not clean.
        """
        known, boot_id = self._epoch(), boot()
        is_kept = known is not None and (known.clean or (known.boot_id == boot_id and boot_id != ""))
        epoch = known.epoch if known is not None and is_kept else ids.new()
        self._write_epoch(Epoch(epoch=epoch, boot_id=boot_id, clean=False))
        return epoch

    def close_epoch(self) -> None:
        """Say that everything is on disk: the next start keeps the epoch."""
        known = self._epoch()
        if known is not None:
            self._write_epoch(Epoch(epoch=known.epoch, boot_id=known.boot_id, clean=True))

    def _take(self, descriptor: int) -> None:
        for _ in range(PROBE_RETRIES):
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                holder = _holder(descriptor)
                if holder is not None and is_alive(holder.pid):
                    raise LockedHome(self.path, holder) from None
                time.sleep(PROBE_PAUSE_SECONDS)
            else:
                return
        raise LockedHome(self.path, _holder(descriptor))

    def _epoch(self) -> Epoch | None:
        try:
            return msgspec.json.decode(self.epoch_file.read_bytes(), type=Epoch)
        except (OSError, ValueError, RecursionError):
            return None

    def _write_epoch(self, epoch: Epoch) -> None:
        write_private(self.epoch_file, msgspec.json.encode(epoch))


def boot() -> str:
    """The id of this boot of the machine; empty where the system has none."""
    try:
        return BOOT_ID_FILE.read_text().strip()
    except OSError:
        return ""


def is_alive(pid: int) -> bool:
    """A process with this pid exists."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True


def write_private(path: Path, content: bytes) -> None:
    """Replace `path` by a file of 0600 with `content`, whole or not at all, and on disk when this returns.

    Raises Unavailable when the disk refuses.
    """
    temporary = path.with_name(f"{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        temporary.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        raise Unavailable(f"{path} cannot be written: {error.strerror}", code="disk_refused") from error
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _holder(descriptor: int) -> Running | None:
    try:
        return msgspec.json.decode(os.pread(descriptor, 4096, 0), type=Running)
    except (OSError, ValueError, RecursionError):
        return None
