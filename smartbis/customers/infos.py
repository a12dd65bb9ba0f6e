"""What the customers' room hands out and takes in: frozen facts, never models."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from smartbis.kernel.people import SYSTEM, Actor

Channel = Literal["counter", "portal", "whatsapp", "api", "import", "demo"]
CategoryName = Literal["utility", "marketing"]
CATEGORIES: tuple[CategoryName, ...] = ("utility", "marketing")


@dataclass(frozen=True)
class Origin:
    """Where and through whom a customer came."""

    channel: Channel
    store: UUID | None = None
    actor: Actor = SYSTEM


@dataclass(frozen=True)
class ConsentGiven:
    """What was ticked, under which text. `basis` is `consent`, or the tenant's own legal basis for notices."""

    utility: bool
    marketing: bool
    text_version: str
    basis: str = "consent"


@dataclass(frozen=True)
class CustomerDraft:
    """A customer of a batch. `key` is the batch's own name for the row, by which the answer is read."""

    key: str
    name: str = ""
    phone: str | None = None
    email: str | None = None
    cpf: str | None = None
    external_id: str | None = None
    birthday: date | None = None
    consents: ConsentGiven | None = None
    locale: str = ""
    enrolled_at: datetime | None = None


@dataclass(frozen=True)
class BulkEnrolment:
    """The customer of each draft by its key, and the keys of those who were enrolled just now."""

    ids: dict[str, UUID]
    new: frozenset[str]


@dataclass(frozen=True)
class CustomerInfo:
    """A customer as screens and rooms see them; contacts are masked, `contact_of` has them whole.

    `aliases` are older numbers, masked, that find the person since customers were merged.
    """

    id: UUID
    name: str
    first_name: str
    status: str
    phone_masked: str
    email_masked: str
    cpf_masked: str
    external_id: str
    enrolled_at: datetime
    has_phone: bool
    locale: str
    channel: str = ""
    store_id: UUID | None = None
    is_reachable: bool = False
    has_birthday: bool = False
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class ContactInfo:
    """How to write to a customer on WhatsApp; all three may be missing."""

    phone_e164: str | None
    wa_id: str | None
    bsuid: str | None


@dataclass(frozen=True)
class MergeProposalInfo:
    """Two customers who may be one person. `reason` is number_moved, same_account or whatsapp_id."""

    id: UUID
    one_id: UUID
    other_id: UUID
    reason: str
    proposed_at: datetime


@dataclass(frozen=True)
class ConsentInfo:
    """One entry of what a customer agreed to or withdrew."""

    id: UUID
    category: str
    granted: bool
    basis: str
    text_version: str
    channel: str
    store_id: UUID | None
    actor_kind: str
    actor_id: UUID | None
    recorded_at: datetime


@dataclass(frozen=True)
class MembershipInfo:
    """Something a customer belongs to, and since when and until when."""

    customer_id: UUID
    kind: str
    key: str
    valid_from: datetime
    valid_until: datetime | None


@dataclass(frozen=True)
class IdentityValue:
    """A checked identity: canonical text, its blind index, what screens show."""

    kind: str
    text: str
    blind: bytes = field(repr=False)
    tail: str
