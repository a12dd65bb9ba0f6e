"""Which payloads Meta takes: one of each kind in the shapes its reference shows, and what it refuses."""

from typing import Any

import pytest

from tests.sandbox.process import Number

ANA = "+5511988887777"
LONG = "x" * 5000


def buttons(*titles: str) -> dict[str, Any]:
    replies = [{"type": "reply", "reply": {"id": f"id-{title}", "title": title}} for title in titles]
    return {"type": "button", "body": {"text": "Escolha"}, "action": {"buttons": replies}}


def menu(*rows: str, **more: Any) -> dict[str, Any]:
    entries = [{"id": row, "title": row[:24], "description": "mais"} for row in rows]
    action = {"button": "Ver opções", "sections": [{"title": "Tudo", "rows": entries}]}
    return {"type": "list", "body": {"text": "Escolha"}, "action": action, **more}


def cta(url: str = "https://example.com/p/aurora/", text: str = "Abrir") -> dict[str, Any]:
    action = {"name": "cta_url", "parameters": {"display_text": text, "url": url}}
    return {"type": "cta_url", "body": {"text": "Veja"}, "action": action}


FLOW = {
    "type": "flow",
    "header": {"type": "text", "text": "Cadastro"},
    "body": {"text": "Complete o cadastro"},
    "footer": {"text": "Leva um minuto"},
    "action": {
        "name": "flow",
        "parameters": {"flow_message_version": "3", "flow_id": "1", "flow_cta": "Abrir", "flow_token": "t"},
    },
}
PERSON = [{"name": {"formatted_name": "Ana Souza", "first_name": "Ana"}, "phones": [{"phone": ANA, "type": "CELL"}]}]

TAKEN = {
    "text": ("text", {"body": "Olá *Ana*"}),
    "text with preview": ("text", {"body": "https://example.com", "preview_url": True}),
    "longest text": ("text", {"body": "x" * 4096}),
    "image by link": ("image", {"link": "https://example.com/a.png", "caption": "Café"}),
    "audio by link": ("audio", {"link": "https://example.com/a.ogg"}),
    "video by link": ("video", {"link": "https://example.com/a.mp4", "caption": "Veja"}),
    "document by link": ("document", {"link": "https://example.com/a.pdf", "filename": "a.pdf"}),
    "sticker by link": ("sticker", {"link": "https://example.com/a.webp"}),
    "location": ("location", {"latitude": -23.55, "longitude": -46.63, "name": "Loja", "address": "Rua A"}),
    "contacts": ("contacts", PERSON),
    "reply buttons": ("interactive", buttons("Sim", "Não", "Talvez")),
    "list": ("interactive", menu("Saldo", "Vouchers", footer={"text": "Menu"})),
    "cta_url": ("interactive", cta()),
    "flow": ("interactive", FLOW),
    "location request": (
        "interactive",
        {"type": "location_request_message", "body": {"text": "Onde?"}, "action": {"name": "send_location"}},
    ),
}

REFUSED = {
    "no body": ("text", {}, 131008),
    "body no string": ("text", {"body": 5}, 100),
    "empty body": ("text", {"body": "  "}, 131009),
    "body too long": ("text", {"body": LONG}, 131009),
    "text no object": ("text", "Olá", 100),
    "unknown type": ("poll", {"a": 1}, 131051),
    "image without source": ("image", {"caption": "x"}, 131008),
    "image with two sources": ("image", {"id": "1", "link": "https://example.com/a.png"}, 131008),
    "image by unknown id": ("image", {"id": "12345"}, 100),
    "image over ftp": ("image", {"link": "ftp://example.com/a.png"}, 131009),
    "audio with caption": ("audio", {"link": "https://example.com/a.ogg", "caption": "x"}, 100),
    "caption too long": ("image", {"link": "https://example.com/a.png", "caption": LONG}, 131009),
    "location outside the world": ("location", {"latitude": 91, "longitude": 0}, 131009),
    "location without place": ("location", {}, 131008),
    "contact without name": ("contacts", [{"phones": []}], 131008),
    "four buttons": ("interactive", buttons("a", "b", "c", "d"), 131009),
    "no buttons": ("interactive", buttons(), 131009),
    "button title too long": ("interactive", buttons("x" * 21), 131009),
    "same button twice": ("interactive", buttons("a", "a"), 131009),
    "eleven rows": ("interactive", menu(*[f"row {number}" for number in range(11)]), 131009),
    "row title too long": (
        "interactive",
        {**menu("a"), "action": {"button": "x", "sections": [{"rows": [{"id": "1", "title": "x" * 25}]}]}},
        131009,
    ),
    "list with image header": ("interactive", menu("a", header={"type": "image", "image": {"id": "1"}}), 131009),
    "footer too long": ("interactive", {**cta(), "footer": {"text": "x" * 61}}, 131009),
    "cta over javascript": ("interactive", cta("javascript:alert(1)"), 131009),
    "cta label too long": ("interactive", cta(text="x" * 21), 131009),
    "interactive without body": ("interactive", {"type": "button", "action": {"buttons": []}}, 131008),
    "catalog without catalog": ("interactive", {"type": "product", "body": {"text": "x"}, "action": {}}, 131009),
    "unknown interactive": ("interactive", {"type": "poll", "body": {"text": "x"}, "action": {}}, 131009),
    "reaction to nothing": ("reaction", {"message_id": "wamid.none", "emoji": "👍"}, 131009),
    "template without name": ("template", {"language": {"code": "pt_BR"}}, 131008),
    "template without language": ("template", {"name": "x"}, 131008),
}


@pytest.mark.parametrize("case", TAKEN)
def test_taken(aurora: Number, case: str) -> None:
    aurora.writes(ANA)
    answer = aurora.send(ANA, *TAKEN[case])
    assert answer.status_code == 200, answer.text
    assert aurora.sandbox.messages(ANA)[0]["id"] == answer.json()["messages"][0]["id"]


@pytest.mark.parametrize("case", REFUSED)
def test_refused(aurora: Number, case: str) -> None:
    """The window is open, so that nothing but the payload can be the reason; nothing is kept."""
    aurora.writes(ANA)
    kind, content, code = REFUSED[case]
    answer = aurora.send(ANA, kind, content)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (400, code), answer.text
    assert error["error_data"]["messaging_product"] == "whatsapp"
    assert error["error_data"]["details"]
    assert error["message"].startswith(f"(#{code})")
    assert aurora.sandbox.messages(ANA) == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"messaging_product": None}, 100),
        ({"messaging_product": "sms"}, 100),
        ({"to": None}, 100),
        ({"to": 5511988887777}, 100),
        ({"to": "Ana"}, 131009),
        ({"to": "+55"}, 131009),
        ({"to": "+55 11 4000-1000"}, 131021),
        ({"recipient_type": "crowd"}, 100),
        ({"biz_opaque_callback_data": "x" * 513}, 100),
        ({"context": {"message_id": 5}}, 100),
        ({"type": ["text"]}, 131051),
    ],
)
def test_envelope_refused(aurora: Number, change: dict[str, Any], code: int) -> None:
    aurora.writes(ANA)
    body = {"messaging_product": "whatsapp", "to": ANA, "type": "text", "text": {"body": "oi"}} | change
    answer = aurora.call("POST", f"{aurora.id}/messages", json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, code), answer.text
    assert aurora.sandbox.messages() == []


def test_a_reaction_and_an_answer_name_a_message(aurora: Number) -> None:
    written = aurora.writes(ANA)
    aurora.accepted(ANA, "reaction", {"message_id": written["id"], "emoji": "👍"})
    aurora.accepted(ANA, context={"message_id": written["id"]})
    assert [one["type"] for one in aurora.sandbox.messages(ANA)] == ["reaction", "text"]


def test_marking_read_covers_what_came_before_and_shows_typing(aurora: Number) -> None:
    first, second = aurora.writes(ANA, "um"), aurora.writes(ANA, "dois")
    body = {"messaging_product": "whatsapp", "status": "read", "message_id": second["id"]}
    answer = aurora.call("POST", f"{aurora.id}/messages", json=body | {"typing_indicator": {"type": "text"}})
    assert answer.json() == {"success": True}
    found = {one["id"]: one["status"] for one in aurora.sandbox.messages(ANA, "in")}
    assert found == {first["id"]: "read", second["id"]: "read"}
    page = aurora.sandbox.session.get(f"{aurora.sandbox.url}/phone/5511988887777/thread", params={"channel": aurora.id})
    assert "digitando" in page.text
    wrong = aurora.call("POST", f"{aurora.id}/messages", json=body | {"message_id": "wamid.x"})
    assert wrong.json()["error"]["code"] == 100
