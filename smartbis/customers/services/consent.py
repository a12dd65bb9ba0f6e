"""What a customer agrees to, and what must not be sent whatever a list says."""

from collections.abc import Iterable, Sequence
from typing import get_args
from uuid import UUID

from smartbis.customers.errors import CustomerGone, CustomerNotFound
from smartbis.customers.events import ConsentChanged
from smartbis.customers.identities import canonical_phone, canonical_wa_id, forms_to_suppress, number_forms
from smartbis.customers.infos import (
    CATEGORIES,
    CategoryName,
    Channel,
    ConsentGiven,
    IdentityValue,
    Origin,
)
from smartbis.customers.models import Consent, Customer, Identity, IdentityKind, Suppression
from smartbis.customers.rows import lock_customer
from smartbis.customers.selectors import consent_state
from smartbis.kernel.clock import now
from smartbis.kernel.errors import InvalidInput
from smartbis.kernel.people import Actor
from smartbis.outbox.services import publish
from smartbis.tenancy.scope import tenant_scope

# Channels in which the person is there: only these lift an earlier opt-out. A list that is loaded does not.
PERSONAL_CHANNELS = frozenset({"counter", "portal", "whatsapp", "api"})


def record_consent(
    *,
    tenant: UUID,
    customer: UUID,
    category: CategoryName,
    granted: bool,
    basis: str = "consent",
    text_version: str = "",
    channel: Channel,
    actor: Actor,
    store: UUID | None = None,
) -> None:
    """Record that a customer agreed or withdrew; the newest record counts, and all are kept as proof.

    A withdrawal holds for every form of the customer's numbers, also of a customer enrolled later.
    Raises CustomerNotFound, CustomerGone, InvalidInput. Publishes ConsentChanged when the state changed.
    """
    _check_category(category)
    origin = Origin(channel=channel, store=store, actor=actor)
    _check_channel(channel)
    with tenant_scope(tenant):
        row = lock_customer(tenant=tenant, customer=customer)
        if row is None:
            raise CustomerNotFound
        if row.status == Customer.Status.ERASED:
            raise CustomerGone
        customer = row.id
        before = consent_state(tenant=tenant, customer=customer).get(category)
        consent_row(
            tenant=tenant,
            customer=customer,
            category=category,
            granted=granted,
            basis=basis,
            text_version=text_version,
            origin=origin,
        ).save(force_insert=True)
        blinds = _number_blinds(tenant, customer)
        if not granted:
            suppress(tenant=tenant, blinds=blinds, categories=[category], reason="opt_out")
        elif channel in PERSONAL_CHANNELS:
            _lift(tenant, blinds, [category])
        if before is None or before.granted != granted:
            publish(ConsentChanged(customer_id=customer, category=category, granted=granted))


def suppress_phone(*, tenant: UUID, category: CategoryName, phone: str | None = None, wa_id: str | None = None) -> None:
    """Never send messages of this category to a number, whoever has it or will have it.

    For an opt-out by somebody who is no customer. Raises InvalidInput.
    """
    _check_category(category)
    with tenant_scope(tenant):
        values = {}
        if phone:
            values[IdentityKind.PHONE.value] = canonical_phone(tenant=tenant, raw=phone)
        if wa_id:
            values[IdentityKind.WHATSAPP.value] = canonical_wa_id(wa_id)
        if not values:
            raise InvalidInput({"phone": ["A phone is needed."]})
        blinds = forms_to_suppress(tenant=tenant, values=values)
        suppress(tenant=tenant, blinds=blinds, categories=[category], reason="opt_out")


def suppress(*, tenant: UUID, blinds: Sequence[bytes], categories: Sequence[str], reason: str) -> None:
    """Keep keyed hashes of numbers that must not be written to. Inside a scope."""
    at = now()
    Suppression.objects.bulk_create(
        (
            Suppression(tenant_id=tenant, blind=blind, category=category, reason=reason, suppressed_at=at)
            for blind in sorted(blinds)
            for category in categories
        ),
        ignore_conflicts=True,
    )


def consents_at_enrolment(
    *,
    tenant: UUID,
    given: Iterable[tuple[UUID, ConsentGiven]],
    origin: Origin,
    identities: Sequence[IdentityValue] = (),
) -> None:
    """Record what new customers agreed to. What was not ticked is no record: it is neither consent nor opt-out."""
    rows = [
        consent_row(
            tenant=tenant,
            customer=customer,
            category=category,
            granted=True,
            basis=consents.basis,
            text_version=consents.text_version,
            origin=origin,
        )
        for customer, consents in given
        for category in CATEGORIES
        if getattr(consents, category)
    ]
    Consent.objects.bulk_create(rows)
    if rows and identities and origin.channel in PERSONAL_CHANNELS:
        values = {value.kind: value.text for value in identities}
        _lift(tenant, forms_to_suppress(tenant=tenant, values=values), [row.category for row in rows])


def consent_row(
    *,
    tenant: UUID,
    customer: UUID,
    category: str,
    granted: bool,
    basis: str,
    text_version: str,
    origin: Origin,
) -> Consent:
    """An unsaved record of consent."""
    return Consent(
        tenant_id=tenant,
        customer_id=customer,
        category=category,
        granted=granted,
        basis=basis[:40],
        text_version=text_version[:40],
        channel=origin.channel,
        store_id=origin.store,
        actor_kind=origin.actor.kind,
        actor_id=origin.actor.id,
        recorded_at=now(),
    )


def _lift(tenant: UUID, blinds: Sequence[bytes], categories: Sequence[str]) -> None:
    Suppression.objects.filter(tenant_id=tenant, blind__in=blinds, category__in=categories).delete()


def _number_blinds(tenant: UUID, customer: UUID) -> Sequence[bytes]:
    rows = Identity.objects.filter(
        tenant_id=tenant, customer_id=customer, kind__in=[IdentityKind.PHONE, IdentityKind.WHATSAPP]
    )
    return number_forms(tenant=tenant, rows=rows)


def _check_category(category: str) -> None:
    if category not in CATEGORIES:
        raise InvalidInput({"category": ["Choose utility or marketing."]})


def _check_channel(channel: str) -> None:
    if channel not in get_args(Channel):
        raise InvalidInput({"channel": ["There is no such channel."]})
