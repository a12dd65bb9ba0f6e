"""Whom a filter finds now: each condition is one query of the room that knows, and the sets are cut in memory."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from insights.segments.spec import THIS_MONTH, SegmentSpec
from smartbis.customers.selectors import (
    all_customers,
    customers_allowing,
    customers_belonging,
    customers_born_in,
)
from smartbis.kernel.clock import now
from smartbis.ledger.selectors import customers_holding
from smartbis.purchases.selectors import Bought, customers_last_bought, customers_who_bought
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import get_tenant


def find_members(*, tenant: UUID, spec: SegmentSpec) -> frozenset[UUID]:
    """The customers who meet every condition now; everybody for a filter without any."""
    with tenant_scope(tenant, read_only=True):
        zone = ZoneInfo(get_tenant(tenant=tenant).timezone)
        found = _enrolled(tenant, spec, zone)
        for fitting in _conditions(tenant, spec, zone):
            found &= fitting
            if not found:
                break
        if spec.purchases_at_most is not None and not _needs_a_sale(spec):
            # Who bought too much is known; who never bought fits as well.
            found -= customers_who_bought(tenant=tenant, bought=_bought(spec, zone, least=spec.purchases_at_most + 1))
        return found


def _enrolled(tenant: UUID, spec: SegmentSpec, zone: ZoneInfo) -> frozenset[UUID]:
    since = _midnight(spec.enrolled_from, zone)
    if spec.enrolled_within_days is not None:
        days_ago = _ago(spec.enrolled_within_days)
        since = max(since, days_ago) if since else days_ago
    return all_customers(tenant=tenant, enrolled_from=since, enrolled_until=_end_of(spec.enrolled_until, zone))


def _conditions(tenant: UUID, spec: SegmentSpec, zone: ZoneInfo) -> Iterator[frozenset[UUID]]:
    """The sets that must hold, the likely smaller ones first; each is only looked up when its turn comes."""
    for kind, keys in (("tag", spec.tags), ("tier", spec.tiers), ("plan", spec.plans)):
        if keys:
            yield customers_belonging(tenant=tenant, kind=kind, keys=keys)
    if spec.birthday_month is not None:
        month = spec.birthday_month if spec.birthday_month != THIS_MONTH else now().astimezone(zone).month
        yield customers_born_in(tenant=tenant, month=month)
    if spec.balance_unit is not None and spec.balance_at_least is not None:
        yield customers_holding(tenant=tenant, unit=spec.balance_unit, at_least=spec.balance_at_least)
    if spec.not_bought_for_days is not None or spec.bought_within_days is not None:
        yield customers_last_bought(
            tenant=tenant,
            since=_ago(spec.bought_within_days) if spec.bought_within_days is not None else None,
            before=_ago(spec.not_bought_for_days) if spec.not_bought_for_days is not None else None,
        )
    if _needs_a_sale(spec):
        yield customers_who_bought(
            tenant=tenant,
            bought=_bought(
                spec, zone, least=spec.purchases_at_least or 1, most=spec.purchases_at_most, with_amount=True
            ),
        )
    if spec.accepts_marketing:
        yield customers_allowing(tenant=tenant, category="marketing")


def _needs_a_sale(spec: SegmentSpec) -> bool:
    """Whether who never bought is out: unless sales are only asked to be few."""
    says_how_much = spec.spent_at_least_minor is not None or spec.spent_at_most_minor is not None
    only_few = spec.purchases_at_most is not None and not spec.purchases_at_least and not says_how_much
    return spec.is_about_sales and not only_few


def _bought(
    spec: SegmentSpec, zone: ZoneInfo, *, least: int, most: int | None = None, with_amount: bool = False
) -> Bought:
    since = _midnight(spec.purchases_from, zone)
    if spec.purchases_within_days is not None:
        days_ago = _ago(spec.purchases_within_days)
        since = max(since, days_ago) if since else days_ago
    return Bought(
        since=since,
        until=_end_of(spec.purchases_until, zone),
        stores=[UUID(each) for each in spec.stores],
        least=least,
        most=most,
        spent_least_minor=(spec.spent_at_least_minor or 0) if with_amount else 0,
        spent_most_minor=spec.spent_at_most_minor if with_amount else None,
    )


def _ago(days: int) -> datetime:
    return now() - timedelta(days=days)


def _midnight(day: str | None, zone: ZoneInfo) -> datetime | None:
    return datetime.combine(date.fromisoformat(day), time.min, zone) if day else None


def _end_of(day: str | None, zone: ZoneInfo) -> datetime | None:
    if day is None or (last := date.fromisoformat(day)) == date.max:
        return None  # no day comes after it
    return datetime.combine(last + timedelta(days=1), time.min, zone)
