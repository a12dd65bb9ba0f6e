"""The report on vouchers: what was given, held, used and lost, by where it came from and where it went."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from messaging.selectors import message_counts
from smartbis.customers.selectors import get_customers
from smartbis.kernel.people import Actor
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import get_tenant, partners, stores
from vouchers.selectors.campaigns import campaigns
from vouchers.selectors.report import (
    Sought,
    Tally,
    VoucherFigures,
    coupon_labels,
    coupons_of_campaign,
    day_of,
    voucher_figures,
)
from vouchers.selectors.suspicions import Suspicion, suspicious_uses

Split = Literal["coupon", "campaign", "store", "operator", "partner", "origin"]
SPLITS: tuple[Split, ...] = ("coupon", "campaign", "store", "operator", "partner", "origin")
_SUMS = [name for name in asdict(Tally()) if name not in ("label", "wait_seconds", "waits")]


@dataclass(frozen=True)
class VoucherRow:
    """One line of a split. `key` is an id or an origin's name; empty is what belongs to none."""

    key: str
    name: str
    tally: Tally


@dataclass(frozen=True)
class VoucherDay:
    """One day of the tenant's calendar."""

    day: date
    issued: int
    used: int


@dataclass(frozen=True)
class NamedSuspicion:
    """A pattern with the customer's name, if it is about one."""

    found: Suspicion
    customer_name: str


@dataclass(frozen=True)
class VoucherReport:
    """A period, both days included, in the tenant's calendar. Money in minor units of `currency`.

    `is_partial` says that stores were named, while what is issued and held is of all of them. `messages` are the
    campaign's of the period, by their state; None where no campaign was named.
    """

    since: date
    until: date
    currency: str
    whole: Tally
    by: Split
    rows: tuple[VoucherRow, ...]
    by_day: tuple[VoucherDay, ...]
    suspicions: tuple[NamedSuspicion, ...]
    is_partial: bool
    messages: dict[str, int] | None


def voucher_report(
    *,
    tenant: UUID,
    since: date,
    until: date,
    by: Split = "coupon",
    campaign: UUID | None = None,
    coupon: UUID | None = None,
    store: UUID | None = None,
    actor: Actor | None = None,
) -> VoucherReport:
    """The figures from `since` to `until`, both included, split `by` one thing.

    Of a campaign's coupons, of one coupon, of one store, and of the stores within the actor's reach.
    """
    with tenant_scope(tenant, read_only=True):
        brand = get_tenant(tenant=tenant)
        zone = ZoneInfo(brand.timezone)
        start = datetime.combine(since, time.min, zone)
        end = datetime.combine(until + timedelta(days=1), time.min, zone)
        within = _stores(tenant, store, actor)
        figures = voucher_figures(
            tenant=tenant,
            sought=Sought(
                since=start,
                until=end,
                zone=brand.timezone,
                coupons=_coupons(tenant, campaign, coupon),
                stores=within,
            ),
        )
        return VoucherReport(
            since=since,
            until=until,
            currency=brand.currency,
            whole=figures.whole,
            by=by,
            rows=tuple(sorted(_rows(tenant, figures, by), key=_most_first)),
            by_day=_days(figures, since, until),
            suspicions=_suspicions(tenant, start, end, within),
            is_partial=within is not None,
            messages=message_counts(tenant=tenant, since=start, until=end, campaign=campaign) if campaign else None,
        )


def _coupons(tenant: UUID, campaign: UUID | None, coupon: UUID | None) -> frozenset[UUID] | None:
    if coupon is not None:
        return frozenset([coupon])
    return None if campaign is None else coupons_of_campaign(tenant=tenant, campaign=campaign)


def _stores(tenant: UUID, store: UUID | None, actor: Actor | None) -> frozenset[UUID] | None:
    is_limited = actor is not None and (actor.stores is not None or actor.partner is not None)
    if store is None and not is_limited:
        return None
    reach = frozenset(each.id for each in stores(tenant=tenant, actor=actor, active_only=False))
    return reach if store is None else reach & {store}


def _rows(tenant: UUID, figures: VoucherFigures, by: Split) -> Iterable[VoucherRow]:
    if by in ("coupon", "campaign"):
        labels = coupon_labels(tenant=tenant)
        if by == "coupon":
            return [
                VoucherRow(key, labels.get(UUID(key), ("", None))[0], each)
                for key, each in figures.parts["coupon"].items()
            ]
        names = {str(each.id): each.name for each in campaigns(tenant=tenant)}
        owners = {key: str(labels.get(UUID(key), ("", None))[1] or "") for key in figures.parts["coupon"]}
        return _gathered(figures.parts["coupon"], owners, names)
    if by in ("store", "partner"):
        places = {str(each.id): each for each in stores(tenant=tenant, active_only=False)}
        if by == "store":
            return [
                VoucherRow(key, places[key].name if key in places else "", each)
                for key, each in figures.parts["store"].items()
            ]
        names = {str(each.id): each.name for each in partners(tenant=tenant)}
        owners = {key: str(each.partner_id or "") for key, each in places.items()}
        return _gathered(figures.parts["store"], owners, names)
    return [VoucherRow(key, each.label or key, each) for key, each in figures.parts[by].items()]


def _gathered(parts: dict[str, Tally], owners: dict[str, str], names: dict[str, str]) -> list[VoucherRow]:
    """Lines added up by whose they are; a median of medians would be none, so that no waiting is said."""
    found: dict[str, Tally] = {}
    for key, each in parts.items():
        whole = found.setdefault(owners.get(key, ""), Tally())
        for name in _SUMS:
            setattr(whole, name, getattr(whole, name) + getattr(each, name))
    return [VoucherRow(key, names.get(key, ""), each) for key, each in found.items()]


def _most_first(row: VoucherRow) -> tuple[int, int, str]:
    return -row.tally.used, -row.tally.issued, row.name


def _days(figures: VoucherFigures, since: date, until: date) -> tuple[VoucherDay, ...]:
    found = {day_of(key): each for key, each in figures.parts["day"].items()}
    days = (since + timedelta(days=number) for number in range((until - since).days + 1))
    none = Tally()
    return tuple(VoucherDay(day, found.get(day, none).issued, found.get(day, none).used) for day in days)


def _suspicions(
    tenant: UUID, since: datetime, until: datetime, within: frozenset[UUID] | None
) -> tuple[NamedSuspicion, ...]:
    found = suspicious_uses(tenant=tenant, since=since, until=until, stores=within)
    people = get_customers(tenant=tenant, customers={each.customer for each in found if each.customer})
    return tuple(NamedSuspicion(each, people[each.customer].name if each.customer in people else "") for each in found)
