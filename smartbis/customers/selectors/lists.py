"""Customers named by a list: one phone, CPF, e-mail address or id of the shop on each line."""

from collections.abc import Sequence
from contextlib import suppress
from uuid import UUID

from smartbis.customers.models import Customer, IdentityKind
from smartbis.customers.selectors.finding import Sought, holders_reading, sought
from smartbis.kernel.errors import InvalidInput
from smartbis.tenancy.scope import read, tenant_scope

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
    holders = read(holders_reading(tenant, {each for wanted in candidates for each in wanted}))
    matched = [next((holders[each][0] for each in wanted if each in holders), None) for wanted in candidates]
    known = {customer for customer in matched if customer}
    active = set(
        Customer.objects.filter(tenant_id=tenant, id__in=known, status=Customer.Status.ACTIVE).values_list(
            "id", flat=True
        )
    )
    return [customer if customer in active else None for customer in matched]


def _candidates(tenant: UUID, line: str) -> list[Sought]:
    text = line.strip()
    found: list[Sought] = []
    for kind in _KINDS if text else ():
        with suppress(InvalidInput):
            found.append(sought(tenant=tenant, kind=kind.value, value=text))
    return found
