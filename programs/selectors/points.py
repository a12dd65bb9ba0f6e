"""What points are worth, where the brand says so."""

from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from smartbis.kernel.clock import now
from smartbis.kernel.money import half_up
from smartbis.tenancy.scope import tenant_scope


@dataclass(frozen=True)
class PointValue:
    """So many points are worth so many minor units of the tenant's currency."""

    points: int
    minor: int

    def of(self, points: int) -> int:
        """The worth of `points` in minor units, half-up."""
        return half_up(points * self.minor, self.points)


# The newest version in force of each live programme of points; the oldest programme that names a value decides.
_VALUE = """
SELECT points, minor FROM (
    SELECT DISTINCT ON (p.id) p.created_at, p.id,
        (v.spec #>> '{point_value,points}')::bigint AS points, (v.spec #>> '{point_value,minor}')::bigint AS minor
    FROM programs_program p JOIN programs_ruleversion v ON v.tenant_id = p.tenant_id AND v.program_id = p.id
    WHERE p.tenant_id = %s AND p.status = 'live' AND p.unit = 'points' AND v.effective_at <= %s
    ORDER BY p.id, v.effective_at DESC, v.version DESC
) newest
WHERE points > 0 AND minor > 0 ORDER BY created_at, id LIMIT 1
"""


def point_value(*, tenant: UUID) -> PointValue | None:
    """What the brand's points are worth by the rules in force; None where no programme says so."""
    with tenant_scope(tenant, read_only=True), connection.cursor() as cursor:
        cursor.execute(_VALUE, [tenant, now()])
        row = cursor.fetchone()
    return PointValue(*row) if row else None
