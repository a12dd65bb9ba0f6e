"""Status webhooks applied to messages, now or once the message is known. Inside the tenant's scope."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from messaging import lifecycle
from messaging.models import Message, WebhookItem
from messaging.optout import stop_marketing
from messaging.part_stops import wait_for_meta
from messaging.whatsapp.errors import Policy, policy_for
from messaging.whatsapp.webhook_items import StatusItem
from smartbis.kernel.clock import now
from smartbis.tenancy.scope import Reading, read
from smartbis.tenancy.statements import prepared_cursor

_IS_PARKED = """
SELECT EXISTS (
    SELECT FROM messaging_webhookitem WHERE tenant_id = %s AND remote_id = ANY(%s) AND state = 'parked'
)
"""


@dataclass(frozen=True)
class StatusFacts:
    """What a status says, without personal data, as it is parked."""

    remote_id: str
    status: str
    at: datetime
    code: int | None = None
    details: str = ""
    pricing: dict[str, Any] | None = None

    @classmethod
    def of(cls, item: StatusItem) -> "StatusFacts":
        """The facts of a parsed item; a status without its instant counts from now."""
        return cls(
            remote_id=item.message_id[:200],
            status=item.status,
            at=item.at or now(),
            code=item.error_code,
            details=item.error_details[:300],
            pricing=item.pricing,
        )

    def as_json(self) -> dict[str, Any]:
        """For `WebhookItem.facts`."""
        return {
            "status": self.status,
            "at": self.at.isoformat(),
            "code": self.code,
            "details": self.details,
            "pricing": self.pricing,
        }

    @classmethod
    def from_json(cls, remote_id: str, facts: dict[str, Any]) -> "StatusFacts":
        """What `as_json` wrote."""
        return cls(remote_id=remote_id, **{**facts, "at": datetime.fromisoformat(facts["at"])})


def is_premature(row: Message, facts: StatusFacts) -> bool:
    """Whether a failure must wait until Meta's id of the attempt under way is known: it may tell of an earlier one."""
    is_under_way = row.status == Message.Status.SENDING and not row.remote_id
    return facts.status == "failed" and is_under_way and row.attempts > 1


def apply_status(row: Message, facts: StatusFacts) -> None:
    """Move a locked message by a status: forward only, in whatever order statuses come.

    A failure counts for the attempt it names alone: after a message was sent twice, the other may have arrived.
    """
    is_other_attempt = bool(row.remote_id) and row.remote_id != facts.remote_id
    if facts.status == "failed":
        if not is_other_attempt:
            _fail(row, facts)
    else:
        row.remote_id = row.remote_id or facts.remote_id
        lifecycle.advance(row, facts.status, facts.at)
    lifecycle.note_pricing(row, facts.pricing)


def lock_remote_ids(tenant: UUID, remote_ids: Collection[str]) -> None:
    """One at a time: whoever writes Meta's id of a message down, and whoever parks a status that names it.

    Else a status is parked after the one looked for it, and the message is known after the other did. Several are
    locked in one order, so that no two wait for each other.
    """
    numbers = sorted(
        int.from_bytes(sha256(tenant.bytes + remote_id.encode()).digest()[:8], signed=True) for remote_id in remote_ids
    )
    with prepared_cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(key) FROM unnest(%s::bigint[]) AS key", [numbers])


def apply_parked(tenant: UUID, rows: Collection[Message]) -> None:
    """Apply the statuses that came before Meta's ids of the messages were known here. Mostly there are none."""
    known = {row.remote_id: row for row in rows}
    if not read(Reading(_IS_PARKED, [tenant, list(known)], lambda found: bool(found[0][0]))):
        return
    parked = WebhookItem.objects.select_for_update().filter(
        tenant_id=tenant, remote_id__in=list(known), state=WebhookItem.State.PARKED
    )
    for item in parked.order_by("id"):
        apply_status(known[item.remote_id], StatusFacts.from_json(item.remote_id, item.facts or {}))
        item.state, item.facts = WebhookItem.State.DONE, None
        item.save(update_fields=["state", "facts"])


def _fail(row: Message, facts: StatusFacts) -> None:
    if row.status in (Message.Status.QUEUED, Message.Status.HELD):
        return  # it tells of an earlier attempt, and the next one is still to come
    policy = policy_for(facts.code)
    row.remote_id = row.remote_id or facts.remote_id
    if policy is Policy.OPTED_OUT and row.customer_id is not None:
        stop_marketing(tenant=row.tenant_id, customer=row.customer_id)
    is_open = row.status in (
        Message.Status.SENDING,
        Message.Status.UNKNOWN,
        Message.Status.ACCEPTED,
        Message.Status.SENT,
    )
    # The failure is certain, so that sending again doubles nothing.
    if is_open and policy in (Policy.RETRY, Policy.RETRY_PAIR) and row.content_sealed is not None:
        lifecycle.retry(row, policy, code=facts.code, details=facts.details)
        return
    if is_open and policy is Policy.SENDING_STOPPED and row.content_sealed is not None and row.channel_id is not None:
        wait_for_meta(row, row.channel_id, code=facts.code, details=facts.details)
        return
    reason = lifecycle.final_reason(policy, facts.code)
    lifecycle.fail(row, reason, code=facts.code, details=facts.details, at=facts.at)
