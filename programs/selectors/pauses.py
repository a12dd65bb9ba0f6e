"""When a programme was paused."""

from datetime import datetime
from uuid import UUID

from django.db import connection

from smartbis.tenancy.scope import tenant_scope

_PAUSES = """
SELECT action, at FROM tenancy_auditentry
WHERE tenant_id = %s AND object_id = %s AND action IN ('program.paused', 'program.live') ORDER BY at, id
"""


def pauses_of(*, tenant: UUID, program: UUID) -> tuple[tuple[datetime, datetime | None], ...]:
    """A programme's pauses from and until (None: it goes on), the oldest first. One query."""
    found: list[tuple[datetime, datetime | None]] = []
    since: datetime | None = None
    with tenant_scope(tenant, read_only=True), connection.cursor() as cursor:
        cursor.execute(_PAUSES, [tenant, program])
        for action, at in cursor.fetchall():
            if action == "program.paused":
                since = at if since is None else since
            elif since is not None:
                found.append((since, at))
                since = None
    return (*found, (since, None)) if since is not None else tuple(found)
