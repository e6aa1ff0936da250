"""What a person chooses from: providers, models, efforts, and the choice itself."""

from portico.client.selectors.choice import Choice
from portico.client.selectors.models import EffortRow, ModelRow, effort_rows, model_row, model_rows
from portico.client.selectors.providers import ProviderRow, provider_row, provider_rows

__all__ = [
    "Choice",
    "EffortRow",
    "ModelRow",
    "ProviderRow",
    "effort_rows",
    "model_row",
    "model_rows",
    "provider_row",
    "provider_rows",
]
