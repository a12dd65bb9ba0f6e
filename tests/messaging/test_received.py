"""People write: one thread for a person, windows, stop words, preferences."""

from datetime import UTC, datetime, timedelta

import pytest

from messaging.selectors import conversations_page, get_message, get_received
from messaging.sending import send_due
from messaging.services import (
    queue_message,
    queue_text,
)
from smartbis.customers.infos import ConsentGiven, Origin
from smartbis.customers.selectors import allows, contact_of
from smartbis.customers.services import add_identity, enrol_customer
from smartbis.kernel.clock import now
from smartbis.kernel.people import SYSTEM
from tests.messaging.conftest import Line, enrol
from tests.messaging.graph import FakeGraph
from tests.messaging.hooks import (
    WA_ID,
    WELCOME,
    body_of,
    deliver,
    events,
    messages_change,
    say,
    sent_message,
    status,
    status_of,
    tell,
)


def test_an_inbound_text_makes_one_thread_for_both_forms_of_a_number(line: Line) -> None:
    customer = enrol(line.tenant)
    say(line, "Oi")
    say(line, "Oi de novo", wamid="wamid.2", wa_id="5511987654821")

    (thread,) = conversations_page(tenant=line.tenant).items
    assert contact_of(tenant=line.tenant, customer=customer.id).wa_id == "5511987654821"
    assert thread.customer_id == customer.id
    assert thread.contact_masked == "(11) 9****-4821"
    assert thread.window_until is not None
    first = events(line, "message.received.v1")[0]
    received = get_received(tenant=line.tenant, message=first["message_id"])
    assert (received.text, received.wa_id, first["text_kind"]) == ("Oi", "5511987654821", "text")


def test_the_window_counts_from_whatsapps_own_instant(line: Line) -> None:
    """A retried webhook may be hours old."""
    at = datetime.fromtimestamp(int(now().timestamp()) - 23 * 3600, UTC)
    say(line, "Oi", at=at)
    (thread,) = conversations_page(tenant=line.tenant).items
    assert thread.last_inbound_at == at
    assert thread.window_until == at + timedelta(hours=24)
    say(line, "mais velha", wamid="wamid.2", at=at - timedelta(hours=3))
    (thread,) = conversations_page(tenant=line.tenant).items
    assert thread.last_inbound_at == at


def test_free_text_within_the_window_is_sent(line: Line, graph: FakeGraph) -> None:
    enrol(line.tenant)
    say(line, "Oi")
    (thread,) = conversations_page(tenant=line.tenant).items
    reply = queue_text(tenant=line.tenant, conversation=thread.id, body="Olá!", cause="r:1", actor=SYSTEM)
    send_due(tenant=line.tenant)
    assert graph.sent[0]["text"] == {"body": "Olá!", "preview_url": False}
    assert status(line, reply) == "accepted"


def test_a_stranger_can_be_answered(line: Line, graph: FakeGraph) -> None:
    say(line, "Vocês abrem hoje?")
    (thread,) = conversations_page(tenant=line.tenant).items
    assert thread.customer_id is None
    reply = queue_text(tenant=line.tenant, conversation=thread.id, body="Sim!", cause="r:1", actor=SYSTEM)
    send_due(tenant=line.tenant)
    assert status(line, reply) == "accepted"
    assert graph.sent[0]["to"] == f"+{WA_ID}"
    assert len(conversations_page(tenant=line.tenant).items) == 1


@pytest.mark.parametrize("wa_id", ["551187654821", "5511987654821"])
@pytest.mark.parametrize("word", ["SAIR", "Parar", "stop", "cancelar"])
def test_a_stop_word_is_obeyed_at_once_on_every_form_of_the_number(line: Line, graph, wa_id: str, word: str) -> None:
    customer = enrol(line.tenant, "(11) 98765-4821", marketing=True)
    message = queue_message(
        tenant=line.tenant, customer=customer.id, template="welcome", parameters=WELCOME, cause="c:1"
    )
    say(line, word, wa_id=wa_id)
    assert not allows(tenant=line.tenant, customer=customer.id, category="utility")
    assert not allows(tenant=line.tenant, customer=customer.id, category="marketing")
    send_due(tenant=line.tenant)
    assert graph.sent == []
    assert get_message(tenant=line.tenant, message=message.id).reason == "no_consent"


def test_a_strangers_stop_word_holds_when_a_list_enrols_them_later(line: Line) -> None:
    say(line, "SAIR")
    customer = enrol_customer(
        tenant=line.tenant,
        name="Ana",
        phone="11987654821",
        consents=ConsentGiven(utility=True, marketing=True, text_version="1"),
        origin=Origin(channel="import"),
    )
    assert not allows(tenant=line.tenant, customer=customer.id, category="marketing")


def test_whatsapps_own_control_stops_and_resumes_marketing(line: Line) -> None:
    customer = enrol(line.tenant, marketing=True)
    for value, allowed in (("stop", False), ("resume", True)):
        preference = {"wa_id": WA_ID, "value": value, "timestamp": "1750000000"}
        deliver(line, body_of(line, {"field": "user_preferences", "value": {"user_preferences": [preference]}}))
        assert allows(tenant=line.tenant, customer=customer.id, category="marketing") is allowed
        assert allows(tenant=line.tenant, customer=customer.id, category="utility")


def test_resuming_is_no_consent_to_begin_with(line: Line) -> None:
    customer = enrol(line.tenant)
    preference = {"wa_id": WA_ID, "value": "resume", "timestamp": "1750000000"}
    deliver(line, body_of(line, {"field": "user_preferences", "value": {"user_preferences": [preference]}}))
    assert not allows(tenant=line.tenant, customer=customer.id, category="marketing")


def test_131050_by_webhook_records_the_opt_out(line: Line) -> None:
    customer = enrol(line.tenant, marketing=True)
    message = sent_message(line, customer)
    tell(line, status_of(message, "failed", errors=[{"code": 131050}]))
    assert get_message(tenant=line.tenant, message=message.id).reason == "opted_out"
    assert not allows(tenant=line.tenant, customer=customer.id, category="marketing")


def test_a_person_without_phone_is_known_by_metas_user_id(line: Line) -> None:
    customer = enrol(line.tenant)
    add_identity(tenant=line.tenant, customer=customer.id, kind="bsuid", value="BR.42")
    message = {"id": "wamid.1", "from_user_id": "BR.42", "type": "text", "text": {"body": "Oi"}, "timestamp": "1"}
    change = messages_change(line, contacts=[{"user_id": "BR.42"}], messages=[message])
    deliver(line, body_of(line, change))
    assert events(line, "message.received.v1")[0]["customer_id"] == str(customer.id)
