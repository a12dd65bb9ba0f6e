"""What keeps failing is left alone, longer each time, and tried by one message."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from messaging.breakers import PAUSES, THRESHOLD
from messaging.models import Breaker
from messaging.selectors import get_message
from messaging.sending import send_due
from messaging.services import queue_message
from smartbis.kernel.clock import frozen, now
from smartbis.tenancy.scope import tenant_scope
from tests.messaging.conftest import Line, enrol, open_line
from tests.messaging.graph import Answer, FakeGraph, refusal
from tests.messaging.hooks import WELCOME


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
