"""The list of gateways in its file."""

import stat
from pathlib import Path

import pytest

from portico.client.errors import ClientError
from portico.client.registry_plan import RegistryFile, add, carry_out, remove, update
from portico.client.registry_plan.plan import Registry, RemoteGateway

A = RemoteGateway(id="a", name="A", url="https://a")
ONE = Registry(gateways=(A,), selected="a")


class Tokens:
    """A secret store that keeps what the list was when each thing was done."""

    def __init__(self, file: RegistryFile) -> None:
        self._file = file
        self.kept: dict[str, str] = {}
        self.did: list[tuple[str, int]] = []

    def get(self, ref: str) -> str | None:
        return self.kept.get(ref)

    def put(self, ref: str, token: str) -> None:
        self.did.append(("put", len(self._file.load().gateways)))
        self.kept[ref] = token

    def delete(self, ref: str) -> None:
        self.did.append(("delete", len(self._file.load().gateways)))
        self.kept.pop(ref, None)


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    file = RegistryFile(tmp_path / "deep" / "gateways.json")
    assert file.load() == Registry()
    file.save(ONE)
    file.save(ONE)
    assert file.load() == ONE
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
    assert [path.name for path in file.path.parent.iterdir()] == ["gateways.json"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"format":2,"registry":{}}',
        b'{"format":1,"registry":{"gateways":[4]}}',
    ],
    ids=["empty", "half", "no text", "too deep", "a later format", "no gateways"],
)
def test_a_file_that_cannot_be_read_is_told_and_kept(tmp_path: Path, content: bytes) -> None:
    file = RegistryFile(tmp_path / "gateways.json")
    file.path.write_bytes(content)
    with pytest.raises(ClientError, match="cannot be read"):
        file.load()
    assert file.path.read_bytes() == content


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ClientError, match="cannot be written"):
        RegistryFile(tmp_path / "file" / "gateways.json").save(ONE)


def test_a_failed_replacement_leaves_nothing_behind(tmp_path: Path) -> None:
    file = RegistryFile(tmp_path / "gateways.json")
    file.path.mkdir()
    with pytest.raises(ClientError, match="cannot be written"):
        file.save(ONE)
    assert [path.name for path in tmp_path.iterdir()] == ["gateways.json"]


def test_a_token_is_kept_before_the_list_names_it_and_forgotten_after(tmp_path: Path) -> None:
    file = RegistryFile(tmp_path / "gateways.json")
    tokens = Tokens(file)
    known = carry_out(add(Registry(), "a", "A", "https://a", has_token=True), file, tokens, "secret-token")
    assert list(tokens.kept.values()) == ["secret-token"]
    assert tokens.get(known.gateways[0].token_ref or "") == "secret-token"
    assert b"secret-token" not in file.path.read_bytes()
    known = carry_out(update(known, "a", url="https://b", token="put"), file, tokens, "other")
    assert list(tokens.kept.values()) == ["other"]
    carry_out(remove(known, "a"), file, tokens)
    assert (tokens.kept, file.load()) == ({}, Registry())
    assert tokens.did == [("put", 0), ("put", 1), ("delete", 1), ("delete", 0)]


def test_a_plan_that_cannot_be_carried_out_does_nothing(tmp_path: Path) -> None:
    file = RegistryFile(tmp_path / "gateways.json")
    tokens = Tokens(file)
    with pytest.raises(ValueError, match="refusals"):
        carry_out(remove(Registry(), "a"), file, tokens)
    with pytest.raises(ValueError, match="token"):
        carry_out(add(Registry(), "a", "A", "https://a", has_token=True), file, tokens)
    assert (tokens.did, file.load()) == ([], Registry())
