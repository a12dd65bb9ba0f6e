"""What keeps failing is left alone, longer each time, and tried by one message."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from messaging.breakers import BILLING_CODE, OFFERS, PAID, PAUSES, STOPPED_PAUSES, THRESHOLD
from messaging.models import Breaker, Template
from messaging.selectors import channels, conversations_page, get_message
from messaging.sending import send_due
from messaging.services import check_channel, queue_message, queue_text
from smartbis.kernel.clock import frozen, now
from smartbis.kernel.people import SYSTEM, Actor
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo
from tests.messaging.conftest import Line, enrol, open_line
from tests.messaging.graph import Answer, FakeGraph, refusal
from tests.messaging.hooks import WELCOME, say, sent_message, status_of, tell

OWNER = Actor(kind="staff", role="owner")


def several(line: Line, count: int) -> Sequence[Any]:
    people = [enrol(line.tenant, f"1198765{number:04d}", name=f"P{number}") for number in range(count)]
    return [
        queue_message(
            tenant=line.tenant, customer=each.id, template="welcome", parameters=WELCOME, cause=f"c:{each.id}"
        )
        for each in people
    ]


def sent(line: Line, at: datetime) -> None:
    with frozen(at):
        send_due(tenant=line.tenant)


def breaker(line: Line, template: str = "") -> Breaker:
    with tenant_scope(line.tenant):
        return Breaker.objects.get(channel_id=line.channel.id, template=template)


def statuses(line: Line, messages: Sequence[Any]) -> list[str]:
    return [get_message(tenant=line.tenant, message=each.id).status for each in messages]


def test_five_failures_one_after_another_give_the_number_a_rest(line: Line, graph: FakeGraph, boreal) -> None:
    start = now() + timedelta(minutes=1)
    other = open_line(boreal, number="700")
    messages = several(line, THRESHOLD + 2)
    graph.script.extend([Answer(502, b"<html>Bad Gateway</html>")] * (THRESHOLD + 2))
    sent(line, start)
    calls = len(graph.calls)
    assert breaker(line).open_until == start + PAUSES[0]
    assert breaker(line).trips == 1  # what was on its way with the fifth adds none

    sent(line, start + timedelta(seconds=20))  # they are due again, but nothing is asked
    assert len(graph.calls) == calls
    assert set(statuses(line, messages)) == {"queued"}

    free = several(other, 1)
    send_due(tenant=other.tenant)
    assert statuses(other, free) == ["accepted"]


def test_one_message_finds_out_and_opens_the_way_for_all(line: Line, graph: FakeGraph) -> None:
    start = now() + timedelta(minutes=1)
    messages = several(line, THRESHOLD)
    graph.script.extend([Answer(500, b"")] * THRESHOLD)
    sent(line, start)
    graph.sent.clear()
    sent(line, start + PAUSES[0] + timedelta(seconds=1))
    assert breaker(line).failures == 0
    assert statuses(line, messages) == ["accepted"] * THRESHOLD


def test_each_failed_trial_makes_the_rest_longer(line: Line, graph: FakeGraph) -> None:
    at = now() + timedelta(minutes=1)
    several(line, THRESHOLD)
    graph.script.extend([Answer(500, b"")] * (THRESHOLD + 1))
    sent(line, at)
    calls = len(graph.calls)
    later = at + PAUSES[0] + timedelta(seconds=1)
    sent(line, later)
    assert len(graph.calls) == calls + 1
    assert breaker(line).open_until == later + PAUSES[1]


@pytest.mark.parametrize("answer", [refusal(130429, 429), refusal(131026)])
def test_limits_and_unreachable_people_are_no_failures_of_the_number(line: Line, graph: FakeGraph, answer) -> None:
    several(line, THRESHOLD)
    graph.script.extend([answer] * THRESHOLD)
    sent(line, now() + timedelta(minutes=1))
    with tenant_scope(line.tenant):
        assert not Breaker.objects.filter(open_until__isnull=False).exists()


def test_a_template_that_is_refused_rests_alone(line: Line, graph: FakeGraph) -> None:
    start = now() + timedelta(minutes=1)
    several(line, THRESHOLD)
    graph.script.extend([refusal(132000)] * THRESHOLD)
    sent(line, start)
    assert breaker(line, "welcome").open_until == start + PAUSES[0]

    late = enrol(line.tenant, "11955554444", name="Tarde")
    waiting = queue_message(tenant=line.tenant, customer=late.id, template="welcome", parameters=WELCOME, cause="late")
    sent(line, start + timedelta(seconds=5))
    info = get_message(tenant=line.tenant, message=waiting.id)
    assert (info.status, info.reason) == ("queued", "template_resting")

    sent(line, start + PAUSES[0] + timedelta(seconds=1))
    info = get_message(tenant=line.tenant, message=waiting.id)
    assert (info.status, info.reason) == ("accepted", "")


def test_unpaid_bills_stop_what_costs_and_nothing_else(
    line: Line, graph: FakeGraph, network: None, boreal: TenantInfo
) -> None:
    start = now() + timedelta(minutes=1)
    other = open_line(boreal, number="700")
    first, second = several(line, 2)
    graph.script.extend([refusal(131042, 400)] * 2)
    sent(line, start)
    (info,) = channels(tenant=line.tenant)
    assert info.status == "live"
    with frozen(start):
        (info,) = channels(tenant=line.tenant)
    assert info.unpaid_until == start + STOPPED_PAUSES[0]
    assert {get_message(tenant=line.tenant, message=each.id).reason for each in (first, second)} == {"billing_stopped"}

    say(line, "Oi")  # an answer costs nothing
    graph.calls.clear()
    with frozen(start + timedelta(minutes=1)):
        (thread,) = conversations_page(tenant=line.tenant).items
        answer = queue_text(tenant=line.tenant, conversation=thread.id, body="Olá", cause="a:1", actor=SYSTEM)
        send_due(tenant=line.tenant)
        assert get_message(tenant=line.tenant, message=answer.id).status == "accepted"
    (free,) = several(other, 1)
    sent(other, start + timedelta(minutes=1))
    assert get_message(tenant=other.tenant, message=free.id).status == "accepted"

    graph.calls.clear()
    graph.script.append(refusal(131042, 400))
    sent(line, start + STOPPED_PAUSES[0] + timedelta(seconds=1))  # one tries, and it rests for longer
    assert len(graph.calls) == 1
    assert breaker(line, PAID).trips == 2
    sent(line, start + STOPPED_PAUSES[0] + STOPPED_PAUSES[1] + timedelta(minutes=5))
    sent(line, start + STOPPED_PAUSES[0] + STOPPED_PAUSES[1] + timedelta(minutes=9))
    assert statuses(line, [first, second]) == ["accepted", "accepted"]
    assert breaker(line, PAID).failures == 0


def test_a_look_at_meta_ends_what_waited_for_it(line: Line, graph: FakeGraph, network: None) -> None:
    (waiting,) = several(line, 1)
    graph.script.append(refusal(131042, 400))
    sent(line, now())
    graph.pages[f"/{line.channel.phone_number_id}"] = Answer(200, {"id": line.channel.phone_number_id})
    check_channel(tenant=line.tenant, channel=line.channel.id, actor=OWNER)
    assert channels(tenant=line.tenant)[0].unpaid_until is None
    send_due(tenant=line.tenant)
    assert get_message(tenant=line.tenant, message=waiting.id).status == "accepted"


def test_a_refused_number_goes_on_once_meta_answers_for_it(line: Line, graph: FakeGraph, network: None) -> None:
    (waiting,) = several(line, 1)
    graph.script.append(refusal(131031, 400))
    sent(line, now())
    (info,) = channels(tenant=line.tenant)
    assert (info.status, info.stop_reason) == ("stopped", "code_131031")
    graph.pages[f"/{line.channel.phone_number_id}"] = Answer(200, {"id": line.channel.phone_number_id})
    check_channel(tenant=line.tenant, channel=line.channel.id, actor=OWNER)
    assert channels(tenant=line.tenant)[0].status == "live"
    send_due(tenant=line.tenant)
    assert get_message(tenant=line.tenant, message=waiting.id).status == "accepted"


@pytest.mark.parametrize(("category", "part"), [("marketing", OFFERS), ("utility", PAID)])
def test_spam_stops_the_offers_or_all_that_is_not_an_answer(
    line: Line, graph: FakeGraph, category: str, part: str
) -> None:
    start = datetime(2027, 3, 10, 15, tzinfo=UTC)  # a Wednesday's noon in Brazil: no quiet hour, no holiday
    with frozen(start):
        person = enrol(line.tenant, marketing=True)
        with tenant_scope(line.tenant):
            Template.objects.update(category=category)
        message = queue_message(
            tenant=line.tenant, customer=person.id, template="welcome", parameters=WELCOME, cause="c:1"
        )
        graph.script.append(refusal(131048, 400))
        send_due(tenant=line.tenant)
        (info,) = channels(tenant=line.tenant)
        assert get_message(tenant=line.tenant, message=message.id).reason == "account_restricted"
    until = start + STOPPED_PAUSES[0]
    assert (info.status, info.offers_until, info.restricted_until) == (
        "live",
        until if part == OFFERS else None,
        until if part == PAID else None,
    )


def test_a_bill_that_is_told_later_stops_what_costs_too(line: Line, graph: FakeGraph, boreal: TenantInfo) -> None:
    open_line(boreal, number="700")
    message = sent_message(line)
    tell(line, status_of(message, "failed", errors=[{"code": BILLING_CODE, "title": "Payment", "message": "Payment"}]))
    info = get_message(tenant=line.tenant, message=message.id)
    assert (info.status, info.reason) == ("queued", "billing_stopped")
    (number,) = channels(tenant=line.tenant)
    assert number.unpaid_until is not None
    assert channels(tenant=boreal.id)[0].unpaid_until is None
    sent(line, number.unpaid_until + timedelta(seconds=1))
    assert get_message(tenant=line.tenant, message=message.id).status == "accepted"
    assert channels(tenant=line.tenant)[0].unpaid_until is None
