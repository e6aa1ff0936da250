"""What is added to a message: files that it names, pictures."""

import base64
from pathlib import Path

from msgspec.structs import replace
from textual import events

from portico.client.words import say
from tests.shells.tui.rig import FakeBackend, Person, Refusal, screen, seated

PNG = b"\x89PNG\r\n\x1a\n" + b"rest"


def local(root: Path) -> FakeBackend:
    shown = screen()
    told = shown.workspaces
    home = replace(told.workspaces[0], root=str(root))
    return FakeBackend(
        workspace_bootstrap=replace(shown, workspaces=replace(told, workspaces=(home, *told.workspaces[1:])))
    )


async def paste(person: Person, text: str) -> None:
    person.app.composer.post_message(events.Paste(text))
    await person.settled()


async def test_a_path_is_chosen_and_goes_along(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "app.py").write_text("")
    (tmp_path / "src" / "api.py").write_text("")
    async with seated(local(tmp_path)) as person:
        await person.opens()
        await person.write("fix @s")
        await person.sees("src/app.py", "src/api.py")
        await person.press("tab")
        assert person.app.composer.text == "fix @src/"
        await person.press(*"ap", "down", "enter")
        await person.sees("[src/app.py]", "backspace removes")
        assert person.app.composer.text == "fix @src/app.py "
        await person.press("enter")
        await person.until(lambda: person.backend.asked("composer_send"))
        sent = person.backend.asked("composer_send")[0]
        path = str(tmp_path / "src" / "app.py")
        assert sent["picked"] == [{"kind": "mention", "key": "mention:src/app.py", "name": "src/app.py", "path": path}]
        await person.until(lambda: "[src/app.py]" not in person.shown)


async def test_escape_and_a_blank_end_the_list_and_a_click_takes_a_path(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("")
    async with seated(local(tmp_path)) as person:
        await person.write("@a")
        await person.until(lambda: person.app.completion.display)
        await person.press("escape")
        assert not person.app.completion.display
        await person.press("backspace", "a")
        await person.until(lambda: person.app.completion.display)
        await person.pilot.click("#completion", offset=(4, 0))
        await person.sees("[a.py]")
        await person.pilot.click("#chips", offset=(3, 0))
        await person.until(lambda: "[a.py]" not in person.shown)


async def test_where_the_gateway_is_elsewhere_nothing_is_offered() -> None:
    async with seated() as person:
        await person.write("@a")
        assert not person.app.completion.display


async def test_a_dropped_picture_goes_along_and_backspace_takes_it_away(tmp_path: Path) -> None:
    picture = tmp_path / "my cat.png"
    picture.write_bytes(PNG)
    async with seated() as person:
        await person.opens()
        await paste(person, f"'{picture}'")
        await person.sees("[my cat.png]")
        await person.press("backspace")
        await person.until(lambda: "[my cat.png]" not in person.shown)
        await paste(person, f"file://{picture}".replace(" ", "%20"))
        await person.sees("[my cat.png]")
        await person.press("enter")
        await person.until(lambda: person.backend.asked("composer_send"))
        picked = person.backend.asked("composer_send")[0]["picked"][0]
        assert (picked["kind"], picked["media_type"]) == ("image", "image/png")
        assert base64.b64decode(picked["data"]) == PNG


async def test_what_is_no_file_is_text_and_what_is_no_picture_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"<svg>")
    async with seated() as person:
        await paste(person, f"{tmp_path}/gone.png")
        await person.until(lambda: person.app.composer.text == f"{tmp_path}/gone.png")
        await paste(person, f"{tmp_path}/a.png")
        await person.sees("a.png is no PNG, JPEG, GIF or WebP image")
        assert person.app.drafts.of(None).picks == ()


async def test_a_picture_by_a_command_and_what_stands_against_it(tmp_path: Path) -> None:
    for name in ("one.png", "two.png"):
        (tmp_path / name).write_bytes(PNG)
    refused = {"words": say("composer.images_not_supported", model="Small"), "about": f"image:{tmp_path}/one.png"}
    async with seated(FakeBackend(composer_plan={"action": "start", "refusals": [refused]})) as person:
        await person.opens()
        for name in ("one.png", "two.png"):
            person.app.action_run("picture")
            await person.sees("Path of the picture")
            await paste_into_the_question(person, f"{tmp_path}/{name}")
            await person.press("enter")
            await person.sees(f"[{name}]", "Small takes no images")
        assert [chip.is_refused for chip in person.app.chips.chips] == [True, False]
        person.backend.answers["composer_plan"] = {"action": "start"}
        person.app.action_run("remove-added")
        await person.sees("Remove what is added", "two.png")
        await person.press("enter")
        await person.until(lambda: [chip.name for chip in person.app.chips.chips] == ["two.png"])
        person.app.action_run("picture")
        await paste_into_the_question(person, f"{tmp_path}/gone.png")
        await person.press("enter")
        await person.sees("gone.png cannot be read: No such file or directory")


async def test_what_is_refused_keeps_what_was_added(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(PNG)
    async with seated(FakeBackend(composer_send=Refusal("not now"))) as person:
        await person.opens()
        await paste(person, f"{tmp_path}/a.png")
        await person.sees("[a.png]")
        await person.press("enter")
        await person.sees("not now", "[a.png]")


async def paste_into_the_question(person: Person, text: str) -> None:
    await person.until(lambda: len(person.app.screen_stack) == 2)
    await person.settled()
    assert person.app.focused is not None
    person.app.focused.post_message(events.Paste(text))
    await person.settled()
