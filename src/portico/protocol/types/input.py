"""What a user sends into a turn (reference 5.3)."""

from typing import Any

import msgspec

from portico.protocol.base import Count, Wire, WireCamel


class ByteRange(Wire, frozen=True, kw_only=True):
    start: Count
    end: Count


class TextElement(Wire, frozen=True, kw_only=True):
    byte_range: ByteRange
    placeholder: str | None = None


class TextInput(WireCamel, frozen=True, kw_only=True, tag_field="type", tag="text"):
    """`is_literal` (ours): a beginning slash or the like is text, never a command (reference chat-http A16.11)."""

    text: str
    text_elements: list[TextElement] = msgspec.field(default_factory=list[TextElement])
    is_literal: bool = False


class ImageInput(WireCamel, frozen=True, kw_only=True, tag_field="type", tag="image"):
    """An image by URL; `data:` URLs carry it inline."""

    url: str


class LocalImageInput(WireCamel, frozen=True, kw_only=True, tag_field="type", tag="localImage"):
    """An image by its path on the gateway host."""

    path: str


class FileInput(WireCamel, frozen=True, kw_only=True, tag_field="type", tag="file"):
    url: str


class LocalFileInput(WireCamel, frozen=True, kw_only=True, tag_field="type", tag="localFile"):
    path: str


class AudioInput(WireCamel, frozen=True, kw_only=True, tag_field="type", tag="audio"):
    url: str


class LocalAudioInput(WireCamel, frozen=True, kw_only=True, tag_field="type", tag="localAudio"):
    path: str


class VideoInput(WireCamel, frozen=True, kw_only=True, tag_field="type", tag="video"):
    url: str


class LocalVideoInput(WireCamel, frozen=True, kw_only=True, tag_field="type", tag="localVideo"):
    path: str


class ArtifactInput(WireCamel, frozen=True, kw_only=True, tag_field="type", tag="artifact"):
    artifact_id: str
    version_id: str | None = None


class MentionInput(WireCamel, frozen=True, kw_only=True, tag_field="type", tag="mention"):
    name: str
    path: str


class SkillInput(WireCamel, frozen=True, kw_only=True, tag_field="type", tag="skill"):
    name: str
    path: str


UserInput = (
    TextInput
    | ImageInput
    | LocalImageInput
    | FileInput
    | LocalFileInput
    | AudioInput
    | LocalAudioInput
    | VideoInput
    | LocalVideoInput
    | ArtifactInput
    | MentionInput
    | SkillInput
)

Attachment = (
    ImageInput
    | LocalImageInput
    | FileInput
    | LocalFileInput
    | AudioInput
    | LocalAudioInput
    | VideoInput
    | LocalVideoInput
    | ArtifactInput
    | MentionInput
    | SkillInput
)


class SkillCapability(WireCamel, frozen=True, kw_only=True, tag_field="type", tag="skill"):
    slug: str
    source_kind: str


class McpServerCapability(WireCamel, frozen=True, kw_only=True, tag_field="type", tag="mcpServer"):
    name: str
    scope_kind: str


class McpToolCapability(WireCamel, frozen=True, kw_only=True, tag_field="type", tag="mcpTool"):
    server_name: str
    raw_tool_name: str
    scope_kind: str


class TurnCapability(Wire, frozen=True, kw_only=True):
    """An explicit pick of the composer (reference 3.3)."""

    id: str
    kind: SkillCapability | McpServerCapability | McpToolCapability
    label: str | None = None


class ApiProviderBackend(Wire, frozen=True, kw_only=True, tag_field="type", tag="apiProvider"):
    provider: str


class CliRuntimeBackend(Wire, frozen=True, kw_only=True, tag_field="type", tag="cliAgentRuntime"):
    runtime_id: str
    runtime_kind: str


class AcpRuntimeBackend(Wire, frozen=True, kw_only=True, tag_field="type", tag="acpAgentRuntime"):
    runtime_id: str


ExecutionBackend = ApiProviderBackend | CliRuntimeBackend | AcpRuntimeBackend


class Reasoning(Wire, frozen=True, kw_only=True):
    effort: str


class CliRuntimeOptions(Wire, frozen=True, kw_only=True):
    """Options of a CLI runtime's turn (reference 3.3); refused until that feature exists."""

    approval_policy: str | None = None
    sandbox: Any = None
    effort: str | None = None
    personality: str | None = None
    summary: str | None = None
    steer_if_active: bool | None = None
