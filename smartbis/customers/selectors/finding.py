"""Who is meant: identities as people write them, matched to customers, as many as one likes in one statement."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from smartbis.customers.identities import (
    PHONE_KINDS,
    blind_of,
    canonical_phone,
    canonical_wa_id,
    check_identity,
    phone_blinds,
)
from smartbis.customers.models import IdentityKind
from smartbis.kernel.phones import from_wa_id
from smartbis.tenancy.scope import Reading

# Every till, every message and every row of a batch asks this. Who was merged answers as the one who stays.
_HOLDERS = """
SELECT i.kind, i.blind, COALESCE(c.merged_into_id, c.id)
FROM customers_identity i JOIN customers_customer c ON c.tenant_id = i.tenant_id AND c.id = i.customer_id
WHERE i.tenant_id = %s AND i.kind = ANY(%s) AND i.blind = ANY(%s)
"""


@dataclass(frozen=True, slots=True)
class Sought:
    """An identity that is looked for: its kind, and the blind indexes of its forms, the best match first."""

    kind: str
    blinds: tuple[bytes, ...]

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds under which it may be held, its own first: a phone and a WhatsApp id stand for each other."""
        if self.kind not in PHONE_KINDS:
            return (self.kind,)
        return tuple(sorted(PHONE_KINDS, key=lambda kind: kind != self.kind))

    def matches(self, holders: Mapping[tuple[str, bytes], UUID]) -> tuple[UUID, ...]:
        """Those among the holders of kinds and blind indexes who are meant, the best match first."""
        keys = ((kind, blind) for blind in self.blinds for kind in self.kinds)
        return tuple(dict.fromkeys(holders[key] for key in keys if key in holders))


def sought(*, tenant: UUID, kind: str, value: str) -> Sought:
    """The identity as it is looked for. A phone and a WhatsApp id match under either form of Brazil's ninth digit.

    Call it inside the tenant's scope. Raises InvalidInput for what cannot be such an identity.
    """
    if kind == IdentityKind.PHONE:
        return Sought(kind, phone_blinds(tenant=tenant, e164=canonical_phone(tenant=tenant, raw=value)))
    if kind == IdentityKind.WHATSAPP:
        wa_id = canonical_wa_id(value)
        exact = blind_of(tenant=tenant, kind=kind, text=wa_id)
        return Sought(kind, (exact, *phone_blinds(tenant=tenant, e164=from_wa_id(wa_id))))
    return Sought(kind, (check_identity(tenant=tenant, kind=kind, value=value).blind,))


def holders_reading(tenant: UUID, wanted: Collection[Sought]) -> Reading[dict[Sought, tuple[UUID, ...]]]:
    """All who hold each identity, the best match first; what nobody holds is left out."""
    kinds = {kind for each in wanted for kind in each.kinds}
    blinds = {blind for each in wanted for blind in each.blinds}

    def make(rows: list[tuple[Any, ...]]) -> dict[Sought, tuple[UUID, ...]]:
        holders: dict[tuple[str, bytes], UUID] = {(kind, bytes(blind)): customer for kind, blind, customer in rows}
        found = {each: each.matches(holders) for each in wanted}
        return {each: customers for each, customers in found.items() if customers}

    return Reading(_HOLDERS, (tenant, list(kinds), list(blinds)), make)
