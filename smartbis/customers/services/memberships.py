"""Memberships of many customers at once."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from smartbis.customers.infos import MembershipInfo
from smartbis.customers.models import Membership
from smartbis.kernel.ids import new_id
from smartbis.tenancy.scope import tenant_scope

# Customers are locked as the service for one does, so that an erasure comes wholly before or wholly after.
_SET = """
WITH person AS (
    SELECT id FROM customers_customer
    WHERE tenant_id = %(tenant)s AND id = ANY(%(customers)s) AND status = 'active'
    ORDER BY id FOR NO KEY UPDATE
)
INSERT INTO customers_membership (id, tenant_id, customer_id, kind, key, valid_from, valid_until)
SELECT m.id, %(tenant)s, m.customer, m.kind, m.key, m.valid_from, m.valid_until
FROM unnest(%(ids)s::uuid[], %(customers)s::uuid[], %(kinds)s::text[], %(keys)s::text[],
            %(froms)s::timestamptz[], %(untils)s::timestamptz[])
     AS m(id, customer, kind, key, valid_from, valid_until)
JOIN person ON person.id = m.customer
ORDER BY m.customer, m.kind, m.key
ON CONFLICT (tenant_id, customer_id, kind, key)
DO UPDATE SET valid_from = excluded.valid_from, valid_until = excluded.valid_until
"""
# One that began at this very instant never was; a period of no length is no period.
_CLOSE = """
WITH unborn AS (
    DELETE FROM customers_membership m
    USING unnest(%(customers)s::uuid[], %(keys)s::text[]) AS ended(customer, key)
    WHERE m.tenant_id = %(tenant)s AND m.kind = %(kind)s AND m.customer_id = ended.customer AND m.key = ended.key
      AND m.customer_id = ANY(%(customers)s::uuid[]) AND m.valid_from >= %(at)s
    RETURNING m.id
), closed AS (
    UPDATE customers_membership m SET valid_until = %(at)s
    FROM unnest(%(customers)s::uuid[], %(keys)s::text[]) AS ended(customer, key)
    WHERE m.tenant_id = %(tenant)s AND m.kind = %(kind)s AND m.customer_id = ended.customer AND m.key = ended.key
      AND m.customer_id = ANY(%(customers)s::uuid[])
      AND m.valid_from < %(at)s AND (m.valid_until IS NULL OR m.valid_until > %(at)s)
    RETURNING m.id
)
SELECT (SELECT count(*) FROM unborn) + (SELECT count(*) FROM closed)
"""


def set_memberships(*, tenant: UUID, memberships: Sequence[MembershipInfo]) -> int:
    """`set_membership` for many, in one statement; returns how many were set.

    A customer, kind and key stands there once. Who is erased, or nobody's customer here, is left out.
    """
    if not memberships:
        return 0
    with tenant_scope(tenant), connection.cursor() as cursor:
        cursor.execute(
            _SET,
            {
                "tenant": tenant,
                "ids": [new_id() for _ in memberships],
                "customers": [each.customer_id for each in memberships],
                "kinds": [each.kind for each in memberships],
                "keys": [each.key for each in memberships],
                "froms": [each.valid_from for each in memberships],
                "untils": [each.valid_until for each in memberships],
            },
        )
        return int(cursor.rowcount)


def close_memberships(*, tenant: UUID, kind: str, members: Collection[tuple[UUID, str]], at: datetime) -> int:
    """Let memberships of these (customer, key) end at an instant, and stay for what happened before; how many did."""
    if not members:
        return 0
    with tenant_scope(tenant), connection.cursor() as cursor:
        named: dict[str, Any] = {
            "tenant": tenant,
            "kind": kind,
            "at": at,
            "customers": [customer for customer, _ in members],
            "keys": [key for _, key in members],
        }
        cursor.execute(_CLOSE, named)
        return int(cursor.fetchone()[0])


def drop_memberships(*, tenant: UUID, kind: str, key: str) -> None:
    """Forget who belongs to what is no more, and who ever did."""
    with tenant_scope(tenant):
        Membership.objects.filter(tenant_id=tenant, kind=kind, key=key).delete()
