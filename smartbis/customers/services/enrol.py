"""A person becomes a customer."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from smartbis.customers.errors import IdentityMissing, IdentityTaken
from smartbis.customers.events import CustomerEnrolled
from smartbis.customers.identities import canonical_wa_id, check_identity, known_phone, seal_birthday
from smartbis.customers.infos import ConsentGiven, CustomerInfo, IdentityValue, Origin
from smartbis.customers.models import Customer, Identity, IdentityKind
from smartbis.customers.names import clean_name
from smartbis.customers.rows import insert_identities, insert_name_tokens
from smartbis.customers.selectors import find_customer, get_customer
from smartbis.customers.services.consent import consents_at_enrolment
from smartbis.kernel.clock import now
from smartbis.kernel.errors import InvalidInput
from smartbis.kernel.ids import new_id
from smartbis.kernel.phones import from_wa_id
from smartbis.outbox.services import publish
from smartbis.tenancy.scope import tenant_scope


def enrol_customer(
    *,
    tenant: UUID,
    name: str,
    phone: str | None = None,
    email: str | None = None,
    cpf: str | None = None,
    external_id: str | None = None,
    wa_id: str | None = None,
    bsuid: str | None = None,
    birthday: date | None = None,
    consents: ConsentGiven | None = None,
    locale: str = "",
    origin: Origin,
) -> CustomerInfo:
    """Make a person a customer, with at least one identity and the consents they gave.

    `wa_id` and `bsuid` come from Meta; a `wa_id` also gives the phone when none is named. Of two tills that enrol the
    same identity at once, the unique constraint lets one through.
    Raises IdentityMissing, IdentityTaken, InvalidInput (phone, e-mail, CPF, birthday). Publishes CustomerEnrolled.
    """
    given = {
        IdentityKind.PHONE: phone,
        IdentityKind.EMAIL: email,
        IdentityKind.CPF: cpf,
        IdentityKind.EXTERNAL_ID: external_id,
        IdentityKind.WHATSAPP: wa_id,
        IdentityKind.BSUID: bsuid,
    }
    with tenant_scope(tenant):
        identities = checked_identities(tenant=tenant, given=given)
        if not identities:
            raise IdentityMissing({"phone": [IdentityMissing.sentence]})
        row = new_customer(tenant=tenant, name=name, birthday=birthday, locale=locale, origin=origin)
        # A savepoint, so that a caller who goes on after the refusal keeps no half of a customer.
        with transaction.atomic():
            row.save(force_insert=True)
            insert_name_tokens(tenant=tenant, names=[(row.id, row.name)])
            lost = insert_identities(tenant=tenant, owned=[(row.id, value) for value in identities])
            if lost:
                raise _taken(tenant, lost[0][1])
        if consents:
            consents_at_enrolment(tenant=tenant, given=[(row.id, consents)], origin=origin, identities=identities)
        publish(CustomerEnrolled(customer_id=row.id, channel=origin.channel, store_id=origin.store))
        return get_customer(tenant=tenant, customer=row.id)


def find_or_enrol(
    *,
    tenant: UUID,
    name: str,
    phone: str | None = None,
    email: str | None = None,
    cpf: str | None = None,
    external_id: str | None = None,
    consents: ConsentGiven | None = None,
    origin: Origin,
) -> tuple[CustomerInfo, bool]:
    """The customer with this identity, and whether they were enrolled just now.

    Exactly one identity is given. Who is known already is answered unchanged: name and consents are not touched.
    Raises what `enrol_customer` raises, but for IdentityTaken. Publishes CustomerEnrolled for a new customer.
    """
    with tenant_scope(tenant):
        known = find_customer(tenant=tenant, phone=phone, email=email, cpf=cpf, external_id=external_id)
        if known:
            return known, False
        try:
            info = enrol_customer(
                tenant=tenant,
                name=name,
                phone=phone,
                email=email,
                cpf=cpf,
                external_id=external_id,
                consents=consents,
                origin=origin,
            )
        except IdentityTaken:
            # A rival was quicker: by now their customer can be seen.
            known = find_customer(tenant=tenant, phone=phone, email=email, cpf=cpf, external_id=external_id)
            if known is None:
                raise
            return known, False
        return info, True


def checked_identities(*, tenant: UUID, given: dict[IdentityKind, str | None]) -> list[IdentityValue]:
    """The identities that were given, in canonical form; blank ones are left out. Raises InvalidInput."""
    identities = [check_identity(tenant=tenant, kind=kind.value, value=value) for kind, value in given.items() if value]
    wa_id = given.get(IdentityKind.WHATSAPP)
    if wa_id and not given.get(IdentityKind.PHONE):
        identities.append(known_phone(tenant=tenant, e164=from_wa_id(canonical_wa_id(wa_id))))
    return identities


def new_customer(
    *,
    tenant: UUID,
    name: str,
    birthday: date | None,
    locale: str,
    origin: Origin,
    enrolled_at: datetime | None = None,
) -> Customer:
    """An unsaved customer. Raises InvalidInput for a birthday that cannot be."""
    row = new_id()
    sealed, blind = (None, None)
    if birthday:
        check_birthday(birthday)
        sealed, blind = seal_birthday(tenant=tenant, customer=row, birthday=birthday)
    return Customer(
        id=row,
        tenant_id=tenant,
        name=clean_name(name),
        locale=locale,
        birthday_sealed=sealed,
        birthday_blind=blind,
        channel=origin.channel,
        store_id=origin.store,
        actor_kind=origin.actor.kind,
        actor_id=origin.actor.id,
        enrolled_at=enrolled_at or now(),
    )


def check_birthday(birthday: date) -> None:
    """Raises InvalidInput unless a living person may have been born on that day."""
    if birthday.year < 1900 or birthday > now().date():
        raise InvalidInput({"birthday": ["Nobody living was born on that day."]})


def _taken(tenant: UUID, lost: IdentityValue) -> IdentityTaken:
    holder = Identity.objects.filter(tenant_id=tenant, kind=lost.kind, blind=lost.blind).first()
    return IdentityTaken(kind=lost.kind, customer=holder.customer_id if holder else None)
