"""The shell at work, without windows: what it shows, asks, starts and ends."""

from pathlib import Path

import anyio

from portico.client.registry import Target
from portico.client.registry_plan import RemoteGateway
from portico.shells.desktop import listing
from portico.shells.desktop.choice import Given, Local, Remote, Unlisted, by_id
from portico.shells.desktop.keys import SERVICE
from portico.shells.desktop.links import Browse, Files
from portico.shells.desktop.screen import Asked, Closed, Loaded, Picked
from portico.shells.desktop.watching import TurnEnded
from portico.shells.desktop.words import say
from tests.kit.gateways import Site, gateway, until
from tests.shells.desktop.rig import Bench


def home_of(site: Site) -> Target:
    return Target(site.url, site.token, is_home=True)


async def test_the_local_gateway_is_started_and_its_page_shown(tmp_path: Path) -> None:
    async with gateway(tmp_path) as site:
        bench = Bench(tmp_path, will_be=home_of(site))
        async with bench.open(Local()) as desktop:
            await bench.until_page("This computer")
            assert ("page", f"{site.url}/#code", site.url, "This computer") in bench.screen.done
            assert bench.screen.notices[:2] == [
                say("ui.desktop.starting"),
                say("ui.desktop.signing_in", name="This computer"),
            ]
            assert site.token not in repr(bench.screen.done)
            # it dies: that is said, and it is started again
            bench.children[0].dead.set()
            await bench.until(lambda: len(bench.children) == 2 and bench.screen.done[-2:] != [])
            assert say("ui.desktop.lost") in bench.screen.notices
            await desktop.hear(Picked("quit"))
        assert bench.stops[-1] is not None
        assert say("ui.desktop.stopping") in bench.screen.notices
        assert bench.screen.is_closed


async def test_a_second_wish_to_end_hurries(tmp_path: Path) -> None:
    async with gateway(tmp_path) as site:
        bench = Bench(tmp_path, will_be=home_of(site), is_slow=True)
        async with bench.open(Local()) as desktop:
            await bench.until_page("This computer")
            await desktop.hear(Closed("gateway"))
            await anyio.wait_all_tasks_blocked()
            assert not bench.screen.is_closed
            # nothing is opened any more
            await desktop.open(Local())
            await desktop.hear(Closed("gateway"))
        assert bench.screen.is_closed


async def test_one_that_was_there_is_not_stopped(tmp_path: Path) -> None:
    async with gateway(tmp_path) as site:
        bench = Bench(tmp_path, local_target=home_of(site))
        async with bench.open(Local()):
            await bench.until_page("This computer")
        assert (bench.stops, bench.children) == ([], [])


async def test_one_that_does_not_start_is_said_and_tried_again(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    async with bench.open(Local()):
        await bench.until(lambda: len(bench.children) > 2)
        assert say("ui.desktop.lost") in bench.screen.notices
        await bench.until_words("local", "it does not start")


async def add(bench: Bench, site: Site, token: str) -> str:
    """Add the test's gateway in the list; its id."""
    form = listing.Save(name="Office", url=site.url, token=token)
    await bench.desktop.hear(Asked((form,)))
    return bench.screen.view.entries[-1].id


async def test_a_gateway_is_added_opened_changed_and_removed(tmp_path: Path) -> None:
    async with gateway(tmp_path) as site:
        bench = Bench(tmp_path)
        async with bench.open(Unlisted(site.url)) as desktop:
            await bench.until(lambda: bench.screen.is_list_shown)
            assert bench.screen.view.form is not None
            assert bench.screen.view.form.url == site.url
            gateway_id = await add(bench, site, site.token)
            # nothing was open, so this is
            await bench.until_page("Office")
            await bench.until(lambda: bench.screen.view.entries[-1].state == "open")
            assert [*bench.keyring.texts.values()] == [site.token]
            await desktop.hear(Asked((listing.Save(id=gateway_id, name="", url=site.url),)))
            assert bench.screen.view.refusals.keys() == {"name"}
            await desktop.hear(Asked((listing.Remove(id=gateway_id),)))
            assert [one.id for one in bench.screen.view.entries] == ["local"]
            assert bench.keyring.texts == {}
            assert bench.screen.notices[-1] == say("ui.desktop.empty")
            await desktop.hear(Asked((listing.Open(id="nobody"),)))
            assert "nobody" in bench.screen.view.note
            # nothing is shown: with the list the shell is closed
            await desktop.hear(Closed("list"))
        assert bench.screen.is_closed


async def test_a_wrong_token_is_asked_for_again(tmp_path: Path) -> None:
    async with gateway(tmp_path) as site:
        bench = Bench(tmp_path)
        async with bench.open(Unlisted(site.url)) as desktop:
            gateway_id = await add(bench, site, "wrong")
            await bench.until(lambda: bench.screen.view.form is not None and bench.screen.view.form.id == gateway_id)
            assert bench.screen.is_list_shown
            assert bench.screen.view.form is not None
            assert bench.screen.view.form.words == say("ui.desktop.signed_out", name="Office")
            await desktop.hear(Asked((listing.Save(id=gateway_id, name="Office", url=site.url, token=site.token),)))
            await bench.until_page("Office")


async def test_a_token_that_is_revoked_while_it_is_open_is_asked_for(tmp_path: Path) -> None:
    async with gateway(tmp_path) as site, site.peer() as peer:
        issued = await peer.call("token/issue", name="desk", scopes=["read", "chat", "agent", "admin"])
        bench = Bench(tmp_path)
        async with bench.open(Unlisted(site.url)):
            await add(bench, site, issued["secret"])
            await bench.until_page("Office")
            await until(lambda: bench.follower.roots != ())
            await peer.call("token/revoke", token_id=issued["token"]["id"])
            await bench.until(lambda: bench.screen.notices[-1] == say("ui.desktop.signed_out", name="Office"))


async def test_one_that_does_not_answer_is_tried_again(tmp_path: Path) -> None:
    gone = RemoteGateway(id="gone", name="Gone", url="http://127.0.0.1:1")
    bench = Bench(tmp_path)
    async with bench.open(Local()) as desktop:
        await desktop.hear(Asked((listing.Save(name=gone.name, url=gone.url),)))
        gateway_id = bench.screen.view.entries[-1].id
        await desktop.hear(Asked((listing.Open(id=gateway_id),)))
        assert not desktop.is_local
        await bench.until_words(gateway_id, "does not answer")
        before = len(bench.screen.done)
        await bench.until(lambda: len(bench.screen.done) > before + 2)
        await desktop.hear(Asked((listing.Open(id="local"),)))
        assert desktop.is_local


async def test_the_environment_names_one_that_is_not_kept(tmp_path: Path) -> None:
    async with gateway(tmp_path) as site:
        bench = Bench(tmp_path)
        async with bench.open(Given(site.url, site.token)):
            await bench.until_page(site.url.partition("://")[2])
        assert (bench.keyring.texts, (tmp_path / "gateways.json").exists()) == ({}, False)


async def test_a_keyring_that_refuses_asks_for_the_token(tmp_path: Path) -> None:
    async with gateway(tmp_path) as site:
        bench = Bench(tmp_path)
        async with bench.open(Unlisted(site.url)) as desktop:
            gateway_id = await add(bench, site, site.token)
            await bench.until_page("Office")
            bench.keyring.texts.clear()
            choice = by_id(gateway_id, await desktop.books.list())
            assert isinstance(choice, Remote)
            assert bench.keyring.read(SERVICE, choice.gateway.token_ref or "") is None
            await desktop.open(choice)
            await bench.until_words(gateway_id, "needs a token")


async def test_files_of_the_local_gateway_are_shown(tmp_path: Path) -> None:
    async with gateway(tmp_path) as site:
        note = site.root / "note.txt"
        note.write_text("x")
        bench = Bench(tmp_path, local_target=home_of(site))
        async with bench.open(Local()) as desktop:
            await until(lambda: bench.follower.roots != ())
            for verb, path in (("open", note), ("reveal", note), ("open", tmp_path / "home" / "token")):
                ran = bench.ran
                await desktop.hear(Files(verb, str(path)))  # pyright: ignore[reportArgumentType]
                await ran.wait()
            asked = [command.arguments for command in bench.commands]
            assert asked[:2] == [("xdg-open", str(note)), ("xdg-open", str(site.root))]
            assert asked[2][0] == "notify-send"
            assert say("ui.desktop.outside") in asked[2]


async def test_files_of_another_gateway_are_not(tmp_path: Path) -> None:
    async with gateway(tmp_path) as site:
        note = site.root / "note.txt"
        note.write_text("x")
        bench = Bench(tmp_path)
        async with bench.open(Given(site.url, site.token)) as desktop:
            await until(lambda: bench.follower.roots != ())
            await desktop.hear(Files("open", str(note)))
            assert [command.arguments[0] for command in bench.commands] == ["notify-send"]
            assert say("ui.desktop.not_local") in bench.commands[0].arguments


async def test_a_long_turn_is_told_and_a_click_shows_the_window(tmp_path: Path) -> None:
    bench = Bench(tmp_path, answers={"notify-send": "default"})
    async with bench.open(Unlisted("http://127.0.0.1:1")) as desktop:
        await desktop.ended(TurnEnded("t", "Plan", "completed", 5))
        await desktop.ended(TurnEnded("t", "Plan", "failed", 65))
        await bench.until(lambda: "focus" in bench.screen.done)
        assert [command.arguments[-2:] for command in bench.commands] == [("Plan", "Failed after 1 min 5 s")]
        bench.screen.is_focused = True
        await desktop.ended(TurnEnded("t", "Plan", "failed", 65))
        assert len(bench.commands) == 1


async def test_without_a_way_to_tell_nothing_is_told(tmp_path: Path) -> None:
    bench = Bench(tmp_path, answers={"notify-send": None})
    async with bench.open(Unlisted("http://127.0.0.1:1")) as desktop:
        await desktop.ended(TurnEnded("t", "", "completed", 65))
        await until(lambda: len(bench.commands) == 2)
        assert "focus" not in bench.screen.done


async def test_the_page_is_loaded_again(tmp_path: Path) -> None:
    async with gateway(tmp_path) as site:
        bench = Bench(tmp_path, local_target=home_of(site))
        async with bench.open(Local()) as desktop:
            await bench.until_page("This computer")
            await desktop.hear(Loaded(True))
            await desktop.hear(Picked("reload"))
            assert bench.screen.done[-1] == "reload"
            await desktop.hear(Loaded(False))
            assert bench.screen.notices[-1] == say("ui.desktop.page_failed", name="This computer")
            before = len(bench.screen.done)
            await desktop.hear(Picked("reload"))
            await bench.until(lambda: any(isinstance(one, tuple) for one in bench.screen.done[before:]))


async def test_another_start_shows_the_window_and_what_it_was_asked_for(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    async with bench.open(Unlisted("http://127.0.0.1:1")) as desktop:

        async def choose(given: str) -> Local | Remote | Given | Unlisted:
            return by_id(given, await desktop.books.list())

        await desktop.wish(None, choose)
        assert bench.screen.done[-1] == "focus"
        await desktop.wish("nobody", choose)
        assert "nobody" in bench.screen.view.note
        await desktop.wish("local", choose)
        assert desktop.is_local


async def test_links_go_to_the_browser_and_the_list_comes_by_the_menu(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    async with bench.open(Local()) as desktop:
        await desktop.hear(Browse("https://example.org/"))
        assert ("browse", "https://example.org/") in bench.screen.done
        await desktop.hear(Picked("list"))
        assert bench.screen.is_list_shown
        await desktop.skewed("the gateway is too new")
        await desktop.hear(Closed("list"))
        assert not bench.screen.is_list_shown
        assert not bench.screen.is_closed


async def test_a_list_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    (tmp_path / "gateways.json").write_text("{")
    bench = Bench(tmp_path)
    async with bench.open(Local()) as desktop:
        await desktop.hear(Picked("list"))
        assert "cannot be read" in bench.screen.view.note
        assert [one.id for one in bench.screen.view.entries] == ["local"]
