"""Whole sets of customers by what is known of them here: what segments are made of. Each in one query."""

from calendar import monthrange
from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Q

from smartbis.customers.identities import birthday_blind
from smartbis.customers.infos import MembershipInfo
from smartbis.customers.models import Customer, Membership
from smartbis.kernel.clock import now
from smartbis.tenancy.scope import tenant_scope

# The newest word of each customer on a category, and no number of theirs suppressed for it.
_ALLOWED = """
SELECT said.customer_id FROM (
    SELECT DISTINCT ON (customer_id) customer_id, granted FROM customers_consent
    WHERE tenant_id = %(tenant)s AND category = %(category)s
    ORDER BY customer_id, recorded_at DESC, id DESC
) said
JOIN customers_customer c ON c.tenant_id = %(tenant)s AND c.id = said.customer_id AND c.status = 'active'
WHERE said.granted AND NOT EXISTS (
    SELECT 1 FROM customers_identity i
    JOIN customers_suppression s ON s.tenant_id = i.tenant_id AND s.blind = i.blind AND s.category = %(category)s
    WHERE i.tenant_id = %(tenant)s AND i.customer_id = said.customer_id AND i.kind IN ('phone', 'whatsapp')
      AND NOT i.is_alias)
"""


def all_customers(
    *, tenant: UUID, enrolled_from: datetime | None = None, enrolled_until: datetime | None = None
) -> frozenset[UUID]:
    """Everybody who is not erased, enrolled from an instant (included) to another (excluded) if they are given."""
    with tenant_scope(tenant, read_only=True):
        rows = Customer.objects.filter(tenant_id=tenant, status=Customer.Status.ACTIVE)
        if enrolled_from:
            rows = rows.filter(enrolled_at__gte=enrolled_from)
        if enrolled_until:
            rows = rows.filter(enrolled_at__lt=enrolled_until)
        return frozenset(rows.values_list("id", flat=True))


def customers_born_in(*, tenant: UUID, month: int) -> frozenset[UUID]:
    """Who has their birthday in a month, 1 to 12; dates stay sealed, the days are found by their blind indexes."""
    _, days = monthrange(2024, month)  # a leap year, so that 29 February counts
    blinds = [birthday_blind(tenant=tenant, month=month, day=day) for day in range(1, days + 1)]
    with tenant_scope(tenant, read_only=True):
        rows = Customer.objects.filter(tenant_id=tenant, birthday_blind__in=blinds)
        return frozenset(rows.values_list("id", flat=True))


def customers_allowing(*, tenant: UUID, category: str) -> frozenset[UUID]:
    """Everybody to whom messages of a category may be sent now."""
    with tenant_scope(tenant, read_only=True), connection.cursor() as cursor:
        cursor.execute(_ALLOWED, {"tenant": tenant, "category": category})
        return frozenset(row[0] for row in cursor.fetchall())


def customers_belonging(*, tenant: UUID, kind: str, keys: Collection[str]) -> frozenset[UUID]:
    """Who belongs now to at least one of these plans, tiers, segments, communities or tags."""
    instant = now()
    with tenant_scope(tenant, read_only=True):
        rows = Membership.objects.filter(
            Q(valid_until__isnull=True) | Q(valid_until__gt=instant),
            tenant_id=tenant,
            kind=kind,
            key__in=list(keys),
            valid_from__lte=instant,
        )
        return frozenset(rows.values_list("customer_id", flat=True))


def membership_keys(*, tenant: UUID, kind: str) -> dict[str, int]:
    """The keys of a kind that anybody has now, with how many, by key."""
    instant = now()
    with tenant_scope(tenant, read_only=True), connection.cursor() as cursor:
        cursor.execute(
            "SELECT key, count(*) FROM customers_membership WHERE tenant_id = %s AND kind = %s AND valid_from <= %s"
            " AND (valid_until IS NULL OR valid_until > %s) GROUP BY key ORDER BY key",
            [tenant, kind, instant, instant],
        )
        return dict(cursor.fetchall())


def members_after(*, tenant: UUID, kind: str, key: str, after: UUID | None, limit: int) -> tuple[MembershipInfo, ...]:
    """The next members of a plan, tier, segment or tag by the customers' ids; from the first without `after`."""
    instant = now()
    with tenant_scope(tenant, read_only=True):
        rows = Membership.objects.filter(
            Q(valid_until__isnull=True) | Q(valid_until__gt=instant),
            tenant_id=tenant,
            kind=kind,
            key=key,
            valid_from__lte=instant,
        )
        if after is not None:
            rows = rows.filter(customer_id__gt=after)
        return tuple(
            MembershipInfo(row.customer_id, row.kind, row.key, row.valid_from, row.valid_until)
            for row in rows.order_by("customer_id")[:limit]
        )
