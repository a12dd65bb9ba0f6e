"""What of the programme a brand uses at all, so that pages ask for nothing else."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from smartbis.kernel.clock import now
from smartbis.tenancy.scope import Reading, read, tenant_scope


@dataclass(frozen=True)
class Features:
    """Whether the brand has any of these. `gatherings` lie ahead; `notices` are still shown."""

    tiers: bool
    plans: bool
    gatherings: bool
    challenges: bool
    referrals: bool
    notices: bool


_FEATURES = """
SELECT
    EXISTS (SELECT FROM programs_tierladder WHERE tenant_id = %(tenant)s),
    EXISTS (SELECT FROM programs_plan WHERE tenant_id = %(tenant)s),
    EXISTS (SELECT FROM programs_gathering WHERE tenant_id = %(tenant)s AND ends_at > %(at)s AND status <> 'draft'),
    EXISTS (SELECT FROM programs_challenge WHERE tenant_id = %(tenant)s),
    EXISTS (SELECT FROM programs_referralterms WHERE tenant_id = %(tenant)s AND is_live),
    EXISTS (SELECT FROM programs_rulenotice WHERE tenant_id = %(tenant)s AND shown_until > %(at)s)
"""


def features_of(*, tenant: UUID) -> Features:
    """What the brand uses. One query."""
    with tenant_scope(tenant, read_only=True):
        return read(features_reading(tenant))


def features_reading(tenant: UUID) -> Reading[Features]:
    """What `features_of` reads, to be read together with other things; remembered where nothing is written."""

    def make(rows: list[tuple[Any, ...]]) -> Features:
        return Features(*rows[0])

    return Reading(_FEATURES, {"tenant": tenant, "at": now()}, make, "features", only_in_reading=True)
