"""Where the master key comes from."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from portico.gateway.adapters import master_keys as module
from portico.gateway.adapters.master_keys import FileKey, PassphraseKey, check_private, master_keys
from portico.gateway.kernel.errors import GatewayError, Invalid, Unavailable
from tests.kit.keyring import FakeKeyring


def test_the_file_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    key = FileKey(path).create(b"")
    assert len(key) == 32
    assert path.stat().st_mode & 0o777 == 0o600
    assert FileKey(path).create(b"") == key
    assert FileKey(path).existing(b"") == key
    FileKey(path).forget()
    FileKey(path).forget()
    assert not path.exists()


@pytest.mark.parametrize("content", [b"", b"not hex", b"00ff", b"\xff\xfe", b"00" * 33])
def test_a_damaged_file_is_said(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "master.key"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(Unavailable) as refusal:
        FileKey(path).existing(b"")
    assert refusal.value.code == "master_key_unusable"
    with pytest.raises(Unavailable):
        FileKey(path).create(b"")


def test_a_missing_file_is_not_made_anew(tmp_path: Path) -> None:
    with pytest.raises(Unavailable) as refusal:
        FileKey(tmp_path / "master.key").existing(b"")
    assert refusal.value.code == "master_key_missing"
    assert not (tmp_path / "master.key").exists()


def test_a_folder_in_its_place(tmp_path: Path) -> None:
    (tmp_path / "master.key").mkdir(mode=0o700)
    with pytest.raises(Unavailable) as refusal:
        FileKey(tmp_path / "master.key").existing(b"")
    assert refusal.value.code == "master_key_unusable"


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o602, 0o660])
def test_a_file_open_to_others_is_refused_with_its_mend(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "master.key"
    FileKey(path).create(b"")
    path.chmod(mode)
    for call in (lambda: FileKey(path).existing(b""), lambda: FileKey(path).create(b""), lambda: check_private(path)):
        with pytest.raises(Unavailable) as refusal:
            call()
        assert refusal.value.code == "keystore_permissions"
        assert f"chmod 600 {path}" in refusal.value.message


def test_a_passphrase_gives_the_same_key_for_the_same_salt_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ARGON2_MEMORY_KIB", 64)
    salt, other = b"0" * 16, b"1" * 16
    key = PassphraseKey("corréct horse").create(salt)
    assert len(key) == 32
    assert PassphraseKey("corréct horse").existing(salt) == key
    assert PassphraseKey("corréct horse").existing(other) != key
    assert PassphraseKey("other").existing(salt) != key
    PassphraseKey("other").forget()


@pytest.mark.parametrize(
    ("environment", "modes"),
    [
        ({}, ["file"]),
        ({"PORTICO_PASSPHRASE": ""}, ["file"]),
        ({"PORTICO_PASSPHRASE": "x"}, ["passphrase", "file"]),
        ({"PORTICO_PASSPHRASE": "x", "PORTICO_KEYSTORE": "file"}, ["file"]),
        ({"PORTICO_PASSPHRASE": "x", "PORTICO_KEYSTORE": " passphrase "}, ["passphrase", "file"]),
        ({"PORTICO_KEYSTORE": "keyring"}, ["keyring", "file"]),
    ],
)
def test_which_source_is_used(
    environment: Mapping[str, str], modes: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "load_keyring", FakeKeyring)
    assert [key.mode for key in master_keys(tmp_path / "master.key", environment)] == modes


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"PORTICO_KEYSTORE": "passphrase"}, Unavailable("", code="keystore_locked")),
        ({"PORTICO_KEYSTORE": "vault"}, Invalid("", path="PORTICO_KEYSTORE")),
    ],
)
def test_which_is_refused(environment: Mapping[str, str], expected: GatewayError, tmp_path: Path) -> None:
    with pytest.raises(type(expected)) as refusal:
        master_keys(tmp_path / "master.key", environment)
    assert (refusal.value.code, refusal.value.path) == (expected.code, expected.path)
