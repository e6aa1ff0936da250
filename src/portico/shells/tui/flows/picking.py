"""What is added to a message beside its text: files that it names with `@`, pictures that are pasted or chosen."""

from collections.abc import Sequence
from pathlib import Path

import anyio.to_thread
from msgspec.structs import replace

from portico.boundary.work.composer import ImagePick, MentionPick, Planned
from portico.shells.tui import files
from portico.shells.tui.drafts import Draft, Pick
from portico.shells.tui.ui import Ui
from portico.shells.tui.widgets.choices import Choice

LIMIT_MIB = files.MAX_IMAGE_BYTES // (1024 * 1024)


async def paste(ui: Ui, paths: Sequence[str]) -> bool:
    """Pictures from the paths, if each is a file; else nothing is done and the paths are text. Never raises."""
    there = [await _is_file(path) for path in paths]
    if not all(there):
        return False
    for path in paths:
        await _add_picture(ui, path)
    return True


async def picture(ui: Ui) -> None:
    """Asks for the path of one."""
    given = (await ui.ask_line(ui.phrases.say("ui.tui.picture.path"), note=ui.phrases.say("ui.tui.picture.note"))) or ""
    if given.strip():
        found = files.pasted_pictures(given)
        await _add_picture(ui, found[0] if found else given.strip())


async def remove(ui: Ui) -> None:
    """Asks which one, where there are several."""
    picks = ui.drafts.of(ui.model.thread_id).picks
    if len(picks) > 1:
        title = ui.phrases.say("ui.tui.command.remove_added")
        chosen = await ui.choose(title, [Choice(pick.key, pick.name) for pick in picks])
        picks = tuple(pick for pick in picks if chosen is not None and pick.key == chosen.id)
    if picks:
        await take_away(ui, picks[0].key)


async def take_away(ui: Ui, key: str) -> None:
    """Also what is said of it is asked again."""
    draft = ui.drafts.of(ui.model.thread_id)
    ui.drafts.put(ui.model.thread_id, _with(draft, tuple(pick for pick in draft.picks if pick.key != key)))
    await check(ui)


async def mention(ui: Ui, path: str) -> None:
    """Name a file below the workspace's root."""
    root = ui.model.root
    if root is not None:
        await _add(ui, MentionPick(key=f"mention:{path}", name=path, path=str(root / path)))


async def check(ui: Ui) -> None:
    """Show what is added, and say what of it stands against sending, as far as that is known before."""
    thread_id = ui.model.thread_id
    draft = ui.drafts.of(thread_id)
    ui.show_picks(frozenset())
    if thread_id is None or not draft.picks:
        return
    planned = await ui.calls.ask("composer_plan", Planned, thread_id=thread_id, picked=draft.picks, **ui.picked.params)
    about = frozenset(refusal.about for refusal in planned.refusals if refusal.about is not None)
    words = [refusal.words for refusal in planned.refusals if refusal.about is not None or not about]
    if ui.model.thread_id == thread_id:
        ui.show_picks(about)
        for phrase in words:
            ui.tell(ui.phrases.phrase(phrase), is_error=True)


async def _add_picture(ui: Ui, given: str) -> None:
    path = Path(given)
    try:
        kind, data = await anyio.to_thread.run_sync(files.picture, path)
    except files.NotTaken as refused:
        ui.tell(ui.phrases.say(refused.words, name=path.name, limit=LIMIT_MIB), is_error=True)
    except (OSError, ValueError, RuntimeError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        ui.tell(ui.phrases.say("ui.tui.picture.failed", name=path.name, why=why), is_error=True)
    else:
        await _add(ui, ImagePick(key=f"image:{path}", name=path.name, media_type=kind, data=data))


async def _add(ui: Ui, pick: Pick) -> None:
    """With it at the end; one of the same file makes room."""
    draft = ui.drafts.of(ui.model.thread_id)
    kept = tuple(one for one in draft.picks if one.key != pick.key)
    ui.drafts.put(ui.model.thread_id, _with(draft, (*kept, pick)))
    await check(ui)


def _with(draft: Draft, picks: tuple[Pick, ...]) -> Draft:
    """Another message, so under other ids."""
    return replace(draft, picks=picks, turn_id=None, steer_id=None)


async def _is_file(path: str) -> bool:
    try:
        return await (await anyio.Path(path).expanduser()).is_file()
    except (OSError, ValueError, RuntimeError):
        return False
