"""What the builders make is what Meta describes; what breaks one of its limits is never sent."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.whatsapp.errors import PayloadInvalid
from messaging.whatsapp.interactive import (
    Card,
    Flow,
    Reply,
    Row,
    Section,
    flow_message,
    link_button,
    list_message,
    reply_buttons,
)
from messaging.whatsapp.payloads import (
    Media,
    Recipient,
    mark_read,
    media_message,
    reaction_message,
    text_message,
)
from messaging.whatsapp.template_calls import (
    CopyCode,
    FlowStart,
    Parameter,
    QuickReply,
    TemplateCall,
    UrlButton,
    template_message,
)
from tests.contracts.whatsapp.description import examples, outbound_errors
from tests.messaging.payload_cases import CARD, REPLIES, later_buttons, marks, templates, within_window

ANA = Recipient(phone="+5511987654821")
BY_ID = Recipient(user_id="BR.1349")
# Meta's own examples that contradict Meta's schema after the repairs: a placeholder where an enumeration is, a number
# where the reference says text, orders and payments, which are not built here, a list without its body's text.
CONTRADICTIONS = {
    "Send Catalog Template Message",
    "Send Multi-Product Message",
    "Send Order Details Message",
    "Send Order Status Message",
    "Send Reply to List Message",
    "Send Sample Issue Resolution Template",
}


@pytest.mark.parametrize("to", [ANA, BY_ID], ids=["phone", "user id"])
def test_every_payload_is_as_meta_describes(to: Recipient) -> None:
    built = {**templates(to), **within_window(to), **marks()}
    assert {name: errors for name, payload in built.items() if (errors := outbound_errors(payload))} == {}


def test_codes_and_flows_have_the_shape_of_the_reference() -> None:
    """The published description knows neither; the template reference does."""
    built = later_buttons(ANA)
    code, flow = (payload["template"]["components"][0] for payload in built.values())
    assert [outbound_errors(payload) for payload in built.values()] == [[], []]
    assert code == {
        "type": "button",
        "sub_type": "copy_code",
        "index": "0",
        "parameters": [{"type": "coupon_code", "coupon_code": "CLUBE10"}],
    }
    assert flow["parameters"] == [
        {"type": "action", "action": {"flow_token": "token", "flow_action_data": {"points": 10}}}
    ]


def test_the_repaired_description_takes_metas_own_examples() -> None:
    refused = {name for name, payload in examples("outbound_message_examples").items() if outbound_errors(payload)}
    assert refused == CONTRADICTIONS


@pytest.mark.parametrize(
    "spoil",
    [
        {"text": {"body": 1}},
        {"text": None},
        {"messaging_product": None},
        {"to": 5511987654821},
        {"caption": "x"},
        {"type": "carousel"},
    ],
)
def test_the_repaired_description_still_refuses(spoil: dict[str, Any]) -> None:
    assert outbound_errors({**text_message(ANA, "Oi", tracker="id"), **spoil})


def test_a_template_payload_in_metas_shape() -> None:
    call = TemplateCall("t", "pt_BR", [Parameter("Ana\nSouza"), Parameter("x")], {0: UrlButton("abc/")})
    assert template_message(ANA, call, tracker="id") == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": "+5511987654821",
        "type": "template",
        "biz_opaque_callback_data": "id",
        "template": {
            "name": "t",
            "language": {"code": "pt_BR"},
            "components": [
                {"type": "body", "parameters": [{"type": "text", "text": "Ana Souza"}, {"type": "text", "text": "x"}]},
                {
                    "type": "button",
                    "sub_type": "url",
                    "index": "0",
                    "parameters": [{"type": "text", "text": "abc/"}],
                },
            ],
        },
    }


def test_a_person_without_phone_is_reached_by_metas_id() -> None:
    payload = text_message(BY_ID, "Oi", tracker="id", reply_to="wamid.1")
    assert payload["recipient"] == "BR.1349"
    assert "to" not in payload
    assert payload["context"] == {"message_id": "wamid.1"}
    assert mark_read("wamid.1", typing=True)["typing_indicator"] == {"type": "text"}


@pytest.mark.parametrize("phone", ["5511987654821", "+55 11 98765", "+", "11987654821"])
def test_a_number_that_is_not_e164_is_never_sent_to(phone) -> None:
    with pytest.raises(PayloadInvalid):
        text_message(Recipient(phone=phone), "Oi", tracker="id")


def test_nobody_to_send_to() -> None:
    with pytest.raises(PayloadInvalid):
        Recipient().address()


def called(**parts: Any) -> Callable[[], Any]:
    return lambda: template_message(ANA, TemplateCall("t", "pt_BR", **parts), tracker="id")


def rows(count: int) -> list[Row]:
    return [Row(str(number), f"Linha {number}") for number in range(count)]


TOO_MUCH: dict[str, Callable[[], Any]] = {
    "empty text": lambda: text_message(ANA, "", tracker="t"),
    "blank text": lambda: text_message(ANA, " \n", tracker="t"),
    "long text": lambda: text_message(ANA, "x" * 4097, tracker="t"),
    "no tracker": lambda: text_message(ANA, "Oi", tracker=""),
    "long tracker": lambda: text_message(ANA, "Oi", tracker="x" * 513),
    "long caption": lambda: media_message(ANA, Media("image", "1", caption="x" * 1025), tracker="t"),
    "caption of an audio": lambda: media_message(ANA, Media("audio", "1", caption="x"), tracker="t"),
    "file name of an image": lambda: media_message(ANA, Media("image", "1", filename="x"), tracker="t"),
    "media without id": lambda: media_message(ANA, Media("image", "../me"), tracker="t"),
    "reaction to nothing": lambda: reaction_message(ANA, "", "👍", tracker="t"),
    "long parameter": called(body=[Parameter("x" * 1025)]),
    "blank parameter": called(body=[Parameter("\n")]),
    "names and positions": called(body=[Parameter("a"), Parameter("b", name="n")]),
    "long header": called(header=Parameter("x" * 61)),
    "sticker as header": called(header=Media("sticker", "1")),
    "caption of a header": called(header=Media("image", "1", caption="x")),
    "eleventh button": called(buttons={10: UrlButton("x")}),
    "empty address": called(buttons={0: UrlButton("")}),
    "long quick reply": called(buttons={0: QuickReply("x" * 257)}),
    "long code": called(buttons={0: CopyCode("x" * 21)}),
    "flow without token": called(buttons={0: FlowStart("")}),
    "no reply": lambda: reply_buttons(ANA, CARD, [], tracker="t"),
    "four replies": lambda: reply_buttons(ANA, CARD, [Reply(str(n), str(n)) for n in range(4)], tracker="t"),
    "the same reply twice": lambda: reply_buttons(ANA, CARD, [REPLIES[0], REPLIES[0]], tracker="t"),
    "long reply": lambda: reply_buttons(ANA, CARD, [Reply("a", "x" * 21)], tracker="t"),
    "long body": lambda: reply_buttons(ANA, Card("x" * 1025), REPLIES, tracker="t"),
    "long footer": lambda: reply_buttons(ANA, Card("x", footer="x" * 61), REPLIES, tracker="t"),
    "empty list": lambda: list_message(ANA, CARD, "Ver", [], tracker="t"),
    "empty section": lambda: list_message(ANA, CARD, "Ver", [Section(rows(1), "a"), Section([], "b")], tracker="t"),
    "eleven rows": lambda: list_message(ANA, CARD, "Ver", [Section(rows(11))], tracker="t"),
    "section without title": lambda: list_message(
        ANA, CARD, "Ver", [Section(rows(1)), Section([Row("z", "z")], "b")], tracker="t"
    ),
    "the same row twice": lambda: list_message(ANA, CARD, "Ver", [Section(rows(1) * 2)], tracker="t"),
    "list under an image": lambda: list_message(
        ANA, Card("x", header=Media("image", "1")), "Ver", [Section(rows(1))], tracker="t"
    ),
    "link that is no address": lambda: link_button(ANA, CARD, "Abrir", "javascript:alert(1)", tracker="t"),
    "long link button": lambda: link_button(ANA, CARD, "x" * 21, "https://x.example/", tracker="t"),
    "flow without screen": lambda: flow_message(ANA, CARD, Flow("1", "Ir", "token", ""), tracker="t"),
}


@pytest.mark.parametrize("build", TOO_MUCH.values(), ids=TOO_MUCH.keys())
def test_limits_are_checked_before_sending(build: Callable[[], Any]) -> None:
    with pytest.raises(PayloadInvalid):
        build()


@given(body=st.text(max_size=1200), title=st.text(max_size=24), count=st.integers(0, 5), footer=st.text(max_size=70))
def test_buttons_are_as_described_or_refused(body: str, title: str, count: int, footer: str) -> None:
    """No input makes a payload that Meta's description does not know."""
    replies = [Reply(f"{number}", f"{title}{number}") for number in range(count)]
    try:
        payload = reply_buttons(ANA, Card(body, footer=footer), replies, tracker="id")
    except PayloadInvalid:
        return
    assert outbound_errors(payload) == []


@given(texts=st.lists(st.text(max_size=1100), max_size=4))
def test_parameters_are_as_described_or_refused(texts: list[str]) -> None:
    try:
        call = TemplateCall("t", "pt_BR", [Parameter(text) for text in texts])
        payload = template_message(ANA, call, tracker="id")
    except PayloadInvalid:
        return
    assert outbound_errors(payload) == []
    for component in payload["template"].get("components", []):
        for parameter in component["parameters"]:
            assert not set("\n\t\r") & set(parameter["text"])
