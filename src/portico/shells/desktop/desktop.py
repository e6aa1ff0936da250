"""The desktop shell at work: opens gateways, answers the list, tells of long turns, and ends in order."""

import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol

import anyio
import anyio.to_thread
from anyio.abc import TaskGroup

from portico.client.connection import Sleep
from portico.client.errors import ClientError
from portico.client.registry import Target
from portico.shells.desktop import links, listing
from portico.shells.desktop.books import Books
from portico.shells.desktop.choice import LOCAL, Choice, Given, Local, Remote, Unlisted, by_id
from portico.shells.desktop.commands import APP, Command, notify, show_files
from portico.shells.desktop.files import Refused, judged
from portico.shells.desktop.following import Follower, Seat
from portico.shells.desktop.listing import Form, State, View
from portico.shells.desktop.screen import Asked, Closed, Loaded, Notice, Page, Pick, Picked, Screen, Signal
from portico.shells.desktop.sign_in import NotSignedIn, SignedIn, sign_in
from portico.shells.desktop.stored import HOME, name_of
from portico.shells.desktop.supervision import Found, Happened, LocalGateway, Lost, Starting, pause_after
from portico.shells.desktop.watching import TurnEnded, is_worth_telling
from portico.shells.desktop.words import say, told

GIVEN = "given"
TokenOf = Callable[[], Awaitable[str | None]]


class Run(Protocol):
    """Runs a program of the system; what it printed, None where that failed (`spawning.run`)."""

    async def __call__(self, command: Command) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Place:
    """A gateway that was chosen."""

    id: str
    name: str
    url: str
    token: TokenOf
    stored: str | None = None


@dataclass
class Desktop:
    """`run` runs once."""

    screen: Screen
    books: Books
    local: LocalGateway
    run_program: Run
    sleep: Sleep = anyio.sleep
    platform: str = sys.platform
    is_local: bool = False
    """The gateway of the home was chosen last."""
    started: anyio.Event = field(default_factory=anyio.Event)
    """`hear` may be called."""
    _current: str | None = None
    _said: dict[str, tuple[State, str]] = field(default_factory=dict[str, tuple[State, str]])
    _visit: anyio.CancelScope | None = None
    _stay: anyio.CancelScope | None = None
    _is_loaded: bool = False
    _is_quitting: bool = False
    _hurry: anyio.Event = field(default_factory=anyio.Event)
    _done: anyio.Event = field(default_factory=anyio.Event)
    follower: Follower | None = None

    async def run(self, choice: Choice, follower: Follower) -> None:
        """Until a person quits. What was started here is stopped at the end, however that comes."""
        self.follower = follower
        try:
            async with anyio.create_task_group() as group:
                self._group = group
                self.started.set()
                await self._tell_list()
                await self.open(choice)
                await self._done.wait()
                group.cancel_scope.cancel()
        finally:
            await self.local.stop()
            self.screen.close()

    async def hear(self, signal: Signal) -> None:
        """What the windows tell, one after the other."""
        match signal:
            case Asked(intents=intents):
                for intent in intents:
                    await self._answer(intent)
            case Picked(what=what):
                await self._picked(what)
            case Closed(which="gateway"):
                self.quit()
            case Closed():
                self._list_closed()
            case Loaded(is_ok=is_ok):
                await self._loaded(is_ok)
            case links.Browse(url=url):
                self.screen.browse(url)
            case links.Files(verb=verb, path=path):
                await self._show_files(verb, path)

    async def wish(self, gateway: str | None, choose: Callable[[str], Awaitable[Choice]]) -> None:
        """Another start hands over what it was asked for."""
        self.screen.focus()
        if gateway is None:
            return
        try:
            await self.open(await choose(gateway))
        except ClientError as error:
            self.screen.show_list(await self._view(note=str(error)))

    async def open(self, choice: Choice) -> None:
        """Show another gateway."""
        if self._is_quitting:
            return
        self._leave()
        match choice:
            case Local():
                self.is_local = True
                self._begin(LOCAL, self._visit_local)
            case Remote(gateway=gateway):
                self.is_local = False
                await self.books.select(gateway.id)
                place = Place(
                    gateway.id, gateway.name, gateway.url, lambda: self.books.token(gateway), name_of(gateway)
                )
                self._begin(gateway.id, lambda: self._visit_remote(place))
            case Given(url=url, token=token):

                async def given() -> str:
                    return token

                place = Place(GIVEN, url.partition("://")[2], url, given)
                self._begin(GIVEN, lambda: self._visit_remote(place))
            case Unlisted(url=url):
                self.screen.show_notice(Notice(say("ui.desktop.empty"), say("ui.desktop.empty.more")))
                name = url.partition("://")[2].partition("/")[0]
                words = say("ui.desktop.no_token", name=name)
                self.screen.show_list(await self._view(form=Form(name=name, url=url, words=words)))

    def quit(self) -> None:
        """End in order; the second time, faster."""
        if self._is_quitting:
            self._hurry.set()
            return
        self._is_quitting = True
        self._leave()
        self.screen.hide_list()
        if self.local.is_ours:
            self.screen.show_notice(Notice(say("ui.desktop.stopping"), say("ui.desktop.stopping.more"), is_busy=True))
        self._group.start_soon(self._end)

    async def ended(self, turn: TurnEnded) -> None:
        """A turn of the gateway that is shown came to its end."""
        if is_worth_telling(turn, is_focused=self.screen.is_focused):
            self._group.start_soon(self._notify, turn.name or APP, turn.words)

    async def skewed(self, words: str) -> None:
        """The gateway's version does not fit ours; its own page still does."""
        await self._say(self._current, "open", words)

    _group: TaskGroup = field(init=False)

    async def _end(self) -> None:
        await self.local.stop(self._hurry)
        self._done.set()

    def _leave(self) -> None:
        """Nothing is shown any more; a gateway that was started here runs on."""
        for scope in (self._stay, self._visit):
            if scope is not None:
                scope.cancel()
        if self._current is not None:
            self._said.pop(self._current, None)
        self._current, self._is_loaded = None, False

    def _begin(self, id_: str, visit: Callable[[], Awaitable[None]]) -> None:
        self._current, self._visit = id_, anyio.CancelScope()

        async def work(scope: anyio.CancelScope) -> None:
            with scope:
                await visit()

        self._group.start_soon(work, self._visit)

    async def _visit_local(self) -> None:
        await self.local.run(self._local_happened)

    async def _local_happened(self, happened: Happened) -> None:
        if self._stay is not None:
            self._stay.cancel()
        match happened:
            case Starting():
                title = say("ui.desktop.starting")
                self.screen.show_notice(Notice(title, say("ui.desktop.starting.more"), is_busy=True))
                await self._say(LOCAL, "busy", title)
            case Lost(seconds=seconds, why=why):
                title, again = say("ui.desktop.lost"), say("ui.desktop.lost.more", seconds=f"{seconds:g}")
                more = say("ui.desktop.lost.why", why=why) if why else again
                self.screen.show_notice(Notice(title, more, is_busy=True))
                await self._say(LOCAL, "failed", why or title)
            case Found(target=target):
                self._start_stay(target)

    def _start_stay(self, target: Target) -> None:
        self._stay = scope = anyio.CancelScope()

        async def token() -> str | None:
            return target.token

        async def work() -> None:
            with scope:
                await self._visit_remote(Place(LOCAL, say("ui.desktop.local"), target.url, token, HOME))

        self._group.start_soon(work)

    async def _visit_remote(self, place: Place) -> None:
        """Sign in, show the page and follow; what is not reached is tried again, a token is asked for."""
        self.screen.show_notice(Notice(say("ui.desktop.signing_in", name=place.name), place.url, is_busy=True))
        await self._say(place.id, "busy", say("ui.desktop.signing_in", name=place.name))
        pauses = 0
        while True:
            outcome, token = await self._sign_in(place)
            if isinstance(outcome, SignedIn):
                break
            await self._refused(place, outcome, is_first=pauses == 0)
            if outcome.reason == "token":
                return
            await self.sleep(pause_after(pauses + 2))
            pauses += 1
        self.screen.show_page(Page(outcome.url, place.url, place.name, place.stored, place.id == LOCAL))
        await self._say(place.id, "open")
        if self.follower is not None:
            await self.follower.follow(Seat(place.name, place.url, token))
        await self._refused(place, NotSignedIn("token", say("ui.desktop.signed_out", name=place.name)), is_first=True)

    async def _sign_in(self, place: Place) -> tuple[SignedIn | NotSignedIn, str | None]:
        try:
            token = await place.token()
        except ClientError as error:
            return NotSignedIn("token", str(error)), None
        return await sign_in(place.name, place.url, token), token

    async def _refused(self, place: Place, why: NotSignedIn, *, is_first: bool) -> None:
        """Said in the window, and in the list, which comes to the front once; there a token can be given."""
        await self._say(place.id, "failed", why.words)
        is_busy = why.reason != "token"
        self.screen.show_notice(Notice(why.words, say("ui.desktop.again") if is_busy else "", is_busy=is_busy))
        if is_first and place.id not in {LOCAL, GIVEN}:
            form = Form(id=place.id, name=place.name, url=place.url, words=why.words)
            self.screen.show_list(await self._view(form=form if why.reason == "token" else None))

    async def _answer(self, intent: listing.Intent) -> None:
        """Do what the list asks for; a failure is said there."""
        try:
            match intent:
                case listing.Open(id=id_):
                    self.screen.hide_list()
                    await self.open(by_id(id_, await self.books.list()))
                case listing.Save():
                    await self._save(intent)
                case listing.Remove(id=id_):
                    await self._remove(id_)
        except ClientError as error:
            self.screen.tell_list(await self._view(note=str(error)))

    async def _save(self, form: listing.Save) -> None:
        plan = await self.books.save(form)
        if plan.refusals:
            refusals = {name: told(words) for name, words in plan.refusals}
            self.screen.tell_list(await self._view(refusals=refusals))
            return
        note = " ".join(told(words) for words in plan.warnings)
        self.screen.tell_list(await self._view(note=note, is_saved=True))
        gateway_id = form.id or plan.registry.gateways[-1].id
        if self._current is None or self._current == gateway_id:
            await self.open(by_id(gateway_id, plan.registry))

    async def _remove(self, gateway_id: str) -> None:
        plan = await self.books.remove(gateway_id)
        if self._current == gateway_id and not plan.refusals:
            self._leave()
            self.screen.show_notice(Notice(say("ui.desktop.empty"), say("ui.desktop.empty.more")))
        await self._tell_list()

    async def _picked(self, what: Pick) -> None:
        match what:
            case "list":
                self.screen.show_list(await self._view())
            case "reload":
                await self._reload()
            case "quit":
                self.quit()

    def _list_closed(self) -> None:
        self.screen.hide_list()
        if self._current is None:
            self.quit()

    async def _reload(self) -> None:
        """The page again; where it could not be loaded, from the sign-in on."""
        if self._is_loaded:
            self.screen.reload()
        elif self._current is not None and self._current != GIVEN:
            await self.open(by_id(self._current, await self.books.list()))

    async def _loaded(self, is_ok: bool) -> None:
        self._is_loaded = is_ok
        if not is_ok and self._current is not None:
            name = next((one.name for one in await self._entries() if one.id == self._current), APP)
            title = say("ui.desktop.page_failed", name=name)
            await self._say(self._current, "failed", title)
            self.screen.show_notice(Notice(title, say("ui.desktop.page_failed.more")))

    async def _show_files(self, verb: links.Verb, path: str) -> None:
        """Paths mean something on this computer only."""
        if self._current != LOCAL or self.follower is None:
            await self._notify(APP, say("ui.desktop.not_local"))
            return
        what = await anyio.to_thread.run_sync(judged, verb, path, self.follower.roots)
        if isinstance(what, Refused):
            self._group.start_soon(self._notify, APP, what.why)
        else:
            self._group.start_soon(self.run_program, show_files(self.platform, what))

    async def _notify(self, title: str, text: str) -> None:
        for command in notify(self.platform, title, text):
            answer = await self.run_program(command)
            if answer is not None:
                if answer == command.answers:
                    self.screen.focus()
                return

    async def _say(self, id_: str | None, state: State, words: str = "") -> None:
        if id_ is not None:
            self._said[id_] = (state, words)
        await self._tell_list()

    async def _tell_list(self) -> None:
        self.screen.tell_list(await self._view())

    async def _entries(self) -> tuple[listing.Entry, ...]:
        return listing.entries(await self.books.list(), self._current, self._said)

    async def _view(
        self,
        *,
        note: str = "",
        form: Form | None = None,
        refusals: dict[str, str] | None = None,
        is_saved: bool = False,
    ) -> View:
        """The list as it is now; one that cannot be read is said, and has the local gateway still."""
        try:
            entries = await self._entries()
        except ClientError as error:
            empty = listing.entries(listing.Registry(), self._current, self._said)
            return View(entries=empty, note=str(error))
        note = " ".join(filter(None, (note, self.books.note)))
        return View(entries=entries, note=note, form=form, refusals=refusals or {}, is_saved=is_saved)
