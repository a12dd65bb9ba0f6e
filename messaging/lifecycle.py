"""How an outbound message moves: forward only, `failed` final, every instant kept once.

Every function runs inside the tenant's scope on a row that the caller has locked.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q

from messaging.events import MessageFailed
from messaging.library import Category
from messaging.models import Message
from messaging.whatsapp.errors import Policy
from smartbis.kernel.clock import now
from smartbis.outbox.services import publish
from smartbis.outbox.work import request_work
from smartbis.tenancy.scope import Reading

Status = Message.Status

MAX_ATTEMPTS = 6
_LEFT_BEHIND = """
SELECT EXISTS (
    SELECT FROM messaging_message WHERE tenant_id = %(tenant)s AND status = 'sending' AND leased_until < %(at)s
) OR EXISTS (
    SELECT FROM messaging_message WHERE tenant_id = %(tenant)s AND status = 'unknown'
        AND unknown_at <= %(silent_since)s AND expires_at > %(at)s AND NOT is_possible_duplicate
        AND category NOT IN ('marketing', 'authentication') AND content_sealed IS NOT NULL
)
"""
UNKNOWN_GRACE = timedelta(minutes=10)
_RANK = {
    Status.HELD: 0,
    Status.QUEUED: 0,
    Status.SENDING: 1,
    Status.UNKNOWN: 1,
    Status.ACCEPTED: 2,
    Status.SENT: 3,
    Status.DELIVERED: 4,
    Status.READ: 5,
}
_INSTANTS = {
    Status.ACCEPTED: "accepted_at",
    Status.SENT: "sent_at",
    Status.DELIVERED: "delivered_at",
    Status.READ: "read_at",
}
_FINAL_REASONS = {
    Policy.FINAL: "undeliverable",
    Policy.WAIT_RECIPIENT: "recipient_capped",
    Policy.OPTED_OUT: "opted_out",
    Policy.TEMPLATE_DEAD: "template_dead",
    Policy.REQUEST_WRONG: "request_wrong",
}
# Meta's codes that say more than that a message cannot be delivered.
_OWN_REASONS = {131047: "window_closed"}
_RETRY_SECONDS = (5, 30, 120, 600, 1800)
_CODE_RETRY_SECONDS = (2, 5, 15, 30, 60)
_CODE_ONCE_LIMIT = 2


def advance(row: Message, status: str, at: datetime) -> bool:
    """Move a message forward to accepted, sent, delivered or read; False when it is there or past it already."""
    moved = move(row, status, at)
    row.save()
    return moved


def move(row: Message, status: str, at: datetime) -> bool:
    """`advance` without writing it down: for who writes many rows at once."""
    status = Status(status)
    field = _INSTANTS[status]
    if getattr(row, field) is None:
        setattr(row, field, at)
    if row.status == Status.FAILED or _RANK[Status(row.status)] >= _RANK[status]:
        return False
    row.status, row.reason = status, ""
    row.due_at = row.leased_until = None
    wipe_code(row)
    return True


def final_reason(policy: Policy, code: int | None) -> str:
    """Why a message will never arrive, by Meta's code and what such codes mean."""
    return _OWN_REASONS.get(code or 0) or _FINAL_REASONS.get(policy, "undeliverable")


def fail(row: Message, reason: str, *, code: int | None = None, details: str = "", at: datetime | None = None) -> bool:
    """The message will never arrive. False when it has arrived or failed before. Publishes MessageFailed."""
    if row.status in (Status.FAILED, Status.DELIVERED, Status.READ):
        return False
    row.status, row.reason, row.error_code = Status.FAILED, reason[:60], code
    row.error_details, row.failed_at = details[:300], at or now()
    row.due_at = row.leased_until = None
    wipe_code(row)
    row.save()
    publish(MessageFailed(message_id=row.id, customer_id=row.customer_id, reason=row.reason, error_code=code))
    return True


def hold(row: Message, reason: str) -> None:
    """The message may not go now; it stays readable why."""
    row.status, row.reason = Status.HELD, reason
    row.due_at = row.leased_until = None
    wipe_code(row)
    row.save()


def postpone(row: Message, due_at: datetime, reason: str = "") -> None:
    """Try again later; `reason` is the rule that kept the message back, if one did."""
    row.status, row.due_at, row.leased_until, row.reason = Status.QUEUED, due_at, None, reason
    row.save()
    request_work(queue="send", due_at=due_at)


def lose_sight(row: Message, reason: str) -> None:
    """Nobody knows whether the message went out: a status webhook may tell, and `settle` decides later."""
    row.status, row.reason, row.unknown_at, row.leased_until = Status.UNKNOWN, reason, now(), None
    wipe_code(row)
    row.save()
    request_work(queue="send", due_at=row.unknown_at + UNKNOWN_GRACE)


def retry(row: Message, policy: Policy, *, code: int | None = None, details: str = "") -> None:
    """Queue the message again after the policy's pause; fail it if tried often enough, or when a newer code is out."""
    if is_superseded(row):
        fail(row, "superseded", code=code, details=details)
        return
    limit = _CODE_ONCE_LIMIT if policy is Policy.RETRY_ONCE else MAX_ATTEMPTS
    if row.attempts >= limit or row.content_sealed is None:
        fail(row, "retries_exhausted", code=code, details=details)
        return
    row.error_code, row.error_details, row.remote_id = code, details[:300], ""
    postpone(row, now() + _pause(row, policy))


def is_superseded(row: Message) -> bool:
    """Whether the message is a sign-in code and its number was given a newer one, whatever came of that."""
    if row.category != Category.AUTHENTICATION or row.recipient_blind is None:
        return False
    newer = Q(created_at__gt=row.created_at) | Q(created_at=row.created_at, id__gt=row.id)
    same = Message.objects.filter(template=row.template, recipient_blind=row.recipient_blind)
    return same.filter(newer, created_at__gte=row.created_at).exists()


def left_behind(tenant: UUID) -> Reading[bool]:
    """Whether `settle` would find anything: asked at every turn, where it mostly does not."""
    values = {"tenant": tenant, "at": now(), "silent_since": now() - UNKNOWN_GRACE}
    return Reading(_LEFT_BEHIND, values, lambda rows: bool(rows[0][0]))


def settle(tenant: UUID) -> None:
    """Move on what was left behind: leases that ran out become unknown; silent unknowns are sent once more.

    Only transactional messages, once, flagged as a possible duplicate; marketing never; a code not at all, since the
    newest one counts. Runs inside the tenant's scope.
    """
    at = now()
    lost = Message.objects.select_for_update(skip_locked=True).filter(
        tenant_id=tenant, status=Status.SENDING, leased_until__lt=at
    )
    for row in lost.order_by("id"):
        lose_sight(row, "worker_lost")
    silent = Message.objects.select_for_update(skip_locked=True).filter(
        tenant_id=tenant,
        status=Status.UNKNOWN,
        unknown_at__lte=at - UNKNOWN_GRACE,
        expires_at__gt=at,
        is_possible_duplicate=False,
        content_sealed__isnull=False,
    )
    for row in silent.exclude(category__in=[Category.MARKETING, Category.AUTHENTICATION]).order_by("id"):
        row.is_possible_duplicate = True
        postpone(row, at)


def note_pricing(row: Message, pricing: dict[str, Any] | None) -> None:
    """Keep what Meta says the message costs; it comes with some statuses only."""
    if pricing and row.pricing != pricing:
        row.pricing = pricing
        row.save(update_fields=["pricing"])


def wipe_code(row: Message) -> None:
    """A sign-in code, and the number it went to, are not kept once the message left the queue."""
    if row.category == Category.AUTHENTICATION:
        row.content_sealed = row.recipient_sealed = None


def _pause(row: Message, policy: Policy) -> timedelta:
    if policy is Policy.RETRY_PAIR:
        return timedelta(seconds=4**row.attempts)
    steps = _CODE_RETRY_SECONDS if row.category == Category.AUTHENTICATION else _RETRY_SECONDS
    seconds = steps[min(row.attempts, len(steps)) - 1] if row.attempts else 1
    # Up to a fifth more, told from the row's id, so that a batch does not come back as one wave.
    jitter = seconds * (row.id.int % 1000) / 5000
    return timedelta(seconds=seconds + jitter)
