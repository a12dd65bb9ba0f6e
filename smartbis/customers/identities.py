"""Identities made canonical and blind: the same person is found whichever way they are written."""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from smartbis.customers.infos import IdentityValue
from smartbis.customers.models import Identity, IdentityKind
from smartbis.kernel.documents import mask_cpf, normalise_cpf
from smartbis.kernel.emails import mask_email, normalise_email
from smartbis.kernel.errors import InvalidInput
from smartbis.kernel.phones import from_wa_id, mask_phone, normalise_phone, variants
from smartbis.tenancy.sealing import blind_index, seal, unseal
from smartbis.tenancy.selectors import get_tenant

PLACE = "customers.identity"
BIRTHDAY_PLACE = "customers.birthday"
PHONE_KINDS = (IdentityKind.PHONE.value, IdentityKind.WHATSAPP.value)

_WA_ID = re.compile(r"^\d{6,15}$")
_MAX_TEXT = 120


def check_identity(*, tenant: UUID, kind: str, value: str) -> IdentityValue:
    """The identity in its canonical form.

    A phone without area code takes the tenant's default. Call it inside the tenant's scope.
    Raises InvalidInput (InvalidPhone, InvalidEmail, InvalidCpf).
    """
    if kind == IdentityKind.PHONE:
        phone = canonical_phone(tenant=tenant, raw=value)
        return _identity(tenant, kind, phone, mask_phone(phone))
    if kind == IdentityKind.EMAIL:
        email = normalise_email(value)
        return _identity(tenant, kind, email, mask_email(email)[:80])
    if kind == IdentityKind.CPF:
        cpf = normalise_cpf(value)
        return _identity(tenant, kind, cpf, mask_cpf(cpf))
    if kind == IdentityKind.WHATSAPP:
        wa_id = canonical_wa_id(value)
        return _identity(tenant, kind, wa_id, mask_phone(from_wa_id(wa_id)))
    if kind in (IdentityKind.EXTERNAL_ID, IdentityKind.BSUID):
        return _identity(tenant, kind, _plain_text(kind, value), "")
    raise InvalidInput({"kind": [f"There is no identity of kind {kind}."]})


def known_phone(*, tenant: UUID, e164: str) -> IdentityValue:
    """The phone identity of a number that WhatsApp vouches for: it is not checked again."""
    return _identity(tenant, IdentityKind.PHONE, e164, mask_phone(e164))


def canonical_phone(*, tenant: UUID, raw: str) -> str:
    """The number in E.164, a local one completed by the tenant's area code. Raises InvalidPhone."""
    digits = sum(char.isdigit() for char in raw)
    # The tenant is only read for a number that needs its area code.
    area_code = get_tenant(tenant=tenant).default_area_code if digits in (8, 9) else None
    return normalise_phone(raw, area_code=area_code or None)


def canonical_wa_id(value: str) -> str:
    """A WhatsApp id as Meta returned it, digits only. Raises InvalidInput."""
    wa_id = value.strip().lstrip("+")
    if not _WA_ID.match(wa_id):
        raise InvalidInput({"whatsapp": ["A WhatsApp id is six to fifteen digits."]})
    return wa_id


def _plain_text(kind: str, value: str) -> str:
    text = value.strip()
    if not text or len(text) > _MAX_TEXT or not text.isprintable():
        raise InvalidInput({kind: [f"One to {_MAX_TEXT} printable characters are needed."]})
    return text


def _identity(tenant: UUID, kind: str, text: str, tail: str) -> IdentityValue:
    return IdentityValue(kind=str(kind), text=text, blind=blind_of(tenant=tenant, kind=kind, text=text), tail=tail)


def blind_of(*, tenant: UUID, kind: str, text: str) -> bytes:
    """The blind index of a canonical identity.

    A phone and a WhatsApp id of the same digits share theirs, so that one suppression holds for both.
    """
    if kind == IdentityKind.WHATSAPP:
        return blind_index(tenant=tenant, kind=IdentityKind.PHONE.value, value=f"+{text}")
    return blind_index(tenant=tenant, kind=str(kind), value=text)


def phone_blinds(*, tenant: UUID, e164: str) -> tuple[bytes, ...]:
    """The blind indexes of every form of a number (Brazil's ninth digit), the form given first."""
    forms = dict.fromkeys((e164, *variants(e164)))
    return tuple(blind_of(tenant=tenant, kind=IdentityKind.PHONE, text=form) for form in forms)


def birthday_blind(*, tenant: UUID, month: int, day: int) -> bytes:
    """The blind index of a day of the year."""
    return blind_index(tenant=tenant, kind="birthday", value=f"{month:02}-{day:02}")


def seal_birthday(*, tenant: UUID, customer: UUID, birthday: date) -> tuple[bytes, bytes]:
    """The sealed date, and the blind index of its day of the year."""
    sealed = seal(tenant=tenant, place=BIRTHDAY_PLACE, row=customer, text=birthday.isoformat())
    return sealed, birthday_blind(tenant=tenant, month=birthday.month, day=birthday.day)


def seal_identity(*, tenant: UUID, row: UUID, text: str) -> bytes:
    """The sealed value of the identity with id `row`."""
    return seal(tenant=tenant, place=PLACE, row=row, text=text)


def open_identities(*, tenant: UUID, rows: Iterable[Identity]) -> dict[str, str]:
    """The plain values of identities, by kind; aliases are left out."""
    return {row.kind: open_identity(tenant=tenant, row=row.id, sealed=row.sealed) for row in rows if not row.is_alias}


def number_forms(*, tenant: UUID, rows: Iterable[Identity]) -> Sequence[bytes]:
    """The blind indexes of every form of every number among a customer's identities, aliases too."""
    numbers = [row for row in rows if row.kind in PHONE_KINDS]
    forms = (
        blind
        for row in numbers
        for blind in forms_to_suppress(
            tenant=tenant, values={row.kind: open_identity(tenant=tenant, row=row.id, sealed=row.sealed)}
        )
    )
    return tuple(dict.fromkeys(forms))


def open_identity(*, tenant: UUID, row: UUID, sealed: bytes | memoryview) -> str:
    """The plain value of one sealed identity."""
    return unseal(tenant=tenant, place=PLACE, row=row, sealed=bytes(sealed))


def forms_to_suppress(*, tenant: UUID, values: dict[str, str]) -> Sequence[bytes]:
    """The blind indexes of every form of every number among a customer's plain identities."""
    numbers = []
    if phone := values.get(IdentityKind.PHONE):
        numbers.append(phone)
    if wa_id := values.get(IdentityKind.WHATSAPP):
        numbers += [f"+{wa_id}", from_wa_id(wa_id)]
    blinds = (blind for number in numbers for blind in phone_blinds(tenant=tenant, e164=number))
    return tuple(dict.fromkeys(blinds))
