"""What the messaging room hands out: frozen facts, never models."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from messaging.own_templates import TemplateDraft
from messaging.rates import Rate


@dataclass(frozen=True)
class ChannelInfo:
    """A WhatsApp number of the brand, without its secrets. `status` is live or stopped.

    The rest is what Meta says: `quality` GREEN, YELLOW, RED or nothing; `daily_limit` people a day outside of windows
    (0 for no limit, None where it is not known); `notice` the last news of the number or account; `resting_until`
    while it keeps failing; `unpaid_until` while Meta takes nothing that costs, `offers_until` while it takes no offers:
    then one message tries again.
    """

    id: UUID
    public_id: str
    phone_number_id: str
    waba_id: str
    display_name: str
    display_phone_number: str
    status: str
    stop_reason: str
    webhook_url: str
    connected_at: datetime
    verified_name: str
    quality: str
    notice: str
    daily_limit: int | None
    per_second: int
    restricted_until: datetime | None
    is_subscribed: bool | None
    checked_at: datetime | None
    resting_until: datetime | None = None
    unpaid_until: datetime | None = None
    offers_until: datetime | None = None


@dataclass(frozen=True)
class TemplateInfo:
    """One wording of a template and its state at Meta; `preview` has the samples filled in. 0 is the library's."""

    id: UUID
    channel_id: UUID
    key: str
    language: str
    version: int
    category: str
    status: str
    quality: str
    reason: str
    preview: str
    synced_at: datetime


@dataclass(frozen=True)
class WordingInfo:
    """A wording of a template in one language: the library's (`number` 0, no `id`) or the brand's own.

    `status` is Meta's, or DRAFT while it is written and WAITING until Meta has it; `category` is what Meta made of it
    (empty before that); `is_used` whether messages go out in it now; a retired one is kept to be chosen again.
    `has_older_buttons` says that Meta approved it with buttons to pages, not links for one use.
    """

    id: UUID | None
    key: str
    language: str
    number: int
    name: str
    draft: TemplateDraft
    status: str
    category: str
    quality: str
    reason: str
    is_used: bool
    is_retired: bool
    changed_at: datetime | None
    submitted_at: datetime | None
    synced_at: datetime | None
    has_older_buttons: bool = False


@dataclass(frozen=True)
class TriggerInfo:
    """What sends a message, with its wordings by language, the newest first. Meta itself words sign-in codes."""

    key: str
    is_writable: bool
    wordings: Mapping[str, tuple[WordingInfo, ...]]


@dataclass(frozen=True)
class SyncInfo:
    """How the last round of questions to Meta stands: queued, running, done, failed.

    `due_at` is when the next try is, of one that is queued; `attempts` how often it was tried.
    """

    status: str
    attempts: int
    due_at: datetime
    finished_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Whether it is still to end."""
        return self.status in ("queued", "running")


@dataclass(frozen=True)
class MessageInfo:
    """A message. `text` is as the person reads it (dots where it was wiped).

    `reason` is why it is held, failed or still waits; `due_at` when one that waits is tried next.
    """

    id: UUID
    direction: str
    kind: str
    customer_id: UUID | None
    conversation_id: UUID | None
    template: str
    language: str
    version: int
    category: str
    status: str
    reason: str
    error_code: int | None
    error_details: str
    cause: str
    campaign_id: UUID | None
    text: str = field(repr=False)
    is_possible_duplicate: bool
    pricing: dict[str, Any] | None
    country: str
    due_at: datetime | None
    created_at: datetime
    accepted_at: datetime | None
    sent_at: datetime | None
    delivered_at: datetime | None
    read_at: datetime | None
    failed_at: datetime | None
    tapped_at: datetime | None


@dataclass(frozen=True)
class CostLine:
    """What messages of one kind cost: `billed` of `messages`, by currency in micros.

    `unpriced` are billed ones that no rate is known for; `untold` those of which Meta has not said yet whether it bills
    them: they are counted at the card's price, as if it did.
    """

    key: str
    messages: int
    billed: int
    unpriced: int
    untold: int
    amounts: dict[str, int]


@dataclass(frozen=True)
class CostPart:
    """Messages of one kind (`by` category, template or campaign: `key`) that were priced in one currency.

    What is not billed, or has no rate, is a part without currency; so the parts of each `by` add up, but that only some
    messages have a template or a campaign. `estimated_micros` of `micros` are of those Meta has not said yet that it
    bills (`untold`).
    """

    by: str
    key: str
    currency: str
    messages: int
    billed: int
    untold: int
    micros: int
    estimated_micros: int


@dataclass(frozen=True)
class MonthCosts:
    """A month of the brand's calendar: everything, by category, by automation (template) and by campaign (its id).

    `parts` are the same by currency, for programs.
    """

    since: date
    total: CostLine
    by_category: tuple[CostLine, ...]
    by_template: tuple[CostLine, ...]
    by_campaign: tuple[CostLine, ...]
    parts: tuple[CostPart, ...]


@dataclass(frozen=True)
class Estimate:
    """What so many messages of a category would cost at the home country's price; None where no rate is known."""

    messages: int
    rate: Rate | None

    @property
    def micros(self) -> int | None:
        """For all of them, in the rate's currency."""
        return None if self.rate is None else self.rate.micros * self.messages


@dataclass(frozen=True)
class ConversationInfo:
    """A thread with one person. `window_until` is until when free text may be sent, None when it is closed."""

    id: UUID
    channel_id: UUID
    customer_id: UUID | None
    contact_masked: str
    last_inbound_at: datetime | None
    last_message_at: datetime
    window_until: datetime | None


@dataclass(frozen=True)
class ReceivedMessage:
    """An inbound message with what is needed to act on it. Personal data: for acting, never for logs."""

    id: UUID
    conversation_id: UUID | None
    customer_id: UUID | None
    kind: str
    text: str = field(repr=False)
    profile_name: str = field(repr=False)
    wa_id: str = field(repr=False)
    user_id: str
    received_at: datetime


@dataclass(frozen=True)
class LinkInfo:
    """A link of a message: whose it is, the page below the portal's address, and whether it still opens by itself."""

    customer_id: UUID
    page: str
    is_good: bool


@dataclass(frozen=True)
class LinkTap:
    """What a tap came to. `outcome`: opened (the first in time), used (tapped before) or late."""

    customer_id: UUID
    page: str
    outcome: str


@dataclass(frozen=True)
class WebhookReceipt:
    """A signed body was kept. `repeated` says that the same body had been kept before."""

    payload_id: UUID
    repeated: bool
