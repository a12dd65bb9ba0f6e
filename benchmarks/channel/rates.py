"""Whether numbers keep what Meta grants them, with workers, webhooks and statuses as in production."""

import time
from dataclasses import asdict
from pathlib import Path
from statistics import quantiles
from typing import Any

from benchmarks.channel.brands import Sender, drop_waiting, queue_many, taken
from benchmarks.machine import Meter
from benchmarks.peers import Figure

PER_SECOND = 80
LEAD_SECONDS = 3.0
SPARE = 1.5
SETTLE_SECONDS = 90.0
# The sandbox writes its file this often, or a little later.
BEHIND_SECONDS = 1.0
STRAGGLER_SECONDS = 30.0
EVENTS_A_SECOND = 5


def kept(senders: list[Sender], state: Path, *, seconds: float, postmaster: int | None) -> Figure:
    """Send for so long by these numbers at once; `ratio` is the rate over what they are granted together.

    Raises RuntimeError when a number had nothing left to send.
    """
    from smartbis.outbox.work import request_work
    from smartbis.tenancy.scope import tenant_scope

    for sender in senders:
        sender.limited_to(PER_SECOND)
        # The first numbers are under way while those of the others are still being queued.
        queue_many(sender, int(PER_SECOND * (seconds + LEAD_SECONDS) * SPARE), wake=False)
    for sender in senders:
        with tenant_scope(sender.tenant):
            request_work(queue="send")
    time.sleep(LEAD_SECONDS)
    meter, start = Meter(postmaster), time.time()
    time.sleep(seconds)
    load, end = meter.stop(), time.time()
    time.sleep(BEHIND_SECONDS)
    moments = {sender.number: _between(taken(state, sender.number, since=start), end) for sender in senders}
    if not all(drop_waiting([sender]) for sender in senders):
        raise RuntimeError("a number ran out of messages: its rate is not known")
    rates = [len(each) / (end - start) for each in moments.values()]
    granted = PER_SECOND * len(senders)
    facts: dict[str, Any] = {
        "seconds": round(end - start, 1),
        "each": [round(rate, 1) for rate in rates],
        "most_in_a_second": max(_most_in_a_second(each) for each in moments.values()),
        "refused_for_speed": _refused(senders),
        "load": [asdict(load)],
        **settled(senders),
    }
    return Figure(
        f"{len(senders)} number{'s' if len(senders) > 1 else ''} at {PER_SECOND} a second",
        round(sum(rates), 1),
        "messages/s",
        beside=f"{granted} granted",
        ratio=round(sum(rates) / granted, 3),
        facts=facts,
    )


def handed_over(sender: Sender, state: Path, *, seconds: float, postmaster: int | None) -> Figure:
    """From an event's commit (somebody enrols) to the sandbox having the message it causes."""
    from messaging.models import Message
    from smartbis.customers.infos import ConsentGiven, Origin
    from smartbis.customers.services import enrol_customer
    from smartbis.tenancy.scope import tenant_scope

    sender.limited_to(PER_SECOND)
    meter, start = Meter(postmaster), time.time()
    committed: dict[Any, float] = {}
    for number in range(max(int(seconds * EVENTS_A_SECOND), 5)):
        time.sleep(max(0.0, start + number / EVENTS_A_SECOND - time.time()))
        person = enrol_customer(
            tenant=sender.tenant,
            name="Ana Souza",
            phone=f"+55219{80_000_000 + int(start) % 100_000 * 100 + number:08d}",
            consents=ConsentGiven(utility=True, marketing=False, text_version="1"),
            origin=Origin(channel="counter"),
        )
        committed[person.id] = time.time()
    load, took = meter.stop(), list[float]()
    while len(took) < len(committed) and time.time() < start + seconds + STRAGGLER_SECONDS:
        time.sleep(BEHIND_SECONDS)
        with tenant_scope(sender.tenant, read_only=True):
            rows = Message.objects.filter(customer_id__in=list(committed)).values_list("id", "customer_id")
            owners = {str(message): customer for message, customer in rows}
        took = [
            (at - committed[owners[tracker]]) * 1000
            for tracker, at in taken_by_tracker(state, since=start).items()
            if tracker in owners
        ]
    if len(took) < len(committed):
        raise RuntimeError(f"{len(committed) - len(took)} of {len(committed)} messages never came")
    cuts = quantiles(took, n=100, method="inclusive")
    facts = {
        "p50_ms": round(cuts[49], 1),
        "p95_ms": round(cuts[94], 1),
        "p99_ms": round(cuts[98], 1),
        "load": [asdict(load)],
    }
    return Figure("event committed → handed to the API", float(EVENTS_A_SECOND), "per s", facts=facts)


def taken_by_tracker(state: Path, *, since: float) -> dict[str, float]:
    """When the sandbox took each message, by our own id."""
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(f"file:{state}?mode=ro", uri=True)) as connection:
        asked = "SELECT tracker, created_at FROM messages WHERE direction = 'out' AND created_at >= ?"
        return {str(tracker): float(at) for tracker, at in connection.execute(asked, (since,))}


def _between(moments: list[float], end: float) -> list[float]:
    return [each for each in moments if each < end]


def _most_in_a_second(moments: list[float]) -> int:
    most = first = 0
    for last, at in enumerate(moments):
        while at - moments[first] >= 1.0:
            first += 1
        most = max(most, last - first + 1)
    return most


def _refused(senders: list[Sender]) -> int:
    from messaging.models import Message
    from smartbis.tenancy.scope import tenant_scope

    count = 0
    for sender in senders:
        with tenant_scope(sender.tenant, read_only=True):
            count += Message.objects.filter(error_code=130429).count()
    return count


def settled(senders: list[Sender]) -> dict[str, Any]:
    """How far the statuses have come, and how long it takes until the last has been applied."""
    from messaging.models import WebhookItem, WebhookPayload
    from smartbis.tenancy.scope import tenant_scope

    def waiting() -> int:
        count = 0
        for sender in senders:
            with tenant_scope(sender.tenant, read_only=True):
                count += WebhookPayload.objects.filter(state="waiting").count()
        return count

    behind, started = waiting(), time.monotonic()
    while waiting() and time.monotonic() - started < SETTLE_SECONDS:
        time.sleep(0.2)
    posts = items = 0
    for sender in senders:
        with tenant_scope(sender.tenant, read_only=True):
            posts += WebhookPayload.objects.count()
            items += WebhookItem.objects.count()
    return {
        "bodies_waiting_at_the_end": behind,
        "seconds_until_none": round(time.monotonic() - started, 1),
        "statuses_a_body": round(items / posts, 1) if posts else 0,
    }
