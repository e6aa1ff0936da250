"""The list of paths is there only while something fits."""

from tests.shells.tui.rig import seated


async def test_paths_are_offered_and_gone() -> None:
    async with seated() as person:
        assert not person.app.completion.display
        person.app.offer(["a.py", "evil\x1b[2J/", "w" * 300])
        await person.sees("a.py", "evil␛[2J/")
        chosen = person.app.completion.chosen
        assert chosen is not None and chosen.id == "a.py"
        person.app.offer([])
        await person.until(lambda: "a.py" not in person.shown)
        assert not person.app.composer.is_completing
