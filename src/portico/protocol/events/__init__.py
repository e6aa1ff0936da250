"""Stored facts, a file per resource, and their one tagged union."""

from portico.protocol.events.gateway import ProviderChanged, SettingsChanged, TokensChanged, WorkspaceChanged
from portico.protocol.events.item import (
    ItemCompleted,
    ItemDelta,
    ItemRecoveryAttached,
    ItemRecoveryExhausted,
    ItemRecoveryOpened,
    ItemRecoverySucceeded,
    ItemRetryAttemptStarted,
    ItemRetryScheduled,
    ItemStarted,
    ItemTimeoutDetected,
    ItemToolRetryExhausted,
    ItemToolRetryResolved,
    ItemToolRetryScheduled,
    ItemUpdated,
)
from portico.protocol.events.thread import (
    FolderCreated,
    FolderDeleted,
    FolderMoved,
    FolderRenamed,
    ThreadClosed,
    ThreadPlaced,
    ThreadStarted,
    ThreadTreeChanged,
    ThreadUpdated,
)
from portico.protocol.events.turn import (
    ContextCompressed,
    ContextCompressing,
    ToolLoopBudgetExceeded,
    TurnBlocked,
    TurnCompleted,
    TurnFailed,
    TurnQueueChanged,
    TurnStarted,
)

ItemEvent = (
    ItemStarted
    | ItemDelta
    | ItemCompleted
    | ItemUpdated
    | ItemTimeoutDetected
    | ItemRecoveryOpened
    | ItemRecoveryAttached
    | ItemRetryScheduled
    | ItemRetryAttemptStarted
    | ItemRecoverySucceeded
    | ItemRecoveryExhausted
    | ItemToolRetryScheduled
    | ItemToolRetryResolved
    | ItemToolRetryExhausted
)
TurnEvent = (
    TurnStarted
    | TurnCompleted
    | TurnFailed
    | TurnBlocked
    | ToolLoopBudgetExceeded
    | TurnQueueChanged
    | ContextCompressing
    | ContextCompressed
)
ThreadEvent = ThreadStarted | ThreadUpdated | TurnEvent | ItemEvent
WorkspaceEvent = (
    ThreadTreeChanged
    | ThreadClosed
    | FolderCreated
    | FolderMoved
    | FolderRenamed
    | FolderDeleted
    | ThreadPlaced
    | ProviderChanged
)
GatewayEvent = WorkspaceChanged | SettingsChanged | TokensChanged
Event = ThreadEvent | WorkspaceEvent | GatewayEvent

__all__ = [
    "ContextCompressed",
    "ContextCompressing",
    "Event",
    "FolderCreated",
    "FolderDeleted",
    "FolderMoved",
    "FolderRenamed",
    "GatewayEvent",
    "ItemCompleted",
    "ItemDelta",
    "ItemEvent",
    "ItemRecoveryAttached",
    "ItemRecoveryExhausted",
    "ItemRecoveryOpened",
    "ItemRecoverySucceeded",
    "ItemRetryAttemptStarted",
    "ItemRetryScheduled",
    "ItemStarted",
    "ItemTimeoutDetected",
    "ItemToolRetryExhausted",
    "ItemToolRetryResolved",
    "ItemToolRetryScheduled",
    "ItemUpdated",
    "ProviderChanged",
    "SettingsChanged",
    "ThreadClosed",
    "ThreadEvent",
    "ThreadPlaced",
    "ThreadStarted",
    "ThreadTreeChanged",
    "ThreadUpdated",
    "TokensChanged",
    "ToolLoopBudgetExceeded",
    "TurnBlocked",
    "TurnCompleted",
    "TurnEvent",
    "TurnFailed",
    "TurnQueueChanged",
    "TurnStarted",
    "WorkspaceChanged",
    "WorkspaceEvent",
]
