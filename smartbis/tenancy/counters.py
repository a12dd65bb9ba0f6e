"""Attempts counted in PostgreSQL, in a transaction of their own, so that a refusal cannot roll them back."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db import connection

from smartbis.kernel.clock import now
from smartbis.kernel.context import scoped_tenant
from smartbis.kernel.ids import new_id
from smartbis.tenancy.models import AttemptCounter
from smartbis.tenancy.scope import TenantScopeConflict, tenant_scope

# Longer than any window that is counted in.
KEPT = timedelta(days=2)

_HIT = """
INSERT INTO tenancy_attemptcounter (id, tenant_id, name, window_at, count) VALUES (%s, %s, %s, %s, 1)
ON CONFLICT (tenant_id, name, window_at) DO UPDATE SET count = tenancy_attemptcounter.count + 1 RETURNING count
"""


@dataclass(frozen=True)
class Allowance:
    """Whether an attempt is within its limit; `retry_after` in seconds when it is not."""

    allowed: bool
    count: int
    retry_after: int


def hit(*, tenant: UUID, name: str, limit: int, window_seconds: int) -> Allowance:
    """Count one attempt of `name` in the present window and say whether it is within `limit`.

    Must be called outside any tenant scope; raises TenantScopeConflict inside one.
    """
    if scoped_tenant() is not None:
        raise TenantScopeConflict("attempts are counted in a transaction of their own")
    instant = now().timestamp()
    start = int(instant // window_seconds) * window_seconds
    with tenant_scope(tenant), connection.cursor() as cursor:
        cursor.execute(_HIT, [new_id(), tenant, name, datetime.fromtimestamp(start, UTC)])
        count = int(cursor.fetchone()[0])
    return Allowance(count <= limit, count, max(1, int(start + window_seconds - instant)))


def forget_attempts(*, tenant: UUID) -> int:
    """Delete counts of windows that began more than `KEPT` ago; returns how many."""
    with tenant_scope(tenant):
        deleted, _ = AttemptCounter.objects.filter(window_at__lt=now() - KEPT).delete()
        return deleted


def attempts(*, tenant: UUID, name: str, window_seconds: int) -> int:
    """How many attempts of `name` the present window holds, without adding one."""
    start = int(now().timestamp() // window_seconds) * window_seconds
    with tenant_scope(tenant, read_only=True), connection.cursor() as cursor:
        cursor.execute(
            "SELECT count FROM tenancy_attemptcounter WHERE tenant_id = %s AND name = %s AND window_at = %s",
            [tenant, name, datetime.fromtimestamp(start, UTC)],
        )
        row = cursor.fetchone()
    return int(row[0]) if row else 0
