"""At the door: judged on raw bytes, kept, answered; nothing forged changes anything."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from messaging.errors import ChannelNotFound, WebhookNotSigned, WebhookNotVerified, WebhookTooLarge
from messaging.models import Channel, WebhookPayload
from messaging.services import (
    MAX_BODY_BYTES,
    connect_channel,
    receive_webhook,
    verify_subscription,
)
from messaging.whatsapp.signature import signature_of
from smartbis.kernel.people import Actor
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo
from tests.messaging.conftest import APP_SECRET, VERIFY_TOKEN, Line, open_line
from tests.messaging.hooks import body_of, deliver, messages_change, rows, sent_message, status, status_of


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


def rotate(line: Line, secret: str) -> None:
    """Connect Aurora's channel again with another app secret."""
    connect_channel(
        tenant=line.tenant,
        phone_number_id=line.channel.phone_number_id,
        waba_id=line.channel.waba_id,
        token="t",
        app_secret=secret,
        verify_token="v",
        display_name="Aurora",
        actor=Actor(kind="staff", role="owner"),
    )


def test_the_secret_before_a_rotation_still_signs(line: Line) -> None:
    rotate(line, "rotated")
    for secret, raw in ((f"{APP_SECRET}-aurora", b'{"entry": []}'), ("rotated", b'{"entry": [] }')):
        assert deliver(line, raw, secret).repeated is False


def test_secrets_that_change_between_two_posts_count_at_once(line: Line) -> None:
    first = f"{APP_SECRET}-aurora"
    assert deliver(line, b"[1]", first).repeated is False  # from here on the channel is remembered
    rotate(line, "second")
    assert deliver(line, b"[2]", "second").repeated is False
    assert deliver(line, b"[3]", first).repeated is False
    rotate(line, "third")
    with pytest.raises(WebhookNotSigned):
        receive_webhook(line.channel.public_id, b"[4]", signature_of(b"[4]", first))
    assert deliver(line, b"[5]", "third").repeated is False
    assert rows(line, WebhookPayload) == 4


def test_a_body_that_was_kept_is_known_by_whoever_remembers_the_channel(line: Line) -> None:
    first = deliver(line, b"[1]")
    with CaptureQueriesContext(connection) as asked:
        receive_webhook(line.channel.public_id, b"[2]", signature_of(b"[2]", f"{APP_SECRET}-aurora"))
    said = [str(each["sql"]).split() for each in asked]
    assert ["INSERT", "INTO", "messaging_webhookpayload"] in [each[:3] for each in said]
    assert not any(each[0] == "SELECT" and "set_config" not in each[1] for each in said)
    again = deliver(line, b"[1]")
    assert (again.repeated, again.payload_id) == (True, first.payload_id)


def test_a_channel_that_is_gone_is_forgotten(line: Line, boreal: TenantInfo) -> None:
    deliver(line, b"[1]")
    with tenant_scope(line.tenant):
        WebhookPayload.objects.all().delete()
        Channel.objects.filter(id=line.channel.id).update(public_id="elsewhere")
    other = open_line(boreal, number="700")
    with pytest.raises(ChannelNotFound):
        receive_webhook(line.channel.public_id, b"[2]", signature_of(b"[2]", f"{APP_SECRET}-aurora"))
    assert rows(line, WebhookPayload) == rows(other, WebhookPayload) == 0


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
