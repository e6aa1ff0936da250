"""Deciding what a turn will be: its folder, model, tools and prompt, before anything is written."""

import platform
from datetime import UTC, datetime
from pathlib import Path

from portico.gateway.agent.context import PastTurn, told_turns
from portico.gateway.agent.model import AssistantMessage, ImagePart, Message
from portico.gateway.agent.ports import ToolPort
from portico.gateway.agent.prompt import Prompt, PromptParts, Surroundings, compile_prompt
from portico.gateway.features.threads import first_words, look_at_folder
from portico.gateway.features.tools import ToolPlace
from portico.gateway.features.turns.ports import Chosen, TurnPorts, Wish
from portico.gateway.features.turns.rules import said, starting
from portico.gateway.features.turns.service.logged import LoggedTools
from portico.gateway.features.turns.service.record import Steer
from portico.gateway.features.turns.service.run import Plan
from portico.gateway.kernel.context import Principal
from portico.gateway.kernel.errors import Invalid
from portico.protocol.methods.turn import ContextMessage, TurnStartParams
from portico.protocol.types.input import UserInput
from portico.protocol.types.thread import Thread, ThreadMode
from portico.protocol.types.turn import Turn, TurnStatus
from portico.protocol.types.workspace import ToolAccess, Workspace

_SYSTEM = f"{platform.system()} {platform.release()}"


class Planner:
    """Reads what a decision needs and asks the rules. It writes nothing."""

    def __init__(self, ports: TurnPorts) -> None:
        self._ports = ports

    async def plan(self, principal: Principal, thread: Thread, p: TurnStartParams) -> Plan:
        """What the start asks for, checked. Raises GatewayError with the path of what is wrong."""
        starting.refuse_later(p)
        said.check(p.input)
        said.check_context(p.context or ())
        workspace = await self._ports.workspaces.get(thread.workspace_id)
        mode = p.mode or thread.mode
        root, cwd = self._folders(principal, workspace, thread, p)
        tools = self._tools(principal, workspace, thread, p, ToolPlace(workspace.id, thread.id, p.turn_id, root, cwd))
        if tools.specs:
            _check_folder(cwd)
        chosen = await self._choose(thread, p)
        prompt = self._prompt(bool(tools.specs), cwd, p.instructions)
        steer = await self.steer(self._ports.ids.new(), p.input, root)
        turn = Turn(
            id=p.turn_id,
            status=TurnStatus.IN_PROGRESS,
            prompt_manifest=prompt.manifest,
            model=chosen.model,
            model_provider=chosen.provider,
            effort=chosen.effort,
            created_at=self._ports.clock.now(),
        )
        return Plan(
            thread_id=thread.id,
            workspace_id=workspace.id,
            turn=turn,
            mode=mode,
            model=chosen.port,
            effort=chosen.effort,
            tools=tools,
            root=root,
            system=prompt.text,
            item=steer.item,
            said=steer.message,
            takes_images=chosen.takes_images,
            context_tokens=chosen.context_tokens,
            context=await self._context(p.context, root),
            beside=first_words(thread),
        )

    async def steer(self, item_id: str, given: list[UserInput], root: Path, path: str = "$.input") -> Steer:
        """Input as an item and as a message, its local pictures read; `path` is where it stands in the parameters."""
        images: dict[str, ImagePart] = {}
        for name, place in said.local_images(given, path):
            images[name] = await self._image(name, root, place)
        item = said.item(item_id, given)
        return Steer(item, said.message(item, images))

    async def root_of(self, thread: Thread) -> Path:
        """The folder that the workspace of `thread` stands on."""
        return _root(await self._ports.workspaces.get(thread.workspace_id))

    async def _choose(self, thread: Thread, p: TurnStartParams) -> Chosen:
        """The model; Invalid where it is known to take no images and there are some."""
        effort, image = p.reasoning.effort if p.reasoning else None, said.first_image(p.input, p.context or ())
        wish = Wish(starting.provider_of(p), p.model, effort, has_images=image is not None)
        chosen = await self._ports.models.choose(thread, wish)
        said.check_images(chosen.model, chosen.takes_images, image)
        return chosen

    async def _context(self, context: list[ContextMessage] | None, root: Path) -> tuple[PastTurn, ...] | None:
        """What the caller tells of earlier, as past turns."""
        if context is None:
            return None
        messages: list[Message] = []
        for place, told in enumerate(context):
            if told.role == "assistant":
                messages.append(AssistantMessage(text=said.text_of(told.content)))
            else:
                messages.append((await self.steer("", told.content, root, f"$.context[{place}].content")).message)
        return told_turns(messages)

    async def _image(self, path: str, root: Path, place: str) -> ImagePart:
        try:
            image = said.image_of(await self._ports.host.read(path, root, said.MAX_IMAGE_BYTES))
        except Invalid as error:
            raise Invalid(error.message, code=error.code, path=place) from error
        if image is None:
            raise Invalid(f"{path} is no PNG, JPEG, GIF or WebP image", code="not_an_image", path=place)
        return image

    def _folders(
        self, principal: Principal, workspace: Workspace, thread: Thread, p: TurnStartParams
    ) -> tuple[Path, Path]:
        """The workspace's root, and where tools run: the turn's folder, else the thread's, else the root."""
        root = _root(workspace)
        if p.cwd is not None:
            return root, Path(self._ports.threads.working_folder(principal, workspace, p.cwd))
        return root, Path(thread.cwd) if thread.cwd else root

    def _tools(
        self, principal: Principal, workspace: Workspace, thread: Thread, p: TurnStartParams, place: ToolPlace
    ) -> ToolPort:
        config = self._ports.config.current
        gateway = config.tools if config.tools is not None else self._ports.settings.current().general.tools
        access: ToolAccess = starting.tool_access((p.tools, thread.tools, workspace.tools, gateway))
        if (p.mode or thread.mode) is ThreadMode.CHAT:
            access = "none"
        access = starting.allowed_access(p.tools, access, principal)
        bound = self._ports.tools.bind(place, access, allow_exec=config.is_loopback or config.allow_exec)
        return LoggedTools(bound, place, self._ports.clock) if config.verbose_tools and bound.specs else bound

    def _prompt(self, has_tools: bool, cwd: Path, instructions: str | None) -> Prompt:
        config = self._ports.config.current
        today = datetime.fromtimestamp(self._ports.clock.now(), UTC).date().isoformat()
        return compile_prompt(
            PromptParts(
                Surroundings(today, str(cwd), _SYSTEM),
                has_tools,
                tuple(self._ports.host.documents()) if config.system_prompt is None else (),
                config.system_prompt,
                config.append_system_prompt,
                instructions,
            )
        )


def _root(workspace: Workspace) -> Path:
    return Path(workspace.root or ".").absolute()


def _check_folder(cwd: Path) -> None:
    _, is_folder = look_at_folder(str(cwd))
    if not is_folder:
        raise Invalid(f"there is no folder {cwd}", code="cwd_missing", path="$.cwd", cwd=str(cwd))
