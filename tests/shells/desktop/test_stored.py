"""Where pages keep things, and when that is erased."""

from pathlib import Path

from portico.client.registry_plan import Registry, RemoteGateway
from portico.shells.desktop.stored import HOME, create, name_of, names, sweep

OFFICE = RemoteGateway(id="a", name="Office", url="https://office.example", token_ref="r")
OPEN = RemoteGateway(id="../b", name="Open", url="https://open.example", token_ref=None)


def test_a_folder_is_of_one_gateway_and_its_name_is_harmless() -> None:
    moved = RemoteGateway(id="a", name="Office", url="https://other.example", token_ref="r")
    assert len({name_of(OFFICE), name_of(moved), name_of(OPEN)}) == 3
    assert name_of(OPEN).isalnum()


def test_only_the_home_and_gateways_with_a_token_keep_things() -> None:
    assert names(Registry(gateways=(OFFICE, OPEN))) == {HOME, name_of(OFFICE)}


def test_what_is_not_wanted_any_more_is_erased(tmp_path: Path) -> None:
    pages = tmp_path / "pages"
    sweep(pages, [HOME])
    for name in (HOME, name_of(OFFICE)):
        (create(pages, name) / "storage").mkdir()
    assert {one.stat().st_mode & 0o777 for one in (pages, *pages.iterdir())} == {0o700}
    sweep(pages, [HOME])
    assert [one.name for one in pages.iterdir()] == [HOME]


def test_a_folder_that_was_open_to_others_is_closed(tmp_path: Path) -> None:
    pages = tmp_path / "pages"
    pages.mkdir(mode=0o755)
    create(pages, HOME)
    assert pages.stat().st_mode & 0o777 == 0o700
