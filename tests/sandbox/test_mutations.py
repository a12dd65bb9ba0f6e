"""No payload, however odd, may break the stand-in: every value of a good one is replaced by wrong ones in turn."""

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from sandbox import channels, inbound, messages, sending, templates
from sandbox.box import Box
from sandbox.errors import GraphError
from tests.sandbox.process import Number, use
from tests.sandbox.test_shapes import TAKEN

ANA = "+5511988887777"
ODD: tuple[Any, ...] = (None, 5, True, "", [], {}, "x" * 5000, [5], {"a": []})
QUICK = {"type": "QUICK_REPLY", "text": "Parar"}
LINK = {"type": "URL", "text": "Ver", "url": "https://example.com/{{1}}", "example": ["x"]}
CREATION = {
    "name": "odd", "language": "pt_BR", "category": "UTILITY",
    "components": [
        {"type": "HEADER", "format": "TEXT", "text": "Olá {{1}}!", "example": {"header_text": ["Ana"]}},
        {"type": "BODY", "text": "Olá {{1}}, tudo bem hoje?", "example": {"body_text": [["Ana"]]}},
        {"type": "FOOTER", "text": "Loja"},
        {"type": "BUTTONS", "buttons": [QUICK, LINK]},
    ],
}  # fmt: skip

PICTURE = {
    **CREATION,
    "components": [
        {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["4::aW"]}},
        {"type": "BODY", "text": "Texto fixo"},
    ],
}
CODE = {
    **CREATION,
    "category": "AUTHENTICATION",
    "components": [
        {"type": "BODY", "add_security_recommendation": True},
        {"type": "FOOTER", "code_expiration_minutes": 5},
        {"type": "BUTTONS", "buttons": [{"type": "OTP", "otp_type": "COPY_CODE", "text": "Copiar"}]},
    ],
}


def mutations(value: Any) -> Iterator[Any]:
    """Yield copies of `value` with one part each replaced or left out."""
    yield from ODD
    if isinstance(value, dict):
        for key in value:
            yield {name: part for name, part in value.items() if name != key}
            for part in mutations(value[key]):
                yield copy.copy(value) | {key: part}
    if isinstance(value, list):
        for place, inner in enumerate(value):
            for part in mutations(inner):
                yield [*value[:place], part, *value[place + 1 :]]


@pytest.fixture
def box() -> Box:
    """The stand-in's insides without its server: thousands of payloads in a second."""
    one = Box.open(None, seed=1)
    registration = {
        "phone_number_id": "1", "waba_id": "2", "token": "t", "app_secret": "s", "verify_token": "v",
        "webhook_url": "http://127.0.0.1:9/", "options": {"pair_limit": False},
    }  # fmt: skip
    channels.register(one.store, registration)
    one.store.run("INSERT INTO samples (id, kind, length, handle) VALUES ('upload:1', 'image/png', 1, '4::aW')")
    inbound.receive(one, channels.find(one.store, "1"), "5511988887777", {"text": "oi"})
    return one


def check_message(box: Box, payload: dict[str, Any]) -> None:
    box.limits.clear()
    try:
        answer, status = sending.send(box, channels.find(box.store, "1"), payload), 200
    except GraphError as error:
        answer, status = error.body("A"), error.http_status
    assert json.dumps(answer)
    assert status < 500


def check_template(box: Box, creation: dict[str, Any]) -> bool:
    try:
        templates.create(box.store, box.rng, "2", creation, "approve")
        code = 0
    except GraphError as error:
        code = error.code
    assert code in (0, 100)
    return code == 0


def test_odd_messages_are_refused_or_taken_but_never_break_it(box: Box) -> None:
    body = {"type": "body", "parameters": [{"type": "text", "text": "Ana"}]}
    header = {"type": "header", "parameters": [{"type": "text", "text": "Ana"}]}
    button = {"type": "button", "sub_type": "url", "index": "1", "parameters": [{"type": "text", "text": "x"}]}
    assert check_template(box, CREATION)
    good = {**use("odd"), "components": [header, body, button]}
    for kind, content in [*TAKEN.values(), ("template", good)]:
        envelope = {"messaging_product": "whatsapp", "to": ANA, "type": kind, kind: content}
        before = len(messages.search(box.store, limit=100_000))
        check_message(box, envelope)
        assert len(messages.search(box.store, limit=100_000)) == before + 1
        for odd in mutations(envelope):
            if isinstance(odd, dict):
                check_message(box, odd)


@pytest.mark.parametrize("shape", [CREATION, PICTURE, CODE], ids=["texts", "picture", "code"])
def test_odd_templates_are_refused_or_taken_but_never_break_it(box: Box, shape: dict[str, Any]) -> None:
    assert check_template(box, shape)
    for place, odd in enumerate(mutations(shape)):
        if isinstance(odd, dict):
            check_template(box, odd | {"name": odd.get("name") and f"odd{place}"})


def test_odd_control_calls_never_break_it(aurora: Number) -> None:
    calls = {
        "inbound": {"channel": aurora.id, "from": ANA, "type": "button", "text": "x", "context": "y", "name": "Ana"},
        "profile": {"phone": ANA, "auto_read": True, "name": "Ana", "blocked": False, "channel": aurora.id},
        "faults": {"kind": "http_500", "count": 1, "seconds": 1},
        "channels": {
            "phone_number_id": "7", "waba_id": "8", "token": "t", "app_secret": "s", "verify_token": "v",
            "webhook_url": "http://127.0.0.1:9/", "options": {"batch": 5, "template_review": "approve"},
        },
        "templates": {"channel": aurora.id, "name": "odd", "language": "pt_BR", "status": "PAUSED"},
        "read": {"channel": aurora.id, "phone": ANA},
        "clock": {"advance_seconds": 0},
    }  # fmt: skip
    for path, good in calls.items():
        for odd in mutations(good):
            answer = aurora.sandbox.session.post(f"{aurora.sandbox.url}/_sandbox/{path}", json=odd, timeout=10)
            assert answer.status_code < 500, (path, odd, answer.text)
