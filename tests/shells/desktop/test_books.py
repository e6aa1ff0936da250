"""The list of gateways and their tokens."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from portico.client.errors import ClientError
from portico.shells.desktop.books import Books
from portico.shells.desktop.keys import SERVICE, Tokens
from portico.shells.desktop.listing import Save
from tests.kit.keyring import FakeKeyring
from tests.shells.desktop.rig import boundary


@asynccontextmanager
async def books(folder: Path, keyring: FakeKeyring) -> AsyncGenerator[Books]:
    async with boundary(folder) as made:
        yield Books(made, Tokens(keyring))


async def test_a_gateway_comes_changes_and_goes_with_its_token(tmp_path: Path) -> None:
    keyring = FakeKeyring()
    async with books(tmp_path, keyring) as kept:
        plan = await kept.save(Save(name=" Office ", url="HTTPS://office.example/", token=" secret "))
        office = plan.registry.gateways[0]
        assert (office.name, office.url) == ("Office", "https://office.example")
        assert office.token_ref is not None
        assert keyring.texts == {(SERVICE, office.token_ref): "secret"}
        assert await kept.token(office) == "secret"
        # an empty field leaves what is stored
        await kept.save(Save(id=office.id, name="Main", url=office.url))
        assert keyring.texts == {(SERVICE, office.token_ref): "secret"}
        # another address is another gateway: the token does not go there
        moved = (await kept.save(Save(id=office.id, name="Main", url="https://new.example", token="other"))).registry
        assert [*keyring.texts.values()] == ["other"]
        forgotten = (await kept.save(Save(id=office.id, name="Main", url="https://new.example", forget=True))).registry
        assert keyring.texts == {}
        assert await kept.token(forgotten.gateways[0]) is None
        assert moved.gateways[0].token_ref is not None
        await kept.remove(office.id)
        assert (await kept.list()).gateways == ()
    assert b"secret" not in (tmp_path / "gateways.json").read_bytes()


@pytest.mark.parametrize(
    ("form", "field"),
    [
        (Save(name="", url="https://a.example", token="t"), "name"),
        (Save(name="A", url="ftp://a.example", token="t"), "url"),
        (Save(name="A", url="https://office.example", token="t"), "url"),
        (Save(id="nobody", name="A", url="https://a.example", token="t"), "id"),
    ],
)
async def test_what_is_refused_changes_nothing(tmp_path: Path, form: Save, field: str) -> None:
    keyring = FakeKeyring()
    async with books(tmp_path, keyring) as kept:
        await kept.save(Save(name="Office", url="https://office.example"))
        before = await kept.list()
        plan = await kept.save(form)
        assert [name for name, _ in plan.refusals] == [field]
        assert (await kept.list(), keyring.texts) == (before, {})


async def test_a_keyring_that_refuses_leaves_the_list_as_it_was(tmp_path: Path) -> None:
    class Refusing(FakeKeyring):
        def write(self, service: str, name: str, text: str) -> None:
            raise ClientError("locked")

    async with books(tmp_path, Refusing()) as kept:
        with pytest.raises(ClientError, match="locked"):
            await kept.save(Save(name="Office", url="https://office.example", token="secret"))
        assert (await kept.list()).gateways == ()
        assert kept.note == ""


async def test_one_of_them_is_selected(tmp_path: Path) -> None:
    async with books(tmp_path, FakeKeyring()) as kept:
        for name in ("a", "b"):
            plan = await kept.save(Save(name=name, url=f"https://{name}.example"))
        last = plan.registry.gateways[-1].id  # pyright: ignore[reportPossiblyUnboundVariable]
        assert (await kept.select(last)).registry.selected == last


async def test_a_list_that_cannot_be_read_is_said_and_kept(tmp_path: Path) -> None:
    (tmp_path / "gateways.json").write_text("{")
    async with books(tmp_path, FakeKeyring()) as kept:
        with pytest.raises(ClientError, match="cannot be read"):
            await kept.save(Save(name="Office", url="https://office.example"))
    assert (tmp_path / "gateways.json").read_text() == "{"
