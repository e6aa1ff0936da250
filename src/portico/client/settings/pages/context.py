"""Thread context settings: what of a long thread finds its way into a prompt."""

from portico.client.settings.field import Field, Page

_CHARS = 1_000_000

CONTEXT = Page(
    "context",
    "page.context",
    (
        Field("thread_episodic.enabled", "setting.context_enabled", "switch"),
        Field("thread_episodic.indexing_enabled", "setting.context_indexing", "switch"),
        Field("thread_episodic.recall_enabled", "setting.context_recall", "switch"),
        Field(
            "thread_episodic.default_prompt_chars",
            "setting.context_prompt",
            "number",
            most=_CHARS,
            at_most="thread_episodic.max_prompt_chars",
        ),
        Field("thread_episodic.max_prompt_chars", "setting.context_prompt_most", "number", most=_CHARS),
        Field("thread_episodic.min_relevancy", "setting.context_relevancy", "number", most=1, is_whole=False),
        Field("thread_episodic.min_results", "setting.context_results", "number", least=1, most=1_000),
    ),
)
