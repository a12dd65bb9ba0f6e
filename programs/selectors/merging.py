"""What two customers look like side by side, and together, before they are made one. Nothing is written."""

from dataclasses import dataclass
from uuid import UUID

from programs.selectors.merge_effects import MergeEffects, merge_effects
from smartbis.customers.errors import CustomerGone, SameCustomer
from smartbis.customers.infos import ConsentInfo, CustomerInfo
from smartbis.customers.selectors import birthday_of, consent_state, get_customer, memberships_of
from smartbis.ledger.selectors import BalanceInfo, spendable_balances
from smartbis.purchases.selectors import purchase_count
from smartbis.tenancy.scope import tenant_scope
from vouchers.selectors import vouchers_of

MOST_VOUCHERS = 1_000


@dataclass(frozen=True)
class MergeSide:
    """One of the two: who, what they hold, how many sales and open vouchers, what they belong to and agreed to."""

    customer: CustomerInfo
    balances: tuple[BalanceInfo, ...]
    purchases: int
    vouchers: int
    memberships: tuple[tuple[str, str], ...]
    consents: dict[str, ConsentInfo]


@dataclass(frozen=True)
class MergePreview:
    """Both sides, the balances together, and what differs.

    `conflicts` are fields of which one side's stays: of `name` and `birthday` the one who stays keeps their own, `cpf`
    needs somebody to say. `is_done` when both have been one since an earlier merge. `effects` are on what they take
    part in.
    """

    into: MergeSide
    other: MergeSide
    balances: tuple[BalanceInfo, ...]
    conflicts: tuple[str, ...]
    is_done: bool
    effects: MergeEffects


def preview_merge(*, tenant: UUID, into: UUID, other: UUID) -> MergePreview:
    """What `merge_customers` would do. Raises SameCustomer, CustomerNotFound, CustomerGone."""
    with tenant_scope(tenant, read_only=True):
        stays, goes = (_side(tenant, each) for each in (into, other))
        if into == other:
            raise SameCustomer({"from": [SameCustomer.sentence]})
        is_done = stays.customer.id == goes.customer.id
        return MergePreview(
            into=stays,
            other=goes,
            balances=stays.balances if is_done else _together(stays.balances, goes.balances),
            conflicts=() if is_done else _conflicts(tenant, stays.customer, goes.customer),
            is_done=is_done,
            effects=MergeEffects()
            if is_done
            else merge_effects(tenant=tenant, into=stays.customer.id, other=goes.customer.id),
        )


def _side(tenant: UUID, customer: UUID) -> MergeSide:
    info = get_customer(tenant=tenant, customer=customer)
    if info.status != "active":
        raise CustomerGone
    return MergeSide(
        customer=info,
        balances=spendable_balances(tenant=tenant, customer=info.id),
        purchases=purchase_count(tenant=tenant, customer=info.id),
        vouchers=len(vouchers_of(tenant=tenant, customer=info.id, open_only=True, limit=MOST_VOUCHERS)),
        memberships=tuple(sorted(memberships_of(tenant=tenant, customer=info.id))),
        consents=consent_state(tenant=tenant, customer=info.id),
    )


def _together(mine: tuple[BalanceInfo, ...], theirs: tuple[BalanceInfo, ...]) -> tuple[BalanceInfo, ...]:
    """The sums by unit, with what is owed paid from what is available, as the merge does it."""
    units = sorted({each.unit for each in (*mine, *theirs)})
    joined = []
    for unit in units:
        rows = [each for each in (*mine, *theirs) if each.unit == unit]
        available, owed = sum(row.available for row in rows), sum(row.owed for row in rows)
        paid = max(0, min(available, owed))
        pending, held = sum(row.pending for row in rows), sum(row.held for row in rows)
        joined.append(BalanceInfo(unit, available - paid, pending, owed - paid, held))
    return tuple(joined)


def _conflicts(tenant: UUID, into: CustomerInfo, other: CustomerInfo) -> tuple[str, ...]:
    # An identity is one customer's at a time, so that two CPFs always differ.
    found = ["cpf"] if into.cpf_masked and other.cpf_masked else []
    if into.name and other.name and into.name != other.name:
        found.append("name")
    if into.has_birthday and other.has_birthday:
        born = birthday_of(tenant=tenant, customer=into.id), birthday_of(tenant=tenant, customer=other.id)
        found += ["birthday"] if born[0] != born[1] else []
    return tuple(found)
