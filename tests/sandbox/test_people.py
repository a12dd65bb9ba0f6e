"""Personas: what they send, how they are addressed, and how they shut the business out."""

from typing import Any

import pytest

from tests.sandbox.process import Number, Receiver, until, use

ANA = "+5511988887777"


def first_message(receiver: Receiver) -> dict[str, Any]:
    found: dict[str, Any] = until(lambda: receiver.items("messages"))[0]
    return found


def test_a_written_message_arrives_in_metas_shape(aurora: Number, receiver: Receiver) -> None:
    body = {"channel": "+55 11 4000-1000", "from": ANA, "name": "Ana Souza", "type": "text", "text": "quero participar"}
    written = aurora.sandbox.control("inbound", body)
    item = first_message(receiver)
    assert item == {
        "from_user_id": item["from_user_id"],
        "from": "5511988887777",
        "id": written["id"],
        "timestamp": item["timestamp"],
        "type": "text",
        "text": {"body": "quero participar"},
    }
    contact = receiver.values()[0]["contacts"][0]
    assert contact == {"profile": {"name": "Ana Souza"}, "wa_id": "5511988887777", "user_id": item["from_user_id"]}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"type": "button", "text": "Parar", "payload": "STOP"}, {"button": {"payload": "STOP", "text": "Parar"}}),
        (
            {"type": "interactive", "id": "yes", "title": "Sim"},
            {"interactive": {"type": "button_reply", "button_reply": {"id": "yes", "title": "Sim"}}},
        ),
        (
            {"type": "interactive", "id": "b", "title": "Saldo", "description": "d"},
            {"interactive": {"type": "list_reply", "list_reply": {"id": "b", "title": "Saldo", "description": "d"}}},
        ),
        (
            {"type": "interactive", "interactive": {"type": "nfm_reply", "nfm_reply": {"response_json": "{"}}},
            {"interactive": {"type": "nfm_reply", "nfm_reply": {"response_json": "{"}}},
        ),
        (
            {"type": "location", "latitude": -23.5, "longitude": -46.6, "name": "Casa"},
            {"location": {"latitude": -23.5, "longitude": -46.6, "name": "Casa"}},
        ),
        ({"type": "text", "text": "oi", "referral": {"source_id": "1"}}, {"referral": {"source_id": "1"}}),
    ],
)
def test_other_kinds(aurora: Number, receiver: Receiver, body: dict[str, Any], expected: dict[str, Any]) -> None:
    aurora.sandbox.control("inbound", {"phone_number_id": aurora.id, "from": ANA, **body})
    item = first_message(receiver)
    assert {name: item[name] for name in expected} == expected


def test_a_picture_can_be_downloaded(aurora: Number, receiver: Receiver) -> None:
    aurora.sandbox.control("inbound", {"phone_number_id": aurora.id, "from": ANA, "type": "image", "caption": "nota"})
    picture = first_message(receiver)["image"]
    described = aurora.call("GET", picture["id"]).json()
    content = aurora.sandbox.session.get(described["url"], headers=aurora.headers).content
    assert (len(content), picture["caption"]) == (described["file_size"], "nota")


def test_an_unsupported_message_and_an_answer_to_ours(aurora: Number, receiver: Receiver) -> None:
    aurora.sandbox.control("inbound", {"phone_number_id": aurora.id, "from": ANA, "type": "unsupported"})
    assert first_message(receiver)["errors"][0]["code"] == 131051
    wamid = aurora.accepted(ANA)
    receiver.clear()
    aurora.sandbox.control("inbound", {"phone_number_id": aurora.id, "from": ANA, "text": "ok", "context": wamid})
    item = until(lambda: receiver.items("messages"))[0]
    assert item["context"] == {"from": "551140001000", "id": wamid}


@pytest.mark.parametrize(
    "body",
    [{"text": ""}, {"text": "x" * 5000}, {"type": "poll"}, {"from": "123"}, {"text": "oi", "timestamp": 9e12}],
)
def test_what_nobody_can_send(aurora: Number, receiver: Receiver, body: dict[str, Any]) -> None:
    aurora.sandbox.control("inbound", {"phone_number_id": aurora.id, "from": ANA, **body}, expect=400)
    assert aurora.sandbox.messages(direction="any") == []


def test_an_old_brazilian_account_keeps_twelve_digits(aurora: Number, receiver: Receiver) -> None:
    """Both ways of dialling reach the same person, who answers under the short id."""
    aurora.sandbox.control("profile", {"phone": ANA, "wa_id_without_ninth_digit": True})
    aurora.writes("551188887777")
    assert first_message(receiver)["from"] == "551188887777"
    for number in (ANA, "+551188887777", "5511988887777", "11988887777"):
        answer = aurora.send(number)
        assert answer.json()["contacts"][0] | {"user_id": ""} == {
            "input": number,
            "wa_id": "551188887777",
            "user_id": "",
        }
    assert len(aurora.sandbox.messages(ANA)) == 4
    wamid = aurora.sandbox.messages(ANA)[0]["id"]
    assert receiver.reached(wamid, "sent")["recipient_id"] == "551188887777"


def test_a_user_without_phone_is_reached_by_the_scoped_id(aurora: Number, boreal: Number, receiver: Receiver) -> None:
    aurora.sandbox.control("profile", {"phone": ANA, "hide_phone": True, "username": "ana.souza"})
    aurora.writes(ANA)
    item = first_message(receiver)
    assert "from" not in item
    contact = receiver.values()[0]["contacts"][0]
    assert "wa_id" not in contact
    assert contact["profile"]["username"] == "ana.souza"
    body = {"messaging_product": "whatsapp", "recipient": item["from_user_id"], "type": "text", "text": {"body": "oi"}}
    answer = aurora.call("POST", f"{aurora.id}/messages", json=body).json()
    assert answer["contacts"][0]["wa_id"] == ""
    assert "recipient_id" not in receiver.reached(answer["messages"][0]["id"], "sent")
    other = boreal.call("POST", f"{boreal.id}/messages", json=body)
    assert other.json()["error"]["code"] == 131026


def test_blocking_is_per_business(aurora: Number, boreal: Number, receiver: Receiver) -> None:
    aurora.writes(ANA)
    boreal.writes(ANA)
    aurora.sandbox.control("profile", {"phone": ANA, "blocked": True, "channel": aurora.id})
    assert receiver.reached(aurora.accepted(ANA), "failed")["errors"][0]["code"] == 131026
    receiver.reached(boreal.accepted(ANA), "delivered")
    refused = aurora.sandbox.control("inbound", {"phone_number_id": aurora.id, "from": ANA, "text": "oi"}, expect=409)
    assert refused["code"] == "blocked"


def test_stopping_marketing_stops_offers_and_is_told(aurora: Number, receiver: Receiver) -> None:
    aurora.template("offer", "Texto fixo", category="MARKETING")
    aurora.template("notice", "Texto fixo")
    aurora.sandbox.control("profile", {"phone": ANA, "stop_marketing": True})
    told = until(lambda: receiver.items("user_preferences", "user_preferences"))[0]
    assert (told["wa_id"], told["value"], told["category"]) == ("5511988887777", "stop", "marketing_messages")
    assert receiver.reached(aurora.accepted(ANA, "template", use("offer")), "failed")["errors"][0]["code"] == 131050
    receiver.reached(aurora.accepted(ANA, "template", use("notice")), "delivered")


def test_profiles_refuse_nonsense(aurora: Number) -> None:
    for body in ({"phone": ANA, "auto_read": "yes"}, {"phone": ANA, "mood": "good"}, {"phone": "x"}):
        aurora.sandbox.control("profile", body, expect=400)
    assert aurora.sandbox.control("profile?phone=%2B5511988887777")["auto_read"] is False


def test_reset_forgets_traffic_and_keeps_channels_and_templates(aurora: Number) -> None:
    aurora.template("notice", "Texto fixo")
    aurora.writes(ANA)
    aurora.sandbox.control("reset", {})
    assert aurora.sandbox.messages(direction="any") == []
    assert aurora.send(ANA).json()["error"]["code"] == 131047
    aurora.accepted(ANA, "template", use("notice"))
