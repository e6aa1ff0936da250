"""The composer: a draft, what would be refused of it and why, and the call that sends it."""

from portico.client.composer.draft import Busy, Draft, Scene
from portico.client.composer.pick import Refusal
from portico.client.composer.picks import PICKS, Image, Mention
from portico.client.composer.planning import Plan, plan
from portico.client.composer.scene import Known, effective, scene_of
from portico.client.composer.sending import refusal_of, send

__all__ = [
    "PICKS",
    "Busy",
    "Draft",
    "Image",
    "Known",
    "Mention",
    "Plan",
    "Refusal",
    "Scene",
    "effective",
    "plan",
    "refusal_of",
    "scene_of",
    "send",
]
