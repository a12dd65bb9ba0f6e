"""A customer's particulars change."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from django.db import transaction

from smartbis.customers.errors import CustomerGone, CustomerNotFound, IdentityMissing, IdentityTaken
from smartbis.customers.identities import PHONE_KINDS, check_identity, phone_blinds, seal_birthday
from smartbis.customers.infos import CustomerInfo, IdentityValue
from smartbis.customers.models import Customer, Identity, IdentityKind, NameToken
from smartbis.customers.names import clean_name
from smartbis.customers.rows import insert_identities, insert_name_tokens, lock_customer
from smartbis.customers.selectors import get_customer
from smartbis.customers.services.enrol import check_birthday
from smartbis.kernel.errors import InvalidInput
from smartbis.kernel.people import Actor
from smartbis.kernel.phones import from_wa_id
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.services import record_audit

REMOVABLE = frozenset({"phone", "email", "cpf", "external_id", "birthday"})


def change_customer(
    *,
    tenant: UUID,
    customer: UUID,
    name: str | None = None,
    phone: str | None = None,
    email: str | None = None,
    cpf: str | None = None,
    external_id: str | None = None,
    birthday: date | None = None,
    locale: str | None = None,
    remove: Collection[str] = (),
    actor: Actor,
) -> CustomerInfo:
    """Change what is given, leave what is None, and take away what `remove` names (identities, `birthday`).

    A new phone drops WhatsApp's ids of the old one. The audit entry names the fields, never their values.
    Raises CustomerNotFound, CustomerGone, IdentityTaken, IdentityMissing, InvalidInput.
    """
    given = {"phone": phone, "email": email, "cpf": cpf, "external_id": external_id}
    _check_removal(remove)
    with tenant_scope(tenant):
        row = _locked(tenant, customer)
        customer = row.id
        values = [check_identity(tenant=tenant, kind=kind, value=text) for kind, text in given.items() if text]
        changed = {value.kind for value in values} | set(remove)
        with transaction.atomic():
            _replace_identities(tenant, customer, values, remove)
        if name is not None:
            _rename(row, name)
            changed.add("name")
        if birthday or "birthday" in remove:
            _set_birthday(row, birthday)
            changed.add("birthday")
        if locale is not None:
            row.locale = locale
            changed.add("locale")
        row.save()
        record_audit(
            tenant=tenant,
            actor=actor,
            action="customer.change",
            object_kind="customer",
            object_id=customer,
            after={"fields": sorted(changed)},
        )
        return get_customer(tenant=tenant, customer=customer)


def add_identity(*, tenant: UUID, customer: UUID, kind: str, value: str) -> CustomerInfo:
    """Give a customer another way to be recognised, in place of an older one of the same kind.

    The same identity again changes nothing. For what channels learn by themselves (WhatsApp's ids); people's changes
    go through `change_customer`. Raises CustomerNotFound, CustomerGone, IdentityTaken, InvalidInput.
    """
    with tenant_scope(tenant):
        customer = _locked(tenant, customer).id
        checked = check_identity(tenant=tenant, kind=kind, value=value)
        if _is_known_by(tenant, customer, checked):
            return get_customer(tenant=tenant, customer=customer)
        with transaction.atomic():
            _replace_identities(tenant, customer, [checked], ())
        return get_customer(tenant=tenant, customer=customer)


def _is_known_by(tenant: UUID, customer: UUID, value: IdentityValue) -> bool:
    """Whether this is an identity of the customer's already, or the WhatsApp account of a number they had before.

    What is heard from an older number must not take the place of the one that messages go to.
    """
    aliases = Identity.objects.filter(tenant_id=tenant, customer_id=customer, is_alias=True)
    if value.kind != IdentityKind.WHATSAPP:
        return aliases.filter(kind=value.kind, blind=value.blind).exists()
    forms = phone_blinds(tenant=tenant, e164=from_wa_id(value.text))
    return aliases.filter(kind__in=PHONE_KINDS, blind__in=[value.blind, *forms]).exists()


def _locked(tenant: UUID, customer: UUID) -> Customer:
    row = lock_customer(tenant=tenant, customer=customer)
    if row is None:
        raise CustomerNotFound
    if row.status == Customer.Status.ERASED:
        raise CustomerGone
    return row


def _check_removal(remove: Collection[str]) -> None:
    unknown = sorted(set(remove) - REMOVABLE)
    if unknown:
        raise InvalidInput({field: ["This cannot be removed."] for field in unknown})


def _replace_identities(tenant: UUID, customer: UUID, values: list[IdentityValue], remove: Collection[str]) -> None:
    """Swap identities under the customer's lock; a rival's claim on one of them refuses the whole change."""
    held = list(Identity.objects.filter(tenant_id=tenant, customer_id=customer))
    present = {row.kind: row for row in held if not row.is_alias}
    fresh = [value for value in values if value.kind not in present or bytes(present[value.kind].blind) != value.blind]
    dropped = {value.kind for value in fresh} | set(remove)
    if "phone" in dropped:
        dropped |= {IdentityKind.WHATSAPP.value, IdentityKind.BSUID.value}
    if not (set(present) - dropped) and not values:
        raise IdentityMissing({field: [IdentityMissing.sentence] for field in remove})
    wanted = {(value.kind, value.blind) for value in fresh}
    gone = [
        row.id
        for row in held
        if row.kind in remove or (row.kind, bytes(row.blind)) in wanted or (row.kind in dropped and not row.is_alias)
    ]
    Identity.objects.filter(tenant_id=tenant, id__in=gone).delete()
    lost = insert_identities(tenant=tenant, owned=[(customer, value) for value in fresh])
    if lost:
        kind = lost[0][1].kind
        holder = Identity.objects.filter(tenant_id=tenant, kind=kind, blind=lost[0][1].blind).first()
        raise IdentityTaken(kind=kind, customer=holder.customer_id if holder else None)


def _rename(row: Customer, name: str) -> None:
    row.name = clean_name(name)
    NameToken.objects.filter(tenant_id=row.tenant_id, customer_id=row.id).delete()
    insert_name_tokens(tenant=row.tenant_id, names=[(row.id, row.name)])


def _set_birthday(row: Customer, birthday: date | None) -> None:
    if birthday is None:
        row.birthday_sealed = row.birthday_blind = None
        return
    check_birthday(birthday)
    row.birthday_sealed, row.birthday_blind = seal_birthday(tenant=row.tenant_id, customer=row.id, birthday=birthday)
