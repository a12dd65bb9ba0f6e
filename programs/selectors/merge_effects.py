"""What becomes of plans, events, referrals and challenges when two customers are made one. Nothing is written.

Each is decided by what the merge itself decides by.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from uuid import UUID

from programs.challenges.measuring import reached, steps_of, window
from programs.gatherings.keeping import best_first, lists_to_join
from programs.models import Challenge, ChallengeTaker, Plan, PlanPeriod, Referral, Registration
from programs.periods import newest_span
from programs.referrals.founding import OPEN, unfounded
from programs.selectors.plans import laid_periods, standing_periods
from smartbis.customers.selectors import get_customer, get_customers, merged_ids
from smartbis.kernel.clock import now
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import get_tenant
from vouchers.selectors import vouchers_by_ids


@dataclass(frozen=True)
class PlanEffect:
    """A plan of which the other has periods: until when each has it alone (None: not at all), and both together."""

    key: str
    name: str
    into_ends_at: datetime | None
    other_ends_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class EventEffect:
    """An event at whose list both are: what stays, what goes, and how many points of it come back.

    `undoes_arrival` when what goes is a second arrival, with what it earned.
    """

    event: UUID
    name: str
    starts_at: datetime
    keeps: str
    ends: str
    returned_points: int
    undoes_arrival: bool


@dataclass(frozen=True)
class ReferralEffect:
    """A referral that is refused, with the reason: same_person or was_customer; `was` is where it stands now."""

    id: UUID
    referrer: str
    friend: str
    was: str
    reason: str


@dataclass(frozen=True)
class ChallengeEffect:
    """A challenge in which the other takes part, counted for both: `total` of `number` a time, `done` times rewarded.

    `rewards` times more have been reached with it, and are rewarded when their wait is over.
    """

    key: str
    name: str
    goal: str
    number: int
    total: int
    done: int
    rewards: int


@dataclass(frozen=True)
class MergeEffects:
    """All of them; `referrals_moved` of the other's own, whose friends they brought, come along as they are."""

    plans: tuple[PlanEffect, ...] = ()
    events: tuple[EventEffect, ...] = ()
    referrals: tuple[ReferralEffect, ...] = ()
    referrals_moved: int = 0
    challenges: tuple[ChallengeEffect, ...] = ()


def merge_effects(*, tenant: UUID, into: UUID, other: UUID) -> MergeEffects:
    """What the merge of two different active customers does to what they take part in. Raises CustomerNotFound."""
    with tenant_scope(tenant, read_only=True):
        refused = tuple(_referrals(tenant, into, other))
        brought = Referral.objects.filter(referrer_id=other).exclude(id__in=[each.id for each in refused])
        return MergeEffects(
            plans=tuple(_plans(tenant, into, other)),
            events=tuple(_events(tenant, into, other)),
            referrals=refused,
            referrals_moved=brought.count(),
            challenges=tuple(_challenges(into, other)),
        )


def _plans(tenant: UUID, into: UUID, other: UUID) -> Iterator[PlanEffect]:
    theirs = PlanPeriod.objects.filter(customer_id__in=[other, *merged_ids(tenant=tenant, customer=other)])
    zone = get_tenant(tenant=tenant).timezone
    for plan in Plan.objects.filter(id__in=theirs.values("plan_id")).order_by("created_at", "id"):
        mine, gone = (standing_periods(tenant=tenant, plan=plan.id, customer=each) for each in (into, other))
        alone, added, both = (newest_span(laid_periods(rows, zone)) for rows in (mine, gone, [*mine, *gone]))
        if added is not None and both is not None:
            yield PlanEffect(plan.key, plan.name, alone.ends_at if alone else None, added.ends_at, both.ends_at)


def _events(tenant: UUID, into: UUID, other: UUID) -> Iterator[EventEffect]:
    rows = Registration.objects.filter(gathering_id__in=lists_to_join(into, other), customer_id__in=[into, other])
    lists: dict[UUID, list[Registration]] = {}
    for row in rows.exclude(status="left").select_related("gathering"):
        lists.setdefault(row.gathering_id, []).append(row)
    entries = vouchers_by_ids(tenant=tenant, vouchers=[row.voucher_id for row in rows if row.voucher_id])
    for both in sorted(lists.values(), key=lambda found: (found[0].gathering.starts_at, found[0].gathering_id)):
        stays, *gone = best_first(both, into)
        for row in gone:
            entry = entries.get(row.voucher_id) if row.voucher_id else None
            is_good = entry is not None and (entry.valid_until is None or entry.valid_until > now())
            yield EventEffect(
                row.gathering_id,
                row.gathering.name,
                row.gathering.starts_at,
                stays.status,
                row.status,
                entry.paid_amount if entry is not None and is_good else 0,
                row.status == Registration.Status.ARRIVED,
            )


def _referrals(tenant: UUID, into: UUID, other: UUID) -> Iterator[ReferralEffect]:
    both = {into, other}
    rows = list(Referral.objects.filter(friend_id__in=both).exclude(status="refused").order_by("bound_at", "id"))
    people = get_customers(tenant=tenant, customers={each for row in rows for each in (row.referrer_id, row.friend_id)})
    enrolled_at = min(get_customer(tenant=tenant, customer=each).enrolled_at for each in both)
    for row in rows:
        is_same = row.referrer_id in both
        reason = unfounded(row, is_same=is_same, enrolled_at=enrolled_at)
        if reason and (is_same or row.status in OPEN):
            referrer, friend = (people.get(each) for each in (row.referrer_id, row.friend_id))
            yield ReferralEffect(
                row.id, referrer.name if referrer else "", friend.name if friend else "", row.status, reason
            )


def _challenges(into: UUID, other: UUID) -> Iterator[ChallengeEffect]:
    theirs = ChallengeTaker.objects.filter(customer_id=other).values("challenge_id")
    for row in Challenge.objects.filter(id__in=theirs, status=Challenge.Status.LIVE).order_by("created_at", "id"):
        takers = list(ChallengeTaker.objects.filter(challenge_id=row.id, customer_id__in=[into, other]))
        done = sum(taker.done for taker in takers)
        steps = steps_of(row, [into, other], *window(row, min(taker.joined_at for taker in takers)))
        more = len(list(islice(reached(steps, row.number), done, row.times)))
        total = sum(step.worth for step in steps)
        yield ChallengeEffect(row.key, row.name, row.goal, row.number, total, done, more)
