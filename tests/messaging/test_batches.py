"""A webhook with many statuses: applied together, to the same end as one by one."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from messaging import inbound
from messaging.arrivals import apply_together
from messaging.models import Message, WebhookItem, WebhookPayload
from messaging.services import queue_message, receive_webhook
from messaging.whatsapp.signature import signature_of
from smartbis.tenancy.scope import tenant_scope
from tests.messaging.conftest import APP_SECRET, Line, enrol, open_line
from tests.messaging.graph import FakeGraph
from tests.messaging.hooks import (
    WELCOME,
    body_of,
    messages_change,
    rows,
    say,
    sent_message,
    status,
    status_of,
    tell,
)

PRICING = {"billable": True, "pricing_model": "PMP", "type": "regular", "category": "utility"}


def two_messages(line: Line) -> list[Any]:
    from messaging.sending import send_due

    first = sent_message(line)
    second = queue_message(
        tenant=line.tenant,
        customer=enrol(line.tenant, "11912345678").id,
        template="welcome",
        parameters=WELCOME,
        cause="c:2",
    )
    send_due(tenant=line.tenant)
    return [first, second]


def test_statuses_of_many_messages_are_applied_in_one_round(line: Line, graph: FakeGraph) -> None:
    first, second = two_messages(line)
    tell(
        line,
        status_of(first, "read", 3),
        status_of(second, "sent", 1, wamid="wamid.2", pricing=PRICING),
        status_of(first, "sent", 1, pricing=PRICING),
        status_of(first, "delivered", 2),
    )
    assert (status(line, first), status(line, second)) == ("read", "sent")
    with tenant_scope(line.tenant):
        kept = Message.objects.get(id=first.id)
        assert kept.sent_at is not None
        assert kept.delivered_at is not None
        assert kept.read_at is not None
        assert kept.sent_at < kept.delivered_at < kept.read_at
        assert kept.pricing == PRICING
        assert kept.content_sealed is not None
        assert set(WebhookItem.objects.values_list("kind", "state")) == {("status", "done")}


def test_a_batch_is_no_dearer_for_more_statuses(line: Line, graph: FakeGraph) -> None:
    messages = two_messages(line)
    say(line, "Oi")  # whose address it is, is looked up once
    counts = []
    for names in (("sent",), ("delivered", "read")):
        statuses = [
            status_of(message, name, wamid=f"wamid.{place}")
            for place, message in enumerate(messages, start=1)
            for name in names
        ]
        with CaptureQueriesContext(connection) as asked:
            tell(line, *statuses)
        counts.append(len(asked))
    assert counts[0] == counts[1]
    assert [status(line, each) for each in messages] == ["read", "read"]


def test_what_a_batch_does_not_know_is_left_for_one_by_one(line: Line, boreal: Any, graph: FakeGraph) -> None:
    """Failures, strays without our id, and another brand's messages are in the same body."""
    first, second = two_messages(line)
    other = sent_message(open_line(boreal, number="700"))
    tell(
        line,
        status_of(first, "sent", 1),
        status_of(first, "delivered", 2),
        status_of(second, "failed", 1, wamid="wamid.2", errors=[{"code": 131026}]),
        status_of(other, "read", 1, wamid="wamid.7"),
        {"id": "wamid.nobody", "status": "sent", "timestamp": "1750000000"},
    )
    assert (status(line, first), status(line, second)) == ("delivered", "failed")
    with tenant_scope(boreal.id):
        assert Message.objects.get(id=other.id).status == "accepted"
    with tenant_scope(line.tenant):
        assert WebhookItem.objects.filter(state="parked").count() == 2
        assert WebhookPayload.objects.get().state == "done"


def test_the_same_statuses_in_another_body_change_nothing(line: Line, graph: FakeGraph) -> None:
    first, second = two_messages(line)
    again = [status_of(first, "read", 3), status_of(second, "delivered", 1, wamid="wamid.2")]
    tell(line, *again)
    tell(line, *again, status_of(first, "sent", 1))
    assert (status(line, first), status(line, second)) == ("read", "delivered")
    assert rows(line, WebhookItem) == 3


def test_a_batch_that_breaks_is_applied_one_by_one(
    line: Line, graph: FakeGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = two_messages(line)

    def broken(**_: Any) -> None:
        raise RuntimeError("no luck")

    monkeypatch.setattr(inbound, "apply_together", broken)
    tell(line, status_of(first, "sent", 1), status_of(second, "delivered", 2, wamid="wamid.2"))
    assert (status(line, first), status(line, second)) == ("sent", "delivered")


def test_bodies_that_break_together_are_tried_each_by_itself(
    line: Line, graph: FakeGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = two_messages(line)
    for message, wamid in ((first, "wamid.1"), (second, "wamid.2")):
        raw = body_of(line, messages_change(line, statuses=[status_of(message, "sent", 1, wamid=wamid)]))
        receive_webhook(line.channel.public_id, raw, signature_of(raw, f"{APP_SECRET}-aurora"))
    sizes = []

    def breaks_together(*, tenant: Any, arrivals: Any) -> Any:
        sizes.append(len(arrivals))
        if len(arrivals) > 1:
            raise RuntimeError("no luck")
        return apply_together(tenant=tenant, arrivals=arrivals)

    monkeypatch.setattr(inbound, "apply_together", breaks_together)
    assert inbound.process_due(tenant=line.tenant) is False
    assert sizes == [2, 1, 1]
    assert [status(line, each) for each in (first, second)] == ["sent", "sent"]
    with tenant_scope(line.tenant):
        assert set(WebhookPayload.objects.values_list("state", "attempts")) == {("done", 1)}
    assert rows(line, WebhookItem) == 2


def test_a_body_that_nobody_can_read_holds_up_none_beside_it(line: Line, graph: FakeGraph) -> None:
    first, second = two_messages(line)
    good = body_of(line, messages_change(line, statuses=[status_of(first, "sent", 1)]))
    for raw in (b"[]", good, b"{"):
        receive_webhook(line.channel.public_id, raw, signature_of(raw, f"{APP_SECRET}-aurora"))
    assert inbound.process_due(tenant=line.tenant) is False
    with tenant_scope(line.tenant):
        assert sorted(WebhookPayload.objects.values_list("state", flat=True)) == ["done", "malformed", "malformed"]
    assert [status(line, each) for each in (first, second)] == ["sent", "accepted"]
