"""Two customers turn out to be one person: everything that is theirs becomes one customer's, in one transaction."""

from dataclasses import dataclass
from uuid import UUID

from django.apps import apps

from messaging.services import reassign_messages
from programs.challenges.merging import join_takers
from programs.services.counters import join_uses
from smartbis.customers.infos import CustomerInfo
from smartbis.customers.reassigning import reassign
from smartbis.customers.selectors import get_customer
from smartbis.customers.services import gather_stragglers, lock_to_merge, merge_person
from smartbis.customers.services.merge import CpfOf
from smartbis.kernel.people import Actor
from smartbis.ledger.merging import merge_holders
from smartbis.ledger.selectors import BalanceInfo, spendable_balances
from smartbis.purchases.services import reassign_purchases
from smartbis.tenancy.once import patiently
from smartbis.tenancy.scope import tenant_scope
from vouchers.services import reassign_vouchers


@dataclass(frozen=True)
class MergeOutcome:
    """The customer who stays, with the joined balances; `repeated` if the two have been one since before."""

    customer: CustomerInfo
    merged_id: UUID
    balances: tuple[BalanceInfo, ...]
    repeated: bool


def merge_customers(
    *, tenant: UUID, into: UUID, other: UUID, cpf_of: CpfOf | None = None, actor: Actor
) -> MergeOutcome:
    """Make `other` one with `into`, who stays: identities, consents, sales, awards, balances, vouchers, messages.

    The old number and ids find the one who stays; merging again answers the same, and earlier merges are followed.
    Sales and refunds that are under way are waited for, later ones find who stays.
    Raises SameCustomer, CustomerNotFound, CustomerGone, CpfsDiffer (unless `cpf_of` says whose CPF is right).
    Publishes CustomerMerged, ConsentChanged.
    """
    return patiently(lambda: _merge(tenant, into, other, cpf_of, actor))


def _merge(tenant: UUID, into: UUID, other: UUID, cpf_of: CpfOf | None, actor: Actor) -> MergeOutcome:
    with tenant_scope(tenant):
        # Customers first: whoever is writing about one of them has a share of its key and no need of what comes next.
        pair = lock_to_merge(tenant=tenant, into=into, other=other)
        if not pair.is_done:
            merge_person(tenant=tenant, pair=pair, cpf_of=cpf_of, actor=actor)
            _reassign(tenant, pair.other, pair.into)
        return MergeOutcome(
            get_customer(tenant=tenant, customer=pair.into),
            other,
            spendable_balances(tenant=tenant, customer=pair.into),
            repeated=pair.is_done,
        )


def gather_after_merge(*, tenant: UUID, merged: UUID) -> None:
    """Once more what `merge_customers` re-points, for rows that were being written when it ran."""
    with tenant_scope(tenant):
        into = gather_stragglers(tenant=tenant, merged=merged)
        if into is not None:
            _reassign(tenant, merged, into)


def _reassign(tenant: UUID, merged: UUID, into: UUID) -> None:
    """In the order of locks: sales, the holders' accounts, vouchers, the rest."""
    reassign_purchases(tenant=tenant, merged=merged, into=into)
    merge_holders(tenant=tenant, into=into, other=merged)
    reassign_vouchers(tenant=tenant, merged=merged, into=into)
    join_uses(tenant=tenant, merged=merged, into=into)
    join_takers(tenant=tenant, merged=merged, into=into)
    # Every table of this room that names a customer, those of plans, tiers and gatherings too.
    reassign(tenant=tenant, models=apps.get_app_config("programs").get_models(), merged=merged, into=into)
    reassign_messages(tenant=tenant, merged=merged, into=into)
