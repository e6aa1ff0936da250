"""Names of providers, models and efforts as a person reads them (reference 13.1, 13.5)."""

PROVIDERS = {
    "openai": "OpenAI",
    "anthropic": "Anthropic",
    "openrouter": "OpenRouter",
    "deepseek": "DeepSeek",
    "gemini": "Google Gemini",
    "ollama": "Ollama",
    "copilot": "GitHub Copilot",
    "glm": "GLM",
    "zai": "Z.ai",
    "glm-coding": "GLM Coding",
    "zai-coding": "Z.ai Coding",
    "local": "This machine",
    "bedrock": "Amazon Bedrock",
    "azure-openai": "Azure OpenAI",
    "xai": "xAI",
    "together": "Together AI",
    "fireworks": "Fireworks AI",
    "deepinfra": "DeepInfra",
    "huggingface": "Hugging Face",
    "ai21": "AI21 Labs",
    "nvidia": "NVIDIA",
    "sambanova": "SambaNova",
    "siliconflow": "SiliconFlow",
    "aihubmix": "AIHubMix",
    "stepfun": "StepFun",
    "ovhcloud": "OVHcloud",
    "lmstudio": "LM Studio",
    "llamacpp": "llama.cpp",
    "sglang": "SGLang",
    "vllm": "vLLM",
    "litellm": "LiteLLM",
    "custom": "Custom server",
    "rehearsal": "Rehearsal (no model)",
}
"""Where capital letters alone do not make the name."""

_SHOUTED = {"gpt": "GPT", "glm": "GLM", "ai": "AI", "oss": "OSS", "vl": "VL", "llm": "LLM"}
_DATE_LENGTH = 8


def provider_name(name: str) -> str:
    """A provider's name; one that is not known has its words capitalised."""
    return PROVIDERS.get(name) or " ".join(word.capitalize() for word in name.replace("_", "-").split("-") if word)


def model_name(model_id: str) -> str:
    """A name made of an id: `vendor/claude-sonnet-4-6-20260101` is "Claude Sonnet 4.6 (20260101)"."""
    words: list[str] = []
    for word in model_id.rsplit("/", 1)[-1].replace("_", "-").split("-"):
        if word.isdecimal() and len(word) == _DATE_LENGTH:
            words.append(f"({word})")
        elif word.isdecimal() and words and words[-1].isdecimal():
            words[-1] = f"{words[-1]}.{word}"
        elif word:
            words.append(_SHOUTED.get(word.lower()) or word[0].upper() + word[1:])
    return " ".join(words) or model_id
