"""Statuses move a message forward, each once, in whatever order they come."""

import itertools
from datetime import timedelta
from typing import Any

import pytest

from messaging import inbound, sending
from messaging.claiming import claim
from messaging.inbound import process_due
from messaging.models import WebhookItem, WebhookPayload
from messaging.records import record_outcomes
from messaging.selectors import get_message, messages_page
from messaging.sending import send_due
from messaging.services import (
    queue_message,
)
from smartbis.kernel.clock import frozen, now
from smartbis.tenancy.scope import tenant_scope
from tests.messaging.conftest import APP_SECRET, Line, enrol, open_line
from tests.messaging.graph import FakeGraph
from tests.messaging.hooks import (
    WELCOME,
    body_of,
    deliver,
    events,
    messages_change,
    rows,
    say,
    sent_message,
    status,
    status_of,
    tell,
    text_of,
)


@pytest.mark.parametrize("order", list(itertools.permutations(["sent", "delivered", "read"])))
def test_statuses_move_forward_in_any_order(line: Line, order: tuple[str, ...]) -> None:
    message = sent_message(line)
    for second, word in enumerate(order):
        tell(line, status_of(message, word, second))
    info = get_message(tenant=line.tenant, message=message.id)
    assert info.status == "read"
    assert None not in (info.sent_at, info.delivered_at, info.read_at)


def test_a_replayed_body_changes_nothing(line: Line) -> None:
    message = sent_message(line)
    raw = body_of(line, messages_change(line, statuses=[status_of(message, "sent")]))
    assert deliver(line, raw).repeated is False
    before = get_message(tenant=line.tenant, message=message.id)
    for _ in range(5):
        assert deliver(line, raw).repeated is True
    assert get_message(tenant=line.tenant, message=message.id) == before
    assert (rows(line, WebhookPayload), rows(line, WebhookItem)) == (1, 1)


def test_an_item_that_comes_again_in_another_body_counts_once(line: Line) -> None:
    say(line, "Oi")
    raw = body_of(line, messages_change(line, **text_of("Oi"), extra=1))
    deliver(line, raw)
    assert len(messages_page(tenant=line.tenant, direction="in").items) == 1
    assert len(events(line, "message.received.v1")) == 1


def test_failed_is_final(line: Line) -> None:
    message = sent_message(line)
    tell(line, status_of(message, "failed", errors=[{"code": 131026, "title": "Undeliverable"}]))
    tell(line, status_of(message, "delivered", 5))
    info = get_message(tenant=line.tenant, message=message.id)
    assert (info.status, info.error_code) == ("failed", 131026)
    assert [each["reason"] for each in events(line, "message.failed.v1")] == ["undeliverable"]


def test_a_failure_after_arrival_is_no_failure(line: Line) -> None:
    message = sent_message(line)
    tell(line, status_of(message, "read"), status_of(message, "failed", 5))
    assert status(line, message) == "read"


def test_pricing_is_kept(line: Line) -> None:
    message = sent_message(line)
    price = {"billable": True, "pricing_model": "PMP", "category": "utility"}
    tell(line, status_of(message, "sent", pricing=price))
    tell(line, status_of(message, "delivered", 1))
    assert get_message(tenant=line.tenant, message=message.id).pricing == price


def test_a_status_before_our_own_record_finds_the_message_by_its_tracker(line: Line) -> None:
    customer = enrol(line.tenant)
    message = queue_message(
        tenant=line.tenant, customer=customer.id, template="welcome", parameters=WELCOME, cause="c:1"
    )
    claim(tenant=line.tenant, channel=line.channel.id)  # then the worker dies
    tell(line, status_of(message, "delivered", wamid="wamid.9"))
    assert status(line, message) == "delivered"
    with frozen(now() + timedelta(minutes=30)):
        send_due(tenant=line.tenant)
    assert status(line, message) == "delivered"


def test_a_status_settles_an_unknown_outcome(line: Line, graph: FakeGraph) -> None:
    message = sent_message_of_unknown_outcome(line, graph)
    tell(line, status_of(message, "sent", wamid="wamid.9"))
    with frozen(now() + timedelta(minutes=30)):
        send_due(tenant=line.tenant)
    assert status(line, message) == "sent"
    assert graph.sent == []


def sent_message_of_unknown_outcome(line: Line, graph: FakeGraph) -> Any:
    from tests.messaging.graph import Answer

    graph.script.append(Answer(drop=True))
    message = sent_message(line)
    assert status(line, message) == "unknown"
    return message


def test_the_first_attempts_failure_does_not_fail_the_second(line: Line, graph: FakeGraph) -> None:
    message = sent_message_of_unknown_outcome(line, graph)
    with frozen(now() + timedelta(minutes=11)):
        send_due(tenant=line.tenant)
    tell(line, status_of(message, "failed", wamid="wamid.first", errors=[{"code": 131026}]))
    assert status(line, message) == "accepted"


@pytest.mark.parametrize(("named", "expected"), [("wamid.first", "accepted"), ("wamid.1", "failed")])
def test_a_failure_during_the_second_attempt_counts_for_the_attempt_it_names(
    line: Line, graph: FakeGraph, monkeypatch: pytest.MonkeyPatch, named: str, expected: str
) -> None:
    """Meta's answer to the second attempt is under way while a failure comes in: of the first, or of the second."""
    message = sent_message_of_unknown_outcome(line, graph)

    def late(**given: Any) -> None:
        tell(line, status_of(message, "failed", wamid=named, errors=[{"code": 131026}]))
        record_outcomes(**given)

    monkeypatch.setattr(sending, "record_outcomes", late)
    with frozen(now() + timedelta(minutes=11)):
        send_due(tenant=line.tenant)
    assert len(graph.sent) == 1
    assert status(line, message) == expected


def test_a_status_without_tracker_is_parked_until_its_message_is_known(line: Line, graph: FakeGraph) -> None:
    stray = {"id": "wamid.1", "status": "delivered", "timestamp": "1750000000"}
    tell(line, stray)
    with tenant_scope(line.tenant):
        assert WebhookItem.objects.get().state == "parked"
    message = sent_message(line)  # Meta calls it wamid.1
    assert status(line, message) == "delivered"
    with tenant_scope(line.tenant):
        assert WebhookItem.objects.get().state == "done"


def test_a_tracker_of_another_brand_finds_nothing(line: Line, boreal, graph: FakeGraph) -> None:
    message = sent_message(line)
    other = open_line(boreal, number="700")
    raw = body_of(other, messages_change(other, statuses=[status_of(message, "read")]))
    deliver(other, raw, f"{APP_SECRET}-boreal")
    assert status(line, message) == "accepted"
    with tenant_scope(boreal.id):
        assert WebhookItem.objects.get().state == "parked"


@pytest.mark.parametrize(("number", "waba"), [("999", None), (None, "888")])
def test_an_item_of_another_number_or_account_is_quarantined(line: Line, number, waba) -> None:
    message = sent_message(line)
    change = messages_change(line, number=number, statuses=[status_of(message, "read")])
    deliver(line, body_of(line, change, waba=waba))
    assert status(line, message) == "accepted"
    with tenant_scope(line.tenant):
        assert WebhookItem.objects.get().state == "quarantined"


def test_unknown_kinds_are_kept(line: Line) -> None:
    deliver(line, body_of(line, {"field": "account_alerts", "value": {"x": 1}}))
    with tenant_scope(line.tenant):
        item = WebhookItem.objects.get()
        assert (item.kind, item.state) == ("account_alerts", "unknown")


def test_a_retryable_failure_by_webhook_is_sent_again(line: Line, graph: FakeGraph) -> None:
    message = sent_message(line)
    tell(line, status_of(message, "failed", errors=[{"code": 131000}]))
    assert status(line, message) == "queued"
    with frozen(now() + timedelta(minutes=1)):
        send_due(tenant=line.tenant)
    assert len(graph.sent) == 2
    assert status(line, message) == "accepted"


def test_an_old_failure_does_not_stop_the_next_attempt(line: Line, graph: FakeGraph) -> None:
    message = sent_message(line)
    for second in range(3):
        tell(line, status_of(message, "failed", second, errors=[{"code": 131000}]))
    assert status(line, message) == "queued"


def test_one_broken_item_does_not_hold_up_its_neighbours(line: Line, monkeypatch) -> None:
    message = sent_message(line)

    def broken(**_: Any) -> None:
        raise RuntimeError("no luck")

    with monkeypatch.context() as patch:
        patch.setattr(inbound, "receive_message", broken)
        change = messages_change(line, statuses=[status_of(message, "sent")], **text_of("Oi"))
        deliver(line, body_of(line, change))
    assert status(line, message) == "sent"
    assert rows(line, WebhookItem) == 1

    with frozen(now() + timedelta(minutes=1)):
        process_due(tenant=line.tenant)
    assert rows(line, WebhookItem) == 2
    with tenant_scope(line.tenant):
        assert WebhookPayload.objects.get().state == "done"
