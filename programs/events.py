"""What the programmes' room publishes. Instants are ISO 8601."""

from dataclasses import dataclass
from uuid import UUID

from smartbis.outbox.events import Event, event


@event("tier.reached.v1")
@dataclass(frozen=True, kw_only=True)
class TierReached(Event):
    """A customer has a tier they had not: `previous` is the one before, `cause` facts, time or ladder."""

    customer_id: UUID
    tier: str
    previous: str
    is_fall: bool
    cause: str


@event("tier.left.v1")
@dataclass(frozen=True, kw_only=True)
class TierLeft(Event):
    """A tier is a customer's no longer: `now` is the one they have instead, empty for none."""

    customer_id: UUID
    tier: str
    now: str
    is_fall: bool
    cause: str


@event("tier.ending.v1")
@dataclass(frozen=True, kw_only=True)
class TierEnding(Event):
    """A tier will end with `ends_at` unless `missing` of the ladder's `measure` comes in before."""

    customer_id: UUID
    tier: str
    measure: str
    missing: int
    ends_at: str


@event("plan.started.v1")
@dataclass(frozen=True, kw_only=True)
class PlanStarted(Event):
    """A customer has a plan they had not, or again after a gap. `cause` is sale, payment, points, grant or rule."""

    customer_id: UUID
    plan: str
    source: str
    cause: str
    ends_at: str


@event("plan.renewed.v1")
@dataclass(frozen=True, kw_only=True)
class PlanRenewed(Event):
    """A plan goes on for longer, without a gap."""

    customer_id: UUID
    plan: str
    source: str
    cause: str
    ends_at: str


@event("plan.ending.v1")
@dataclass(frozen=True, kw_only=True)
class PlanEnding(Event):
    """A plan ends in `days` days: once for each day that the brand reminds on."""

    customer_id: UUID
    plan: str
    days: int
    ends_at: str


@event("plan.lapsed.v1")
@dataclass(frozen=True, kw_only=True)
class PlanLapsed(Event):
    """A plan is over: its time and grace have passed, or (`cause` taken_back) its last period was taken back."""

    customer_id: UUID
    plan: str
    cause: str
    ended_at: str
