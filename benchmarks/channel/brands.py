"""Brands with a number each at the sandbox, people who agreed, and messages that wait for them."""

import json
import sqlite3
import urllib.request
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

TEMPLATE = "welcome"
WORDS = {"first_name": "Ana", "brand": "Bench"}
# What the sandbox takes at most; what a number may send at most is more, so that it is no limit.
SANDBOX_LIMIT, NO_LIMIT = 1000, 30_000
_AT_ONCE = 1000


@dataclass(frozen=True)
class Sender:
    """A brand with one number. `channel` is its id here, `number` Meta's; `connection` the invented secrets."""

    tenant: UUID
    channel: UUID
    number: str
    people: tuple[UUID, ...]
    phones: tuple[str, ...]
    connection: Any
    sandbox: str

    def control(self, path: str, body: Mapping[str, Any]) -> None:
        """A call to the sandbox's control addresses."""
        request = urllib.request.Request(f"{self.sandbox}/_sandbox/{path}", data=json.dumps(body).encode())
        request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request, timeout=30) as answer:
            answer.read()

    def limited_to(self, per_second: int) -> None:
        """What the sandbox takes of the number, and what the number is taken to be allowed."""
        from messaging.models import Channel
        from smartbis.tenancy.scope import tenant_scope

        with tenant_scope(self.tenant):
            Channel.objects.filter(id=self.channel).update(per_second=per_second, paced_until=None)
        from messaging.selectors import channels

        (info,) = channels(tenant=self.tenant)
        options = {"throughput": min(per_second, SANDBOX_LIMIT), "pair_limit": per_second < NO_LIMIT, "batch": 1000}
        names = ("channel", "phone_number_id", "waba_id", "token", "app_secret", "verify_token")
        known = {name: getattr(self.connection, name) for name in names}
        more = {"webhook_url": info.webhook_url, "display_phone_number": info.display_phone_number}
        self.control("channels", {**known, **more, "options": options})


def make_senders(sandbox: str, names: Sequence[str], *, people: int) -> list[Sender]:
    """Brands whose rules keep nothing back."""
    return [_sender(sandbox, name, place, people) for place, name in enumerate(names)]


def _sender(sandbox: str, slug: str, place: int, people: int) -> Sender:
    from messaging.selectors import channels
    from messaging.stand_in import connect_to_stand_in
    from smartbis.customers.infos import ConsentGiven, CustomerDraft, Origin
    from smartbis.customers.services import enrol_in_bulk
    from smartbis.tenancy.services import open_tenant

    tenant = open_tenant(slug=slug, name="Bench", default_area_code="11").id
    connection = connect_to_stand_in(tenant=tenant, sandbox_url=sandbox)
    consents = ConsentGiven(utility=True, marketing=True, text_version="1")
    phones = tuple(f"+55119{60_000_000 + place * 1_000_000 + number:08d}" for number in range(people))
    found: dict[str, UUID] = {}
    for start in range(0, people, _AT_ONCE):
        drafts = [CustomerDraft(key=each, phone=each, consents=consents) for each in phones[start : start + _AT_ONCE]]
        found |= enrol_in_bulk(tenant=tenant, drafts=drafts, origin=Origin(channel="import"))
    (info,) = channels(tenant=tenant)
    ids = tuple(found[each] for each in phones)
    return Sender(tenant, info.id, connection.phone_number_id, ids, phones, connection, sandbox)


def queue_many(sender: Sender, count: int, *, wake: bool = True) -> None:
    """Messages as `queue_message` makes them, each person in turn; `wake` tells the workers."""
    from messaging.models import Message
    from messaging.sealed import sealed_content
    from messaging.services import queue_message
    from smartbis.kernel.ids import new_id
    from smartbis.outbox.work import request_work
    from smartbis.tenancy.scope import tenant_scope

    with tenant_scope(sender.tenant):
        info = queue_message(
            tenant=sender.tenant,
            customer=sender.people[0],
            template=TEMPLATE,
            parameters=WORDS,
            cause=f"bench:{new_id()}",
        )
        pattern = Message.objects.get(id=info.id)
        names = [each.attname for each in Message._meta.concrete_fields]
        for start in range(1, count, _AT_ONCE):
            rows = []
            for number in range(start, min(start + _AT_ONCE, count)):
                row = Message(**{name: getattr(pattern, name) for name in names})
                row.id = new_id()
                row.customer_id, row.cause = sender.people[number % len(sender.people)], f"bench:{row.id}"
                row.content_sealed = sealed_content(sender.tenant, row.id, WORDS)
                rows.append(row)
            Message.objects.bulk_create(rows)
        if wake:
            request_work(queue="send")


def drop_waiting(senders: Sequence[Sender]) -> int:
    """Let nothing of a round go on into the next; how many messages were due and still waiting."""
    from messaging.models import Message
    from smartbis.kernel.clock import now
    from smartbis.tenancy.scope import tenant_scope

    dropped = 0
    for sender in senders:
        with tenant_scope(sender.tenant):
            waiting = Message.objects.filter(status="queued")
            dropped += waiting.filter(due_at__lte=now()).count()
            waiting.update(status="failed", reason="expired", failed_at=now(), due_at=None)
    return dropped


def taken(state: Path, number: str, *, since: float) -> list[float]:
    """When the sandbox took each message of a number, in seconds of the epoch, from `since` on."""
    with closing(sqlite3.connect(f"file:{state}?mode=ro", uri=True)) as connection:
        rows = connection.execute(
            "SELECT created_at FROM messages WHERE direction = 'out' AND phone_number_id = ? AND created_at >= ? "
            "ORDER BY created_at",
            (number, since),
        )
        return [float(row[0]) for row in rows]
