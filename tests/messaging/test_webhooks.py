"""Webhooks in: judged on raw bytes, kept, worked through once, in any order; nothing forged changes anything."""

import itertools
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from messaging import inbound, sending
from messaging.errors import ChannelNotFound, WebhookNotSigned, WebhookNotVerified, WebhookTooLarge
from messaging.inbound import process_due
from messaging.models import Message, Template, WebhookItem, WebhookPayload
from messaging.records import record_outcome
from messaging.selectors import conversations_page, get_message, get_received, messages_page
from messaging.sending import claim, send_due
from messaging.services import (
    MAX_BODY_BYTES,
    connect_channel,
    queue_message,
    queue_text,
    receive_webhook,
    verify_subscription,
)
from messaging.whatsapp.signature import signature_of
from smartbis.customers.infos import ConsentGiven, Origin
from smartbis.customers.selectors import allows, contact_of
from smartbis.customers.services import add_identity, enrol_customer
from smartbis.kernel.clock import frozen, now
from smartbis.kernel.people import SYSTEM, Actor
from smartbis.outbox.models import Event
from smartbis.tenancy.scope import tenant_scope
from tests.messaging.conftest import APP_SECRET, VERIFY_TOKEN, Line, enrol, open_line
from tests.messaging.graph import FakeGraph, refusal

WELCOME = {"first_name": "Ana", "brand": "Café Aurora"}
WA_ID = "551187654821"  # Ana's account, opened before the ninth digit


def body_of(line: Line, *changes: dict[str, Any], waba: str | None = None) -> bytes:
    entry = {"id": waba or line.channel.waba_id, "changes": list(changes)}
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()


def messages_change(line: Line, number: str | None = None, **value: Any) -> dict[str, Any]:
    metadata = {"phone_number_id": number or line.channel.phone_number_id}
    return {"field": "messages", "value": {"metadata": metadata, **value}}


def status_of(message: Any, status: str, second: int = 0, wamid: str = "wamid.1", **more: Any) -> dict[str, Any]:
    return {
        "id": wamid,
        "status": status,
        "timestamp": str(int(now().timestamp()) + second),
        "biz_opaque_callback_data": str(message.id),
        **more,
    }


def text_of(text: str, wamid: str = "wamid.in", at: datetime | None = None, wa_id: str = WA_ID) -> dict[str, Any]:
    at = at or now()
    return {
        "contacts": [{"wa_id": wa_id, "profile": {"name": "Ana"}}],
        "messages": [
            {"id": wamid, "from": wa_id, "timestamp": str(int(at.timestamp())), "type": "text", "text": {"body": text}}
        ],
    }


def deliver(line: Line, raw: bytes, secret: str = f"{APP_SECRET}-aurora") -> Any:
    receipt = receive_webhook(line.channel.public_id, raw, signature_of(raw, secret))
    while process_due(tenant=line.tenant):
        pass
    return receipt


def tell(line: Line, *statuses: dict[str, Any]) -> None:
    deliver(line, body_of(line, messages_change(line, statuses=list(statuses))))


def say(line: Line, text: str, **more: Any) -> None:
    deliver(line, body_of(line, messages_change(line, **text_of(text, **more))))


def sent_message(line: Line, customer: Any = None) -> Any:
    customer = customer or enrol(line.tenant)
    message = queue_message(
        tenant=line.tenant, customer=customer.id, template="welcome", parameters=WELCOME, cause="c:1"
    )
    send_due(tenant=line.tenant)
    return message


def status(line: Line, message: Any) -> str:
    return get_message(tenant=line.tenant, message=message.id).status


def rows(line: Line, model: Any) -> int:
    with tenant_scope(line.tenant):
        return int(model.objects.count())


def events(line: Line, name: str) -> list[dict[str, Any]]:
    with tenant_scope(line.tenant):
        return list(Event.objects.filter(name=name).order_by("recorded_at", "id").values_list("payload", flat=True))


# -- at the door ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("forge", ["", "sha256=00", "unsigned", "other secret", "changed body", "another brand"])
def test_a_forged_body_is_refused_and_changes_nothing(line: Line, boreal, forge: str) -> None:
    message = sent_message(line)
    raw = body_of(line, messages_change(line, statuses=[status_of(message, "read")]))
    header = {
        "other secret": signature_of(raw, "guess"),
        "changed body": signature_of(raw.replace(b"read", b"sent"), f"{APP_SECRET}-aurora"),
        "another brand": signature_of(raw, f"{APP_SECRET}-boreal"),
    }.get(forge, forge)
    open_line(boreal, number="700")

    with pytest.raises(WebhookNotSigned) as caught:
        receive_webhook(line.channel.public_id, raw, header)

    assert (caught.value.code, caught.value.http_status) == ("webhook_signature_invalid", 403)
    assert rows(line, WebhookPayload) == 0
    assert status(line, message) == "accepted"
    deliver(line, raw)  # the same body, rightly signed
    assert status(line, message) == "read"


def test_an_oversized_body_is_refused(line: Line) -> None:
    raw = b"x" * (MAX_BODY_BYTES + 1)
    with pytest.raises(WebhookTooLarge) as caught:
        receive_webhook(line.channel.public_id, raw, signature_of(raw, f"{APP_SECRET}-aurora"))
    assert (caught.value.code, caught.value.http_status) == ("webhook_too_large", 413)
    assert rows(line, WebhookPayload) == 0


def test_a_body_of_the_greatest_size_is_taken(line: Line) -> None:
    raw = b'{"entry": []}'.ljust(MAX_BODY_BYTES)
    assert deliver(line, raw).repeated is False


def test_an_unknown_address_is_not_found(line: Line) -> None:
    with pytest.raises(ChannelNotFound):
        receive_webhook("nobody", b"{}", "sha256=00")


def test_the_secret_before_a_rotation_still_signs(line: Line) -> None:
    connect_channel(
        tenant=line.tenant,
        phone_number_id=line.channel.phone_number_id,
        waba_id=line.channel.waba_id,
        token="t",
        app_secret="rotated",
        verify_token="v",
        display_name="Aurora",
        actor=Actor(kind="staff", role="owner"),
    )
    for secret, raw in ((f"{APP_SECRET}-aurora", b'{"entry": []}'), ("rotated", b'{"entry": [] }')):
        assert deliver(line, raw, secret).repeated is False


def test_verification_echoes_the_challenge(line: Line) -> None:
    assert verify_subscription(line.channel.public_id, "subscribe", VERIFY_TOKEN, "12345") == "12345"
    for mode, token in (("subscribe", "wrong"), ("subscribe", ""), ("other", VERIFY_TOKEN)):
        with pytest.raises(WebhookNotVerified):
            verify_subscription(line.channel.public_id, mode, token, "12345")


def test_a_signed_body_that_is_no_json_is_kept(line: Line) -> None:
    deliver(line, b"\xff\x00 not json")
    with tenant_scope(line.tenant):
        payload = WebhookPayload.objects.get()
        assert payload.state == "malformed"
        assert b"not json" not in bytes(payload.body_sealed)


# -- statuses ---------------------------------------------------------------------------------------------------------


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

    def late(**outcome: Any) -> None:
        tell(line, status_of(message, "failed", wamid=named, errors=[{"code": 131026}]))
        record_outcome(**outcome)

    monkeypatch.setattr(sending, "record_outcome", late)
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


# -- people -----------------------------------------------------------------------------------------------------------


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


# -- templates --------------------------------------------------------------------------------------------------------


def test_an_approval_releases_what_waited_for_it(line: Line, graph: FakeGraph) -> None:
    with tenant_scope(line.tenant):
        Template.objects.update(status="PENDING")
    customer = enrol(line.tenant)
    message = queue_message(
        tenant=line.tenant, customer=customer.id, template="welcome", parameters=WELCOME, cause="c:1"
    )
    assert message.reason == "template_not_approved"
    value = {
        "event": "APPROVED",
        "message_template_id": 1,
        "message_template_name": "welcome",
        "message_template_language": "pt_BR",
        "reason": "NONE",
    }
    deliver(line, body_of(line, {"field": "message_template_status_update", "value": value}))
    send_due(tenant=line.tenant)
    assert status(line, message) == "accepted"


def test_a_recategorised_template_is_noted(line: Line) -> None:
    value = {"message_template_name": "welcome", "message_template_language": "pt_BR", "new_category": "MARKETING"}
    deliver(line, body_of(line, {"field": "template_category_update", "value": value}))
    with tenant_scope(line.tenant):
        assert Template.objects.get(key="welcome", language="pt_BR").category == "marketing"


def test_a_scripted_refusal_helper_is_metas_shape() -> None:
    assert refusal(131026).body["error"]["code"] == 131026


def test_message_rows_of_both_directions(line: Line) -> None:
    sent_message(line)
    say(line, "Oi")
    with tenant_scope(line.tenant):
        assert set(Message.objects.values_list("direction", "status")) == {("out", "accepted"), ("in", "received")}
