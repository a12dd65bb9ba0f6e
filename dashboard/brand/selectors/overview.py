"""The first screen: this period beside the one before, what is set up already, and what happened last."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from insights.selectors import ReturnReport, return_report
from messaging.selectors import channels
from programs.selectors import programs
from smartbis.customers.selectors import customer_count, get_customers
from smartbis.kernel.clock import now
from smartbis.kernel.people import Actor
from smartbis.purchases.selectors import purchases_page
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo, staff, stores
from vouchers.selectors import coupons, redemptions_page

RECENT = 8


@dataclass(frozen=True)
class SetUp:
    """Which steps towards the first rewarded sale are taken."""

    has_program: bool
    has_store: bool
    has_coupon: bool
    has_team: bool
    has_channel: bool
    # What keeps its numbers from telling people: stopped, unpaid, or nothing.
    channel_trouble: str
    has_sale: bool

    @property
    def is_done(self) -> bool:
        """The programme runs: the first sale of a customer is in."""
        return self.has_sale and self.has_program


@dataclass(frozen=True)
class Happening:
    """A sale or the use of a voucher. Money in minor units of `currency`."""

    kind: Literal["sale", "use"]
    at: datetime
    id: UUID
    who: str
    what: str
    store: str
    amount_minor: int
    currency: str


@dataclass(frozen=True)
class Overview:
    """The figures of a period and of the one before it, equally long."""

    report: ReturnReport
    before: ReturnReport
    new_customers: int
    new_customers_before: int
    happenings: tuple[Happening, ...]
    set_up: SetUp


def overview(*, brand: TenantInfo, actor: Actor, days: int, store: UUID | None = None) -> Overview:
    """The last `days` days up to today, of one store when one is named."""
    zone = ZoneInfo(brand.timezone)
    today = now().astimezone(zone).date()
    since = today - timedelta(days=days - 1)
    earlier = since - timedelta(days=days)
    with tenant_scope(brand.id, read_only=True):
        report = return_report(tenant=brand.id, since=since, until=today, store=store)
        return Overview(
            report=report,
            before=return_report(
                tenant=brand.id, since=earlier, until=since - timedelta(days=1), store=store, only_sums=True
            ),
            new_customers=_enrolled(brand.id, since, today, zone),
            new_customers_before=_enrolled(brand.id, earlier, since - timedelta(days=1), zone),
            happenings=_happenings(brand.id, actor),
            set_up=_set_up(brand.id),
        )


def _enrolled(tenant: UUID, since: date, until: date, zone: ZoneInfo) -> int:
    start = datetime(since.year, since.month, since.day, tzinfo=zone)
    after = until + timedelta(days=1)
    return customer_count(tenant=tenant, since=start, until=datetime(after.year, after.month, after.day, tzinfo=zone))


def _set_up(tenant: UUID) -> SetUp:
    places, numbers = stores(tenant=tenant), channels(tenant=tenant)
    has_channel = any(number.status == "live" for number in numbers)
    trouble = "unpaid" if any(number.unpaid_until for number in numbers) else ""
    return SetUp(
        has_program=bool(programs(tenant=tenant)),
        has_store=bool(places),
        has_coupon=any(not coupon.is_balance for coupon in coupons(tenant=tenant)),
        has_team=len(staff(tenant=tenant)) > 1,
        has_channel=has_channel,
        channel_trouble="stopped" if numbers and not has_channel else trouble,
        has_sale=bool(purchases_page(tenant=tenant, limit=1).items),
    )


def _happenings(tenant: UUID, actor: Actor) -> tuple[Happening, ...]:
    """The newest sales and uses within the actor's stores, each with the customer's name."""
    sales = purchases_page(tenant=tenant, stores_scope=actor.stores, limit=RECENT).items
    uses = redemptions_page(tenant=tenant, actor=actor, limit=RECENT).items
    places = {store.id: store.name for store in stores(tenant=tenant, active_only=False)}
    known = {sale.customer_id for sale in sales if sale.customer_id} | {
        use.customer_id for use in uses if use.customer_id
    }
    people = get_customers(tenant=tenant, customers=known)

    def name(customer: UUID | None) -> str:
        return people[customer].name if customer in people else ""

    found = [
        Happening(
            "sale",
            sale.occurred_at,
            sale.id,
            name(sale.customer_id),
            sale.external_id,
            places.get(sale.store_id, ""),
            sale.amount_minor,
            sale.currency,
        )
        for sale in sales
    ] + [
        Happening(
            "use",
            use.redeemed_at,
            use.id,
            name(use.customer_id),
            use.coupon_name,
            places.get(use.store_id, ""),
            use.discount_minor,
            use.currency,
        )
        for use in uses
        if use.reversed_at is None
    ]
    return tuple(sorted(found, key=lambda row: (row.at, row.id), reverse=True)[:RECENT])
