"""Claiming: due messages of one number, each judged anew, taken under a lease with what is POSTed for them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog

from messaging import blocks, breakers, gate, lifecycle
from messaging.blocks import Block, DailyLimit, PersonLimits, past_readings
from messaging.composing import Composer
from messaging.models import Channel, Conversation, Message
from messaging.moves import save_moves, save_threads
from messaging.pacing import PAIR, number_pace
from messaging.sealed import contact_blind, contact_of_thread, credentials_of, recipient_of
from messaging.selectors.rules import rules_reading
from messaging.sending_rules import MARKETING, UTILITY, Rules
from messaging.threads import threads_for
from messaging.whatsapp.errors import PayloadInvalid
from messaging.whatsapp.gateway import Credentials
from messaging.whatsapp.payloads import Payload, Recipient
from smartbis.customers.infos import ContactInfo
from smartbis.customers.selectors import Agreements, agreements_reading, contacts_reading
from smartbis.kernel.clock import now
from smartbis.kernel.phones import country_of, from_wa_id
from smartbis.outbox.work import request_work
from smartbis.tenancy.readings import rows_reading
from smartbis.tenancy.scope import Reading, read, read_together, tenant_scope
from smartbis.tenancy.selectors import TenantInfo, get_tenant, tenant_reading
from smartbis.tenancy.statements import one_trip, prepared_cursor

log = structlog.get_logger(__name__)

SLICE = 40
# Every call of a slice, one after the other on its connection, ends within the lease.
LEASE = timedelta(seconds=120)
# How long a channel at its limit rests: it comes back with room for many, since a turn for one costs as much.
BREATH = timedelta(milliseconds=320)
_COUNTRY_LETTERS = 2
# Its constants are those of the index of what is due.
_DUE = """
AND row.channel_id = %s AND row.status = 'queued' AND row.due_at <= %s
ORDER BY row.priority, row.due_at, row.id LIMIT %s FOR UPDATE SKIP LOCKED
"""
_PACED = "UPDATE messaging_channel SET paced_until = %s WHERE tenant_id = %s AND id = %s"


@dataclass(frozen=True)
class Call:
    """One message on its way to Meta."""

    message: UUID
    payload: Payload = field(repr=False)
    contact: ContactInfo | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Slice:
    """What was claimed of one channel, and whether more is due. What comes of a trial decides whether it may go."""

    channel: UUID
    credentials: Credentials
    calls: Sequence[Call]
    has_more: bool
    is_trial: bool = False


@dataclass(frozen=True)
class _Candidate:
    """A due message that consent and template allow, with whom it reaches. `category` is None for answers and codes."""

    row: Message
    category: str | None
    recipient: Recipient
    contact: ContactInfo | None


@dataclass(frozen=True)
class _Known:
    """What decides over the messages of a slice, read together."""

    states: gate.TemplateStates
    agreements: Agreements
    contacts: Mapping[UUID, ContactInfo]
    limits: PersonLimits


def claim(*, tenant: UUID, channel: UUID) -> Slice | None:
    """Take a slice of due messages under a lease, each judged anew; None when there are none or none may go."""
    with tenant_scope(tenant, reading=[tenant_reading(tenant)]):
        at = now()
        brand = get_tenant(tenant=tenant)
        row, resting, rules = read_together(
            _locked(tenant, channel), breakers.resting_reading(tenant, channel, at), rules_reading(tenant)
        )
        if row is None or gate.is_suspended(brand):
            return None
        room = _room(row, resting.get(breakers.NUMBER), at)
        if room == 0:
            return None
        due = _due(tenant, channel, at, room)
        if not due:
            return None
        known = _known(brand, row.id, rules, due, at)
        candidates = _within_rules(row, _allowed(known, due, at), known.limits, resting, at)
        calls = _within_pair_limit(tenant, row, candidates, at)
        is_trial = breakers.NUMBER in resting
        if calls and is_trial:
            breakers.try_once(row.id, breakers.NUMBER, at)
        has_more = len(due) == room and (is_trial or _is_worth_it(row, at))
        return Slice(row.id, credentials_of(row), calls, has_more, is_trial)


def _known(brand: TenantInfo, channel: UUID, rules: Rules, due: Sequence[Message], at: datetime) -> _Known:
    customers = {row.customer_id for row in due if row.customer_id}
    templates, agreements, contacts, sent, refused = read_together(
        gate.templates_reading(brand.id, channel),
        agreements_reading(brand.id, customers, (UTILITY, MARKETING)),
        contacts_reading(brand.id, customers),
        *past_readings(brand.id, rules, customers, at),
    )
    limits = PersonLimits(rules, brand.timezone, at, sent, refused)
    return _Known(gate.states_of(channel, templates), agreements, contacts, limits)


def _locked(tenant: UUID, channel: UUID) -> Reading[Channel | None]:
    """The live channel. All of the brand's numbers are locked, since those of one account share its daily limit."""
    rows = rows_reading(Channel, tenant, "ORDER BY row.id FOR NO KEY UPDATE")

    def make(found: list[tuple[Any, ...]]) -> Channel | None:
        live = (row for row in rows.make(found) if row.id == channel and row.status == Channel.Status.LIVE)
        return next(live, None)

    return Reading(rows.statement, rows.parameters, make)


def _due(tenant: UUID, channel: UUID, at: datetime, room: int) -> list[Message]:
    """Due messages that nobody else is claiming, locked; answers with the threads that they belong to."""
    due = read(rows_reading(Message, tenant, _DUE, (channel, at, room)))
    answers = [row for row in due if not row.template and row.conversation_id]
    if answers:
        threads = Conversation.objects.in_bulk({row.conversation_id for row in answers})
        for row in answers:
            row.conversation = threads[row.conversation_id]
    return due


def _room(row: Channel, resting: breakers.Resting | None, at: datetime) -> int:
    """How many messages the number may send now; where it is none, the queue is asked again in time."""
    if resting is not None and not resting.may_try:
        request_work(queue="send", due_at=resting.until)
        return 0
    pace = number_pace(row.per_second)
    room = min(pace.room(row.paced_until, at), SLICE)
    if room == 0:
        request_work(queue="send", due_at=max(pace.next_at(row.paced_until, at), at + BREATH))
    return min(room, 1) if resting is not None else room


def _is_worth_it(row: Channel, at: datetime) -> bool:
    """Whether the number has room for another slice; one near its limit comes back when a breath's worth has room."""
    if number_pace(row.per_second).room(row.paced_until, at) >= min(SLICE, row.per_second * BREATH.total_seconds()):
        return True
    request_work(queue="send", due_at=at + BREATH)
    return False


def _allowed(known: _Known, due: Sequence[Message], at: datetime) -> list[_Candidate]:
    """Those that are still worth saying, to people who agreed and can be reached, by an approved template."""
    states = known.states
    allowed: list[_Candidate] = []
    for row in due:
        category = gate.consent_category(states, row)
        if row.expires_at and row.expires_at <= at:
            lifecycle.fail(row, row.reason or "expired")
        elif lifecycle.is_superseded(row):
            lifecycle.fail(row, "superseded")
        elif row.customer_id and category and (row.customer_id, category) not in known.agreements:
            lifecycle.hold(row, gate.NO_CONSENT)
        elif row.template and not gate.is_approved(states, row.template, row.language):
            lifecycle.hold(row, gate.TEMPLATE_NOT_APPROVED)
        elif (found := _recipient(row, known.contacts)) is None:
            lifecycle.hold(row, gate.NO_CONTACT)
        else:
            gate.take_wording(states, row)
            allowed.append(_Candidate(row, category, *found))
    return allowed


def _within_rules(
    channel: Channel,
    candidates: Sequence[_Candidate],
    limits: PersonLimits,
    resting: Mapping[str, breakers.Resting],
    at: datetime,
) -> list[_Candidate]:
    """Those that neither Meta's restrictions, nor a resting template, nor the brand's rules keep back."""
    free: list[_Candidate] = []
    tried: set[str] = set()
    for each in candidates:
        row, block, parts = each.row, None, breakers.parts(each.row.template, each.category)
        if row.template:
            block = blocks.restriction(channel, at) or _rest(resting, parts, tried, at)
        if block is None and each.category and row.customer_id:
            block = limits.block(row.customer_id, each.category, each.contact)
        if block is not None:
            row.category = each.category or row.category  # Meta may have made it an advertisement
            _keep_back(row, block)
            continue
        if each.category and row.customer_id:
            limits.take(row.customer_id, each.category)
        for part in resting.keys() & parts:
            tried.add(part)
            breakers.try_once(channel.id, part, at)
        free.append(each)
    return free


def _rest(
    resting: Mapping[str, breakers.Resting], parts: Collection[str], tried: Collection[str], at: datetime
) -> Block | None:
    """The rest that keeps a message back: of its template, or of a part of the number. One message may try each."""
    for part in parts:
        rest = resting.get(part)
        if rest is not None and (part in tried or not rest.may_try):
            return Block(blocks.why_resting(part, rest.code), at + breakers.TRIAL if rest.may_try else rest.until)
    return None


def _keep_back(row: Message, block: Block) -> None:
    """Plan the message anew for when its block ends; drop it if that is never, or when it is no news any more."""
    if block.until is None or (row.expires_at is not None and block.until >= row.expires_at):
        lifecycle.fail(row, block.reason)
    else:
        lifecycle.postpone(row, block.until, block.reason)


def _recipient(row: Message, contacts: Mapping[UUID, ContactInfo]) -> tuple[Recipient, ContactInfo | None] | None:
    """Whom to reach: the form of the number that Meta itself uses where it is known, else ours, else Meta's user id.

    A text answers whoever wrote in its thread, customer or not.
    """
    if not row.template and row.conversation is not None:
        person = contact_of_thread(row.conversation)
        phone = f"+{person['wa_id']}" if person.get("wa_id") else None
        user_id = person.get("user_id")
        return (Recipient(phone=phone, user_id=None if phone else user_id), None) if phone or user_id else None
    if row.customer_id is None:
        number = recipient_of(row)
        return (Recipient(phone=number), None) if number else None
    contact = contacts.get(row.customer_id)
    if contact is None:
        return None
    phone = f"+{contact.wa_id}" if contact.wa_id else contact.phone_e164
    return Recipient(phone=phone, user_id=None if phone else contact.bsuid), contact


def _within_pair_limit(tenant: UUID, channel: Channel, candidates: Sequence[_Candidate], at: datetime) -> list[Call]:
    """Those whose person may be written to now, by Meta's limits of a pair and of a day."""
    blinds = {each.row.id: _blind(tenant, each.row, each.contact) for each in candidates}
    customers = {blinds[each.row.id]: each.row.customer_id for each in candidates}
    threads = threads_for(tenant=tenant, channel=channel.id, customers=customers, at=at)
    daily = DailyLimit(channel, at)
    composer = Composer([each.row for each in candidates], at, channel.id)
    calls: list[Call] = []
    claimed: list[Message] = []
    for each in candidates:
        row, thread = each.row, threads[blinds[each.row.id]]
        if PAIR.room(thread.paced_until, at) == 0:
            lifecycle.postpone(row, PAIR.next_at(thread.paced_until, at))
        elif (block := daily.block(thread, each.category)) is not None:
            _keep_back(row, block)
        elif (call := _call(composer, row, each.recipient, each.contact)) is not None:
            thread.paced_until, thread.last_message_at = PAIR.after(thread.paced_until, at, 1), at
            thread.customer_id = thread.customer_id or row.customer_id
            daily.take(thread)
            row.status, row.attempts, row.leased_until = Message.Status.SENDING, row.attempts + 1, at + LEASE
            row.conversation, row.reason, row.category = thread, "", each.category or row.category
            row.country = _country(each.recipient)
            claimed.append(row)
            calls.append(call)
    with one_trip():
        composer.keep_links()
        save_moves(claimed)
        save_threads(threads.values())
        if calls:
            _take_room(channel, len(calls), at)
    return calls


def _take_room(channel: Channel, calls: int, at: datetime) -> None:
    """Count the calls against the number's speed, and have the queue asked again should nobody live to record them."""
    channel.paced_until = number_pace(channel.per_second).after(channel.paced_until, at, calls)
    with prepared_cursor() as cursor:
        cursor.execute(_PACED, [channel.paced_until, channel.tenant_id, channel.id])
    request_work(queue="send", due_at=at + LEASE + timedelta(seconds=1))


def _country(recipient: Recipient) -> str:
    """Where a person's number belongs; Meta's user ids begin with it."""
    if recipient.phone:
        return country_of(recipient.phone)
    head = (recipient.user_id or "").partition(".")[0]
    return head if len(head) == _COUNTRY_LETTERS and head.isalpha() else ""


def _blind(tenant: UUID, row: Message, contact: ContactInfo | None) -> bytes:
    if not row.template and row.conversation is not None:
        return bytes(row.conversation.contact_blind)
    if contact is None:
        return bytes(row.recipient_blind or b"")
    phone = from_wa_id(contact.wa_id) if contact.wa_id else contact.phone_e164
    return contact_blind(tenant, phone=phone, user_id=contact.bsuid)


def _call(composer: Composer, row: Message, recipient: Recipient, contact: ContactInfo | None) -> Call | None:
    try:
        return Call(row.id, composer.payload(row, recipient), contact)
    except PayloadInvalid as error:
        log.error("message.payload_invalid", message=str(row.id), reason=str(error))
        lifecycle.fail(row, "request_wrong", details=str(error))
        return None
