"""What the messaging room tells others."""

from dataclasses import dataclass
from uuid import UUID

from smartbis.outbox.events import Event, event


@event("message.received.v1")
@dataclass(frozen=True, kw_only=True)
class MessageReceived(Event):
    """A person wrote to a channel. `text_kind` is stop, join, text or media; the text stays in this room."""

    message_id: UUID
    customer_id: UUID | None
    text_kind: str


@event("message.failed.v1")
@dataclass(frozen=True, kw_only=True)
class MessageFailed(Event):
    """A message will never arrive. `reason` is a stable word, `error_code` Meta's where there is one."""

    message_id: UUID
    customer_id: UUID | None
    reason: str
    error_code: int | None
