"""The phone pages without script: what they show, what their forms do, and that nothing typed becomes markup."""

import re
from typing import Any

import requests

from tests.sandbox.process import Number, Receiver, until, use

ANA = "+5511988887777"
PHONE = "/phone/5511988887777"


def get(number: Number, path: str, **query: str) -> requests.Response:
    return number.sandbox.session.get(number.sandbox.url + path, params=query)


def post(number: Number, path: str, **form: str) -> requests.Response:
    return number.sandbox.session.post(number.sandbox.url + path, data={"channel": number.id, **form})


def test_the_list_shows_who_has_exchanged_with_which_number(aurora: Number, boreal: Number) -> None:
    aurora.sandbox.control("profile", {"phone": ANA, "name": "Ana Souza"})
    aurora.writes(ANA, "quero *participar*")
    html = get(aurora, "/").text
    assert "Ana Souza" in html
    assert "quero participar" in html
    assert f'href="{PHONE}?channel={aurora.id}"' in html
    assert f'href="{PHONE}?channel={boreal.id}"' not in html
    assert '<html lang="pt-BR">' in html


def test_any_phone_can_be_opened_and_starts_with_the_keyword(aurora: Number) -> None:
    answer = get(aurora, "/open", phone="+55 (11) 98888-7777", channel=aurora.id)
    assert answer.url.endswith(f"{PHONE}?channel={aurora.id}")
    assert ">quero participar</textarea>" in answer.text
    wrong = get(aurora, "/open", phone="12", channel=aurora.id)
    assert wrong.status_code == 400
    assert "código do país" in wrong.text


def test_writing_sends_a_webhook(aurora: Number, receiver: Receiver) -> None:
    answer = post(aurora, f"{PHONE}/reply", kind="text", text="quero participar\r\nagora")
    assert "quero participar<br>agora" in answer.text
    assert until(lambda: receiver.items("messages"))[0]["text"] == {"body": "quero participar\nagora"}


def test_opening_the_page_reads_what_has_arrived(aurora: Number, receiver: Receiver) -> None:
    aurora.writes(ANA)
    wamid = aurora.accepted(ANA)
    receiver.reached(wamid, "delivered")
    assert "não lidas" in get(aurora, "/").text
    get(aurora, PHONE, channel=aurora.id)
    receiver.reached(wamid, "read")
    assert "não lidas" not in get(aurora, "/").text


def forms(html: str) -> list[dict[str, str]]:
    """Return the hidden fields of every quick answer on a page."""
    found = re.findall(r'<form method="post" action="[^"]+/reply" data-send>(.*?)<button class="action"', html)
    return [dict(re.findall(r'name="(\w+)" value="([^"]*)"', form)) for form in found]


def test_every_kind_of_answer_button(aurora: Number, receiver: Receiver) -> None:
    quick = {"buttons": [{"type": "QUICK_REPLY", "text": "Parar"}]}
    aurora.template("notice", "Texto fixo", BUTTONS=quick)
    aurora.writes(ANA)
    replies = [{"type": "reply", "reply": {"id": "yes", "title": "Sim"}}]
    rows: list[dict[str, Any]] = [{"id": "b", "title": "Saldo", "description": "de hoje"}]
    aurora.accepted(ANA, "template", use("notice"))
    aurora.accepted(ANA, "interactive", {"type": "button", "body": {"text": "?"}, "action": {"buttons": replies}})
    menu = {"button": "Ver", "sections": [{"rows": rows}]}
    aurora.accepted(ANA, "interactive", {"type": "list", "body": {"text": "?"}, "action": menu})
    until(lambda: receiver.items("messages"))
    receiver.clear()
    for form in forms(get(aurora, PHONE, channel=aurora.id).text):
        post(aurora, f"{PHONE}/reply", **form)
    items = until(lambda: len(receiver.items("messages")) == 3 and receiver.items("messages"))
    by_kind = {item["type"] + item.get("interactive", {}).get("type", ""): item for item in items}
    assert by_kind["button"]["button"] == {"payload": "Parar", "text": "Parar"}
    assert by_kind["interactivebutton_reply"]["interactive"]["button_reply"] == {"id": "yes", "title": "Sim"}
    assert by_kind["interactivelist_reply"]["interactive"]["list_reply"] == rows[0]
    assert all("context" in item for item in items)


def test_nothing_written_becomes_markup(aurora: Number) -> None:
    evil = '<script>alert(1)</script><img src=x onerror=alert(1)> "quoted" https://example.com/"onclick="x'
    aurora.sandbox.control("profile", {"phone": ANA, "name": evil})
    aurora.writes(ANA, evil)
    url = {"type": "URL", "text": "Abrir", "url": "https://example.com/{{1}}", "example": ["x"]}
    aurora.template("link", "Texto fixo", BUTTONS={"buttons": [url]})
    given = {"type": "button", "sub_type": "url", "index": "0", "parameters": [{"type": "text", "text": '"><script>'}]}
    aurora.accepted(ANA, "template", use("link", components=[given]))
    for path in ("/", PHONE, f"{PHONE}/thread"):
        html = get(aurora, path, channel=aurora.id).text
        assert html.count("<script") == (0 if path.endswith("thread") else 1)
        assert "<img" not in html
        assert 'onclick="' not in html
    policy = get(aurora, "/").headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_marks_become_text_styles(aurora: Number) -> None:
    aurora.writes(ANA, "*forte* _leve_ ~fora~ https://example.com/a_b_c?x=1&y=2. 2*3*4")
    html = get(aurora, f"{PHONE}/thread", channel=aurora.id).text
    assert "<strong>forte</strong> <em>leve</em> <s>fora</s>" in html
    assert 'href="https://example.com/a_b_c?x=1&amp;y=2"' in html
    assert "2*3*4" in html


def test_blocking_and_stopping_from_the_page(aurora: Number, receiver: Receiver) -> None:
    aurora.writes(ANA)
    post(aurora, f"{PHONE}/standing", act="stop_marketing")
    html = post(aurora, f"{PHONE}/standing", act="block").text
    assert "Você bloqueou esta empresa" in html
    assert "Voltar a receber ofertas" in html
    standing = aurora.sandbox.control("profile?phone=5511988887777")["channels"][aurora.id]
    assert (standing["blocked"], standing["stop_marketing"]) == (True, True)
    assert post(aurora, f"{PHONE}/reply", kind="text", text="oi").status_code == 409
    post(aurora, f"{PHONE}/standing", act="unblock")
    assert post(aurora, f"{PHONE}/reply", kind="text", text="oi").status_code == 200


def test_files_of_the_page_only(aurora: Number) -> None:
    assert get(aurora, "/static/phone.css").headers["content-type"].startswith("text/css")
    for path in ("/static/..%2Fapp.py", "/static/app.py", "/nothing"):
        assert get(aurora, path).status_code == 404


def test_an_unknown_or_closed_phone_shows_nothing_undelivered(aurora: Number) -> None:
    aurora.writes(ANA)
    aurora.sandbox.control("profile", {"phone": ANA, "delivered": False})
    aurora.accepted(ANA, content={"body": "ainda não chegou"})
    until(lambda: aurora.sandbox.messages(ANA)[0]["status"] == "sent")
    assert "ainda não chegou" not in get(aurora, PHONE, channel=aurora.id).text
    assert aurora.sandbox.messages(ANA)[0]["status"] == "sent"
