"""Every provider the gateway knows: names, aliases, wires, addresses, variables (reference 13.1)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from portico.gateway.kernel.errors import Invalid

Kind = Literal[
    "chat_completions", "anthropic_messages", "rehearsal", "gemini", "bedrock", "azure_openai", "copilot", "local"
]
AVAILABLE_KINDS: frozenset[str] = frozenset({"chat_completions", "anthropic_messages", "rehearsal"})
"""The wires that have an adapter; a provider on another wire is listed as not available."""
REHEARSAL = "rehearsal"
OLLAMA = "ollama"


@dataclass(frozen=True, slots=True)
class Definition:
    """A provider. Without `base_url` somebody has to configure one.

    `keys` and `urls` name the environment's variables; the vendor's usual NAME_API_KEY and NAME_BASE_URL come first.
    """

    name: str
    base_url: str | None = None
    kind: Kind = "chat_completions"
    aliases: tuple[str, ...] = ()
    more_keys: tuple[str, ...] = ()
    more_urls: tuple[str, ...] = ()
    needs_key: bool = True
    is_retired: bool = False
    embeddings: bool = False
    transcription: bool = False
    default_model: str | None = None

    @property
    def is_available(self) -> bool:
        return self.kind in AVAILABLE_KINDS and not self.is_retired

    @property
    def keys(self) -> tuple[str, ...]:
        return (f"{self._variable}_API_KEY", *self.more_keys)

    @property
    def urls(self) -> tuple[str, ...]:
        return (f"{self._variable}_BASE_URL", *self.more_urls)

    @property
    def _variable(self) -> str:
        return self.name.upper().replace("-", "_")


def _local(name: str, port: int, aliases: tuple[str, ...] = ()) -> Definition:
    return Definition(name, f"http://127.0.0.1:{port}/v1", aliases=aliases, needs_key=False, embeddings=True)


DEFINITIONS: tuple[Definition, ...] = (
    Definition("openai", "https://api.openai.com/v1", embeddings=True, transcription=True, default_model="gpt-5.5"),
    Definition("anthropic", "https://api.anthropic.com", kind="anthropic_messages", default_model="claude-sonnet-4-6"),
    Definition(
        "openrouter",
        "https://openrouter.ai/api/v1",
        embeddings=True,
        default_model="google/gemini-3-flash-preview",
    ),
    Definition("deepseek", "https://api.deepseek.com/v1", default_model="deepseek-chat"),
    Definition(
        "gemini",
        "https://generativelanguage.googleapis.com/v1beta",
        kind="gemini",
        aliases=("google", "google-gemini"),
        more_keys=("GOOGLE_API_KEY",),
        embeddings=True,
    ),
    Definition(OLLAMA, "http://127.0.0.1:11434/v1", more_urls=("OLLAMA_HOST",), needs_key=False, embeddings=True),
    Definition("telnyx", "https://api.telnyx.com/v2/ai"),
    Definition("copilot", kind="copilot", aliases=("github-copilot",)),
    Definition(
        "glm",
        "https://open.bigmodel.cn/api/paas/v4",
        aliases=("zhipu", "bigmodel", "glm-cn"),
        more_keys=("ZHIPUAI_API_KEY",),
    ),
    Definition("zai", "https://api.z.ai/api/paas/v4", aliases=("z.ai", "glm-global")),
    Definition("glm-coding", "https://open.bigmodel.cn/api/coding/paas/v4"),
    Definition("zai-coding", "https://api.z.ai/api/coding/paas/v4"),
    Definition("local", kind="local", needs_key=False),
    Definition("bedrock", kind="bedrock", aliases=("aws-bedrock",), embeddings=True),
    Definition("azure-openai", kind="azure_openai", aliases=("azure_openai", "azure"), embeddings=True),
    Definition("groq", "https://api.groq.com/openai/v1", transcription=True),
    Definition("mistral", "https://api.mistral.ai/v1", embeddings=True, default_model="mistral-large-latest"),
    Definition("xai", "https://api.x.ai/v1", aliases=("grok",)),
    Definition("together", "https://api.together.ai/v1", embeddings=True),
    Definition("fireworks", "https://api.fireworks.ai/inference/v1", embeddings=True),
    Definition("novita", "https://api.novita.ai/openai/v1"),
    Definition("perplexity", "https://api.perplexity.ai", more_keys=("PPLX_API_KEY",), default_model="sonar"),
    Definition("cohere", "https://api.cohere.ai/compatibility/v1", more_keys=("CO_API_KEY",), embeddings=True),
    Definition("venice", "https://api.venice.ai/api/v1"),
    Definition("cerebras", "https://api.cerebras.ai/v1"),
    Definition("deepinfra", "https://api.deepinfra.com/v1/openai", embeddings=True),
    Definition("huggingface", "https://router.huggingface.co/v1", aliases=("hf",), more_keys=("HF_TOKEN",)),
    Definition("ai21", "https://api.ai21.com/studio/v1"),
    Definition("nvidia", "https://integrate.api.nvidia.com/v1", embeddings=True),
    Definition("sambanova", "https://api.sambanova.ai/v1"),
    Definition("reka", "https://api.reka.ai/v1"),
    Definition("baseten", "https://inference.baseten.co/v1"),
    Definition("nscale", "https://inference.api.nscale.com/v1"),
    Definition("anyscale"),
    Definition("nebius", "https://api.studio.nebius.com/v1", embeddings=True),
    Definition("friendli", "https://api.friendli.ai/serverless/v1", more_keys=("FRIENDLI_TOKEN",)),
    Definition("lepton"),
    Definition("siliconflow", "https://api.siliconflow.cn/v1", embeddings=True),
    Definition("aihubmix", "https://aihubmix.com/v1", embeddings=True),
    Definition("astrai"),
    Definition("stepfun", "https://api.stepfun.com/v1"),
    Definition("baichuan", "https://api.baichuan-ai.com/v1"),
    Definition("hunyuan", "https://api.hunyuan.cloud.tencent.com/v1"),
    Definition("ovhcloud", "https://oai.endpoints.kepler.ai.cloud.ovh.net/v1", embeddings=True),
    Definition("synthetic", "https://api.synthetic.new/openai/v1"),
    Definition("doubao", "https://ark.cn-beijing.volces.com/api/v3", more_keys=("ARK_API_KEY",)),
    Definition("qianfan", "https://qianfan.baidubce.com/v2"),
    Definition("hyperbolic", "https://api.hyperbolic.xyz/v1", is_retired=True),
    Definition("yi", "https://api.lingyiwanwu.com/v1", is_retired=True),
    _local("lmstudio", 1234),
    _local("llamacpp", 8080),
    _local("sglang", 30_000),
    _local("vllm", 8000),
    _local("osaurus", 1337),
    _local("litellm", 4000),
    _local("custom", 8000, ("compatible", "openai-compatible")),
    Definition(REHEARSAL, kind="rehearsal", needs_key=False, default_model=REHEARSAL),
)
"""In the order in which they are listed. Where the vendor's address is not known for sure there is none: a key must
never be sent to a guess."""

FROM_ENVIRONMENT = (
    "openai",
    "anthropic",
    "openrouter",
    "groq",
    "mistral",
    "deepseek",
    "xai",
    "together",
    "fireworks",
    "cerebras",
    "perplexity",
    "zai",
    OLLAMA,
    "lmstudio",
    "vllm",
    "litellm",
    "custom",
)
"""Whose variable alone makes a provider the default one, first one first. A token that lies around for other ends
(HF_TOKEN) must not send a conversation anywhere."""


def _index(definitions: Iterable[Definition]) -> dict[str, Definition]:
    return {name: known for known in definitions for name in (known.name, *known.aliases)}


BY_NAME = _index(DEFINITIONS)


def definition(name: str, path: str = "$.provider") -> Definition:
    """The provider of this name or alias, in any case. Raises Invalid (`unknown_provider`)."""
    known = BY_NAME.get(name.strip().lower())
    if known is None:
        raise Invalid(f"there is no provider {name[:80]!r}", code="unknown_provider", path=path)
    return known


def canonical_name(name: str) -> str:
    """A provider's own name for any of its aliases. Raises Invalid (`unknown_provider`)."""
    return definition(name).name
