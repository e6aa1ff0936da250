"""A backup file is read only if it is whole and holds what a home may hold."""

import hashlib
import io
import stat
import tarfile
from pathlib import Path

import msgspec
import pytest

from portico.gateway.kernel.errors import Invalid
from portico.gateway.store.archive import DATABASE, FORMAT, MANIFEST, Entry, Manifest, entry_of, pack, unpack
from portico.gateway.store.engine import StoreUnavailable

CONTENT = b"rows" * 1000
BLOB = b"a blob"
BLOB_DIGEST = hashlib.sha256(BLOB).hexdigest()
BLOB_NAME = f"blobs/{BLOB_DIGEST[:2]}/{BLOB_DIGEST}"

Member = tuple[str, bytes]


def entry(name: str, content: bytes) -> Entry:
    return Entry(name=name, size=len(content), sha256=hashlib.sha256(content).hexdigest())


def manifest(*files: Entry, number: int = FORMAT) -> Manifest:
    return Manifest(format=number, version="1", schema=2, created_at=7, with_key=False, files=files)


def encoded(*files: Entry, number: int = FORMAT) -> Member:
    return MANIFEST, msgspec.json.encode(manifest(*files, number=number))


def write_tar(path: Path, *members: Member, kind: bytes = tarfile.REGTYPE) -> Path:
    with tarfile.open(path, "w") as tar:
        for name, content in members:
            member = tarfile.TarInfo(name)
            member.size = len(content)
            if name != MANIFEST:
                member.type = kind
            tar.addfile(member, io.BytesIO(content))
    return path


@pytest.fixture
def target(tmp_path: Path) -> Path:
    folder = tmp_path / "target"
    folder.mkdir()
    return folder


def test_what_was_packed_is_unpacked(tmp_path: Path, target: Path) -> None:
    sources = [tmp_path / "rows", tmp_path / "blob"]
    sources[0].write_bytes(CONTENT)
    sources[1].write_bytes(BLOB)
    given = manifest(entry_of(DATABASE, sources[0]), entry_of(BLOB_NAME, sources[1]))
    steps: list[tuple[int, int]] = []
    (tmp_path / "backup").write_bytes(b"an older one")
    pack(tmp_path / "backup", given, sources, lambda done, whole: steps.append((done, whole)))
    assert stat.S_IMODE((tmp_path / "backup").stat().st_mode) == 0o600
    assert steps == [(4000, 4006), (4006, 4006)]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup", "blob", "rows", "target"]
    assert unpack(tmp_path / "backup", target, lambda done, whole: steps.append((done, whole))) == given
    assert steps[2:] == [(4000, 4006), (4006, 4006)]
    assert (target / DATABASE).read_bytes() == CONTENT
    assert (target / BLOB_NAME).read_bytes() == BLOB
    assert stat.S_IMODE((target / DATABASE).stat().st_mode) == 0o600


def test_a_file_that_changed_meanwhile_fails_the_backup(tmp_path: Path) -> None:
    source = tmp_path / "rows"
    source.write_bytes(CONTENT)
    given = manifest(entry_of(DATABASE, source))
    source.write_bytes(CONTENT + b"more")
    (tmp_path / "backup").write_bytes(b"an older one")
    with pytest.raises(StoreUnavailable) as refusal:
        pack(tmp_path / "backup", given, [source])
    assert refusal.value.details == {"reason": "changed"}
    assert (tmp_path / "backup").read_bytes() == b"an older one"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup", "rows"]


def test_a_folder_that_is_not_there_fails_the_backup(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable):
        pack(tmp_path / "missing" / "backup", manifest(), [])


ROWS = (DATABASE, CONTENT)
WHOLE = encoded(entry(*ROWS))


@pytest.mark.parametrize(
    ("members", "code"),
    [
        pytest.param((), "backup_damaged", id="empty"),
        pytest.param((ROWS,), "backup_damaged", id="no manifest"),
        pytest.param((ROWS, WHOLE), "backup_damaged", id="the manifest is not first"),
        pytest.param(((MANIFEST, b"{"), ROWS), "backup_damaged", id="a manifest that is no JSON"),
        pytest.param(((MANIFEST, b"\xff"), ROWS), "backup_damaged", id="a manifest that is no UTF-8"),
        pytest.param(((MANIFEST, b"[" * 100_000), ROWS), "backup_damaged", id="a manifest nested without end"),
        pytest.param(((MANIFEST, b'{"format": 1}'), ROWS), "backup_damaged", id="a manifest without fields"),
        pytest.param(((MANIFEST, b'{"format": "x"}'), ROWS), "backup_damaged", id="a format that is no number"),
        pytest.param((encoded(entry(*ROWS), number=FORMAT + 1), ROWS), "backup_too_new", id="a newer format"),
        pytest.param((WHOLE,), "backup_damaged", id="a file is missing"),
        pytest.param((WHOLE, ROWS, ROWS), "backup_damaged", id="a file is there twice"),
        pytest.param((WHOLE, ROWS, ("more", b"x")), "backup_damaged", id="a file too many"),
        pytest.param((WHOLE, (DATABASE, CONTENT[:-1])), "backup_damaged", id="another size"),
        pytest.param((WHOLE, (DATABASE, b"x" + CONTENT[1:])), "backup_damaged", id="another content"),
        *(
            pytest.param((encoded(entry(name, b"x")), (name, b"x")), "backup_damaged", id=f"named {name}")
            for name in (
                "../evil",
                "/etc/passwd",
                "config.toml",
                "token",
                "lock",
                "blobs/../../evil",
                f"blobs/00/{BLOB_DIGEST}",
                f"blobs/{BLOB_DIGEST[:2]}/{BLOB_DIGEST}",
                "gateway.db/x",
                "",
            )
        ),
    ],
)
def test_what_is_no_whole_backup_is_refused(
    tmp_path: Path, target: Path, members: tuple[Member, ...], code: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        unpack(write_tar(tmp_path / "backup", *members), target)
    assert refusal.value.code == code
    assert not (tmp_path / "evil").exists()


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE])
def test_only_plain_files_are_unpacked(tmp_path: Path, target: Path, kind: bytes) -> None:
    with pytest.raises(Invalid):
        unpack(write_tar(tmp_path / "backup", encoded(entry(DATABASE, b"")), (DATABASE, b""), kind=kind), target)


def test_a_file_cut_at_any_block_is_refused(tmp_path: Path, target: Path) -> None:
    whole = write_tar(tmp_path / "backup", WHOLE, ROWS).read_bytes()
    needed = 512 * 2 + 512 + len(CONTENT)
    for size in range(0, needed, 512):
        (tmp_path / "cut").write_bytes(whole[:size])
        folder = target / str(size)
        folder.mkdir()
        with pytest.raises(Invalid) as refusal:
            unpack(tmp_path / "cut", folder)
        assert refusal.value.code == "backup_damaged"


@pytest.mark.parametrize("content", [b"", b"no tar at all", b"\0" * 10240])
def test_a_file_that_is_no_archive_is_refused(tmp_path: Path, target: Path, content: bytes) -> None:
    (tmp_path / "backup").write_bytes(content)
    with pytest.raises(Invalid):
        unpack(tmp_path / "backup", target)


def test_a_file_that_is_not_there_is_named(tmp_path: Path, target: Path) -> None:
    with pytest.raises(Invalid, match="no file") as refusal:
        unpack(tmp_path / "missing", target)
    assert refusal.value.code == "backup_missing"
    with pytest.raises(StoreUnavailable):
        unpack(tmp_path, target)
