"""What customers belong to."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from smartbis.customers.infos import MembershipInfo
from smartbis.customers.models import Membership
from smartbis.kernel.clock import now
from smartbis.tenancy.scope import Reading, read, tenant_scope


def memberships_of(*, tenant: UUID, customer: UUID, at: datetime | None = None) -> frozenset[tuple[str, str]]:
    """The `(kind, key)` pairs the customer belongs to at an instant, now unless said otherwise."""
    with tenant_scope(tenant, read_only=True):
        return read(memberships_reading(tenant, customer, at))


# Every page of a customer asks this.
_MEMBERSHIPS = """
SELECT kind, key FROM customers_membership
WHERE tenant_id = %s AND customer_id = %s AND valid_from <= %s AND (valid_until IS NULL OR valid_until > %s)
"""


def memberships_reading(
    tenant: UUID, customer: UUID, at: datetime | None = None
) -> Reading[frozenset[tuple[str, str]]]:
    """What `memberships_of` reads, to be read together with other things; remembered where nothing is written."""
    instant, name = at or now(), ("memberships", customer, at)
    return Reading(_MEMBERSHIPS, (tenant, customer, instant, instant), frozenset, name, only_in_reading=True)


def memberships_with_periods(*, tenant: UUID, customer: UUID) -> tuple[MembershipInfo, ...]:
    """All memberships of the customer, past ones too, by kind and key."""
    with tenant_scope(tenant, read_only=True):
        rows = Membership.objects.filter(tenant_id=tenant, customer_id=customer).order_by("kind", "key")
        return tuple(
            MembershipInfo(
                customer_id=row.customer_id,
                kind=row.kind,
                key=row.key,
                valid_from=row.valid_from,
                valid_until=row.valid_until,
            )
            for row in rows
        )


def members_of(*, tenant: UUID, kind: str, key: str, at: datetime | None = None) -> frozenset[UUID]:
    """The customers who belong to a plan, tier, segment, community or tag at an instant."""
    with tenant_scope(tenant, read_only=True):
        rows = _current(tenant, at or now()).filter(kind=kind, key=key)
        return frozenset(rows.values_list("customer_id", flat=True))


def _current(tenant: UUID, at: datetime) -> QuerySet[Membership]:
    return Membership.objects.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gt=at), tenant_id=tenant, valid_from__lte=at
    )


def memberships_of_many(*, tenant: UUID, customers: Collection[UUID]) -> dict[UUID, tuple[MembershipInfo, ...]]:
    """All memberships of these customers, past ones too; one query."""
    found: dict[UUID, list[MembershipInfo]] = {}
    with tenant_scope(tenant, read_only=True):
        rows = Membership.objects.filter(tenant_id=tenant, customer_id__in=customers)
        for row in rows.values_list("customer_id", "kind", "key", "valid_from", "valid_until"):
            found.setdefault(row[0], []).append(MembershipInfo(*row))
    return {customer: tuple(each) for customer, each in found.items()}
