"""A person takes another number, and sends a picture from the page."""

import requests

from sandbox.media import PIXEL
from tests.sandbox.process import Number, Receiver, until

ANA, NEW = "+5511988887777", "+5521999990000"


def system_messages(receiver: Receiver) -> list[dict[str, object]]:
    values = [value for value in receiver.values() if value.get("messages")]
    return [one for value in values for one in value["messages"] if one["type"] == "system"]


def test_every_business_that_knows_the_person_is_told(aurora: Number, boreal: Number, receiver: Receiver) -> None:
    aurora.sandbox.control("profile", {"phone": ANA, "name": "Ana Lima", "stop_marketing": True, "channel": aurora.id})
    aurora.writes(ANA)
    told = aurora.sandbox.control("number", {"from": ANA, "to": NEW})
    assert told == {"phone": "5521999990000", "businesses_told": 1}
    item = until(lambda: system_messages(receiver))[0]
    system = item["system"]
    assert isinstance(system, dict)
    assert (item["from"], system["type"], system["wa_id"]) == ("5511988887777", "user_changed_number", "5521999990000")
    assert system["previous_user_id"] == item["from_user_id"] != system["user_id"]
    described = aurora.sandbox.control("profile?phone=5521999990000")
    assert described["name"] == "Ana Lima"
    assert described["channels"][aurora.id] == {"blocked": False, "stop_marketing": True, "window_open": False}


def test_a_number_cannot_change_into_itself(aurora: Number) -> None:
    assert aurora.sandbox.control("number", {"from": ANA, "to": ANA}, expect=400)["code"]


def test_a_failure_may_come_after_sent(aurora: Number, receiver: Receiver) -> None:
    aurora.writes(ANA)
    aurora.sandbox.control("profile", {"phone": ANA, "fail_with": 131026, "fail_after_sent": True})
    wamid = aurora.accepted(ANA)
    receiver.reached(wamid, "failed")
    assert receiver.reached(wamid, "sent")["recipient_id"] == "5511988887777"


def test_contacts_of_statuses_have_no_profile(aurora: Number, receiver: Receiver) -> None:
    aurora.writes(ANA)
    receiver.reached(aurora.accepted(ANA), "sent")
    contacts = [each for value in receiver.values() if value.get("statuses") for each in value["contacts"]]
    assert contacts
    assert all(each.keys() == {"wa_id", "user_id"} for each in contacts)


def test_a_picture_is_sent_from_the_page(aurora: Number, receiver: Receiver) -> None:
    aurora.writes(ANA)
    url = f"{aurora.sandbox.url}/phone/5511988887777/reply"
    fields = {"channel": aurora.id, "kind": "image", "text": "O recibo"}
    files = {"picture": ("recibo.png", PIXEL, "image/png")}
    answer = requests.post(url, data=fields, files=files, timeout=10)
    assert answer.status_code == 200
    assert '<img class="picture"' in answer.text
    assert "O recibo" in answer.text
    (kept,) = [one for one in aurora.sandbox.messages(ANA, "in") if one["type"] == "image"]
    assert kept["text"] == "O recibo"
    missing = requests.post(url, data=fields, files={"other": ("a.png", PIXEL, "image/png")}, timeout=10)
    assert missing.status_code == 400
    assert "Escolha uma imagem" in missing.text
