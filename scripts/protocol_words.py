"""What `protocol_doc.py` says about names of the protocol: a sentence each, and which of them are our additions."""

TITLES = {
    "workspace": "Workspaces",
    "thread": "Threads and folders",
    "conversation": "Conversations",
    "turn": "Turns and their queue",
    "provider": "Providers",
    "usage": "Usage",
    "settings gateway": "Settings and the gateway",
    "token": "Tokens",
    "secret": "Secrets",
}
"""The first parts of method names -> the section they stand in."""

SAYS = {
    "workspace/list": "Every workspace; exactly one is current.",
    "workspace/create": "Makes a workspace under an id of the client's; `root` and `tools` need scope `admin`.",
    "workspace/default": "The default workspace, made if it is not there; a connection without one follows it.",
    "workspace/select": "Makes a workspace the current one, and the one that this connection follows.",
    "workspace/update": "Changes name, root or tool switch; `root` and `tools` need scope `admin`.",
    "thread/start": "Makes a thread under an id of the client's, or opens the one that is there; follows it.",
    "thread/get": "A thread with its newest 20 turns, oldest first; follows it.",
    "thread/update": "Changes what is given; an empty name clears it.",
    "thread/tree": "All threads of a workspace, hidden ones too, with folders and placements.",
    "thread/move": "Puts a thread into a folder; without `folder_id` back to the root.",
    "thread/folder/create": "Makes a folder; the same id with the same values again answers the same folder.",
    "thread/folder/move": "Puts a folder into another one or to the root; never into itself (`folder_cycle`).",
    "thread/folder/rename": "Gives a folder another name; two folders may have the same one.",
    "thread/folder/delete": "Removes a folder; the folders and threads in it go up to its parent.",
    "thread/history": "A page of stored events (see Cursors); follows the thread.",
    "thread/unsubscribe": "Stops following: `unsubscribed`, `notSubscribed`, or `notLoaded` when there is no thread.",
    "thread/delete": "Erases a thread with all its events; a running turn is cut off. Twice is harmless.",
    "thread/search": "Finds words in names and messages; `matches` are their places in a snippet.",
    "thread/fork": "Copies the ended turns, through the one that is named, into a new thread; follows it.",
    "conversation/open": "The conversation of a caller's id, made if it is not there, and a turn id; follows it.",
    "conversation/get": "One conversation (`conversation_not_found`).",
    "conversation/list": "All conversations, newest activity first; `cursor` is the `next_cursor` of the page before.",
    "conversation/messages": "What was said: the newest page, oldest first; `cursor` leads to the page before it.",
    "conversation/delete": "Erases a conversation with its thread and claims; the id is free again.",
    "turn/start": "Starts a turn, or by `when_busy` queues it or gives its input to the running one; answers at once.",
    "turn/cancel": "Interrupts a turn; in the answer it is still `InProgress`.",
    "turn/steer": "Gives input to the running turn: before its next model call, or (`delivery`) when it would end.",
    "turn/get": "One turn.",
    "turn/list": "Turns of a thread, newest first; `cursor` is the `next_cursor` of the page before.",
    "turn/items": "The stored events of one turn.",
    "turn/timeline": "The same as composed timeline items; tasks are not composed yet.",
    "turn/queue/list": "Starts that wait for a thread, at most 32, and input that its running turn has not taken.",
    "turn/queue/remove": "Takes a start out of the queue.",
    "provider/list": "Every provider that is known, and whether it has a key and an adapter.",
    "provider/models/list": "A provider's models from the last good list, which is refreshed in the background.",
    "provider/set_api_key": "Stores a key in the keystore; it wins over the environment.",
    "provider/delete_api_key": "Removes a stored key.",
    "provider/configure": "Sets or clears key, base URL and proxy of a provider in a workspace.",
    "usage/list": "Pass-through calls, newest first: tokens, status and time of each, never content; needs `admin`.",
    "settings/get": "The whole settings snapshot.",
    "settings/update": "Changes settings; a switch whose feature is not there is refused as `unavailable`.",
    "gateway/info": "Version, epoch, default model; home and pid on the gateway's own host only.",
    "gateway/health": "What `portico doctor` would say, within five seconds: a finding for each check; needs `admin`.",
    "token/issue": "Makes a token; `secret` is shown here and never again. Without `ttl_seconds` it lives a year.",
    "token/list": "Issued tokens, without their secrets.",
    "token/revoke": "Makes one token void; its open sockets close with 4403.",
    "token/rotate": "Makes every token, session and the home's token void; `secret` is the new home token.",
    "secret/list": "References of stored secrets, never their values.",
    "secret/set": "Stores a value under a reference.",
    "secret/delete": "Removes a value.",
}

OUR_METHODS = frozenset(
    name
    for name in SAYS
    if name
    in {
        "thread/folder/rename",
        "thread/delete",
        "thread/search",
        "thread/fork",
        "turn/steer",
        "turn/list",
        "turn/queue/list",
        "turn/queue/remove",
        "gateway/info",
        "gateway/health",
    }
    or name.startswith(("conversation/", "usage/", "token/", "secret/"))
)

_PLACE = {"epoch", "head_version"}
OUR_FIELDS: dict[str, frozenset[str]] = {
    "workspace/create": frozenset({"root", "tools"}),
    "workspace/update": frozenset({"root", "tools"}),
    "thread/start": frozenset({"cwd", "tools", "ephemeral", *_PLACE}),
    "thread/get": frozenset(_PLACE),
    "thread/update": frozenset({"model", "model_provider", "mode", "cwd", "tools"}),
    "thread/folder/create": frozenset({"folder_id"}),
    "thread/history": frozenset(
        {"after_version", "before_version", "include_deltas", "from_version", "to_version", "reset", "now_ms", *_PLACE}
    ),
    "turn/start": frozenset(
        {"when_busy", "cwd", "tools", "attended", "instructions", "context", "outcome", "queue_position", *_PLACE}
    ),
    "provider/models/list": frozenset({"is_stale", "error"}),
    "provider/configure": frozenset({"base_url", "clear_base_url"}),
}
"""Fields that we added to calls of the reference."""

NOTICES = {
    "access/changed": "Tokens were issued, revoked or rotated. To all connections.",
    "context/compressed": "What making room came to: `dropped_turns` were left out, or `error`.",
    "context/compressing": "The conversation is too long for the model: room is made.",
    "item/agent_message/delta": "A piece of the answer.",
    "item/command_execution/output_delta": "A piece of a command's output, `stream` stdout or stderr.",
    "item/completed": "An item in its last form; it replaces what its deltas built.",
    "item/file_change/output_delta": "A piece of a file change's output.",
    "item/reasoning/delta": "A piece of the model's thinking.",
    "item/recovery_attached": "A second failure joined an open recovery.",
    "item/recovery_exhausted": "Retries of a provider call are used up, or the turn was cancelled meanwhile.",
    "item/recovery_opened": "A recovery of an item began.",
    "item/recovery_succeeded": "A provider call that was made again brings something.",
    "item/retry_attempt_started": "The next attempt began.",
    "item/retry_scheduled": "A provider call that showed nothing yet is made again; at most `max_attempts` times.",
    "item/started": "An item began: a message, thinking, a tool call.",
    "item/timeout_detected": "An item took too long.",
    "item/tool/progress": "A tool tells how far it is.",
    "item/tool/retry_exhausted": "Retries of a failing tool are used up.",
    "item/tool/retry_resolved": "A failing tool worked in the end, or cannot be retried.",
    "item/tool/retry_scheduled": "The model may try a failed tool again.",
    "item/updated": "An item changed while it runs.",
    "provider/changed": "Key, base URL or proxy of a provider changed. To connections of the workspace.",
    "settings/changed": "The new settings. To all connections.",
    "thread/closed": "A thread was deleted. To connections of the workspace.",
    "thread/started": "A thread began.",
    "thread/tree/changed": "Something in the tree changed: load it again. To connections of the workspace.",
    "thread/updated": "A thread has a new name, model, mode, folder or switch.",
    "turn/blocked": "The turn's budget is used up; `resume` says how to go on.",
    "turn/completed": "The turn ended as `Completed` or `Interrupted`: its `status` decides.",
    "turn/failed": "The turn ended as `Failed`; `error_class` says why.",
    "turn/queue/changed": "A start was queued, removed or begun; `depth` wait now.",
    "turn/started": "A turn began.",
    "turn/tool_loop/budget_exceeded": "A total of the running turn is used up.",
    "workspace/changed": "A workspace was made, changed or became current. To all connections.",
}

OUR_NOTICES = frozenset(
    {"access/changed", "item/reasoning/delta", "provider/changed", "settings/changed", "turn/queue/changed"}
)

NOT_SENT = frozenset(
    {
        "item/file_change/output_delta",
        "item/recovery_attached",
        "item/recovery_opened",
        "item/retry_attempt_started",
        "item/timeout_detected",
        "item/tool/progress",
        "item/updated",
    }
)
"""Defined and read by clients, but nothing in the gateway makes them today."""

HTTP_STATUS = {
    "invalid": ("400", "the call is wrong: `path` names the place"),
    "not_found": ("404", "what it names is not there"),
    "conflict": ("409", "it contradicts what is there: an id with other content, a running turn, a cycle"),
    "denied": ("401 or 403", "no credential, a void one, or one without the scope"),
    "unavailable": ("503 or 429", "not now or not yet: busy, stopping, disk full, feature missing"),
    "internal": ("500", "a fault of the gateway; `ref` is where its log has the traceback"),
}
"""Kind -> status of HTTP routes, and when it is answered."""

SETTINGS_IN_USE = frozenset({"general.default_model_provider", "general.default_model", "general.tools"})
"""Settings that something reads today; the others are kept for the features that will."""
