"""What the customer's door keeps and hands to its views: frozen facts, never models."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True)
class JoinDraft:
    """What somebody wrote to become a customer, and what they ticked under which text."""

    name: str
    utility: bool
    marketing: bool
    text_version: str
    store: UUID | None = None
    referred_by: str = ""
    # Customers who signed in on this browser before: nobody refers themselves from it unnoticed.
    seen_here: tuple[str, ...] = ()


@dataclass(frozen=True)
class ChallengeInfo:
    """A code that was sent. `resend_at` is when another may be asked for."""

    id: UUID
    phone_masked: str
    is_proven: bool
    resend_at: datetime
    expires_at: datetime


@dataclass(frozen=True)
class SignedIn:
    """A customer whose number was proven, and the token of their new session (shown once)."""

    customer_id: UUID
    token: str = field(repr=False)
    is_new: bool


@dataclass(frozen=True)
class SessionInfo:
    """A session that is good now. By a link one reads; whatever changes something asks for a code first."""

    id: UUID
    customer_id: UUID
    last_seen_at: datetime
    proof: str

    @property
    def is_proven(self) -> bool:
        """Whether a code showed who it is."""
        return self.proof == "code"


@dataclass(frozen=True)
class Arrival:
    """Where a tap on a message's button leads: a page below the portal's address, and the session it earned.

    `token` is empty where the link was used or too late: then the page asks who it is.
    """

    page: str
    token: str = field(repr=False)
