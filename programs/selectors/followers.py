"""What of a brand's programme follows its sales, so that a sale owes nobody a look at nothing."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from smartbis.tenancy.scope import Reading, read, recalled


@dataclass(frozen=True)
class Followers:
    """Whether the brand has a ladder of tiers, plans that are bought, challenges that run, terms for referrals."""

    tiers: bool
    plans: bool
    challenges: bool
    referrals: bool


_NAME = "followers of sales"
_FOLLOWERS = """
SELECT
    EXISTS (SELECT FROM programs_tierladder WHERE tenant_id = %(tenant)s),
    EXISTS (SELECT FROM programs_plan WHERE tenant_id = %(tenant)s),
    EXISTS (SELECT FROM programs_challenge WHERE tenant_id = %(tenant)s AND status = 'live'),
    EXISTS (SELECT FROM programs_referralterms WHERE tenant_id = %(tenant)s)
"""


def followers_of_sales(tenant: UUID) -> Followers:
    """What follows the sales of the tenant in scope; asked once in a scope."""
    known: Followers | None = recalled(_NAME)
    return known or read(followers_reading(tenant))


@lru_cache(maxsize=256)
def followers_reading(tenant: UUID) -> Reading[Followers]:
    """What `followers_of_sales` reads, to be read together with other things."""

    def make(rows: list[tuple[Any, ...]]) -> Followers:
        return Followers(*rows[0])

    return Reading(_FOLLOWERS, {"tenant": tenant}, make, _NAME)
