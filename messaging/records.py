"""Recording what came of calls to Meta, many at once, in the tenant's scope."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import structlog

from messaging import breakers, gate, lifecycle
from messaging.accounts import learn_account
from messaging.models import Channel, Message
from messaging.moves import locked_messages, save_moves
from messaging.optout import stop_marketing
from messaging.pacing import number_pace
from messaging.parked import apply_parked, lock_remote_ids
from messaging.part_stops import wait_for_meta
from messaging.services.channels import stop_channel
from messaging.services.header_files import forget_upload
from messaging.services.templates import mark_template
from messaging.whatsapp.errors import GatewayError, NotReached, Policy, Refused
from messaging.whatsapp.gateway import Accepted
from smartbis.customers.infos import ContactInfo
from smartbis.kernel.clock import now
from smartbis.tenancy.scope import read, tenant_scope
from smartbis.tenancy.statements import one_trip

log = structlog.get_logger(__name__)

_DEAD_TEMPLATE = {132001: "MISSING", 132007: "REJECTED", 132016: "DISABLED"}
_RATE_CODES = (4, 80007, 130429)
_SLOW_DOWN_SECONDS = 2


@dataclass(frozen=True)
class Outcome:
    """What came of the call for one message; `contact` is how its person was known when it was claimed."""

    message: UUID
    contact: ContactInfo | None = field(repr=False)
    answer: Accepted | GatewayError


def record_outcomes(*, tenant: UUID, channel: UUID, outcomes: Sequence[Outcome]) -> None:
    """Write down answers, or that there was none, in one transaction. A status webhook may have been faster; it is not
    undone.
    """
    answers = {each.message: each.answer for each in outcomes}
    with tenant_scope(tenant):
        if any(isinstance(answer, GatewayError) for answer in answers.values()):
            # A refusal may slow or stop the number and let parts of it rest: in the order in which claims lock them.
            Channel.objects.select_for_update(no_key=True).filter(id=channel).first()
        rows = {row.id: row for row in read(locked_messages(tenant, list(answers)))}
        accepted = [row for row in rows.values() if isinstance(answers[row.id], Accepted)]
        _accept(tenant, channel, accepted, answers)
        for row in rows.values():
            answer = answers[row.id]
            if isinstance(answer, GatewayError) and row.status == Message.Status.SENDING:
                _refuse(row, channel, answer)
        customers = {row.id: row.customer_id for row in accepted if row.customer_id}
    for each in outcomes:
        if isinstance(each.answer, Accepted) and each.message in customers and each.contact is not None:
            _learn(tenant, customers[each.message], each.contact, each.answer)


def _learn(tenant: UUID, customer: UUID, contact: ContactInfo, answer: Accepted) -> None:
    if answer.wa_id != contact.wa_id:
        learn_account(tenant=tenant, customer=customer, wa_id=answer.wa_id or "", user_id=answer.user_id or "")


def refuse_by_code(row: Message, channel: UUID, error: Refused) -> None:
    """Apply Meta's refusal of one message. Inside the tenant's scope."""
    tenant, policy = row.tenant_id, error.policy
    if row.version and forget_upload(row, channel, error):
        lifecycle.postpone(row, now())  # in the wording before, until Meta has the file again
    elif policy in (Policy.RETRY, Policy.RETRY_PAIR, Policy.RETRY_ONCE):
        if error.code in _RATE_CODES:
            _slow_down(channel)
        lifecycle.retry(row, policy, code=error.code, details=error.details)
        if policy is Policy.RETRY and error.code not in _RATE_CODES:
            breakers.note_failure(tenant, channel, breakers.NUMBER, error.code)
    elif policy is Policy.CHANNEL_STOPPED:
        log.error("channel.stopped", channel=str(channel), code=error.code)
        stop_channel(tenant=tenant, channel=channel, code=error.code)
        row.error_code = error.code
        lifecycle.postpone(row, now())
    elif policy is Policy.SENDING_STOPPED:
        wait_for_meta(row, channel, code=error.code, details=error.details)
    elif policy is Policy.TEMPLATE_PAUSED:
        mark_template(row, channel, "PAUSED")
        lifecycle.hold(row, gate.TEMPLATE_NOT_APPROVED)
    else:
        _end(row, channel, error)


def _end(row: Message, channel: UUID, error: Refused) -> None:
    code, policy = error.code, error.policy
    if policy is Policy.TEMPLATE_DEAD and code is not None:
        mark_template(row, channel, _DEAD_TEMPLATE[code])
    if policy is Policy.OPTED_OUT and row.customer_id is not None:
        stop_marketing(tenant=row.tenant_id, customer=row.customer_id)
    if policy is Policy.REQUEST_WRONG:
        log.error("message.request_wrong", message=str(row.id), code=code, trace=error.trace)
        if row.template:
            breakers.note_failure(row.tenant_id, channel, row.template, code)
    lifecycle.fail(row, lifecycle.final_reason(policy, code), code=code, details=error.details)


def _accept(
    tenant: UUID, channel: UUID, rows: Sequence[Message], answers: Mapping[UUID, Accepted | GatewayError]
) -> None:
    if not rows:
        return
    at = now()
    for row in rows:
        answer = answers[row.id]
        assert isinstance(answer, Accepted)
        row.remote_id = answer.message_id[:200]
        lifecycle.move(row, Message.Status.ACCEPTED, at)
        if answer.is_held_for_quality:
            row.reason = "held_for_quality"
    with one_trip():
        lock_remote_ids(tenant, [row.remote_id for row in rows])
        save_moves(rows)
        breakers.note_success(
            tenant, channel, {part for row in rows for part in breakers.parts(row.template, row.category)}
        )
    apply_parked(tenant, rows)


def _refuse(row: Message, channel: UUID, outcome: GatewayError) -> None:
    if isinstance(outcome, Refused):
        refuse_by_code(row, channel, outcome)
        if outcome.policy is not Policy.RETRY or outcome.code in _RATE_CODES:
            breakers.note_success(row.tenant_id, channel, ())  # Meta answered for the number, if not well
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
