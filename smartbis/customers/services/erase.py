"""A person leaves."""

from uuid import UUID

from smartbis.customers.errors import CustomerGone, CustomerNotFound
from smartbis.customers.events import CustomerErased
from smartbis.customers.identities import number_forms
from smartbis.customers.infos import CATEGORIES, Channel, Origin
from smartbis.customers.models import Consent, Customer, Identity, Membership, NameToken
from smartbis.customers.rows import lock_customer
from smartbis.customers.selectors import consent_state
from smartbis.customers.services.consent import consent_row, suppress
from smartbis.kernel.clock import now
from smartbis.kernel.people import Actor
from smartbis.outbox.services import publish
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.services import record_audit


def erase_customer(*, tenant: UUID, customer: UUID, actor: Actor) -> None:
    """Wipe everything that says who a customer is; purchases and transfers keep a bare id, so the ledger balances.

    Keyed hashes of the person's numbers stay, so that no list loaded later brings messages back.
    Raises CustomerNotFound, CustomerGone. Publishes CustomerErased.
    """
    with tenant_scope(tenant):
        row = lock_customer(tenant=tenant, customer=customer)
        if row is None:
            raise CustomerNotFound
        if row.status == Customer.Status.ERASED:
            raise CustomerGone
        customer = row.id
        _suppress_numbers(tenant, customer)
        _withdraw(tenant, customer, actor)
        for model in (Identity, NameToken, Membership):
            model.objects.filter(tenant_id=tenant, customer_id=customer).delete()
        row.name = ""
        row.locale = ""
        row.birthday_sealed = row.birthday_blind = None
        row.status = Customer.Status.ERASED
        row.erased_at = now()
        row.save()
        record_audit(tenant=tenant, actor=actor, action="customer.erase", object_kind="customer", object_id=customer)
        publish(CustomerErased(customer_id=customer))


def _suppress_numbers(tenant: UUID, customer: UUID) -> None:
    rows = Identity.objects.filter(tenant_id=tenant, customer_id=customer)
    blinds = number_forms(tenant=tenant, rows=rows)
    suppress(tenant=tenant, blinds=blinds, categories=CATEGORIES, reason="erasure")


def _withdraw(tenant: UUID, customer: UUID, actor: Actor) -> None:
    channels: dict[str, Channel] = {"customer": "portal", "api_key": "api"}
    origin = Origin(channel=channels.get(actor.kind, "counter"), actor=actor)
    state = consent_state(tenant=tenant, customer=customer)
    Consent.objects.bulk_create(
        consent_row(
            tenant=tenant,
            customer=customer,
            category=category,
            granted=False,
            basis="erasure",
            text_version="",
            origin=origin,
        )
        for category, consent in state.items()
        if consent.granted
    )
