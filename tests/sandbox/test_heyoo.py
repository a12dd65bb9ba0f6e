"""The library the product sends through, pointed at the stand-in."""

from heyoo import WhatsApp

from tests.sandbox.process import Number, Receiver

ANA = "5511988887777"


def messenger(number: Number) -> WhatsApp:
    one = WhatsApp(number.token, phone_number_id=number.id)
    one.base_url = one.v15_base_url = f"{number.sandbox.url}/v26.0"
    one.url = f"{one.base_url}/{number.id}/messages"
    return one


def test_heyoo_sends_and_marks_read(aurora: Number, receiver: Receiver) -> None:
    written = aurora.writes(ANA)
    one = messenger(aurora)
    text = one.send_message("Olá!", ANA)
    assert receiver.reached(text["messages"][0]["id"], "delivered")
    replies = [{"type": "reply", "reply": {"id": "yes", "title": "Sim"}}]
    button = {"type": "button", "body": {"text": "Certo?"}, "action": {"buttons": replies}}
    assert one.send_reply_button(button, ANA)["messages"]
    assert one.mark_as_read(written["id"]) == {"success": True}


def test_heyoo_sees_metas_error(aurora: Number) -> None:
    aurora.template("notice", "Olá {{1}}, tudo bem com você?")
    error = messenger(aurora).send_template("notice", ANA, [], lang="pt_BR")["error"]
    assert error["code"] == 132000
