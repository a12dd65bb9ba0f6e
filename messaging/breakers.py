"""Leaving alone what keeps failing: a number that Meta does not answer for, or a template whose calls it refuses.

After five failures one after another nothing goes out for a while, longer each time; then one message tries. What Meta
stops of a number by its own word (all that costs, or its offers) rests at once, and for longer. Kept in PostgreSQL, so
that every worker knows and a restart forgets nothing. Inside the tenant's scope.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from messaging.models import Breaker
from messaging.sending_rules import MARKETING
from smartbis.kernel.clock import now
from smartbis.kernel.ids import new_id
from smartbis.outbox.work import request_work
from smartbis.tenancy.scope import Reading
from smartbis.tenancy.statements import prepared_cursor

log = structlog.get_logger(__name__)

THRESHOLD = 5
PAUSES = (timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10), timedelta(minutes=30))
# How long the one message that tries has to be answered, before another tries.
TRIAL = timedelta(minutes=2)
NUMBER = ""
# Parts of a number that Meta may stop while the rest goes on. No template is called so.
PAID, OFFERS = "*paid", "*offers"
# Meta takes nothing that costs until the payment of the account is in order.
BILLING_CODE = 131042
STOPPED_PAUSES = (timedelta(minutes=30), timedelta(hours=2), timedelta(hours=6))

_WELL = """
UPDATE messaging_breaker
SET failures = 0, trips = 0, open_until = NULL, is_on_trial = false, code = NULL, changed_at = %(at)s
WHERE tenant_id = %(tenant)s AND channel_id = %(channel)s AND template = ANY(%(templates)s) AND failures > 0
"""
_RESTING = """
SELECT template, open_until, code FROM messaging_breaker
WHERE tenant_id = %s AND channel_id = %s AND open_until IS NOT NULL
"""


@dataclass(frozen=True)
class Resting:
    """Until when a number or template is left alone; `may_try` when that is over and one message is to find out.

    `code` is Meta's, of the last failure.
    """

    until: datetime
    may_try: bool
    code: int | None


def resting_reading(tenant: UUID, channel: UUID, at: datetime) -> Reading[Mapping[str, Resting]]:
    """What rests on a channel, by template or part, the number itself under ""."""
    return Reading(
        _RESTING,
        (tenant, channel),
        lambda rows: {part: Resting(until, until <= at, code) for part, until, code in rows},
    )


def resting_now() -> Mapping[UUID, Mapping[str, Resting]]:
    """What is left alone at this moment, by channel. One query."""
    at = now()
    found: dict[UUID, dict[str, Resting]] = {}
    for row in Breaker.objects.filter(open_until__gt=at):
        assert row.open_until is not None
        found.setdefault(row.channel_id, {})[row.template] = Resting(row.open_until, may_try=False, code=row.code)
    return found


def try_once(channel: UUID, template: str, at: datetime) -> None:
    """One message is on its way to find out; others wait for what comes of it."""
    rows = Breaker.objects.filter(channel_id=channel, template=template)
    rows.update(open_until=at + TRIAL, is_on_trial=True, changed_at=at)


def parts(template: str, category: str | None) -> tuple[str, ...]:
    """What of a number a message is, by which it may rest; an answer is no part that Meta stops."""
    if not template:
        return ()
    return (template, PAID, OFFERS) if category == MARKETING else (template, PAID)


def note_success(tenant: UUID, channel: UUID, templates: Iterable[str]) -> None:
    """What was answered well does not rest: the number, and these templates or parts."""
    values = {"tenant": tenant, "channel": channel, "templates": [NUMBER, *templates], "at": now()}
    with prepared_cursor() as cursor:
        cursor.execute(_WELL, values)


def note_failure(tenant: UUID, channel: UUID, template: str, code: int | None = None) -> None:
    """Count a failure: the fifth opens the breaker, and so does that of the message that tried.

    Late answers of a slice that was on its way when it opened count no more.
    """
    at = now()
    row = _locked(tenant, channel, template, at)
    is_open = row.open_until is not None and row.open_until > at
    if is_open and not row.is_on_trial:
        return
    row.failures, row.code, row.changed_at = min(row.failures + 1, THRESHOLD), code, at
    if row.failures >= THRESHOLD:
        _open(row, at, PAUSES)
    row.save()


def note_stop(tenant: UUID, channel: UUID, part: str, code: int | None) -> datetime:
    """Meta stopped a part of the number by its own word; until when it rests. Late answers of a slice add nothing."""
    at = now()
    row = _locked(tenant, channel, part, at)
    if row.open_until is None or row.open_until <= at or row.is_on_trial:
        row.failures, row.code, row.changed_at = THRESHOLD, code, at
        _open(row, at, STOPPED_PAUSES)
        row.save()
    assert row.open_until is not None
    return row.open_until


def end_rests(channel: UUID, at: datetime) -> None:
    """Somebody says that it is set right: the next message of whatever rests tries it now."""
    rows = Breaker.objects.filter(channel_id=channel, open_until__gt=at)
    rows.update(open_until=at, is_on_trial=False, changed_at=at)


def _locked(tenant: UUID, channel: UUID, template: str, at: datetime) -> Breaker:
    Breaker.objects.bulk_create(
        [Breaker(id=new_id(), tenant_id=tenant, channel_id=channel, template=template, changed_at=at)],
        ignore_conflicts=True,
    )
    return Breaker.objects.select_for_update().get(channel_id=channel, template=template)


def _open(row: Breaker, at: datetime, pauses: Sequence[timedelta]) -> None:
    row.open_until, row.is_on_trial = at + pauses[min(row.trips, len(pauses) - 1)], False
    row.trips = min(row.trips + 1, len(pauses))
    request_work(queue="send", due_at=row.open_until)
    log.warning("breaker.opened", channel=str(row.channel_id), template=row.template, code=row.code, trips=row.trips)
