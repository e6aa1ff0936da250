"""What the description of the HTTP face says about the chat routes."""

from portico.gateway.edge.chat.bodies import AdapterBody, ChatBody, ConversationBody
from portico.gateway.edge.chat.outcomes import Done, RunState, Taken
from portico.gateway.edge.chat.records import (
    Aborted,
    AbortQuery,
    ConversationList,
    ConversationRecord,
    Deleted,
    MessageList,
    PageQuery,
    ResumeQuery,
)
from portico.gateway.edge.route import Told

SSE = "text/event-stream"
_KEY = ("Idempotency-Key",)
_FAILS = (400, 404, 409, 429, 502)
EVENTS = {
    "ready": "conversationId, sessionId, runId, attached; queued while it waits. The first event.",
    "reset": "The id that the client named is none of this log's; the whole run follows.",
    "agent_start": "The run begins.",
    "assistant_text_delta": "delta, contentIndex: a piece of the answer.",
    "assistant_thinking_delta": "delta, contentIndex: a piece of what the model thinks.",
    "assistant_message_update": "updateType: text_start, text_end, thinking_start or thinking_end; contentIndex.",
    "tool_start": "toolCallId, toolName, args.",
    "tool_update": "toolCallId, toolName, args, partialResult (the last 16,384 characters so far), truncated.",
    "tool_end": "toolCallId, toolName, result, isError, durationMs.",
    "retry_start": "attempt, maxAttempts, delayMs, errorMessage.",
    "retry_end": "success, attempt, finalError.",
    "compaction_start": "reason: threshold or overflow; tokensBefore.",
    "compaction_end": "reason, result, aborted, willRetry, errorMessage.",
    "queue_update": "steering, followUp, queued: the texts that wait. It has no id.",
    "agent_end": "assistantMessages, toolCalls, retries: counts.",
    "done": "The run has ended: what the JSON route answers. The last event.",
    "error": "error, code, retryable. The last event instead.",
}

LIST = Told("The conversations, newest activity first.", query=PageQuery, answer=ConversationList)
CREATE = Told(
    "Make a conversation before its first message; 200 when it is there already.",
    body=ConversationBody,
    is_body_required=False,
    answer=ConversationRecord,
    status=201,
    others={200: ConversationRecord},
    headers=_KEY,
    refusals=(409,),
)
GET = Told("A conversation.", answer=ConversationRecord)
DELETE = Told("Erase a conversation; its running turn is stopped.", answer=Deleted)
ABORT = Told("Stop the running turn; nothing happens when there is none.", query=AbortQuery, answer=Aborted)
MESSAGES = Told(
    "What was said: the newest page, oldest message first.",
    query=PageQuery,
    answer=MessageList,
)
CHAT = Told(
    "Say something and wait for the answer; 202 when it was given to a run that is under way.",
    body=ChatBody,
    answer=Done,
    others={202: Taken},
    headers=_KEY,
    refusals=_FAILS,
)
CHAT_STREAM = Told(
    "Say something and follow the run.", body=ChatBody, answer=SSE, headers=_KEY, refusals=_FAILS, events=EVENTS
)
ADAPTER = Told(
    "The same for what comes from another chat: its ids name the conversation.",
    body=AdapterBody,
    answer=Done,
    others={202: Taken},
    headers=_KEY,
    refusals=_FAILS,
)
ADAPTER_STREAM = Told("The same, followed.", body=AdapterBody, answer=SSE, headers=_KEY, refusals=_FAILS, events=EVENTS)
RUN = Told("What a run is doing, and how it ended.", answer=RunState)
RUN_STREAM = Told(
    "Follow a run, from its start or behind the last event that came; 204 when nothing follows any more.",
    query=ResumeQuery,
    answer=SSE,
    others={204: None},
    headers=("Last-Event-ID",),
    events=EVENTS,
)
