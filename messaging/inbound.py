"""Working through stored webhooks: every entry, change and item, each once, in whatever order they come.

An item and its effect share one transaction with the row that marks it as seen. An item that breaks is tried again with
its body and does not hold up its neighbours.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from uuid import UUID

import structlog

from messaging.account_updates import apply_account_update, apply_number_update
from messaging.accounts import follow_account
from messaging.arrivals import Arrival, apply_together, is_plain
from messaging.models import Channel, Message, WebhookItem, WebhookPayload
from messaging.optout import resume_marketing, stop_number
from messaging.parked import StatusFacts, apply_status, is_premature, lock_remote_ids
from messaging.received import receive_message
from messaging.sealed import BODY
from messaging.services.templates import apply_template_update
from messaging.services.webhooks import WEBHOOK_QUEUE, WEBHOOK_WORKER
from messaging.whatsapp.webhook_items import (
    AccountItem,
    InboundItem,
    Item,
    MovedItem,
    NumberItem,
    PreferenceItem,
    StatusItem,
    TemplateItem,
    UnknownItem,
)
from messaging.whatsapp.webhooks import MalformedBody, parse
from smartbis.kernel.clock import now
from smartbis.kernel.ids import new_id
from smartbis.outbox.work import request_work
from smartbis.tenancy.readings import rows_reading
from smartbis.tenancy.scope import read, tenant_scope
from smartbis.tenancy.sealing import unseal
from smartbis.tenancy.statements import one_trip, prepared_cursor

log = structlog.get_logger(__name__)

BATCH = 50
# Items of one transaction: Meta puts up to a thousand into one body.
TOGETHER = 1000
MAX_ATTEMPTS = 6
LEASE = timedelta(seconds=120)
State = WebhookItem.State
# Its constant is that of the index of what waits.
_WAITING = """
AND row.state = 'waiting' AND row.due_at <= %s
ORDER BY row.due_at, row.id LIMIT %s FOR UPDATE OF row SKIP LOCKED
"""
_LEASE = """
UPDATE messaging_webhookpayload SET attempts = attempts + 1, due_at = %s WHERE tenant_id = %s AND id = ANY(%s)
"""
_FINISH = """
UPDATE messaging_webhookpayload SET state = %s, processed_at = %s WHERE tenant_id = %s AND id = ANY(%s)
"""
_KINDS: dict[type[Item], str] = {
    StatusItem: "status",
    InboundItem: "message",
    PreferenceItem: "preference",
    TemplateItem: "template",
    NumberItem: "number",
    AccountItem: "account",
    MovedItem: "moved",
}


@dataclass(frozen=True)
class StoredBody:
    """A body under lease."""

    id: UUID
    channel: Channel
    raw: bytes
    attempts: int


@dataclass
class Work:
    """A body's items that are still to be applied; None where nobody can read it."""

    body: StoredBody
    items: Sequence[Item] | None
    is_finished: bool = False


def process_due(*, tenant: UUID) -> bool:
    """Work through up to `BATCH` stored bodies of the tenant, the oldest first; True when there may be more."""
    works = [Work(body, _items(body)) for body in _claim(tenant)]
    readable = [each for each in works if each.items is not None]
    for part in _parts(readable):
        _apply_arrivals(tenant, part)
    ended: dict[str, list[UUID]] = {}
    for each in works:
        if not each.is_finished and (state := _ended(tenant, each)):
            ended.setdefault(state, []).append(each.body.id)
    if ended:
        with tenant_scope(tenant):
            for state, bodies in ended.items():
                _finish(tenant, state, bodies)
    return len(works) == BATCH


def _claim(tenant: UUID) -> list[StoredBody]:
    with tenant_scope(tenant):
        lease = now() + LEASE
        rows = read(rows_reading(WebhookPayload, tenant, _WAITING, (now(), BATCH), joined=("channel",)))
        if rows:
            with one_trip(), prepared_cursor() as cursor:
                cursor.execute(_LEASE, [lease, tenant, [row.id for row in rows]])
                request_work(queue=WEBHOOK_QUEUE, due_at=lease, worker=WEBHOOK_WORKER)
        return [StoredBody(row.id, row.channel, _raw(row), row.attempts + 1) for row in rows]


def _raw(row: WebhookPayload) -> bytes:
    return unseal(tenant=row.tenant_id, place=BODY, row=row.id, sealed=row.body_sealed).encode("latin-1")


def _items(body: StoredBody) -> Sequence[Item] | None:
    try:
        return parse(body.raw)
    except MalformedBody:
        return None


def _parts(works: Sequence[Work]) -> Iterator[list[Work]]:
    """Bodies whose items are applied together: at least one, and not many more items than one body may hold."""
    part: list[Work] = []
    held = 0
    for each in works:
        size = len(each.items or ())
        if part and held + size > TOGETHER:
            yield part
            part, held = [], 0
        part.append(each)
        held += size
    if part:
        yield part


def _apply_arrivals(tenant: UUID, works: Sequence[Work]) -> None:
    """Apply what only moves known messages forward in one transaction, and leave the rest of the items in `works`.

    Meta batches up to a thousand statuses and posts many bodies a second, and nearly all is of this kind. Where that
    breaks, each body is tried by itself, and then its items one by one.
    """
    arrivals = {
        _key_hash(item): Arrival(item, each.body.id, each.body.channel.id)
        for each in works
        for item in each.items or ()
        if isinstance(item, StatusItem) and is_plain(each.body.channel, item)
    }
    if not arrivals:
        return
    try:
        with tenant_scope(tenant):
            taken = apply_together(tenant=tenant, arrivals=arrivals)
            left = [[item for item in each.items or () if _key_hash(item) not in taken] for each in works]
            done = [each.body.id for each, items in zip(works, left, strict=True) if not items]
            _finish(tenant, WebhookPayload.State.DONE, done)
    except Exception as error:
        log.warning("webhook.batch_failed", bodies=len(works), items=len(arrivals), error=type(error).__name__)
        for each in works if len(works) > 1 else ():
            _apply_arrivals(tenant, [each])
        return
    for each, items in zip(works, left, strict=True):
        each.items, each.is_finished = items, not items


def _ended(tenant: UUID, work: Work) -> str:
    """Apply what is left of a body; the state in which it ends, or nothing when it is tried again."""
    if work.items is None:
        return WebhookPayload.State.MALFORMED
    broken = sum(not _process_item(tenant, work.body, item) for item in work.items)
    if not broken:
        return WebhookPayload.State.DONE
    if work.body.attempts >= MAX_ATTEMPTS:
        log.error("webhook.given_up", payload=str(work.body.id), items=broken)
        return WebhookPayload.State.FAILED
    _try_again(tenant, work.body)
    return ""


def _process_item(tenant: UUID, body: StoredBody, item: Item) -> bool:
    """Apply one item, once; False when it broke and was rolled back."""
    try:
        with tenant_scope(tenant):
            row = WebhookItem(
                id=new_id(),
                tenant_id=tenant,
                payload_id=body.id,
                key_hash=_key_hash(item),
                kind=_kind(item),
                state=State.DONE,
                recorded_at=now(),
            )
            WebhookItem.objects.bulk_create([row], ignore_conflicts=True)
            if not WebhookItem.objects.filter(id=row.id).exists():
                return True  # a rival has it
            _apply(tenant, body.channel, item, row)
            row.save()
        return True
    except Exception as error:
        log.warning("webhook.item_failed", payload=str(body.id), kind=_kind(item), error=type(error).__name__)
        return False


def _apply(tenant: UUID, posted_to: Channel, item: Item, row: WebhookItem) -> None:
    channel = _home(posted_to, item)
    if channel is None:
        row.state = State.QUARANTINED
    elif isinstance(item, StatusItem):
        _apply_status(tenant, channel, item, row)
    elif isinstance(item, InboundItem):
        row.remote_id = item.message_id[:200]
        receive_message(tenant=tenant, channel=channel, item=item)
    elif isinstance(item, PreferenceItem):
        _apply_preference(tenant, item)
    elif isinstance(item, AccountItem):
        apply_account_update(tenant=tenant, waba_id=channel.waba_id, item=item)
    else:
        is_known = _apply_news(tenant, channel, item)
        row.state = State.DONE if is_known else State.UNKNOWN


def _apply_news(tenant: UUID, channel: Channel, item: Item) -> bool:
    """What may be about something that is not known here: False when it is."""
    if isinstance(item, TemplateItem):
        return apply_template_update(tenant=tenant, waba_id=channel.waba_id, item=item)
    if isinstance(item, NumberItem):
        return apply_number_update(tenant=tenant, waba_id=channel.waba_id, item=item)
    if isinstance(item, MovedItem):
        return follow_account(tenant=tenant, item=item)
    return False


def _home(posted_to: Channel, item: Item) -> Channel | None:
    """The brand's channel that an item belongs to; None when it is of another account or number: nothing is guessed.

    An account has one address for all of its numbers, so that what comes to one channel may be another's.
    """
    if item.waba_id != posted_to.waba_id:
        return None
    if not item.phone_number_id or item.phone_number_id == posted_to.phone_number_id:
        return posted_to
    return Channel.objects.filter(waba_id=item.waba_id, phone_number_id=item.phone_number_id).first()


def _apply_status(tenant: UUID, channel: Channel, item: StatusItem, row: WebhookItem) -> None:
    facts = StatusFacts.of(item)
    row.remote_id = facts.remote_id
    message = _find_message(tenant, channel, item)
    if message is None or is_premature(message, facts):
        row.state, row.facts = State.PARKED, facts.as_json()
        return
    apply_status(message, facts)


def _find_message(tenant: UUID, channel: Channel, item: StatusItem) -> Message | None:
    """The message a status is about: by our own id that Meta echoes, else by Meta's."""
    rows = Message.objects.select_for_update(of=("self",)).filter(
        tenant_id=tenant, channel=channel, direction=Message.Direction.OUT
    )
    try:
        found = rows.filter(id=UUID(item.tracker)).first()
    except ValueError:
        found = None
    if found is None:
        lock_remote_ids(tenant, [item.message_id[:200]])
        found = rows.filter(remote_id=item.message_id[:200]).first()
    return found


def _apply_preference(tenant: UUID, item: PreferenceItem) -> None:
    if item.value == "stop":
        stop_number(
            tenant=tenant,
            wa_id=item.wa_id,
            user_id=item.user_id,
            categories=("marketing",),
            basis="whatsapp_control",
        )
    else:
        resume_marketing(tenant=tenant, wa_id=item.wa_id, user_id=item.user_id)


def _finish(tenant: UUID, state: str, bodies: Sequence[UUID]) -> None:
    with prepared_cursor() as cursor:
        cursor.execute(_FINISH, [state, now(), tenant, bodies])


def _try_again(tenant: UUID, body: StoredBody) -> None:
    due_at = now() + timedelta(seconds=2**body.attempts)
    with tenant_scope(tenant):
        WebhookPayload.objects.filter(id=body.id).update(due_at=due_at)
        request_work(queue=WEBHOOK_QUEUE, due_at=due_at, worker=WEBHOOK_WORKER)


def _key_hash(item: Item) -> bytes:
    return sha256(item.key.encode("utf-8", "replace")).digest()


def _kind(item: Item) -> str:
    return item.kind[:60] if isinstance(item, UnknownItem) else _KINDS[type(item)]
