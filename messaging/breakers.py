"""Leaving alone what keeps failing: a number that Meta does not answer for, or a template whose calls it refuses.

After five failures one after another nothing goes out for a while, longer each time; then one message tries. Kept in
PostgreSQL, so that every worker knows and a restart forgets nothing. Inside the tenant's scope.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from messaging.models import Breaker
from smartbis.kernel.clock import now
from smartbis.kernel.ids import new_id
from smartbis.outbox.work import request_work
from smartbis.tenancy.statements import prepared_cursor

log = structlog.get_logger(__name__)

THRESHOLD = 5
PAUSES = (timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10), timedelta(minutes=30))
# How long the one message that tries has to be answered, before another tries.
TRIAL = timedelta(minutes=2)
NUMBER = ""

_WELL = """
UPDATE messaging_breaker
SET failures = 0, trips = 0, open_until = NULL, is_on_trial = false, code = NULL, changed_at = %(at)s
WHERE tenant_id = %(tenant)s AND channel_id = %(channel)s AND template = ANY(%(templates)s) AND failures > 0
"""


@dataclass(frozen=True)
class Resting:
    """Until when a number or template is left alone; `may_try` when that is over and one message is to find out."""

    until: datetime
    may_try: bool


def resting(channel: UUID, at: datetime) -> Mapping[str, Resting]:
    """What rests on a channel, by template, the number itself under "". One query."""
    rows = Breaker.objects.filter(channel_id=channel, open_until__isnull=False)
    return {row.template: Resting(row.open_until, row.open_until <= at) for row in rows if row.open_until}


def try_once(channel: UUID, template: str, at: datetime) -> None:
    """One message is on its way to find out; others wait for what comes of it."""
    rows = Breaker.objects.filter(channel_id=channel, template=template)
    rows.update(open_until=at + TRIAL, is_on_trial=True, changed_at=at)


def note_success(tenant: UUID, channel: UUID, templates: Iterable[str]) -> None:
    """What was answered well does not rest: the number, and these templates."""
    values = {"tenant": tenant, "channel": channel, "templates": [NUMBER, *templates], "at": now()}
    with prepared_cursor() as cursor:
        cursor.execute(_WELL, values)


def note_failure(tenant: UUID, channel: UUID, template: str, code: int | None = None) -> None:
    """Count a failure: the fifth opens the breaker, and so does that of the message that tried.

    Late answers of a slice that was on its way when it opened count no more.
    """
    at = now()
    Breaker.objects.bulk_create(
        [Breaker(id=new_id(), tenant_id=tenant, channel_id=channel, template=template, changed_at=at)],
        ignore_conflicts=True,
    )
    row = Breaker.objects.select_for_update().get(channel_id=channel, template=template)
    is_open = row.open_until is not None and row.open_until > at
    if is_open and not row.is_on_trial:
        return
    row.failures, row.code, row.changed_at = min(row.failures + 1, THRESHOLD), code, at
    if row.failures >= THRESHOLD:
        row.open_until, row.is_on_trial = at + PAUSES[min(row.trips, len(PAUSES) - 1)], False
        row.trips = min(row.trips + 1, len(PAUSES))
        request_work(queue="send", due_at=row.open_until)
        log.warning("breaker.opened", channel=str(channel), template=template, code=code, trips=row.trips)
    row.save()
