"""General settings: the defaults of new messages, and what tools there are."""

from portico.client.settings.field import Field, Page

MAX_PROVIDER = 80
MAX_MODEL = 160

GENERAL = Page(
    "general",
    "page.general",
    (
        Field("general.default_model_provider", "setting.default_model_provider", "text", most=MAX_PROVIDER),
        Field("general.default_model", "setting.default_model", "text", most=MAX_MODEL),
        Field("general.tools", "setting.tools", "choice", ("all", "readonly", "none")),
    ),
)
