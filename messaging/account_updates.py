"""What Meta says of numbers and of the account takes effect. Inside the tenant's scope."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from messaging.models import Channel
from messaging.services.release import release_held
from messaging.whatsapp.webhook_items import AccountItem, NumberItem
from smartbis.kernel.clock import now
from smartbis.outbox.work import request_work

log = structlog.get_logger(__name__)

ACCOUNT_DISABLED = "account_disabled"
_BANNED, _REINSTATED = "DISABLE", "REINSTATE"
_WRITING_FIRST = "RESTRICTED_BIZ_INITIATED_MESSAGING"
_ANSWERING = "RESTRICTED_CUSTOMER_INITIATED_MESSAGING"
# A restriction that names no end is looked at again after this long; Meta refuses until it is over.
_OPEN_END = timedelta(days=7)
_QUALITY = {"FLAGGED": "RED", "UNFLAGGED": "GREEN"}


def apply_number_update(*, tenant: UUID, waba_id: str, item: NumberItem) -> bool:
    """Take over a number's quality, name and rate, and the account's daily limit; False for a number not known."""
    rows = _numbers(tenant, waba_id)
    found = next((row for row in rows if _digits(row.display_phone_number) == item.display_digits), None)
    if item.daily_limit is not None:
        _limit(rows, item.daily_limit)
    if found is None:
        return False
    found.notice = item.event.lower()
    found.quality = _QUALITY.get(item.event, found.quality)
    found.per_second = item.per_second or found.per_second
    found.verified_name = item.verified_name or found.verified_name
    found.save(update_fields=["notice", "quality", "per_second", "verified_name"])
    return True


def apply_account_update(*, tenant: UUID, waba_id: str, item: AccountItem) -> None:
    """Stop the account's numbers when Meta disables it, let them go when it is reinstated, and heed restrictions."""
    rows = _numbers(tenant, waba_id)
    if item.daily_limit is not None:
        _limit(rows, item.daily_limit)
    if item.event:
        for row in rows:
            row.notice = (item.violation or item.event).lower()[:60]
            row.save(update_fields=["notice"])
    if item.ban_state == _BANNED:
        _stop(rows)
    elif item.ban_state == _REINSTATED:
        _go_on(tenant, rows)
    for kind, until in item.restrictions:
        if kind in (_WRITING_FIRST, _ANSWERING):
            _restrict(rows, until)


def _numbers(tenant: UUID, waba_id: str) -> Sequence[Channel]:
    rows = Channel.objects.select_for_update(no_key=True).filter(tenant_id=tenant, waba_id=waba_id)
    return list(rows.order_by("id"))


def _limit(rows: Sequence[Channel], daily_limit: int) -> None:
    for row in rows:
        row.daily_limit = daily_limit
        row.save(update_fields=["daily_limit"])


def _stop(rows: Sequence[Channel]) -> None:
    for row in rows:
        row.status, row.stop_reason = Channel.Status.STOPPED, ACCOUNT_DISABLED
        row.save(update_fields=["status", "stop_reason"])
        log.error("channel.stopped", channel=str(row.id), reason=ACCOUNT_DISABLED)


def _go_on(tenant: UUID, rows: Sequence[Channel]) -> None:
    for row in rows:
        if row.stop_reason == ACCOUNT_DISABLED:
            row.status, row.stop_reason, row.restricted_until = Channel.Status.LIVE, "", None
            row.save(update_fields=["status", "stop_reason", "restricted_until"])
    release_held(tenant=tenant, reason="no_channel")
    request_work(queue="send")


def _restrict(rows: Sequence[Channel], until: datetime | None) -> None:
    for row in rows:
        row.restricted_until = max(filter(None, (row.restricted_until, until or now() + _OPEN_END)))
        row.save(update_fields=["restricted_until"])


def _digits(text: str) -> str:
    return "".join(char for char in text if char.isdigit())
