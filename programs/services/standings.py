"""Judging where customers stand on the ladder, one or a thousand in the same few statements."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from programs.events import TierEnding, TierLeft, TierReached
from programs.models import TierChange, TierLadder, TierStanding
from programs.selectors.tiers import contributions, ladder_info, standing_of
from programs.tiers import Ladder, Verdict, facts_since, judge
from smartbis.customers.infos import MembershipInfo
from smartbis.customers.selectors import (
    active_customers,
    customer_count,
    customers_after,
    memberships_with_periods,
)
from smartbis.customers.services import close_memberships, set_memberships
from smartbis.kernel.clock import now
from smartbis.kernel.ids import new_id
from smartbis.outbox.events import Event
from smartbis.outbox.services import publish_all
from smartbis.outbox.work import request_work
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import get_tenant

CUSTOMERS_A_STEP = 1_000
TIER = "tier"
_FOR_EVER = datetime.max.replace(tzinfo=UTC)

_ENSURE = """
INSERT INTO programs_tierstanding (id, tenant_id, customer_id, tier, figure, missing, judged_at, version)
SELECT id, %(tenant)s, customer, '', 0, 0, %(now)s, 0
FROM unnest(%(ids)s::uuid[], %(customers)s::uuid[]) AS n(id, customer) ORDER BY customer
ON CONFLICT (tenant_id, customer_id) DO NOTHING
"""
_WRITE = """
UPDATE programs_tierstanding s
SET tier = n.tier, figure = n.figure, missing = n.missing, reached_at = n.reached_at, keep_until = n.keep_until,
    warned_for = n.warned_for, next_at = n.next_at, judged_at = %(now)s, version = %(version)s
FROM unnest(%(ids)s::uuid[], %(tiers)s::text[], %(figures)s::bigint[], %(missing)s::bigint[],
            %(reached)s::timestamptz[],
            %(kept)s::timestamptz[], %(warned)s::timestamptz[], %(next)s::timestamptz[])
     AS n(id, tier, figure, missing, reached_at, keep_until, warned_for, next_at)
WHERE s.tenant_id = %(tenant)s AND s.id = n.id AND s.id = ANY(%(ids)s::uuid[])
"""


@dataclass(frozen=True)
class _Judged:
    row: TierStanding
    verdict: Verdict
    warned_for: datetime | None
    next_at: datetime | None
    warns: bool


def judge_customers(*, tenant: UUID, customers: Collection[UUID], cause: str = "facts") -> int:
    """Judge customers anew by the present state of everything; returns how many changed their tier.

    Judging again changes nothing. `cause` (facts, time, ladder) is kept with each step and told in events.
    Publishes TierReached, TierLeft, TierEnding.
    """
    at = now()
    with tenant_scope(tenant):
        row = TierLadder.objects.first()
        if row is None or not customers:
            return 0
        ladder = ladder_info(row, get_tenant(tenant=tenant).timezone).ladder
        rows = _locked(tenant, active_customers(tenant=tenant, customers=customers), at)
        standings = {each.customer_id: standing_of(each) for each in rows}
        since = facts_since(ladder, list(standings.values()), at)
        facts = contributions(tenant=tenant, ladder=ladder, customers=list(standings), since=since)
        judged = [
            _judged(ladder, each, judge(ladder, standings[each.customer_id], facts.get(each.customer_id, ()), at), at)
            for each in rows
        ]
        _write(tenant, judged, at, row.version)
        changed = [each for each in judged if each.verdict.standing.tier != each.row.tier]
        _move(tenant, changed, at)
        _remember(tenant, changed, at, row.version, cause)
        events = [event for each in judged for event in _events(ladder, each, cause)]
        if events:
            publish_all(events)
        if waits := [each.next_at for each in judged if each.next_at is not None]:
            request_work(queue="relay", due_at=max(at, min(waits)))
        return len(changed)


def _locked(tenant: UUID, customers: Collection[UUID], at: datetime) -> list[TierStanding]:
    wanted = sorted(customers)
    if not wanted:
        return []
    with connection.cursor() as cursor:
        named: dict[str, Any] = {"tenant": tenant, "now": at, "ids": [new_id() for _ in wanted], "customers": wanted}
        cursor.execute(_ENSURE, named)
    rows = TierStanding.objects.select_for_update(no_key=True).filter(customer_id__in=wanted)
    return list(rows.order_by("customer_id"))


def _judged(ladder: Ladder, row: TierStanding, verdict: Verdict, at: datetime) -> _Judged:
    """The verdict with what time asks for next: a warning before the end, then the end."""
    end = verdict.standing.keep_until
    if end is None:
        return _Judged(row, verdict, None, None, warns=False)
    warn_from = end - timedelta(days=ladder.warns_before)
    is_warned = row.warned_for == end
    warns = bool(ladder.warns_before) and at >= warn_from and verdict.missing > 0 and not is_warned
    waits_for_warning = bool(ladder.warns_before) and at < warn_from
    return _Judged(
        row,
        verdict,
        warned_for=end if warns or is_warned else None,
        next_at=warn_from if waits_for_warning else end,
        warns=warns,
    )


def _write(tenant: UUID, judged: Sequence[_Judged], at: datetime, version: int) -> None:
    if not judged:
        return
    standings = [each.verdict.standing for each in judged]
    with connection.cursor() as cursor:
        cursor.execute(
            _WRITE,
            {
                "tenant": tenant,
                "now": at,
                "version": version,
                "ids": [each.row.id for each in judged],
                "tiers": [each.tier for each in standings],
                "figures": [each.figure for each in standings],
                "missing": [each.verdict.missing for each in judged],
                "reached": [each.reached_at for each in standings],
                "kept": [each.keep_until for each in standings],
                "warned": [each.warned_for for each in judged],
                "next": [each.next_at for each in judged],
            },
        )


def _move(tenant: UUID, changed: Sequence[_Judged], at: datetime) -> None:
    """The memberships that rules and coupons read: the old one ends, the new one starts, and has no end of its own."""
    left = [(each.row.customer_id, each.row.tier) for each in changed if each.row.tier]
    close_memberships(tenant=tenant, kind=TIER, members=left, at=at)
    set_memberships(
        tenant=tenant,
        memberships=[
            MembershipInfo(each.row.customer_id, TIER, to.tier, to.reached_at, None)
            for each in changed
            if (to := each.verdict.standing).tier and to.reached_at
        ],
    )


def _remember(tenant: UUID, changed: Sequence[_Judged], at: datetime, version: int, cause: str) -> None:
    TierChange.objects.bulk_create(
        TierChange(
            tenant_id=tenant,
            customer_id=each.row.customer_id,
            before=each.row.tier,
            after=each.verdict.standing.tier,
            figure=each.verdict.standing.figure,
            cause=cause,
            version=version,
            at=at,
        )
        for each in changed
    )


def _events(ladder: Ladder, judged: _Judged, cause: str) -> list[Event]:
    before, standing = judged.row.tier, judged.verdict.standing
    customer = judged.row.customer_id
    is_fall = ladder.place(standing.tier) < ladder.place(before)
    events: list[Event] = []
    if standing.tier != before and before:
        left = TierLeft(customer_id=customer, tier=before, now=standing.tier, is_fall=is_fall, cause=cause)
        events.append(left)
    if standing.tier != before and standing.tier:
        reached = TierReached(customer_id=customer, tier=standing.tier, previous=before, is_fall=is_fall, cause=cause)
        events.append(reached)
    if judged.warns and standing.keep_until:
        events.append(
            TierEnding(
                customer_id=customer,
                tier=standing.tier,
                measure=ladder.measure,
                missing=judged.verdict.missing,
                ends_at=standing.keep_until.isoformat(),
            )
        )
    return events


def judge_due(*, tenant: UUID, limit: int = 200) -> bool:
    """Judge those for whom time has come: a warning is due, or the end of the time a tier is kept. True for more."""
    with tenant_scope(tenant):
        rows = TierStanding.objects.filter(next_at__lte=now()).order_by("next_at", "id")
        due = list(rows.values_list("customer_id", flat=True)[:limit])
        if due:
            judge_customers(tenant=tenant, customers=due, cause="time")
        _wake_for_next()
    return len(due) == limit


def _wake_for_next() -> None:
    waiting = TierStanding.objects.filter(next_at__gt=now()).order_by("next_at")
    if next_at := waiting.values_list("next_at", flat=True).first():
        request_work(queue="relay", due_at=next_at)


def request_walk(*, tenant: UUID) -> bool:
    """Ask that everybody be judged anew, in the background; whether the brand has a ladder. Starts over if one runs."""
    with tenant_scope(tenant):
        asked = TierLadder.objects.update(
            walk_after=None, walk_done=0, walk_total=customer_count(tenant=tenant), walked_at=None
        )
        if asked:
            request_work(queue="bulk")
        return bool(asked)


def walk(*, tenant: UUID) -> bool:
    """Judge the next `CUSTOMERS_A_STEP` customers of a walk, in one transaction; True when there are more."""
    with tenant_scope(tenant):
        row = TierLadder.objects.select_for_update(no_key=True).filter(walked_at__isnull=True).first()
        if row is None:
            return False
        customers = customers_after(tenant=tenant, after=row.walk_after, limit=CUSTOMERS_A_STEP)
        judge_customers(tenant=tenant, customers=customers, cause="ladder")
        is_last = len(customers) < CUSTOMERS_A_STEP
        TierLadder.objects.filter(id=row.id).update(
            walk_after=customers[-1] if customers else row.walk_after,
            walk_done=row.walk_done + len(customers),
            walked_at=now() if is_last else None,
        )
        return not is_last


def join_standings(*, tenant: UUID, customer: UUID, merged: UUID) -> None:
    """Two customers became one, who keeps the higher tier and is judged by what both did.

    Of the same tier twice the one whose term is longer stays.
    """
    at = now()
    with tenant_scope(tenant):
        row = TierLadder.objects.first()
        if row is None or not active_customers(tenant=tenant, customers=[customer]):
            return
        ladder = ladder_info(row, get_tenant(tenant=tenant).timezone).ladder
        rows = {each.customer_id: each for each in _locked(tenant, [customer, merged], at)}
        stays, goes = rows[customer], rows[merged]
        kept = max(stays, goes, key=lambda row: (ladder.place(row.tier), row.keep_until or _FOR_EVER))
        if kept is goes:
            TierStanding.objects.filter(id=stays.id).update(
                tier=goes.tier, reached_at=goes.reached_at, keep_until=goes.keep_until, warned_for=goes.warned_for
            )
        tier, reached_at = kept.tier, kept.reached_at
        forget_standing(tenant=tenant, customer=merged)
        # Memberships were joined without knowing which tier is the higher one.
        theirs = [each for each in memberships_with_periods(tenant=tenant, customer=customer) if each.kind == TIER]
        stray = [(customer, each.key) for each in theirs if each.key != tier]
        close_memberships(tenant=tenant, kind=TIER, members=stray, at=at)
        if tier and reached_at:
            belongs = MembershipInfo(customer_id=customer, kind=TIER, key=tier, valid_from=reached_at, valid_until=None)
            set_memberships(tenant=tenant, memberships=[belongs])
        judge_customers(tenant=tenant, customers=[customer])


def forget_standing(*, tenant: UUID, customer: UUID) -> None:
    """Nobody is judged who was erased."""
    with tenant_scope(tenant):
        TierStanding.objects.filter(customer_id=customer).update(
            tier="", reached_at=None, keep_until=None, next_at=None, warned_for=None, missing=0
        )
