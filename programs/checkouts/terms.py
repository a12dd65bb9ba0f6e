"""How the brand wants its tills, and which customers save their balance."""

from uuid import UUID

from programs.checkouts.infos import TillTermsInfo
from programs.models import BalanceChoice, TillTerms
from smartbis.customers.services import hold_customer
from smartbis.kernel.clock import now
from smartbis.kernel.errors import InvalidInput, PermissionMissing
from smartbis.kernel.people import Actor
from smartbis.tenancy.permissions import require
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.services import record_audit

LEAST_MINUTES, MOST_MINUTES = 1, 120


def till_terms(*, tenant: UUID) -> TillTermsInfo:
    """How the brand wants its tills; the usual terms until it says otherwise."""
    with tenant_scope(tenant, read_only=True):
        row = TillTerms.objects.first()
        return TillTermsInfo(row.hold_minutes, row.uses_balance, row.rotates_codes) if row else TillTermsInfo()


def set_till_terms(*, tenant: UUID, terms: TillTermsInfo, actor: Actor) -> TillTermsInfo:
    """Change how long quotes hold, whether they use balance by themselves, and whether the portal's codes change.

    Quotes that are open keep their time. Raises InvalidInput, PermissionMissing.
    """
    require(actor, "brand.change")
    if not LEAST_MINUTES <= terms.hold_minutes <= MOST_MINUTES:
        raise InvalidInput({"hold_minutes": [f"{LEAST_MINUTES} – {MOST_MINUTES}"]})
    with tenant_scope(tenant):
        before = till_terms(tenant=tenant)
        TillTerms.objects.update_or_create(tenant_id=tenant, defaults=dict(vars(terms)))
        record_audit(
            tenant=tenant,
            actor=actor,
            action="till.terms",
            object_kind="tenant",
            object_id=tenant,
            before=dict(vars(before)),
            after=dict(vars(terms)),
        )
        return terms


def saves_balance(*, tenant: UUID, customer: UUID) -> bool:
    """Whether the customer wants their balance saved."""
    with tenant_scope(tenant, read_only=True):
        return BalanceChoice.objects.filter(customer_id=customer, saves=True).exists()


def choose_balance(*, tenant: UUID, customer: UUID, saves: bool, actor: Actor) -> None:
    """Remember that the customer saves their balance, or does not any more; they say so themselves, or to staff.

    Raises CustomerNotFound, PermissionMissing.
    """
    if actor.kind == "customer":
        if actor.id != customer:
            raise PermissionMissing(verb="customer.change")
    else:
        require(actor, "sale.record")
    with tenant_scope(tenant):
        customer = hold_customer(tenant=tenant, customer=customer)
        BalanceChoice.objects.update_or_create(
            tenant_id=tenant, customer_id=customer, defaults={"saves": saves, "changed_at": now()}
        )
