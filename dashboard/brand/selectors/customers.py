"""The list of customers and the page of one."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from insights.selectors import TimelineEntry, customer_timeline, segment_names
from programs.selectors import Holding, holdings
from smartbis.customers.infos import ConsentInfo, CustomerInfo
from smartbis.customers.selectors import (
    allowed_customers,
    consent_state,
    customer_count,
    customers_page,
    get_customer,
    memberships_of,
)
from smartbis.kernel.pages import Page
from smartbis.ledger.selectors import BalanceInfo, balances, balances_of
from smartbis.purchases.selectors import purchase_count, purchase_counts
from smartbis.tenancy.scope import tenant_scope
from vouchers.infos import CouponInfo, VoucherInfo
from vouchers.selectors import coupons, vouchers_of

PAGE = 50
CANDIDATES = 12
TIMELINE = 80


@dataclass(frozen=True)
class CustomerLine:
    """A customer in the list."""

    info: CustomerInfo
    balances: tuple[BalanceInfo, ...]
    purchases: int
    is_told: bool


@dataclass(frozen=True)
class CustomerList:
    """A page of customers, and how many there are in all."""

    page: Page[CustomerLine]
    total: int


@dataclass(frozen=True)
class CustomerCard:
    """Everything that the page of a customer shows."""

    info: CustomerInfo
    balances: tuple[Holding, ...]
    purchases: int
    consents: dict[str, ConsentInfo]
    allows_utility: bool
    allows_marketing: bool
    vouchers: tuple[VoucherInfo, ...]
    coupons: tuple[CouponInfo, ...]
    timeline: tuple[TimelineEntry, ...]
    tags: tuple[str, ...]
    segments: tuple[tuple[str, str], ...]


def customer_list(*, tenant: UUID, search: str, cursor: str | None) -> CustomerList:
    """Customers, newest first. Seven queries, however many. Raises InvalidCursor."""
    with tenant_scope(tenant, read_only=True):
        found = customers_page(tenant=tenant, search=search or None, cursor=cursor, limit=PAGE)
        lines = customer_lines(tenant=tenant, customers=found.items)
        return CustomerList(Page(lines, found.next_cursor), customer_count(tenant=tenant))


def customer_lines(*, tenant: UUID, customers: Sequence[CustomerInfo]) -> tuple[CustomerLine, ...]:
    """Customers as a list shows them, in their order. Three queries, however many."""
    with tenant_scope(tenant, read_only=True):
        ids = [each.id for each in customers]
        held = balances_of(tenant=tenant, customers=ids)
        bought = purchase_counts(tenant=tenant, customers=ids)
        told = allowed_customers(tenant=tenant, customers=ids, category="utility")
        return tuple(
            CustomerLine(each, tuple(held.get(each.id, ())), bought.get(each.id, 0), each.id in told)
            for each in customers
        )


def merge_candidates(*, tenant: UUID, customer: UUID, search: str) -> tuple[CustomerLine, ...]:
    """Who might be another record of the customer: those a search finds, at first those with the same first name."""
    with tenant_scope(tenant, read_only=True):
        wanted = search or get_customer(tenant=tenant, customer=customer).first_name
        if not wanted:
            return ()
        found = customers_page(tenant=tenant, search=wanted, limit=CANDIDATES + 1).items
        return customer_lines(tenant=tenant, customers=[each for each in found if each.id != customer][:CANDIDATES])


def customer_card(*, tenant: UUID, customer: UUID, locale: str) -> CustomerCard:
    """One customer. Raises CustomerNotFound."""
    with tenant_scope(tenant, read_only=True):
        info = get_customer(tenant=tenant, customer=customer)
        belongs = memberships_of(tenant=tenant, customer=info.id)
        names = segment_names(tenant=tenant)
        return CustomerCard(
            info=info,
            balances=holdings(tenant=tenant, customer=info.id, held=balances(tenant=tenant, customer=info.id)),
            purchases=purchase_count(tenant=tenant, customer=customer),
            consents=consent_state(tenant=tenant, customer=customer),
            allows_utility=customer in allowed_customers(tenant=tenant, customers=[customer], category="utility"),
            allows_marketing=customer in allowed_customers(tenant=tenant, customers=[customer], category="marketing"),
            vouchers=tuple(vouchers_of(tenant=tenant, customer=customer, open_only=True, limit=20)),
            coupons=tuple(each for each in coupons(tenant=tenant, status="live") if not each.is_balance),
            tags=tuple(sorted(key for kind, key in belongs if kind == "tag")),
            segments=tuple(sorted((key, names.get(key, key)) for kind, key in belongs if kind == "segment")),
            timeline=tuple(customer_timeline(tenant=tenant, customer=customer, locale=locale, limit=TIMELINE)),
        )
