"""The return report: what was given, what was used, who came back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from smartbis.ledger.selectors import UnitTotals, totals
from smartbis.purchases.infos import DaySales, StoreSales
from smartbis.purchases.selectors import Buyers, buyers, buyers_by_store, sales_by_day, sales_by_store
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import StoreInfo, get_tenant, stores
from vouchers.infos import RedeemedDay, RedeemedStore
from vouchers.selectors import redemptions_by_day, redemptions_by_store, voucher_totals


@dataclass(frozen=True)
class DayReturn:
    """One day of the tenant's calendar; money in minor units."""

    day: date
    sales: int
    amount_minor: int
    identified_sales: int
    redemptions: int
    discount_minor: int


@dataclass(frozen=True)
class StoreReturn:
    """One store over the period; money in minor units."""

    id: UUID
    code: str
    name: str
    sales: int
    amount_minor: int
    buyers: int
    returning: int
    redemptions: int
    discount_minor: int


@dataclass(frozen=True)
class ReturnReport:
    """A period, both days included, in the tenant's calendar. Money in minor units of `currency`.

    `sales_with_benefit_minor` sums the sales named with a voucher's use. `returning_share_bp` is, in basis points, the
    share of buyers who had bought before or bought again; None when nobody bought.
    """

    since: date
    until: date
    currency: str
    sales: int
    amount_minor: int
    refunded_minor: int
    identified_sales: int
    buyers: int
    returning_buyers: int
    new_buyers: int
    returning_share_bp: int | None
    benefits: tuple[UnitTotals, ...]
    vouchers_issued: int
    redemptions: int
    discount_minor: int
    sales_with_benefit_minor: int
    by_day: tuple[DayReturn, ...]
    by_store: tuple[StoreReturn, ...]


def return_report(
    *, tenant: UUID, since: date, until: date, store: UUID | None = None, only_sums: bool = False
) -> ReturnReport:
    """What was issued, used and bought again from `since` to `until`, both included.

    With `only_sums` nothing is split by day and by store: for a period that another is compared with.
    """
    with tenant_scope(tenant, read_only=True):
        brand = get_tenant(tenant=tenant)
        start, end = _instants(since, until, ZoneInfo(brand.timezone))
        sold = sales_by_day(tenant=tenant, since=start, until=end, store=store)
        people = buyers(tenant=tenant, since=start, until=end, store=store)
        used = voucher_totals(tenant=tenant, since=start, until=end, store=store)
        days: tuple[DayReturn, ...] = ()
        if not only_sums:
            days = _days(since, until, sold, redemptions_by_day(tenant=tenant, since=start, until=end, store=store))
        return ReturnReport(
            since=since,
            until=until,
            currency=brand.currency,
            sales=sum(day.sales for day in sold),
            amount_minor=sum(day.amount_minor for day in sold),
            refunded_minor=sum(day.refunded_minor for day in sold),
            identified_sales=sum(day.identified_sales for day in sold),
            buyers=people.buyers,
            returning_buyers=people.returning,
            new_buyers=people.new,
            returning_share_bp=_share(people),
            benefits=tuple(totals(tenant=tenant, since=start, until=end)),
            vouchers_issued=used.issued,
            redemptions=used.redeemed,
            discount_minor=used.discount_minor,
            sales_with_benefit_minor=used.sales_minor,
            by_day=days,
            by_store=_by_store(tenant, start, end) if store is None and not only_sums else (),
        )


def _instants(since: date, until: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    return (
        datetime.combine(since, time.min, tzinfo=zone),
        datetime.combine(until + timedelta(days=1), time.min, tzinfo=zone),
    )


def _share(people: Buyers) -> int | None:
    return people.returning * 10_000 // people.buyers if people.buyers else None


def _days(since: date, until: date, sales: Sequence[DaySales], uses: Sequence[RedeemedDay]) -> tuple[DayReturn, ...]:
    """Every day of the period, also those on which nothing happened."""
    sold, used = {day.day: day for day in sales}, {day.on: day for day in uses}
    rows = []
    for offset in range((until - since).days + 1):
        day = since + timedelta(days=offset)
        sale, use = sold.get(day), used.get(day)
        rows.append(
            DayReturn(
                day=day,
                sales=sale.sales if sale else 0,
                amount_minor=sale.amount_minor if sale else 0,
                identified_sales=sale.identified_sales if sale else 0,
                redemptions=use.redemptions if use else 0,
                discount_minor=use.discount_minor if use else 0,
            )
        )
    return tuple(rows)


def _by_store(tenant: UUID, start: datetime, end: datetime) -> tuple[StoreReturn, ...]:
    """Every store, also those without sales; as many queries for one as for a hundred."""
    sold = sales_by_store(tenant=tenant, since=start, until=end)
    people = buyers_by_store(tenant=tenant, since=start, until=end)
    used = redemptions_by_store(tenant=tenant, since=start, until=end)
    rows = [
        _store_row(
            store,
            sold.get(store.id, StoreSales(0, 0)),
            people.get(store.id, Buyers(0, 0, 0, 0)),
            used.get(store.id, RedeemedStore(0, 0)),
        )
        for store in stores(tenant=tenant, active_only=False)
    ]
    return tuple(sorted(rows, key=lambda row: (-row.amount_minor, row.name)))


def _store_row(store: StoreInfo, sold: StoreSales, people: Buyers, used: RedeemedStore) -> StoreReturn:
    return StoreReturn(
        id=store.id,
        code=store.code,
        name=store.name,
        sales=sold.sales,
        amount_minor=sold.amount_minor,
        buyers=people.buyers,
        returning=people.returning,
        redemptions=used.redemptions,
        discount_minor=used.discount_minor,
    )
