"""Reading what coupons ask of customers: only what one of them asks, whatever their number."""

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from smartbis.customers.selectors import birthdays_of, get_customers, memberships_of, memberships_of_many
from smartbis.purchases.selectors import last_purchases
from smartbis.tenancy.selectors import get_tenant
from vouchers.audience import Audience, Person, keys_asked


def person_of(*, tenant: UUID, customer: UUID, audiences: Iterable[Audience], at: datetime) -> Person:
    """What these coupons ask of one customer. Inside a scope; at most four queries, none where nothing is asked."""
    wanted = list(audiences)
    memberships = None
    if any(keys_asked(each) for each in wanted):
        memberships = {customer: memberships_of(tenant=tenant, customer=customer, at=at)}
    return _persons(tenant, [customer], wanted, at, memberships or {})[customer]


def persons_of(*, tenant: UUID, customers: Collection[UUID], audience: Audience, at: datetime) -> dict[UUID, Person]:
    """The same for one coupon and many customers."""
    memberships: dict[UUID, frozenset[tuple[str, str]]] = {}
    if keys_asked(audience):
        for customer, rows in memberships_of_many(tenant=tenant, customers=customers).items():
            memberships[customer] = frozenset(
                (row.kind, row.key)
                for row in rows
                if row.valid_from <= at and (row.valid_until is None or row.valid_until > at)
            )
    return _persons(tenant, customers, [audience], at, memberships)


def _persons(
    tenant: UUID,
    customers: Collection[UUID],
    audiences: list[Audience],
    at: datetime,
    memberships: dict[UUID, frozenset[tuple[str, str]]],
) -> dict[UUID, Person]:
    zone = ZoneInfo(get_tenant(tenant=tenant).timezone)
    birthdays = birthdays_of(tenant=tenant, customers=customers) if any(a.birthday for a in audiences) else {}
    enrolled, bought = {}, {}
    if any(each.new_within_days is not None for each in audiences):
        enrolled = {
            customer: info.enrolled_at for customer, info in get_customers(tenant=tenant, customers=customers).items()
        }
    if any(each.inactive_for_days is not None for each in audiences):
        bought = last_purchases(tenant=tenant, customers=customers)
    return {
        customer: Person(
            today=at.astimezone(zone).date(),
            memberships=memberships.get(customer, frozenset()),
            birthday=birthdays.get(customer),
            enrolled_on=enrolled[customer].astimezone(zone).date() if customer in enrolled else None,
            last_bought_on=bought[customer].astimezone(zone).date() if customer in bought else None,
        )
        for customer in customers
    }
