"""The ladder of tiers, and where customers stand on it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.db.models import Count, Q

from programs.models import Award, TierChange, TierLadder, TierStanding
from programs.tiers import Contribution, Fall, Keep, Ladder, Measure, Standing, Tier, Window, judge
from programs.tiers import facts_since as _since
from smartbis.customers.selectors import merged_ids, merged_ids_of
from smartbis.kernel.clock import now
from smartbis.kernel.pages import InvalidCursor, Page, decode_cursor, encode_cursor
from smartbis.kernel.units import TIER_POINTS
from smartbis.ledger.adjusted import adjusted_of
from smartbis.purchases.selectors import settled_sales
from smartbis.tenancy.readings import row_reading
from smartbis.tenancy.scope import read, tenant_scope
from smartbis.tenancy.selectors import get_tenant


@dataclass(frozen=True)
class LadderInfo:
    """A brand's ladder, and how far everybody was judged by it: `walk_done` of `walk_total` customers."""

    ladder: Ladder
    version: int
    changed_at: datetime
    walk_done: int
    walk_total: int
    walked_at: datetime | None


@dataclass(frozen=True)
class TierChangeInfo:
    """One step up or down; tiers by their present names, or by key when the ladder has them no longer."""

    at: datetime
    before: str
    after: str
    figure: int
    cause: str
    is_fall: bool


@dataclass(frozen=True)
class TierCard:
    """Where a customer stands and what comes next. Amounts are in the ladder's measure.

    `to_next` lacks until `next`; `to_keep` lacks to keep `tier` beyond `keep_until`. `share` is the way from the
    present tier to the next, in hundredths.
    """

    ladder: Ladder
    tier: Tier | None
    next: Tier | None
    figure: int
    since: datetime
    reached_at: datetime | None
    keep_until: datetime | None
    to_next: int
    to_keep: int
    share: int
    changes: tuple[TierChangeInfo, ...] = ()


def find_ladder(*, tenant: UUID) -> LadderInfo | None:
    """The brand's ladder; None when it has none, or one without tiers."""
    with tenant_scope(tenant, read_only=True):
        row = read(row_reading(TierLadder, tenant, "ORDER BY row.id", name="ladder"))
        return ladder_info(row, get_tenant(tenant=tenant).timezone) if row and row.tiers else None


def ladder_info(row: TierLadder, zone: str) -> LadderInfo:
    """A row as other rooms see it."""
    return LadderInfo(
        ladder=Ladder(
            tiers=tuple(Tier(**tier) for tier in row.tiers),
            measure=cast(Measure, row.measure),
            window=cast(Window, row.window),
            window_days=row.window_days,
            keep=cast(Keep, row.keep),
            keep_days=row.keep_days,
            fall=cast(Fall, row.fall),
            warn_days=row.warn_days,
            zone=zone,
        ),
        version=row.version,
        changed_at=row.changed_at,
        walk_done=row.walk_done,
        walk_total=row.walk_total,
        walked_at=row.walked_at,
    )


def contributions(
    *, tenant: UUID, ladder: Ladder, customers: Collection[UUID], since: datetime
) -> dict[UUID, list[Contribution]]:
    """What counts on the ladder, by when it happened, of many customers in one query.

    A refund lowers what the sale or award it belongs to is worth, at the time of the sale. Tier points also come along
    by an import, and by hand; what else is given by hand is balance and nobody's merit.
    """
    if ladder.measure in ("points", "tier_points"):
        found = _awarded(tenant, ladder.measure, customers, since)
        return _with_adjusted(tenant, found, customers, since) if ladder.measure == TIER_POINTS else found
    sales = settled_sales(tenant=tenant, customers=customers, since=since)
    is_spend = ladder.measure == "spend"
    return {
        customer: [Contribution(sale.at, sale.kept_minor if is_spend else 1) for sale in theirs]
        for customer, theirs in sales.items()
    }


def _awarded(tenant: UUID, unit: str, customers: Collection[UUID], since: datetime) -> dict[UUID, list[Contribution]]:
    settled = Q(purchase__status="confirmed", purchase__undone_at__isnull=True, purchase__occurred_at__gte=since)
    found: dict[UUID, list[Contribution]] = {}
    with tenant_scope(tenant, read_only=True):
        rows = Award.objects.filter(customer_id__in=list(customers), unit=unit).filter(
            settled | Q(participation__occurred_at__gte=since)
        )
        fields = ("customer_id", "purchase__occurred_at", "participation__occurred_at", "granted", "reversed")
        for customer, bought_at, took_part_at, granted, taken_back in rows.values_list(*fields):
            if granted > taken_back:
                fact = Contribution(bought_at or took_part_at, granted - taken_back)
                found.setdefault(customer, []).append(fact)
    return found


def _with_adjusted(
    tenant: UUID, found: dict[UUID, list[Contribution]], customers: Collection[UUID], since: datetime
) -> dict[UUID, list[Contribution]]:
    merged = merged_ids_of(tenant=tenant, customers=customers)
    whose = {each: customer for customer in customers for each in (customer, *merged.get(customer, ()))}
    for row in adjusted_of(tenant=tenant, customers=whose.keys(), unit=TIER_POINTS, since=since):
        found.setdefault(whose[row.customer_id], []).append(Contribution(row.at, row.amount))
    return found


def tier_card(*, tenant: UUID, customer: UUID, changes: int = 0) -> TierCard | None:
    """Where a customer stands, with the newest `changes` of it; None when the brand has no tiers. A fixed number of
    queries."""
    with tenant_scope(tenant, read_only=True):
        info = find_ladder(tenant=tenant)
        if info is None:
            return None
        ladder, at = info.ladder, now()
        row = read(row_reading(TierStanding, tenant, "AND row.customer_id = %s", (customer,)))
        standing = standing_of(row)
        facts = contributions(
            tenant=tenant, ladder=ladder, customers=[customer], since=_since(ladder, [standing], at)
        ).get(customer, [])
        # Judged in thought: who was never judged, or just bought, reads what the worker is about to write.
        verdict = judge(ladder, standing, facts, at)
        steps = _changes(tenant, ladder, customer, changes) if changes else ()
        return _card(ladder, verdict.standing, verdict.missing, at, steps)


def standing_of(row: TierStanding | None) -> Standing:
    """A row as it is judged."""
    if row is None:
        return Standing()
    return Standing(row.tier, row.reached_at, row.keep_until, row.figure)


def _card(
    ladder: Ladder, standing: Standing, missing: int, at: datetime, changes: tuple[TierChangeInfo, ...]
) -> TierCard:
    place = ladder.place(standing.tier)
    following = ladder.tiers[place + 1] if place + 1 < len(ladder.tiers) else None
    floor = ladder.tiers[place].threshold if place >= 0 else 0
    way = (following.threshold - floor) if following else 0
    gone = min(max(standing.figure - floor, 0), way)
    return TierCard(
        ladder=ladder,
        tier=ladder.tiers[place] if place >= 0 else None,
        next=following,
        figure=standing.figure,
        since=ladder.since(at),
        reached_at=standing.reached_at,
        keep_until=standing.keep_until,
        to_next=max(0, following.threshold - standing.figure) if following else 0,
        to_keep=missing,
        share=gone * 100 // way if way else 100,
        changes=changes,
    )


def _changes(tenant: UUID, ladder: Ladder, customer: UUID, limit: int) -> tuple[TierChangeInfo, ...]:
    names = {tier.key: tier.name for tier in ladder.tiers}
    people = [customer, *merged_ids(tenant=tenant, customer=customer)]
    rows = TierChange.objects.filter(customer_id__in=people).order_by("-at", "-id")[:limit]
    return tuple(
        TierChangeInfo(
            at=row.at,
            before=names.get(row.before, row.before),
            after=names.get(row.after, row.after),
            figure=row.figure,
            cause=row.cause,
            is_fall=ladder.place(row.after) < ladder.place(row.before),
        )
        for row in rows
    )


def tiers_of(*, tenant: UUID, customers: Sequence[UUID]) -> dict[UUID, Tier]:
    """The tiers of many customers as last judged, in two queries; who has none is absent."""
    with tenant_scope(tenant, read_only=True):
        info = find_ladder(tenant=tenant)
        if info is None:
            return {}
        tiers = {tier.key: tier for tier in info.ladder.tiers}
        rows = TierStanding.objects.filter(customer_id__in=customers, tier__in=tiers)
        return {customer: tiers[key] for customer, key in rows.values_list("customer_id", "tier")}


def tier_counts(*, tenant: UUID) -> dict[str, int]:
    """How many customers are in each tier, by key; empty tiers are absent."""
    with tenant_scope(tenant, read_only=True):
        rows = TierStanding.objects.exclude(tier="").order_by().values_list("tier").annotate(Count("id"))
        return dict(rows)


@dataclass(frozen=True)
class TierMember:
    """A customer in a tier."""

    customer_id: UUID
    figure: int
    missing: int
    reached_at: datetime
    keep_until: datetime | None


def tier_members(*, tenant: UUID, tier: str, cursor: str | None = None, limit: int = 50) -> Page[TierMember]:
    """Who is in a tier, who has been longest first. Raises InvalidCursor."""
    with tenant_scope(tenant, read_only=True):
        rows = TierStanding.objects.filter(tier=tier).order_by("reached_at", "id")
        if cursor is not None:
            at, last = _position(cursor)
            rows = rows.filter(Q(reached_at__gt=at) | Q(reached_at=at, id__gt=last))
        found = list(rows[: limit + 1])
    items = tuple(_member(row) for row in found[:limit])
    last_row = found[limit - 1] if len(found) > limit else None
    return Page(items, encode_cursor(last_row.reached_at, last_row.id) if last_row else None)


def _member(row: TierStanding) -> TierMember:
    assert row.reached_at is not None
    return TierMember(row.customer_id, row.figure, row.missing, row.reached_at, row.keep_until)


def _position(cursor: str) -> tuple[datetime, UUID]:
    parts: list[Any] = decode_cursor(cursor, 2)
    try:
        return datetime.fromisoformat(parts[0]), UUID(parts[1])
    except ValueError as error:
        raise InvalidCursor({"cursor": [InvalidCursor.sentence]}) from error
