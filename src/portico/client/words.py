"""Every word that the client core says to a person, in one table by id; a later catalogue translates it."""

from dataclasses import dataclass

WORDS: dict[str, str] = {
    "connection.connecting": "Connecting to {name}",
    "connection.online": "Connected to {name}",
    "connection.reconnecting": "The connection to {name} broke; trying again in {seconds} s",
    "connection.reconnecting_now": "The connection to {name} broke; trying again now",
    "connection.restarting": "{name} is stopping; trying again in {seconds} s",
    "connection.signed_out": "{name} does not take this sign-in any more",
    "connection.throttled": "{name} refuses sign-ins for a while: too many failed attempts",
    "connection.failed": "{name} cannot be used: {why}",
    "connection.too_old": "{name} runs version {version}, which is too old for this client",
    "connection.too_new": "{name} runs version {version}, which is newer than this client understands",
    "connection.stopping": "Closing the connection to {name}",
    "action.sign_in": "Sign in again",
    "action.retry": "Try again",
    "action.update_gateway": "Update the gateway",
    "action.update_client": "Update this client",
    "provider.unavailable": "This gateway cannot use it",
    "provider.no_key": "No key is set",
    "provider.no_address": "No address is set",
    "provider.no_server": "No server of yours is known: set its address",
    "provider.not_answering": "No server answers at {url}",
    "provider.unusable": "It is not set up",
    "key.stored": "The gateway keeps the key",
    "key.environment": "The key comes from the gateway's environment",
    "model.price": "${input} in, ${output} out for a million tokens",
    "model.price_in": "${input} in for a million tokens",
    "model.price_out": "${output} out for a million tokens",
    "effort.max": "Maximum",
    "effort.xhigh": "Extra high",
    "effort.high": "High",
    "effort.medium": "Medium",
    "effort.low": "Low",
    "effort.minimal": "Minimal",
    "effort.none": "None",
    "thread.unnamed": "New thread",
    "composer.empty": "There is nothing to send",
    "composer.text_too_long": "The text is longer than {limit} characters",
    "composer.too_many_attachments": "A message takes at most {limit} attachments",
    "composer.image_too_large": "{name} is larger than {limit} MiB",
    "composer.image_type": "{name} is no PNG, JPEG, GIF or WebP image",
    "composer.image_empty": "{name} is empty",
    "composer.images_not_supported": "{model} takes no images",
    "composer.bad_path": "{name} has no usable path",
    "composer.request_too_large": "The message is {size} KiB; {limit} KiB go through this connection",
    "composer.no_provider": "No provider is set up yet: add a key first",
    "composer.provider_unusable": "{provider} cannot be used: {why}",
    "composer.scope_missing": "This sign-in may not do that: it lacks the scope {scope}",
    "composer.tools_not_supported": "{model} takes no tools: choose the mode Chat",
    "composer.queue_full": "{limit} messages wait for this thread already",
    "composer.refused": "The gateway refuses this: {why}",
    "composer.effort": "{model} does not offer the effort {effort}",
    "name.empty": "A name is needed",
    "name.too_long": "A name has at most {limit} characters",
    "name.unprintable": "A name has printable characters only",
    "page.general": "General",
    "page.memory": "Memory",
    "page.context": "Thread context",
    "setting.default_model_provider": "Default provider",
    "setting.default_model": "Default model",
    "setting.tools": "Tools",
    "setting.keepawake": "Keep the machine awake",
    "setting.memory_enabled": "Remember across threads",
    "setting.memory_recall": "Recall what fits",
    "setting.memory_active_recall": "Look for memories before an answer",
    "setting.memory_tools": "Memory tools for the model",
    "setting.memory_writes": "Remember without being asked",
    "setting.memory_extraction": "Collect memories in the background",
    "setting.context_enabled": "Use earlier parts of a thread",
    "setting.context_indexing": "Index threads",
    "setting.context_recall": "Recall from the index",
    "setting.context_prompt": "Characters in a prompt, usually",
    "setting.context_prompt_most": "Characters in a prompt, at most",
    "setting.context_relevancy": "Least relevancy",
    "setting.context_results": "Least results",
    "settings.unknown": "There is no such setting",
    "settings.not_a_switch": "{title} is on or off",
    "settings.not_text": "{title} is a text",
    "settings.text_too_long": "{title} has at most {limit} characters",
    "settings.not_a_choice": "{title} is one of: {choices}",
    "settings.not_a_number": "{title} is a number",
    "settings.out_of_range": "{title} is between {least} and {most}",
    "settings.order": "{smaller} is at most {larger}",
    "settings.refused": "The gateway refuses this: {why}",
    "registry.bad_id": "This is no usable id",
    "registry.id_taken": "A gateway with this id is in the list",
    "registry.missing": "This gateway is not in the list",
    "registry.not_a_url": "This is no address",
    "registry.scheme": "An address begins with http:// or https://",
    "registry.no_host": "An address names a host",
    "registry.port": "The port of the address is not possible",
    "registry.credentials": "An address holds no name or password: the token is kept apart",
    "registry.fragment": "An address ends before # or ?",
    "registry.duplicate": "{name} has this address already",
    "registry.plain_http": "The token travels unprotected: use https beyond this machine",
    "registry.unreadable": "The list of gateways cannot be read",
    "registry.unwritable": "The list of gateways cannot be written",
}
"""English. Values stand in braces by name."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """What is said, by id with its values, so that a catalogue can say it in another language; `str` says it here."""

    id: str
    values: tuple[tuple[str, str | int], ...] = ()

    def __str__(self) -> str:
        return WORDS[self.id].format(**dict(self.values))


def say(id_: str, **values: str | int) -> Phrase:
    """The phrase; KeyError for an id that the table lacks."""
    if id_ not in WORDS:
        raise KeyError(id_)
    return Phrase(id_, tuple(sorted(values.items())))
