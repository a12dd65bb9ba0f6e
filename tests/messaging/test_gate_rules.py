"""Quiet hours, holidays, caps and limits: which rule kept a message back, and what becomes of it."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from messaging.errors import SendingRulesInvalid
from messaging.models import Channel, Conversation, Message, Template
from messaging.selectors import get_message, sending_rules
from messaging.sending import send_due
from messaging.sending_rules import Rules, wait
from messaging.services import queue_message, queue_text, set_sending_rules
from smartbis.kernel.clock import frozen
from smartbis.kernel.errors import DomainError
from smartbis.kernel.holidays import easter, national_holidays
from smartbis.kernel.people import SYSTEM, Actor
from smartbis.kernel.zones import zone_of_phone
from smartbis.tenancy.scope import tenant_scope
from tests.messaging.conftest import Line, enrol
from tests.messaging.graph import FakeGraph, refusal
from tests.messaging.hooks import WELCOME, say

OWNER = Actor(kind="staff", role="owner")
NOON = datetime(2026, 11, 24, 15, tzinfo=UTC)  # a Tuesday, 12:00 in São Paulo
SAO_PAULO = "America/Sao_Paulo"


def advertise(line: Line) -> None:
    """Meta calls the welcome an advertisement."""
    with tenant_scope(line.tenant):
        Template.objects.filter(key="welcome").update(category="marketing")


def write(line: Line, customer: Any, cause: str = "c:1") -> Any:
    return queue_message(tenant=line.tenant, customer=customer.id, template="welcome", parameters=WELCOME, cause=cause)


def sent(line: Line, at: datetime) -> None:
    with frozen(at):
        send_due(tenant=line.tenant)


def told(line: Line, message: Any) -> tuple[str, str, datetime | None]:
    """Status, reason, and when it is due."""
    with tenant_scope(line.tenant):
        row = Message.objects.get(id=message.id)
    return row.status, row.reason, row.due_at


# -- pure -------------------------------------------------------------------------------------------------------------


def test_holidays_of_brazil() -> None:
    assert easter(2026) == date(2026, 4, 5)
    assert easter(2027) == date(2027, 3, 28)
    assert date(2026, 4, 3) in national_holidays(2026)
    assert date(2026, 11, 20) in national_holidays(2026)
    assert date(2026, 11, 24) not in national_holidays(2026)


@pytest.mark.parametrize(
    ("phone", "zone"),
    [
        ("+5511987654821", SAO_PAULO),
        ("+5592987654821", "America/Manaus"),
        ("+5568987654821", "America/Rio_Branco"),
        ("+351912345678", None),
        ("+59899123456", "America/Montevideo"),
        ("+12125550123", None),
    ],
)
def test_the_clock_of_a_number(phone: str, zone: str | None) -> None:
    assert zone_of_phone(phone) == zone


@pytest.mark.parametrize(
    ("at", "zone", "expected"),
    [
        (datetime(2026, 11, 24, 23, tzinfo=UTC), SAO_PAULO, None),  # 20:00
        (datetime(2026, 11, 25, 0, tzinfo=UTC), SAO_PAULO, ("quiet_hours", datetime(2026, 11, 25, 11, tzinfo=UTC))),
        (datetime(2026, 11, 25, 0, tzinfo=UTC), "America/Rio_Branco", None),  # 19:00 there
        (datetime(2026, 11, 25, 10, tzinfo=UTC), SAO_PAULO, ("quiet_hours", datetime(2026, 11, 25, 11, tzinfo=UTC))),
        # Good Friday, then the quiet hours of Saturday's morning
        (datetime(2026, 4, 3, 15, tzinfo=UTC), SAO_PAULO, ("holiday", datetime(2026, 4, 4, 11, tzinfo=UTC))),
        # Christmas Eve's night, and Christmas after it
        (datetime(2026, 12, 25, 1, tzinfo=UTC), SAO_PAULO, ("quiet_hours", datetime(2026, 12, 26, 11, tzinfo=UTC))),
    ],
)
def test_when_an_advertisement_may_go(at: datetime, zone: str, expected: Any) -> None:
    assert wait(Rules(), "marketing", at, zone) == expected
    assert wait(Rules(), "utility", at, zone) is None


def test_notices_are_quiet_where_the_brand_wants_it() -> None:
    night = datetime(2026, 11, 25, 2, tzinfo=UTC)
    rules = Rules(is_quiet_for_notices=True, quiet_from=time(22), quiet_until=time(6), rests_on_holidays=False)
    assert wait(rules, "utility", night, SAO_PAULO) == ("quiet_hours", datetime(2026, 11, 25, 9, tzinfo=UTC))
    assert wait(Rules(quiet_from=None, quiet_until=None), "marketing", night, SAO_PAULO) is None


# -- in the queue -----------------------------------------------------------------------------------------------------


def test_quiet_hours_count_by_the_persons_own_clock(line: Line, graph: FakeGraph) -> None:
    """At 20:30 in São Paulo it is 19:30 in Manaus; an hour later only the one in São Paulo sleeps."""
    advertise(line)
    at = datetime(2026, 11, 25, 0, 30, tzinfo=UTC)
    with frozen(at):
        ana = enrol(line.tenant, "11987654821", marketing=True)
        bia = enrol(line.tenant, "92987654821", name="Bia", marketing=True)
        first, second = write(line, ana, "a"), write(line, bia, "b")
    sent(line, at)
    assert told(line, first) == ("queued", "quiet_hours", datetime(2026, 11, 25, 11, tzinfo=UTC))
    assert told(line, second)[0] == "accepted"
    sent(line, datetime(2026, 11, 25, 11, 0, 1, tzinfo=UTC))
    assert told(line, first)[:2] == ("accepted", "")


def test_notices_and_answers_are_not_kept_back(line: Line, graph: FakeGraph) -> None:
    night = datetime(2026, 11, 25, 3, tzinfo=UTC)
    with frozen(night):
        notice = write(line, enrol(line.tenant))
    sent(line, night)
    assert told(line, notice)[0] == "accepted"


def test_what_would_be_no_news_any_more_is_dropped_with_its_reason(line: Line, graph: FakeGraph) -> None:
    set_sending_rules(
        tenant=line.tenant, rules=Rules(own_holidays=frozenset({date(2026, 11, 25), date(2026, 11, 26)})), actor=OWNER
    )
    advertise(line)
    at = datetime(2026, 11, 25, 15, tzinfo=UTC)
    with frozen(at):
        message = write(line, enrol(line.tenant, marketing=True))
    sent(line, at)
    assert told(line, message) == ("failed", "holiday", None)
    assert graph.sent == []


def several(line: Line, customer: Any, count: int, at: datetime) -> Sequence[Any]:
    with frozen(at):
        return [write(line, customer, f"c:{number}") for number in range(count)]


def test_a_person_gets_so_many_advertisements_in_a_period(line: Line, graph: FakeGraph) -> None:
    advertise(line)
    with frozen(NOON):
        ana = enrol(line.tenant, marketing=True)
        bia = enrol(line.tenant, "11987650000", name="Bia", marketing=True)
        other = write(line, bia, "other")
    messages = several(line, ana, 3, NOON)
    sent(line, NOON)
    # The third would have to wait for a week, and is no news by then.
    assert [told(line, each)[:2] for each in messages] == [
        ("accepted", ""),
        ("accepted", ""),
        ("failed", "marketing_cap"),
    ]
    assert told(line, other)[0] == "accepted"


def test_a_cap_on_notices_plans_them_anew(line: Line, graph: FakeGraph) -> None:
    set_sending_rules(tenant=line.tenant, rules=Rules(notice_cap=1), actor=OWNER)
    with frozen(NOON):
        ana = enrol(line.tenant)
    first, second = several(line, ana, 2, NOON + timedelta(hours=1))
    with frozen(NOON):
        early = write(line, ana, "early")
    sent(line, NOON)
    assert told(line, early)[0] == "accepted"
    sent(line, NOON + timedelta(hours=1))
    for each in (first, second):
        assert told(line, each)[:2] == ("queued", "notice_cap")
    sent(line, NOON + timedelta(hours=24, seconds=30))
    assert sorted(told(line, each)[0] for each in (first, second)) == ["accepted", "failed"]


def test_metas_own_cap_for_a_person_is_not_chased(line: Line, graph: FakeGraph) -> None:
    advertise(line)
    with frozen(NOON):
        ana = enrol(line.tenant, marketing=True)
        first = write(line, ana, "first")
    graph.script.append(refusal(131049))
    sent(line, NOON)
    with frozen(NOON + timedelta(hours=1)):
        second = write(line, ana, "second")
    sent(line, NOON + timedelta(hours=1))
    assert told(line, first)[:2] == ("failed", "recipient_capped")
    assert told(line, second) == ("queued", "recipient_capped", NOON + timedelta(hours=24))
    assert graph.sent == []


def test_a_number_that_is_not_reached_three_times_is_left_alone(line: Line, graph: FakeGraph) -> None:
    with frozen(NOON):
        ana = enrol(line.tenant)
    for number in range(3):
        graph.script.append(refusal(131026))
        at = NOON + timedelta(minutes=number)
        with frozen(at):
            write(line, ana, f"c:{number}")
        sent(line, at)
    calls = len(graph.calls)
    with frozen(NOON + timedelta(hours=1)):
        fourth = write(line, ana, "fourth")
    sent(line, NOON + timedelta(hours=1))
    assert told(line, fourth)[:2] == ("failed", "unreachable")
    assert len(graph.calls) == calls


def test_failures_before_an_arrival_do_not_count(line: Line, graph: FakeGraph) -> None:
    with frozen(NOON):
        ana = enrol(line.tenant)
    for number, code in enumerate((131026, 131026, None, 131026)):
        at = NOON + timedelta(minutes=number)
        if code:
            graph.script.append(refusal(code))
        with frozen(at):
            message = write(line, ana, f"c:{number}")
        sent(line, at)
        if code is None:
            with tenant_scope(line.tenant):
                Message.objects.filter(id=message.id).update(status="delivered", delivered_at=at)
    with frozen(NOON + timedelta(hours=1)):
        fifth = write(line, ana, "fifth")
    sent(line, NOON + timedelta(hours=1))
    assert told(line, fifth)[0] == "accepted"


def test_the_days_limit_of_the_account_is_counted_in_people_outside_of_windows(line: Line, graph: FakeGraph) -> None:
    with tenant_scope(line.tenant):
        Channel.objects.update(daily_limit=2)
    with frozen(NOON):
        people = [enrol(line.tenant, f"1198765000{number}", name=f"P{number}") for number in range(4)]
        say(line, "Oi", wa_id="5511987650003", at=NOON)  # the last one wrote: they do not count
        messages = [write(line, each, f"c:{each.id}") for each in people]
    sent(line, NOON)
    assert [told(line, each)[:2] for each in messages] == [
        ("accepted", ""),
        ("accepted", ""),
        ("failed", "daily_limit"),  # a day later it is no news
        ("accepted", ""),
    ]
    with frozen(NOON + timedelta(hours=1)):
        again = write(line, people[0], "again")
    sent(line, NOON + timedelta(hours=1))
    assert told(line, again)[0] == "accepted"  # who counts already is no new person
    with frozen(NOON + timedelta(hours=20)):
        late = write(line, people[2], "late")
    sent(line, NOON + timedelta(hours=20))
    assert told(line, late) == ("queued", "daily_limit", NOON + timedelta(hours=24))
    sent(line, NOON + timedelta(hours=24, seconds=1))
    assert told(line, late)[0] == "accepted"
    with tenant_scope(line.tenant):
        assert Conversation.objects.filter(initiated_at__isnull=False).count() == 3


def test_answers_go_when_the_days_limit_is_used_up(line: Line, graph: FakeGraph) -> None:
    with tenant_scope(line.tenant):
        Channel.objects.update(daily_limit=1)
    with frozen(NOON):
        write(line, enrol(line.tenant, "11987650001", name="Bia"), "b")
        say(line, "Oi", at=NOON)
        with tenant_scope(line.tenant):
            thread = Conversation.objects.get(last_inbound_at__isnull=False)
        answer = queue_text(tenant=line.tenant, conversation=thread.id, body="Olá!", cause="r", actor=SYSTEM)
    sent(line, NOON)
    assert told(line, answer)[0] == "accepted"


# -- the rules themselves ---------------------------------------------------------------------------------------------


def test_rules_are_kept_for_one_brand(line: Line, boreal) -> None:
    rules = Rules(time(20), time(9, 30), True, False, frozenset({date(2026, 12, 24)}), 1, 14, 3)
    set_sending_rules(tenant=line.tenant, rules=rules, actor=OWNER)
    set_sending_rules(tenant=line.tenant, rules=rules, actor=OWNER)
    assert sending_rules(tenant=line.tenant) == rules
    assert sending_rules(tenant=boreal.id) == Rules()


@pytest.mark.parametrize(
    "rules",
    [
        Rules(quiet_from=None),
        Rules(marketing_cap=-1),
        Rules(notice_cap=51),
        Rules(marketing_days=0),
        Rules(own_holidays=frozenset(date(2026, 1, 1) + timedelta(days=n) for n in range(61))),
    ],
)
def test_rules_that_cannot_be(line: Line, rules: Rules) -> None:
    with pytest.raises(SendingRulesInvalid):
        set_sending_rules(tenant=line.tenant, rules=rules, actor=OWNER)
    assert sending_rules(tenant=line.tenant) == Rules()


def test_an_operator_does_not_decide(line: Line) -> None:
    with pytest.raises(DomainError) as caught:
        set_sending_rules(tenant=line.tenant, rules=Rules(), actor=Actor(kind="staff", role="operator"))
    assert caught.value.code == "permission_missing"


def test_a_message_tells_its_rule(line: Line, graph: FakeGraph) -> None:
    advertise(line)
    night = datetime(2026, 11, 25, 3, tzinfo=UTC)
    with frozen(night):
        message = write(line, enrol(line.tenant, marketing=True))
    sent(line, night)
    info = get_message(tenant=line.tenant, message=message.id)
    assert (info.status, info.reason, info.due_at) == ("queued", "quiet_hours", datetime(2026, 11, 25, 11, tzinfo=UTC))
