"""Who waits for whom: a brand's thousands do not hold up another's sign-in code, nor its own."""

from datetime import timedelta
from typing import Any

import pytest

from messaging import sending
from messaging.models import Channel, Message, Template
from messaging.sealed import sealed_content
from messaging.selectors import get_message, message_counts
from messaging.sending import send_due
from messaging.services import queue_message, queue_sign_in_code
from smartbis.kernel.clock import frozen, now
from smartbis.kernel.ids import new_id
from smartbis.outbox import work
from smartbis.tenancy.scope import tenant_scope
from tests.messaging.conftest import Line, enrol, open_line
from tests.messaging.graph import FakeGraph
from tests.messaging.hooks import WELCOME

MANY = 5_000
PEOPLE = 200


@pytest.fixture
def crowd(line: Line) -> Line:
    """Aurora has five thousand advertisements waiting, for two hundred people who agreed."""
    people = [enrol(line.tenant, f"1199{number:07}", marketing=True).id for number in range(PEOPLE)]
    queue_message(tenant=line.tenant, customer=people[0], template="welcome", parameters=WELCOME, cause="c:0")
    with tenant_scope(line.tenant):
        Template.objects.filter(key="welcome").update(category="MARKETING")
        Message.objects.update(category="marketing", priority=40)
        pattern = Message.objects.get()
        names = [field.attname for field in Message._meta.concrete_fields]
        rows = []
        for number in range(1, MANY):
            row = Message(**{name: getattr(pattern, name) for name in names})
            row.id, row.cause, row.customer_id = new_id(), f"c:{number}", people[number % PEOPLE]
            row.content_sealed = sealed_content(line.tenant, row.id, WELCOME)
            rows.append(row)
        Message.objects.bulk_create(rows, batch_size=1000)
    return line


@pytest.fixture
def turns(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Whose turn it was, in order."""
    taken: list[Any] = []
    real = work._take_turn

    def noted(queue: str, tenant: Any) -> None:
        taken.append(tenant)
        real(queue, tenant)

    monkeypatch.setattr(work, "_take_turn", noted)
    return taken


def code(line: Line, phone: str = "21999990000") -> Any:
    return queue_sign_in_code(tenant=line.tenant, phone=phone, code="123456", challenge=new_id())


def status(line: Line, message: Any) -> str:
    return get_message(tenant=line.tenant, message=message.id).status


def test_another_brands_thousands_do_not_hold_up_a_code(
    crowd: Line, boreal: Any, graph: FakeGraph, turns: list[Any]
) -> None:
    """Its turn comes after one of theirs, though theirs has been waiting for longer and the number may go on."""
    with tenant_scope(crowd.tenant):
        Channel.objects.update(per_second=1000)
    other = open_line(boreal, number="700")
    asked = code(other)
    while status(other, asked) != "accepted":
        assert work.drain_queue("send", seconds=0.001) >= 1
        assert len(turns) <= 2
    assert message_counts(tenant=crowd.tenant)["queued"] > MANY // 2


def test_a_turn_ends_though_there_is_more(crowd: Line, graph: FakeGraph, monkeypatch: pytest.MonkeyPatch) -> None:
    with tenant_scope(crowd.tenant):
        Channel.objects.update(per_second=10_000)
    monkeypatch.setattr(sending, "TURN_SECONDS", 0.2)
    assert send_due(tenant=crowd.tenant) is True
    assert message_counts(tenant=crowd.tenant)["queued"] > MANY // 2


def test_a_code_goes_before_what_has_waited_for_longer(crowd: Line, graph: FakeGraph) -> None:
    """Code, answer, notice, advertisement: by class, then by age, also at a number that is at its limit."""
    with tenant_scope(crowd.tenant):
        Template.objects.filter(key="voucher_redeemed").update(status="APPROVED")
    with frozen(now() + timedelta(seconds=5)):
        notice = queue_message(
            tenant=crowd.tenant,
            customer=enrol(crowd.tenant, "31988887777").id,
            template="voucher_redeemed",
            parameters={"first_name": "Ana", "voucher": "Café", "store": "Centro", "at": "21/11/2026 14:30"},
            cause="n:1",
        )
        asked = code(crowd)
        with tenant_scope(crowd.tenant):
            Channel.objects.update(per_second=2)  # one at once
        sent = []
        for half in range(3):
            with frozen(now() + timedelta(seconds=half)):
                send_due(tenant=crowd.tenant)
                sent = [each["biz_opaque_callback_data"] for each in graph.sent]
    assert sent[:2] == [str(asked.id), str(notice.id)]
    assert message_counts(tenant=crowd.tenant)["queued"] >= MANY - 2
