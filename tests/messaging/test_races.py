"""Workers side by side, on a real database with real commits: nothing is sent or taken in twice."""

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections

from messaging import breakers, inbound
from messaging.inbound import process_due
from messaging.models import Channel, Message, WebhookItem, WebhookPayload
from messaging.records import Outcome, record_outcomes
from messaging.selectors import message_counts
from messaging.sending import send_due
from messaging.services import queue_message, receive_webhook
from messaging.whatsapp.errors import Refused
from messaging.whatsapp.signature import signature_of
from smartbis.kernel.clock import now
from smartbis.tenancy.scope import tenant_scope
from tests.messaging.conftest import APP_SECRET, Line, enrol, open_line
from tests.messaging.graph import FakeGraph
from tests.messaging.hooks import WELCOME, body_of, messages_change, status_of, text_of

pytestmark = pytest.mark.django_db(transaction=True)
WORKERS = 6


@pytest.fixture
def line(aurora: Any, graph: FakeGraph) -> Line:
    return open_line(aurora)


def at_once(work: Callable[[], Any], times: int = WORKERS) -> list[Any]:
    """Run `work` in threads that start together; their answers or exceptions."""
    barrier, answers = threading.Barrier(times), []

    def run() -> None:
        barrier.wait()
        try:
            answers.append(work())
        except Exception as error:
            answers.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(answers) == times
    return answers


def test_workers_side_by_side_send_each_message_once(line: Line, graph: FakeGraph) -> None:
    for number in range(60):
        queue_message(
            tenant=line.tenant,
            customer=enrol(line.tenant, f"1199{number:07}").id,
            template="welcome",
            parameters={"first_name": "Ana", "brand": "Aurora"},
            cause=f"c:{number}",
        )

    def work() -> bool:
        while send_due(tenant=line.tenant):
            pass
        return True

    assert at_once(work) == [True] * WORKERS
    end = time.monotonic() + 10
    while message_counts(tenant=line.tenant) != {"accepted": 60} and time.monotonic() < end:
        time.sleep(0.1)  # half a second's worth went at once
        work()
    assert message_counts(tenant=line.tenant) == {"accepted": 60}
    trackers = Counter(sent["biz_opaque_callback_data"] for sent in graph.sent)
    assert len(trackers) == 60
    assert set(trackers.values()) == {1}


def test_the_same_cause_at_once_is_one_message(line: Line) -> None:
    customer = enrol(line.tenant)

    def work() -> Any:
        return queue_message(
            tenant=line.tenant,
            customer=customer.id,
            template="welcome",
            parameters={"first_name": "Ana", "brand": "Aurora"},
            cause="c:1",
        ).id

    assert len(set(at_once(work))) == 1
    assert message_counts(tenant=line.tenant) == {"queued": 1}


def test_the_same_webhook_at_once_counts_once(line: Line) -> None:
    raw = body_of(line, messages_change(line, **text_of("Oi")))
    header = signature_of(raw, f"{APP_SECRET}-aurora")

    receipts = at_once(lambda: receive_webhook(line.channel.public_id, raw, header))
    assert sorted(receipt.repeated for receipt in receipts) == [False] + [True] * (WORKERS - 1)

    def work() -> bool:
        return process_due(tenant=line.tenant)

    assert at_once(work) == [False] * WORKERS
    with tenant_scope(line.tenant):
        assert (WebhookPayload.objects.count(), WebhookItem.objects.count()) == (1, 1)
        assert Message.objects.filter(direction="in").count() == 1


def test_bodies_that_overlap_are_worked_through_side_by_side(line: Line, graph: FakeGraph) -> None:
    """The same items in many bodies, and a burst of texts of one person: each once, one thread."""
    message = queue_message(
        tenant=line.tenant,
        customer=enrol(line.tenant).id,
        template="welcome",
        parameters={"first_name": "Ana", "brand": "Aurora"},
        cause="c:1",
    )
    send_due(tenant=line.tenant)
    words = ["read", "sent", "delivered"]
    at = str(int(now().timestamp()))
    for copy in range(12):
        text = text_of("Oi", wamid=f"wamid.in{copy % 4}")
        text["messages"][0]["timestamp"] = at
        statuses = [{**status_of(message, words[copy % 3]), "timestamp": at}]
        raw = json.dumps(
            {"copy": copy, **json.loads(body_of(line, messages_change(line, statuses=statuses, **text)))}
        ).encode()
        receive_webhook(line.channel.public_id, raw, signature_of(raw, f"{APP_SECRET}-aurora"))

    def work() -> bool:
        while process_due(tenant=line.tenant):
            pass
        return True

    assert at_once(work) == [True] * WORKERS
    with tenant_scope(line.tenant):
        assert Message.objects.get(id=message.id).status == "read"
        assert Message.objects.filter(direction="in").count() == 4
        assert WebhookItem.objects.count() == 7
        assert set(WebhookPayload.objects.values_list("state", flat=True)) == {"done"}


def test_people_write_while_they_are_written_to(line: Line, graph: FakeGraph) -> None:
    """A claim holds the channel and wants their threads; a text holds a thread and names the channel: no ring."""
    people = [enrol(line.tenant, f"1199{number:07}") for number in range(8)]
    for number in range(80):
        queue_message(
            tenant=line.tenant,
            customer=people[number % 8].id,
            template="welcome",
            parameters={"first_name": "Ana", "brand": "Aurora"},
            cause=f"c:{number}",
        )
        text = text_of("Oi", wamid=f"wamid.in{number}", wa_id=f"551199{number % 8:07}")
        raw = body_of(line, messages_change(line, **text))
        receive_webhook(line.channel.public_id, raw, signature_of(raw, f"{APP_SECRET}-aurora"))
    turns = iter([send_due, process_due] * (WORKERS // 2))

    def work() -> bool:
        turn = next(turns)
        while turn(tenant=line.tenant):
            pass
        return True

    assert at_once(work) == [True] * WORKERS
    with tenant_scope(line.tenant):
        assert set(WebhookPayload.objects.values_list("state", flat=True)) == {"done"}
        assert Message.objects.filter(direction="in").count() == 80
        assert not Message.objects.filter(status__in=["unknown", "failed"]).exists()


def test_a_status_that_is_parked_while_its_message_is_accepted_is_not_lost(
    line: Line, graph: FakeGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It comes without our tracker and finds no message; Meta's id is written down before the parking is committed."""
    message = queue_message(
        tenant=line.tenant,
        customer=enrol(line.tenant).id,
        template="welcome",
        parameters={"first_name": "Ana", "brand": "Aurora"},
        cause="c:1",
    )
    parked, apply = threading.Event(), inbound._apply

    def linger(*given: Any) -> None:
        apply(*given)
        parked.set()
        time.sleep(1)

    monkeypatch.setattr(inbound, "_apply", linger)
    stray = {"id": "wamid.1", "status": "delivered", "timestamp": str(int(now().timestamp()))}
    raw = body_of(line, messages_change(line, statuses=[stray]))
    receive_webhook(line.channel.public_id, raw, signature_of(raw, f"{APP_SECRET}-aurora"))

    steps: Iterator[Callable[..., Any]] = iter((process_due, send_due))

    def work() -> None:
        step = next(steps)
        if step is send_due:
            parked.wait(10)
        step(tenant=line.tenant)

    at_once(work, times=2)
    with tenant_scope(line.tenant):
        assert Message.objects.get(id=message.id).status == "delivered"
        assert WebhookItem.objects.get().state == "done"


def test_a_claim_and_refusals_that_concern_the_number_wait_in_one_order(line: Line, graph: FakeGraph) -> None:
    """The one lets a part of the number try, the other lets it rest and slows the number down."""
    people = [enrol(line.tenant, f"1198765{number:04d}", name=f"P{number}") for number in range(2)]
    messages = [
        queue_message(
            tenant=line.tenant, customer=each.id, template="welcome", parameters=WELCOME, cause=f"c:{each.id}"
        ).id
        for each in people
    ]
    channel, holding = line.channel.id, threading.Event()
    with tenant_scope(line.tenant):
        breakers.note_stop(line.tenant, channel, breakers.PAID, breakers.BILLING_CODE)
        breakers.end_rests(channel, now())
        Message.objects.filter(id__in=messages).update(status="sending", leased_until=now() + timedelta(minutes=2))
    refused = [Refused(code=breakers.BILLING_CODE, http_status=400), Refused(code=130429, http_status=429)]
    outcomes = [Outcome(row, None, each) for row, each in zip(sorted(messages), refused, strict=True)]

    def claims() -> None:
        with tenant_scope(line.tenant):
            Channel.objects.select_for_update(no_key=True).get(id=channel)
            holding.set()
            time.sleep(0.5)
            breakers.try_once(channel, breakers.PAID, now())

    def records() -> None:
        holding.wait(5)
        record_outcomes(tenant=line.tenant, channel=channel, outcomes=outcomes)

    works = iter((claims, records))
    assert at_once(lambda: next(works)(), times=2) == [None, None]
    with tenant_scope(line.tenant):
        assert set(Message.objects.filter(id__in=messages).values_list("status", flat=True)) == {"queued"}
