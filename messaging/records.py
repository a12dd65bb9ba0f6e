"""Recording what came of a call to Meta, in the tenant's scope."""

from uuid import UUID

import structlog

from messaging import breakers, gate, lifecycle
from messaging.accounts import learn_account
from messaging.models import Channel, Message
from messaging.optout import stop_marketing
from messaging.pacing import number_pace
from messaging.parked import apply_parked, lock_remote_id
from messaging.services.channels import stop_channel
from messaging.services.templates import mark_template
from messaging.whatsapp.errors import GatewayError, NotReached, Policy, Refused
from messaging.whatsapp.gateway import Accepted
from smartbis.customers.infos import ContactInfo
from smartbis.kernel.clock import now
from smartbis.tenancy.scope import tenant_scope

log = structlog.get_logger(__name__)

_DEAD_TEMPLATE = {132001: "MISSING", 132007: "REJECTED", 132016: "DISABLED"}
_FINAL_REASONS = {
    Policy.FINAL: "undeliverable",
    Policy.WAIT_RECIPIENT: "recipient_capped",
    Policy.OPTED_OUT: "opted_out",
    Policy.TEMPLATE_DEAD: "template_dead",
    Policy.REQUEST_WRONG: "request_wrong",
}
_RATE_CODES = (4, 80007, 130429)
_SLOW_DOWN_SECONDS = 2


def record_outcome(
    *,
    tenant: UUID,
    channel: UUID,
    message: UUID,
    contact: ContactInfo | None,
    outcome: Accepted | GatewayError,
) -> None:
    """Write down an answer, or that there was none. A status webhook may have been faster; it is not undone."""
    with tenant_scope(tenant):
        row = Message.objects.select_for_update(of=("self",)).get(id=message)
        if isinstance(outcome, Accepted):
            _accept(row, outcome)
            breakers.note_success(channel, row.template)
        elif row.status == Message.Status.SENDING:
            _refuse(row, channel, outcome)
    is_news = isinstance(outcome, Accepted) and contact is not None and outcome.wa_id != contact.wa_id
    if isinstance(outcome, Accepted) and is_news and row.customer_id is not None:
        learn_account(tenant=tenant, customer=row.customer_id, wa_id=outcome.wa_id or "", user_id=outcome.user_id or "")


def refuse_by_code(row: Message, channel: UUID, error: Refused) -> None:
    """Apply Meta's refusal of one message. Inside the tenant's scope."""
    tenant, policy = row.tenant_id, error.policy
    if policy in (Policy.RETRY, Policy.RETRY_PAIR, Policy.RETRY_ONCE):
        if error.code in _RATE_CODES:
            _slow_down(channel)
        lifecycle.retry(row, policy, code=error.code, details=error.details)
        if policy is Policy.RETRY and error.code not in _RATE_CODES:
            breakers.note_failure(tenant, channel, breakers.NUMBER, error.code)
    elif policy is Policy.CHANNEL_STOPPED:
        log.error("channel.stopped", channel=str(channel), code=error.code)
        stop_channel(tenant=tenant, channel=channel, reason=f"code_{error.code}")
        row.error_code = error.code
        lifecycle.postpone(row, now())
    elif policy is Policy.TEMPLATE_PAUSED:
        mark_template(tenant=tenant, channel=channel, key=row.template, language=row.language, status="PAUSED")
        lifecycle.hold(row, gate.TEMPLATE_NOT_APPROVED)
    else:
        _end(row, channel, error)


def _end(row: Message, channel: UUID, error: Refused) -> None:
    code, policy = error.code, error.policy
    if policy is Policy.TEMPLATE_DEAD and code is not None:
        status = _DEAD_TEMPLATE[code]
        mark_template(tenant=row.tenant_id, channel=channel, key=row.template, language=row.language, status=status)
    if policy is Policy.OPTED_OUT and row.customer_id is not None:
        stop_marketing(tenant=row.tenant_id, customer=row.customer_id)
    if policy is Policy.REQUEST_WRONG:
        log.error("message.request_wrong", message=str(row.id), code=code, trace=error.trace)
        if row.template:
            breakers.note_failure(row.tenant_id, channel, row.template, code)
    lifecycle.fail(row, _FINAL_REASONS.get(policy, "undeliverable"), code=code, details=error.details)


def _accept(row: Message, outcome: Accepted) -> None:
    row.remote_id = outcome.message_id[:200]
    lock_remote_id(row.tenant_id, row.remote_id)
    lifecycle.advance(row, Message.Status.ACCEPTED, now())
    if outcome.is_held_for_quality:
        row.reason = "held_for_quality"
        row.save(update_fields=["reason"])
    apply_parked(row)


def _refuse(row: Message, channel: UUID, outcome: GatewayError) -> None:
    if isinstance(outcome, Refused):
        refuse_by_code(row, channel, outcome)
        if outcome.policy is not Policy.RETRY or outcome.code in _RATE_CODES:
            breakers.note_success(channel, breakers.NUMBER)  # Meta answered for the number, if not well
    elif isinstance(outcome, NotReached):
        lifecycle.retry(row, Policy.RETRY)
        breakers.note_failure(row.tenant_id, channel, breakers.NUMBER)
    else:
        lifecycle.lose_sight(row, "no_answer")
        breakers.note_failure(row.tenant_id, channel, breakers.NUMBER)


def _slow_down(channel: UUID) -> None:
    row = Channel.objects.select_for_update(no_key=True).get(id=channel)
    at = now()
    pace = number_pace(row.per_second)
    units = int(_SLOW_DOWN_SECONDS / pace.interval.total_seconds()) + pace.burst
    row.paced_until = max(row.paced_until or at, at + pace.interval * units)
    row.save(update_fields=["paced_until"])
