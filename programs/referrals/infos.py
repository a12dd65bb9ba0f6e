"""What referrals take in and hand out: frozen facts, never models."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class ReferralTermsDraft:
    """How referrals are rewarded. Money in minor units; a cap that is None does not limit."""

    is_live: bool = False
    minimum_minor: int = 0
    wait_days: int = 0
    month_cap: int | None = None
    life_cap: int | None = None
    rewards_friend: bool = False


@dataclass(frozen=True)
class ReferralInfo:
    """A friend who came. `reasons` say why a person has to look (held), or why nothing is given (refused)."""

    id: UUID
    referrer_id: UUID
    referrer_name: str
    friend_id: UUID
    friend_name: str
    status: str
    reasons: tuple[str, ...]
    channel: str
    bound_at: datetime
    bought_at: datetime | None
    due_at: datetime | None
    settled_at: datetime | None
    decided_at: datetime | None
    decided_by: str
    participation_id: UUID | None


@dataclass(frozen=True)
class ReferrerInfo:
    """A customer's own code and what it has led to. `waiting` counts those held for a decision too."""

    code: str
    invited: int
    waiting: int
    settled: int
    settled_this_month: int
    terms: ReferralTermsDraft
