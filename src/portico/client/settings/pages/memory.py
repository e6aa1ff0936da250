"""Memory settings: what is remembered across threads."""

from portico.client.settings.field import Field, Page

MEMORY = Page(
    "memory",
    "page.memory",
    (
        Field("memory.enabled", "setting.memory_enabled", "switch"),
        Field("memory.deterministic_recall_enabled", "setting.memory_recall", "switch"),
        Field("memory.active_recall_enabled", "setting.memory_active_recall", "switch"),
        Field("memory.tools_enabled", "setting.memory_tools", "switch"),
        Field("memory.proactive_writes_enabled", "setting.memory_writes", "switch"),
        Field("memory.background_extraction_enabled", "setting.memory_extraction", "switch"),
    ),
)
