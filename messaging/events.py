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


@event("message.link_tapped.v1")
@dataclass(frozen=True, kw_only=True)
class LinkTapped(Event):
    """Somebody confirmed a tap on a message's button.

    `page` is the first part of the page's address (`home`, `vouchers`, `shop`). `outcome` is opened for the first tap
    in time, used for one that was tapped before, late for one whose time was over.
    """

    message_id: UUID
    customer_id: UUID
    template: str
    page: str
    outcome: str
