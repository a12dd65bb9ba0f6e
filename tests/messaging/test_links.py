"""The links behind buttons: made when a message goes, opened once, kept as hashes, their taps told."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from messaging.errors import LinkNotFound
from messaging.infos import MessageInfo
from messaging.links import KEPT, LIFE
from messaging.models import Link, Message
from messaging.selectors import find_link, get_message
from messaging.sending import send_due
from messaging.services import queue_message, tap_link, wipe_customer
from messaging.services.links import purge_links
from smartbis.kernel.clock import frozen
from smartbis.outbox.models import Event
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo
from tests.messaging.conftest import Line, enrol, open_line
from tests.messaging.graph import FakeGraph, refusal

NOON = datetime(2026, 11, 18, 15, 0, tzinfo=UTC)
VOUCHER = {"first_name": "Ana", "voucher": "Café", "code": "8F3K-2QZP-7XMA", "until": "até 31/12/2026"}
PATH = "0190f5d2-0000-7000-8000-000000000001/"


def send_voucher(line: Line, cause: str = "voucher.issued:1", phone: str = "11987654821") -> MessageInfo:
    """A message with a button to one voucher."""
    customer = enrol(line.tenant, phone)
    message = queue_message(
        tenant=line.tenant,
        customer=customer.id,
        template="voucher_issued",
        parameters=VOUCHER | {"voucher_path": PATH},
        cause=cause,
    )
    send_due(tenant=line.tenant)
    return message


def suffix_of(payload: dict[str, Any]) -> str:
    """What ends the address of a sent message's button."""
    [button] = [each for each in payload["template"]["components"] if each["type"] == "button"]
    assert (button["sub_type"], button["index"]) == ("url", "0")
    return str(button["parameters"][0]["text"])


def token_of(graph: FakeGraph, place: int = -1) -> str:
    return suffix_of(graph.sent[place]).rstrip("/")


def taps_told(tenant: Any) -> list[dict[str, Any]]:
    with tenant_scope(tenant, read_only=True):
        rows = Event.objects.filter(name="message.link_tapped.v1").order_by("recorded_at", "id")
        return list(rows.values_list("payload", flat=True))


def test_the_first_tap_opens_the_very_page_and_is_told(line: Line, graph: FakeGraph) -> None:
    message = send_voucher(line)
    tap = tap_link(tenant=line.tenant, token=token_of(graph))
    assert (tap.customer_id, tap.page, tap.outcome) == (message.customer_id, f"vouchers/{PATH}", "opened")
    [told] = taps_told(line.tenant)
    assert told == {
        "message_id": str(message.id),
        "customer_id": str(message.customer_id),
        "template": "voucher_issued",
        "page": "vouchers",
        "outcome": "opened",
    }
    assert get_message(tenant=line.tenant, message=message.id).tapped_at is not None


def test_a_second_tap_opens_nothing_and_still_knows_the_page(line: Line, graph: FakeGraph) -> None:
    send_voucher(line)
    token = token_of(graph)
    assert [tap_link(tenant=line.tenant, token=token).outcome for _ in range(3)] == ["opened", "used", "used"]
    assert tap_link(tenant=line.tenant, token=token).page == f"vouchers/{PATH}"
    assert [each["outcome"] for each in taps_told(line.tenant)] == ["opened", "used", "used", "used"]
    with tenant_scope(line.tenant):
        assert Link.objects.values_list("taps", flat=True).get() == 4


def test_a_late_tap_opens_nothing(line: Line, graph: FakeGraph) -> None:
    with frozen(NOON):
        send_voucher(line)
    token = token_of(graph)
    with frozen(NOON + LIFE - timedelta(seconds=1)):
        info = find_link(tenant=line.tenant, token=token)
        assert info is not None
        assert info.is_good
    with frozen(NOON + LIFE):
        assert tap_link(tenant=line.tenant, token=token).outcome == "late"


def test_looking_uses_nothing_up(line: Line, graph: FakeGraph) -> None:
    send_voucher(line)
    token = token_of(graph)
    for _ in range(3):
        info = find_link(tenant=line.tenant, token=token)
        assert info is not None
        assert info.is_good
    assert taps_told(line.tenant) == []
    assert tap_link(tenant=line.tenant, token=token).outcome == "opened"


def test_only_the_tokens_hash_is_kept(line: Line, graph: FakeGraph) -> None:
    message = send_voucher(line)
    token = token_of(graph)
    with tenant_scope(line.tenant):
        kept = str(list(Link.objects.values_list())) + str(list(Message.objects.values_list()))
    assert token not in kept
    assert token not in repr(get_message(tenant=line.tenant, message=message.id))
    assert len(token) >= 22


def test_another_brand_does_not_know_the_link(line: Line, graph: FakeGraph, boreal: TenantInfo) -> None:
    send_voucher(line)
    other = open_line(boreal, "100200400")
    assert find_link(tenant=other.tenant, token=token_of(graph)) is None
    with pytest.raises(LinkNotFound):
        tap_link(tenant=other.tenant, token=token_of(graph))
    assert tap_link(tenant=line.tenant, token=token_of(graph)).outcome == "opened"


def test_a_message_that_is_sent_again_has_a_link_of_its_own(line: Line, graph: FakeGraph) -> None:
    """The first copy may have arrived after all, so that both lead on."""
    graph.script.append(refusal(131016, status=500))
    with frozen(NOON):
        send_voucher(line)
    with frozen(NOON + timedelta(minutes=5)):
        send_due(tenant=line.tenant)
        assert len(graph.sent) == 1
        with tenant_scope(line.tenant):
            assert Link.objects.count() == 2
        assert tap_link(tenant=line.tenant, token=token_of(graph)).outcome == "opened"


def test_an_erased_persons_links_are_gone(line: Line, graph: FakeGraph) -> None:
    message = send_voucher(line)
    assert message.customer_id is not None
    wipe_customer(tenant=line.tenant, customer=message.customer_id)
    assert find_link(tenant=line.tenant, token=token_of(graph)) is None


def test_links_are_forgotten_a_month_after_their_end(line: Line, graph: FakeGraph) -> None:
    with frozen(NOON):
        send_voucher(line)
    with frozen(NOON + LIFE + KEPT - timedelta(seconds=1)):
        purge_links(tenant=line.tenant)
        assert find_link(tenant=line.tenant, token=token_of(graph)) is not None
    with frozen(NOON + LIFE + KEPT):
        assert purge_links(tenant=line.tenant) is False
        assert find_link(tenant=line.tenant, token=token_of(graph)) is None


def test_sign_in_codes_carry_no_link(line: Line, graph: FakeGraph) -> None:
    from messaging.services import queue_sign_in_code
    from smartbis.kernel.ids import new_id

    queue_sign_in_code(tenant=line.tenant, phone="11987654821", code="123456", challenge=new_id())
    send_due(tenant=line.tenant)
    assert suffix_of(graph.sent[-1]) == "123456"
    with tenant_scope(line.tenant):
        assert not Link.objects.exists()
