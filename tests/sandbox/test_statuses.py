"""Status webhooks: signed, ordered by the persona's behaviour, priced, retried."""

import time
from typing import Any

import pytest

from tests.sandbox.process import Number, Receiver, Sandbox, signed_by, until, use

ANA = "+5511988887777"
DAY = 24 * 3600


def statuses(receiver: Receiver, wamid: str) -> list[str]:
    return sorted(item["status"] for item in receiver.statuses(wamid))


def quiet(sandbox: Sandbox) -> None:
    """Wait until nothing is due any more."""
    until(lambda: sandbox.control("health")["webhooks_waiting"] == 0)


def test_sent_and_delivered_arrive_signed_with_our_tracker(aurora: Number, receiver: Receiver) -> None:
    aurora.writes(ANA)
    wamid = aurora.accepted(ANA, biz_opaque_callback_data="our-id-1")
    delivered = receiver.reached(wamid, "delivered")
    assert delivered["recipient_id"] == "5511988887777"
    assert delivered["recipient_user_id"].startswith("BR.")
    assert delivered["biz_opaque_callback_data"] == "our-id-1"
    assert statuses(receiver, wamid) == ["delivered", "sent"]
    assert all(signed_by(post, aurora.secret) for post in receiver.posts)
    assert not any(signed_by(post, "another secret") for post in receiver.posts)
    entry = receiver.posts[-1]["body"]["entry"][0]
    assert entry["id"] == aurora.waba_id
    assert entry["changes"][0]["value"]["metadata"] == {
        "display_phone_number": "551140001000",
        "phone_number_id": aurora.id,
    }
    kept = aurora.sandbox.messages(ANA)[0]
    assert [one["status"] for one in kept["statuses"]] == ["accepted", "sent", "delivered"]


def test_each_number_hears_only_its_own(aurora: Number, boreal: Number, receiver: Receiver) -> None:
    boreal.writes(ANA)
    receiver.reached(boreal.accepted(ANA), "delivered")
    assert {post["path"] for post in receiver.posts} == {"/webhooks/whatsapp/boreal/"}
    assert all(signed_by(post, boreal.secret) for post in receiver.posts)


def test_prices_by_category_and_window(aurora: Number, receiver: Receiver) -> None:
    aurora.template("notice", "Texto fixo")
    aurora.template("offer", "Texto fixo", category="MARKETING")
    closed = aurora.accepted(ANA, "template", use("notice"))
    aurora.writes(ANA)
    open_notice = aurora.accepted(ANA, "template", use("notice"))
    offer = aurora.accepted(ANA, "template", use("offer"))
    reply = aurora.accepted(ANA)

    def price(wamid: str) -> dict[str, Any]:
        receiver.reached(wamid, "delivered")
        return {name: receiver.reached(wamid, "sent")["pricing"][name] for name in ("billable", "type", "category")}

    assert price(closed) == {"billable": True, "type": "regular", "category": "utility"}
    assert price(open_notice) == {"billable": False, "type": "free_customer_service", "category": "utility"}
    assert price(offer) == {"billable": True, "type": "regular", "category": "marketing"}
    assert price(reply) == {"billable": False, "type": "free_customer_service", "category": "service"}


def test_read_comes_when_the_person_looks_and_is_not_priced_again(aurora: Number, receiver: Receiver) -> None:
    aurora.writes(ANA)
    wamid = aurora.accepted(ANA)
    receiver.reached(wamid, "delivered")
    aurora.sandbox.control("read", {"channel": aurora.id, "phone": ANA})
    read = receiver.reached(wamid, "read")
    assert "pricing" not in read
    aurora.sandbox.control("read", {"channel": aurora.id, "phone": ANA})
    quiet(aurora.sandbox)
    assert statuses(receiver, wamid) == ["delivered", "read", "sent"]


@pytest.mark.parametrize(
    ("profile", "expected"),
    [
        ({"auto_read": True, "read_after_ms": 80}, ["delivered", "read", "sent"]),
        ({"auto_read": True, "read_after_ms": 80, "read_without_delivered": True}, ["read", "sent"]),
        ({"auto_read": True, "read_after_ms": 80, "read_receipts": False}, ["delivered", "sent"]),
        ({"delivered": False}, ["sent"]),
        ({"on_whatsapp": False}, ["failed"]),
        ({"fail_with": 131049}, ["failed"]),
    ],
)
def test_behaviour_by_profile(aurora: Number, receiver: Receiver, profile: dict[str, Any], expected: list[str]) -> None:
    aurora.writes(ANA)
    aurora.sandbox.control("profile", {"phone": ANA, **profile})
    wamid = aurora.accepted(ANA)
    quiet(aurora.sandbox)
    assert statuses(receiver, wamid) == expected


def test_a_failure_says_why(aurora: Number, receiver: Receiver) -> None:
    aurora.writes(ANA)
    aurora.sandbox.control("profile", {"phone": ANA, "on_whatsapp": False})
    failed = receiver.reached(aurora.accepted(ANA), "failed")
    assert failed["errors"][0]["code"] == 131026
    assert failed["errors"][0]["title"] == "Message undeliverable"
    assert "pricing" not in failed


def test_the_window_closes_after_24_hours(aurora: Number, receiver: Receiver) -> None:
    answer = aurora.send(ANA)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, 131047)
    aurora.writes(ANA)
    aurora.accepted(ANA)
    aurora.sandbox.control("clock", {"advance_seconds": DAY - 5})
    aurora.accepted(ANA)
    aurora.sandbox.control("clock", {"advance_seconds": 10})
    assert aurora.send(ANA).json()["error"]["code"] == 131047
    aurora.template("notice", "Texto fixo")
    aurora.accepted(ANA, "template", use("notice"))


def test_the_window_counts_from_whatsapps_timestamp(aurora: Number) -> None:
    moment = int(time.time()) - DAY - 60
    aurora.sandbox.control("inbound", {"channel": aurora.id, "from": ANA, "text": "oi", "timestamp": moment})
    assert aurora.send(ANA).json()["error"]["code"] == 131047


def test_a_closed_window_may_be_told_by_webhook_instead(aurora: Number, receiver: Receiver) -> None:
    aurora.register(window_refusal="webhook")
    assert receiver.reached(aurora.accepted(ANA), "failed")["errors"][0]["code"] == 131047


def test_what_is_not_answered_with_200_comes_again_unchanged(aurora: Number, receiver: Receiver) -> None:
    receiver.answers[:] = [500, 302]
    aurora.writes(ANA)
    until(lambda: receiver.items("messages"))
    assert [post["status"] for post in receiver.posts] == [500, 302, 200]
    assert len({post["raw"] for post in receiver.posts}) == 1
    logged = aurora.sandbox.control("webhooks")["results"][0]
    assert (logged["state"], [one["status"] for one in logged["attempts"]]) == ("delivered", [500, 302, 200])


def test_updates_are_batched_under_load(aurora: Number, receiver: Receiver) -> None:
    aurora.template("notice", "Texto fixo")
    sent = [aurora.accepted(f"+55119{number:08}", "template", use("notice")) for number in range(40)]
    quiet(aurora.sandbox)
    assert {item["id"] for item in receiver.items("statuses") if item["status"] == "delivered"} == set(sent)
    assert len(receiver.items("statuses")) == 80
    assert len(receiver.posts) < 80


@pytest.mark.parametrize(("kind", "copies"), [("webhook_duplicate", 2), ("webhook_drop", 0)])
def test_duplicates_and_losses(aurora: Number, receiver: Receiver, kind: str, copies: int) -> None:
    aurora.sandbox.control("faults", {"kind": kind})
    aurora.writes(ANA)
    quiet(aurora.sandbox)
    assert len(receiver.items("messages")) == copies


def test_delivered_may_overtake_sent(aurora: Number, receiver: Receiver) -> None:
    aurora.writes(ANA)
    until(lambda: receiver.items("messages"))
    aurora.sandbox.control("faults", {"kind": "webhook_reorder"})
    wamid = aurora.accepted(ANA)
    quiet(aurora.sandbox)
    assert [item["status"] for item in receiver.statuses(wamid)] == ["delivered", "sent"]


def test_webhooks_may_be_hours_late(aurora: Number, receiver: Receiver) -> None:
    aurora.sandbox.control("faults", {"kind": "webhook_delay", "seconds": 7200})
    written = aurora.writes(ANA)
    time.sleep(0.2)
    assert receiver.items("messages") == []
    aurora.sandbox.control("clock", {"advance_seconds": 7300})
    item = until(lambda: receiver.items("messages"))[0]
    assert item["id"] == written["id"]
    assert int(item["timestamp"]) < time.time() + 60
