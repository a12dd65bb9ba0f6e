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


@event("participation.recorded.v1")
@dataclass(frozen=True, kw_only=True)
class ParticipationRecorded(Event):
    """A customer took part: `kind` is event, renewal, referral, referred, challenge:<key> or a brand's own."""

    participation_id: UUID
    customer_id: UUID
    kind: str


@event("participation.withdrawn.v1")
@dataclass(frozen=True, kw_only=True)
class ParticipationWithdrawn(Event):
    """It turned out that nobody took part, and what it earned was taken back."""

    participation_id: UUID
    customer_id: UUID
    kind: str


@event("balance.adjusted.v1")
@dataclass(frozen=True, kw_only=True)
class BalanceAdjusted(Event):
    """People gave a customer something by hand, or took it: `amount` is signed, in minor units or points."""

    adjustment_id: UUID
    customer_id: UUID
    unit: str
    amount: int
    reason: str


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


@event("plan.shortened.v1")
@dataclass(frozen=True, kw_only=True)
class PlanShortened(Event):
    """Periods of a plan were taken back; `plan.lapsed.v1` follows if none is left."""

    customer_id: UUID
    plan: str


@event("plan.lapsed.v1")
@dataclass(frozen=True, kw_only=True)
class PlanLapsed(Event):
    """A plan is over: its time and grace have passed, or (`cause` taken_back) its last period was taken back."""

    customer_id: UUID
    plan: str
    cause: str
    ended_at: str


@event("gathering.registered.v1")
@dataclass(frozen=True, kw_only=True)
class GatheringRegistered(Event):
    """Somebody has a place at a gathering; `from_waiting_list` when one became free for them."""

    registration_id: UUID
    gathering_id: UUID
    customer_id: UUID
    from_waiting_list: bool


@event("gathering.cancelled.v1")
@dataclass(frozen=True, kw_only=True)
class GatheringCancelled(Event):
    """A gathering was called off; `gathering.registration_ended.v1` follows for everybody on its list."""

    gathering_id: UUID


@event("gathering.registration_ended.v1")
@dataclass(frozen=True, kw_only=True)
class RegistrationEnded(Event):
    """Somebody is off the list; `reason` is left, removed, event_cancelled, or merged (a second place of one person).

    Points in `returned_points` came back.
    """

    registration_id: UUID
    gathering_id: UUID
    customer_id: UUID
    reason: str
    returned_points: int


@event("gathering.starting.v1")
@dataclass(frozen=True, kw_only=True)
class GatheringStarting(Event):
    """Tomorrow is the day of a gathering: once for each who has a place, and again for a start that was moved."""

    registration_id: UUID
    gathering_id: UUID
    customer_id: UUID
    starts_at: str


@event("gathering.checked_in.v1")
@dataclass(frozen=True, kw_only=True)
class GatheringCheckedIn(Event):
    """Somebody has arrived at a gathering; `participation_id` is what earned."""

    registration_id: UUID
    gathering_id: UUID
    customer_id: UUID
    participation_id: UUID


@event("import.finished.v1")
@dataclass(frozen=True, kw_only=True)
class ImportFinished(Event):
    """A file was loaded to its end. `kind` is purchases, customers, products, balances or vouchers."""

    import_batch: UUID
    kind: str


@event("referral.settled.v1")
@dataclass(frozen=True, kw_only=True)
class ReferralSettled(Event):
    """A friend's first purchase stands, and the participation `referral` of who brought them was recorded."""

    referral_id: UUID
    referrer_id: UUID
    friend_id: UUID
    participation_id: UUID


@event("challenge.reached.v1")
@dataclass(frozen=True, kw_only=True)
class ChallengeReached(Event):
    """A customer reached a challenge for the `number`-th time, and its participation was recorded.

    `due_at` is when what brought it about, and the days of waiting, had come to pass: long ago for what a file brought.
    """

    challenge_id: UUID
    key: str
    customer_id: UUID
    number: int
    participation_id: UUID
    due_at: str = ""
