"""What Meta says of numbers, of the account and of a person's new number takes effect on the right channels alone."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from messaging.models import Channel, WebhookItem
from messaging.selectors import conversations_page, get_message
from messaging.sending import send_due
from messaging.services import connect_channel, queue_message
from smartbis.customers.selectors import contact_of
from smartbis.kernel.clock import frozen, now
from smartbis.kernel.people import Actor
from smartbis.tenancy.scope import tenant_scope
from tests.messaging.conftest import APP_SECRET, Line, enrol, open_line
from tests.messaging.graph import FakeGraph
from tests.messaging.hooks import WELCOME, body_of, deliver, messages_change, sent_message, status, status_of, text_of


def tell(line: Line, field: str, **value: Any) -> str:
    """Deliver one change; the state of the item it became."""
    deliver(line, body_of(line, {"field": field, "value": value}))
    with tenant_scope(line.tenant):
        return WebhookItem.objects.order_by("-recorded_at", "-id").values_list("state", flat=True)[0]


def channel(line: Line) -> Channel:
    with tenant_scope(line.tenant):
        return Channel.objects.get(id=line.channel.id)


def second_number(line: Line) -> Line:
    """Another number of the same account and brand."""
    info = connect_channel(
        tenant=line.tenant,
        phone_number_id="100200301",
        waba_id=line.channel.waba_id,
        token="t",
        app_secret=f"{APP_SECRET}-aurora",
        verify_token="v",
        display_name="Aurora Sul",
        display_phone_number="+55 11 95555-0001",
        actor=Actor(kind="staff", role="owner"),
    )
    return replace(line, channel=info)


def queued(line: Line, cause: str = "c:1") -> Any:
    customer = enrol(line.tenant)
    return queue_message(tenant=line.tenant, customer=customer.id, template="welcome", parameters=WELCOME, cause=cause)


def test_a_flagged_number_is_shown_and_an_upgraded_one_sends_faster(line: Line) -> None:
    number = {"display_phone_number": "5511955550000"}
    assert tell(line, "phone_number_quality_update", event="FLAGGED", current_limit="TIER_2K", **number) == "done"
    row = channel(line)
    assert (row.quality, row.notice, row.daily_limit, row.per_second) == ("RED", "flagged", 2000, 80)
    tell(line, "phone_number_quality_update", event="THROUGHPUT_UPGRADE", **number)
    assert channel(line).per_second == 1000


def test_a_number_that_is_not_known_changes_none(line: Line) -> None:
    state = tell(line, "phone_number_quality_update", event="FLAGGED", display_phone_number="5511900000000")
    assert (state, channel(line).quality) == ("unknown", "")


def test_the_accounts_limit_holds_for_each_of_its_numbers(line: Line, boreal) -> None:
    south, other = second_number(line), open_line(boreal, number="700")
    tell(line, "business_capability_update", max_daily_conversations_per_business=250)
    assert (channel(line).daily_limit, channel(south).daily_limit, channel(other).daily_limit) == (250, 250, None)


def test_a_disabled_account_sends_nothing_until_it_is_reinstated(line: Line, graph: FakeGraph) -> None:
    south = second_number(line)
    message = queued(line)
    tell(line, "account_update", event="DISABLED_UPDATE", ban_info={"waba_ban_state": "DISABLE"})
    send_due(tenant=line.tenant)
    assert {channel(line).stop_reason, channel(south).stop_reason} == {"account_disabled"}
    assert (graph.sent, status(line, message)) == ([], "queued")

    tell(line, "account_update", event="DISABLED_UPDATE", ban_info={"waba_ban_state": "REINSTATE"})
    send_due(tenant=line.tenant)
    assert status(line, message) == "accepted"


def test_a_number_stopped_for_its_token_stays_stopped_when_the_account_is_reinstated(line: Line) -> None:
    with tenant_scope(line.tenant):
        Channel.objects.update(status="stopped", stop_reason="code_190")
    tell(line, "account_update", event="DISABLED_UPDATE", ban_info={"waba_ban_state": "REINSTATE"})
    assert channel(line).status == "stopped"


def test_a_restricted_account_writes_first_when_the_restriction_is_over(line: Line, graph: FakeGraph) -> None:
    message = queued(line)
    until = now() + timedelta(hours=5)
    restriction = {"restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING", "expiration": int(until.timestamp())}
    tell(line, "account_update", event="ACCOUNT_RESTRICTION", restriction_info=[restriction])
    send_due(tenant=line.tenant)
    info = get_message(tenant=line.tenant, message=message.id)
    assert (graph.sent, info.status, info.reason) == ([], "queued", "account_restricted")
    with frozen(now() + timedelta(hours=5, minutes=1)):
        send_due(tenant=line.tenant)
    assert status(line, message) == "accepted"


def test_what_comes_to_one_number_of_the_account_finds_the_other(line: Line) -> None:
    """Meta has one address for the whole account."""
    south = second_number(line)
    deliver(line, body_of(line, messages_change(line, number=south.channel.phone_number_id, **text_of("Oi"))))
    (thread,) = conversations_page(tenant=line.tenant).items
    assert thread.channel_id == south.channel.id


def test_a_status_for_another_account_of_the_brand_is_quarantined(line: Line) -> None:
    message = sent_message(line)
    deliver(line, body_of(line, messages_change(line, statuses=[status_of(message, "read")]), waba="888"))
    assert status(line, message) == "accepted"


def moved(line: Line, new: str, old: str = "551187654821") -> str:
    system = {"type": "user_changed_number", "body": "mudou", "wa_id": new}
    message = {"id": f"wamid.{new}", "from": old, "timestamp": "1795000000", "type": "system", "system": system}
    deliver(line, body_of(line, messages_change(line, messages=[message])))
    with tenant_scope(line.tenant):
        return WebhookItem.objects.order_by("-recorded_at", "-id").values_list("state", flat=True)[0]


def test_a_changed_number_is_followed(line: Line, graph: FakeGraph) -> None:
    customer = enrol(line.tenant)
    assert moved(line, "5521999990000") == "done"
    assert contact_of(tenant=line.tenant, customer=customer.id).wa_id == "5521999990000"
    assert conversations_page(tenant=line.tenant).items == ()
    queue_message(tenant=line.tenant, customer=customer.id, template="welcome", parameters=WELCOME, cause="c:1")
    send_due(tenant=line.tenant)
    assert graph.sent[0]["to"] == "+5521999990000"


def test_a_changed_number_that_is_anothers_is_taken_from_nobody(line: Line) -> None:
    ana = enrol(line.tenant)
    rita = enrol(line.tenant, "21999990000", name="Rita")
    moved(line, "5521999990000")
    assert contact_of(tenant=line.tenant, customer=ana.id).wa_id is None
    assert contact_of(tenant=line.tenant, customer=rita.id).phone_e164 == "+5521999990000"


@pytest.mark.parametrize("old", ["5531988887777", ""])
def test_a_strangers_change_of_number_is_kept_as_unknown(line: Line, old: str) -> None:
    assert moved(line, "5521999990000", old) == "unknown"
