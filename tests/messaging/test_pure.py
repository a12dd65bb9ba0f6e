"""Keywords, pacing, signatures and parsing."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from messaging.keywords import join_text, store_hint, text_kind
from messaging.pacing import PAIR, Pace
from messaging.whatsapp.signature import is_signed, signature_of
from messaging.whatsapp.webhook_items import (
    InboundItem,
    PreferenceItem,
    StatusItem,
    TemplateItem,
    UnknownItem,
)
from messaging.whatsapp.webhooks import MalformedBody, parse

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["SAIR", " sair. ", "Parar", "PARE!", "stop", "CANCELAR", "por favor, sair", "Quero sair"]
)
def test_stop_words(text) -> None:
    assert text_kind("text", text) == "stop"


@pytest.mark.parametrize(
    "text", ["quero cancelar meu pedido", "não consigo sair do app", "parar de fumar", "", "oi", "saír da loja"]
)
def test_words_that_are_no_opt_out(text) -> None:
    assert text_kind("text", text) == "text"


@pytest.mark.parametrize("text", ["Quero participar", "QUERO PARTICIPAR #centro", "Olá, quero participar!", "join"])
def test_join_words(text) -> None:
    assert text_kind("text", text) == "join"


def test_an_image_is_media_and_a_button_may_say_stop() -> None:
    assert text_kind("image", "") == "media"
    assert text_kind("button", "Parar") == "stop"


@pytest.mark.parametrize(
    ("text", "store"),
    [
        (join_text("moema"), "moema"),
        ("quero participar centro", "centro"),
        ("Quero participar #OUTRA", None),
        ("quero participar", None),
        ("Quero participar Loja-Sul", "loja-sul"),
    ],
)
def test_the_store_of_a_join_message(text, store) -> None:
    assert store_hint(text, ["centro", "moema", "loja-sul"]) == store


def test_pair_pace_lets_a_burst_through_and_then_one_in_six_seconds() -> None:
    paced, sent = None, 0
    while PAIR.room(paced, AT):
        paced, sent = PAIR.after(paced, AT, 1), sent + 1
    assert sent == 45
    assert PAIR.next_at(paced, AT) == AT + timedelta(seconds=6)
    assert PAIR.room(paced, AT + timedelta(seconds=6)) == 1


@given(st.lists(st.integers(0, 400), max_size=80))
def test_a_pace_never_exceeds_its_burst_and_rate(gaps) -> None:
    """In any span, at most burst + span / interval units pass."""
    pace = Pace(interval=timedelta(seconds=1), burst=5)
    paced, at, taken = None, AT, []
    for gap in gaps:
        at += timedelta(milliseconds=gap * 10)
        if pace.room(paced, at):
            paced = pace.after(paced, at, 1)
            taken.append(at)
    for first in range(len(taken)):
        for last in range(first, len(taken)):
            span = (taken[last] - taken[first]).total_seconds()
            assert last - first + 1 <= 5 + span


def test_a_signature_is_of_the_raw_bytes() -> None:
    header = signature_of(b'{"a": 1}', "secret")
    assert is_signed(b'{"a": 1}', header, ["secret"])
    assert is_signed(b'{"a": 1}', header, ["new", "secret"])
    assert not is_signed(b'{"a":1}', header, ["secret"])
    assert not is_signed(b'{"a": 1}', header, ["other"])
    for wrong in ("", "sha256=", header[:-1], header.upper(), "sha1=" + header[7:], "sha256=é"):
        assert not is_signed(b'{"a": 1}', wrong, ["secret"])


def body(*changes: dict[str, Any], waba: str = "900") -> bytes:
    return json.dumps(
        {"object": "whatsapp_business_account", "entry": [{"id": waba, "changes": list(changes)}]}
    ).encode()


def messages_change(**value: Any) -> dict[str, Any]:
    return {"field": "messages", "value": {"metadata": {"phone_number_id": "100"}, **value}}


def test_every_item_of_every_change_of_every_entry_is_found() -> None:
    statuses = [{"id": f"wamid.{n}", "status": "sent", "timestamp": "1750000000"} for n in range(3)]
    message = {
        "id": "wamid.in",
        "from": "551187654821",
        "type": "text",
        "timestamp": "1750000001",
        "text": {"body": "Oi"},
    }
    entry = {"id": "900", "changes": [messages_change(statuses=statuses), messages_change(messages=[message])]}
    items = parse(json.dumps({"entry": [entry, entry]}).encode())
    assert [type(item) for item in items] == [StatusItem, StatusItem, StatusItem, InboundItem] * 2
    assert len({item.key for item in items}) == 4


def test_a_failed_status_carries_code_price_and_tracker() -> None:
    status = {
        "id": "wamid.1",
        "status": "failed",
        "timestamp": "1750000000",
        "recipient_id": "551187654821",
        "biz_opaque_callback_data": "our-id",
        "pricing": {"category": "utility"},
        "errors": [{"code": 131049, "title": "x", "error_data": {"details": "capped"}}],
    }
    (item,) = parse(body(messages_change(statuses=[status])))
    assert isinstance(item, StatusItem)
    assert (item.status, item.error_code, item.error_details) == ("failed", 131049, "capped")
    assert (item.tracker, item.pricing) == ("our-id", {"category": "utility"})
    assert item.at == datetime(2025, 6, 15, 15, 6, 40, tzinfo=UTC)


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ({"type": "button", "button": {"text": "Parar"}}, "Parar"),
        ({"type": "interactive", "interactive": {"type": "list_reply", "list_reply": {"id": "a", "title": "B"}}}, "B"),
        ({"type": "image", "image": {"caption": "Foto"}}, "Foto"),
        ({"type": "reaction", "reaction": {"emoji": "x"}}, ""),
        ({"type": "text", "text": "not an object"}, ""),
        ({}, ""),
    ],
)
def test_what_can_be_read_of_a_message(message, text) -> None:
    (item,) = parse(body(messages_change(messages=[{"id": "wamid.1", "from": "5511", **message}])))
    assert isinstance(item, InboundItem)
    assert item.text == text


def test_a_message_without_phone_has_metas_user_id() -> None:
    contact = {"user_id": "BR.1", "profile": {"name": "Ana", "username": "ana"}}
    message = {"id": "wamid.1", "from_user_id": "BR.1", "type": "text", "text": {"body": "Oi"}, "timestamp": "1"}
    (item,) = parse(body(messages_change(contacts=[contact], messages=[message])))
    assert isinstance(item, InboundItem)
    assert (item.wa_id, item.user_id, item.profile_name) == ("", "BR.1", "Ana")


def test_other_fields() -> None:
    preference = {"wa_id": "5511", "value": "stop", "category": "marketing_messages", "timestamp": 1750000000}
    template = {
        "event": "PAUSED",
        "message_template_id": 7,
        "message_template_name": "t",
        "message_template_language": "en",
    }
    items = parse(
        body(
            {"field": "user_preferences", "value": {"user_preferences": [preference]}},
            {"field": "message_template_status_update", "value": template},
            {"field": "account_alerts", "value": {"x": 1}},
            messages_change(),
        )
    )
    assert [type(item) for item in items] == [PreferenceItem, TemplateItem, UnknownItem, UnknownItem]


@pytest.mark.parametrize("raw", [b"", b"\xff", b"[]", b"3", b'{"entry": {}}', b'{"a": ' * 100_000])
def test_a_body_that_is_none_is_malformed(raw) -> None:
    with pytest.raises(MalformedBody):
        parse(raw)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    *(
                        "entry",
                        "id",
                        "changes",
                        "field",
                        "value",
                        "metadata",
                        "phone_number_id",
                        "statuses",
                        "messages",
                    ),
                    *(
                        "contacts",
                        "status",
                        "timestamp",
                        "errors",
                        "type",
                        "text",
                        "body",
                        "user_preferences",
                        "pricing",
                    ),
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=25,
)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(JSON, max_size=3), st.sampled_from(["messages", "user_preferences", "message_template_status_update", ""])
)
def test_parsing_is_total(values, field) -> None:
    changes = [{"field": field, "value": value} for value in values]
    items = parse(json.dumps({"entry": [*values, {"id": "9", "changes": [*changes, *values]}]}).encode())
    assert all(item.key for item in items)
