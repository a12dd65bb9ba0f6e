"""Two customers become one: how far both have come counts together, and nothing is rewarded twice."""

from uuid import UUID

from django.db import connection

from smartbis.tenancy.scope import tenant_scope

# What the other was rewarded for counts as rewarded; their own row stays, empty, where both took part.
_JOIN = """
WITH gone AS (
    SELECT m.challenge_id, m.done, m.joined_at FROM programs_challengetaker m
    JOIN programs_challengetaker s ON s.tenant_id = m.tenant_id AND s.challenge_id = m.challenge_id
    WHERE m.tenant_id = %(tenant)s AND m.customer_id = %(merged)s AND s.customer_id = %(into)s
    ORDER BY m.challenge_id, m.customer_id FOR NO KEY UPDATE
), joined AS (
    UPDATE programs_challengetaker s SET done = s.done + gone.done, joined_at = least(s.joined_at, gone.joined_at)
    FROM gone WHERE s.tenant_id = %(tenant)s AND s.challenge_id = gone.challenge_id AND s.customer_id = %(into)s
)
UPDATE programs_challengetaker m SET done = 0, total = 0, reached_at = NULL, due_at = NULL
FROM gone WHERE m.tenant_id = %(tenant)s AND m.challenge_id = gone.challenge_id AND m.customer_id = %(merged)s
"""


def join_takers(*, tenant: UUID, merged: UUID, into: UUID) -> None:
    """Add up what both were rewarded for, where both take part. Inside the merge."""
    with tenant_scope(tenant), connection.cursor() as cursor:
        cursor.execute(_JOIN, {"tenant": tenant, "merged": merged, "into": into})
