"""Background work of the automations' room."""

from functools import partial
from uuid import UUID

from automations.announcing import announce
from programs.selectors.notices import waiting_notices
from smartbis.outbox.work import each_alone, worker


@worker(queue="bulk")
def announce_rules(*, tenant: UUID) -> bool:
    """Go on with the notices of new rules, a chunk of members each turn."""
    found = waiting_notices(tenant=tenant)
    return any(each_alone([partial(announce, tenant=tenant, notice=notice) for notice in found]))
