"""Copying."""

from portico.client.timeline import Row
from tests.shells.tui.rig import seated

ANSWER = Row(key="a", kind="assistant", text="Run:\n\n- this\n\n  ```sh\n  ls -1\n  ```\n")


async def test_answers_code_and_rows_are_copied() -> None:
    async with seated() as person:
        await person.opens()
        person.app.action_run("copy-answer")
        person.app.action_run("copy-code")
        await person.sees("There is nothing to copy")
        person.backend.rows(ANSWER, Row(key="e", kind="end", text="interrupted"))
        await person.sees("interrupted")
        person.app.action_run("copy-answer")
        await person.until(lambda: person.app.clipboard == ANSWER.text)
        person.app.action_run("copy-code")
        await person.until(lambda: person.app.clipboard == "ls -1")
        await person.press("up", "c")
        await person.until(lambda: person.app.clipboard == "interrupted")
