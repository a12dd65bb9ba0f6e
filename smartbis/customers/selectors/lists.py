"""Customers named by a list: one phone, CPF, e-mail address or id of the shop on each line."""

from collections.abc import Sequence
from uuid import UUID

from smartbis.customers.identities import PHONE_KINDS, check_identity, phone_blinds
from smartbis.customers.models import Customer, Identity, IdentityKind
from smartbis.kernel.errors import InvalidInput
from smartbis.tenancy.scope import tenant_scope

# What a line may be, in the order that decides: eleven digits are a CPF or a phone.
_KINDS = (IdentityKind.EXTERNAL_ID, IdentityKind.CPF, IdentityKind.PHONE, IdentityKind.EMAIL)
_STEP = 2_000


def customers_named(*, tenant: UUID, lines: Sequence[str]) -> list[UUID | None]:
    """The active customer of each line, in the lines' order; None where nobody has such an identity."""
    found: list[UUID | None] = []
    with tenant_scope(tenant, read_only=True):
        for start in range(0, len(lines), _STEP):
            found += _chunk(tenant, lines[start : start + _STEP])
    return found


def _chunk(tenant: UUID, lines: Sequence[str]) -> list[UUID | None]:
    candidates = [_candidates(tenant, line) for line in lines]
    wanted = {blind for each in candidates for _, blind in each}
    rows = Identity.objects.filter(tenant_id=tenant, blind__in=wanted).values_list("kind", "blind", "customer_id")
    holders = {("phone" if kind in PHONE_KINDS else kind, bytes(blind)): customer for kind, blind, customer in rows}
    matched = [next((holders[key] for key in each if key in holders), None) for each in candidates]
    known = {customer for customer in matched if customer}
    active = set(
        Customer.objects.filter(tenant_id=tenant, id__in=known, status=Customer.Status.ACTIVE).values_list(
            "id", flat=True
        )
    )
    return [customer if customer in active else None for customer in matched]


def _candidates(tenant: UUID, line: str) -> list[tuple[str, bytes]]:
    text = line.strip()
    keys: list[tuple[str, bytes]] = []
    for kind in _KINDS if text else ():
        try:
            value = check_identity(tenant=tenant, kind=kind.value, value=text)
        except InvalidInput:
            continue
        if kind == IdentityKind.PHONE:
            keys += [("phone", blind) for blind in phone_blinds(tenant=tenant, e164=value.text)]
        else:
            keys.append((kind.value, value.blind))
    return keys
