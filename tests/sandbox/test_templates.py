"""Templates: the shelf's rules, and filling them."""

from typing import Any

import pytest

from tests.sandbox.process import Number, Receiver, Sandbox, until, use

ANA = "+5511988887777"
BODY = "Olá {{1}}, você ganhou {{2}} de cashback na sua compra de hoje."
URL = {"buttons": [{"type": "URL", "text": "Ver saldo", "url": "https://example.com/p/{{1}}", "example": ["x"]}]}


def button(index: int, kind: str, value: dict[str, Any]) -> dict[str, Any]:
    return {"type": "button", "sub_type": kind, "index": str(index), "parameters": [value]}


def test_a_template_is_created_approved_announced_and_listed(aurora: Number, receiver: Receiver) -> None:
    created = aurora.template("credited", BODY)
    assert (created["status"], created["category"]) == ("APPROVED", "UTILITY")
    listed = aurora.call("GET", f"{aurora.waba_id}/message_templates", params={"name": "credited"}).json()["data"]
    assert [(one["id"], one["language"], one["status"]) for one in listed] == [(created["id"], "pt_BR", "APPROVED")]
    event = until(lambda: receiver.values("message_template_status_update"))[0]
    assert (event["event"], event["message_template_name"]) == ("APPROVED", "credited")


def test_review_can_be_slow_or_hard(aurora: Number, sandbox: Sandbox) -> None:
    aurora.register(template_review="pending")
    assert aurora.template("waiting", "Texto fixo")["status"] == "PENDING"
    assert aurora.send(ANA, "template", use("waiting")).json()["error"]["code"] == 132001
    sandbox.control(
        "templates", {"waba_id": aurora.waba_id, "name": "waiting", "language": "pt_BR", "status": "APPROVED"}
    )
    aurora.accepted(ANA, "template", use("waiting"))
    for status, code in (("PAUSED", 132015), ("DISABLED", 132016), ("REJECTED", 132001)):
        sandbox.control("templates", {"channel": aurora.id, "name": "waiting", "language": "pt_BR", "status": status})
        assert aurora.send(ANA, "template", use("waiting")).json()["error"]["code"] == code


def test_pages_of_templates_follow_the_cursor(aurora: Number) -> None:
    for number in range(5):
        aurora.template(f"t{number}", "Texto fixo")
    path, names, after = f"{aurora.waba_id}/message_templates", [], "0"
    for _ in range(3):
        page = aurora.call("GET", path, params={"limit": 2, "after": after}).json()
        names += [one["name"] for one in page["data"]]
        after = page["paging"]["cursors"]["after"]
    assert names == ["t0", "t1", "t2", "t3", "t4"]
    assert "next" not in page["paging"]


def test_a_name_is_unique_per_language_and_per_account(aurora: Number, boreal: Number) -> None:
    aurora.template("hello", "Texto fixo")
    aurora.template("hello", "Fixed text", language="en")
    boreal.template("hello", "Texto fixo")
    again = aurora.template("hello", "Texto fixo", expect=400)["error"]
    assert (again["code"], again["error_subcode"]) == (100, 2388024)


def test_deleting_by_name_takes_every_language(aurora: Number) -> None:
    aurora.template("hello", "Texto fixo")
    aurora.template("hello", "Fixed text", language="en")
    path = f"{aurora.waba_id}/message_templates"
    assert aurora.call("DELETE", path, params={"name": "hello"}).json() == {"success": True}
    assert aurora.call("GET", path).json()["data"] == []
    assert aurora.call("DELETE", path, params={"name": "hello"}).status_code == 404


def test_an_edit_is_reviewed_again(aurora: Number) -> None:
    created = aurora.template("hello", "Texto fixo")
    changed = {"components": [{"type": "BODY", "text": "Outro texto fixo"}]}
    assert aurora.call("POST", created["id"], json=changed).json() == {"success": True}
    assert aurora.call("GET", created["id"]).json()["components"] == changed["components"]


@pytest.mark.parametrize(
    ("body", "extra", "subcode"),
    [
        ("{{1}} é o seu saldo de hoje na loja", {}, 2388299),
        ("O seu saldo de hoje na loja é {{1}}", {}, 2388299),
        ("Olá, aqui estão {{1}} {{2}} para você usar na loja", {}, 2388072),
        ("Olá {{1}}, o saldo é {{3}} hoje e amanhã também", {}, 2388072),
        ("Oi {{1}} e {{2}} sim", {}, 2388293),
        ("x" * 1025, {}, 2388040),
        ("Texto fixo", {"FOOTER": {"text": "x" * 61}}, 2388040),
        ("Texto fixo", {"FOOTER": {"text": "até {{1}} x"}}, 2388073),
        ("Texto fixo", {"HEADER": {"format": "IMAGE"}}, 2388047),
        ("Texto fixo", {"HEADER": {"format": "TEXT", "text": "{{1}} e {{2}}"}}, 2388047),
        ("Texto fixo", {"BUTTONS": {"buttons": [{"type": "QUICK_REPLY", "text": "x" * 26}]}}, 2388040),
    ],
)
def test_what_review_refuses(aurora: Number, body: str, extra: dict[str, Any], subcode: int) -> None:
    error = aurora.template("hello", body, expect=400, **extra)["error"]
    assert (error["code"], error["error_subcode"]) == (100, subcode)
    assert error["error_user_title"]
    assert error["error_user_msg"]


@pytest.mark.parametrize(
    "change", [{"name": "Hello"}, {"language": "português"}, {"category": "NEWS"}, {"components": []}]
)
def test_malformed_creations(aurora: Number, change: dict[str, Any]) -> None:
    body = {
        "name": "hello", "language": "pt_BR", "category": "UTILITY",
        "components": [{"type": "BODY", "text": "Texto fixo"}],
    } | change  # fmt: skip
    answer = aurora.call("POST", f"{aurora.waba_id}/message_templates", json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, 100)


def test_three_url_buttons_are_too_many(aurora: Number) -> None:
    many = [{"type": "URL", "text": f"b{n}", "url": "https://example.com"} for n in range(3)]
    assert aurora.template("hello", "Texto fixo", expect=400, BUTTONS={"buttons": many})["error"]["code"] == 100


def test_a_filled_template_shows_its_text_and_final_addresses(aurora: Number) -> None:
    aurora.template(
        "credited", BODY, HEADER={"format": "TEXT", "text": "Compra"}, FOOTER={"text": "Loja Centro"}, BUTTONS=URL
    )
    given = use("credited", "Ana", "R$ 20,00", components=[button(0, "url", {"type": "text", "text": "aurora/?v=1"})])
    answer = aurora.send(ANA, "template", given).json()
    assert answer["messages"][0]["message_status"] == "accepted"
    one = aurora.sandbox.messages(ANA)[0]
    assert one["text"] == "Olá Ana, você ganhou R$ 20,00 de cashback na sua compra de hoje."
    assert one["header"] == {"type": "text", "text": "Compra"}
    assert one["footer"] == "Loja Centro"
    assert one["buttons"] == [{"kind": "url", "text": "Ver saldo", "url": "https://example.com/p/aurora/?v=1"}]
    assert (one["template"], one["category"]) == ({"name": "credited", "language": "pt_BR"}, "utility")


@pytest.mark.parametrize(
    ("values", "code", "details"),
    [
        (["Ana"], 132000, "body: number of localizable_params (1) does not match the expected number of params (2)"),
        ([], 132000, "body: number of localizable_params (0) does not match the expected number of params (2)"),
        (["Ana", "  "], 131008, "body: Parameter of type text is missing text value"),
        (["Ana", "a\nb"], 132018, "Param text cannot have new-line/tab characters or more than 4 consecutive spaces"),
        (
            ["Ana", "a     b"],
            132018,
            "Param text cannot have new-line/tab characters or more than 4 consecutive spaces",
        ),
        (["x" * 2000, "y"], 132005, "body: translated text too long"),
    ],
)
def test_parameters_that_do_not_fit(aurora: Number, values: list[str], code: int, details: str) -> None:
    aurora.template("credited", BODY, FOOTER={"text": "Loja"})
    answer = aurora.send(ANA, "template", use("credited", *values))
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["error_data"]["details"]) == (400, code, details)
    assert aurora.sandbox.messages() == []


@pytest.mark.parametrize(
    ("components", "code"),
    [
        ([], 131008),
        ([button(0, "quick_reply", {"type": "payload", "payload": "x"})], 132012),
        ([button(1, "url", {"type": "text", "text": "x"})], 132000),
        ([button(0, "url", {"type": "text", "text": ""})], 131008),
    ],
)
def test_buttons_that_do_not_fit(aurora: Number, components: list[dict[str, Any]], code: int) -> None:
    aurora.template("link", "Texto fixo", BUTTONS=URL)
    answer = aurora.send(ANA, "template", use("link", components=components))
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, code)


def test_unknown_name_or_language_is_132001(aurora: Number, boreal: Number) -> None:
    boreal.template("hello", "Texto fixo")
    answer = aurora.send(ANA, "template", use("hello"))
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (404, 132001)
    assert error["error_data"]["details"] == "template name (hello) does not exist in pt_BR"


def test_named_parameters(aurora: Number) -> None:
    body = {
        "name": "named", "language": "pt_BR", "category": "UTILITY", "parameter_format": "NAMED",
        "components": [
            {
                "type": "BODY",
                "text": "Olá {{first_name}}, seu saldo de hoje é {{balance}}, aproveite.",
                "example": {
                    "body_text_named_params": [
                        {"param_name": "first_name", "example": "Ana"}, {"param_name": "balance", "example": "R$ 1"},
                    ]
                },
            }
        ],
    }  # fmt: skip
    assert aurora.call("POST", f"{aurora.waba_id}/message_templates", json=body).status_code == 200
    values = [
        {"type": "text", "parameter_name": "balance", "text": "R$ 5"},
        {"type": "text", "parameter_name": "first_name", "text": "Ana"},
    ]
    given = {"name": "named", "language": {"code": "pt_BR"}, "components": [{"type": "body", "parameters": values}]}
    aurora.accepted(ANA, "template", given)
    assert aurora.sandbox.messages(ANA)[0]["text"] == "Olá Ana, seu saldo de hoje é R$ 5, aproveite."
    values[0]["parameter_name"] = "total"
    assert aurora.send(ANA, "template", given).json()["error"]["code"] == 100


def test_a_code_template_is_filled_through_body_and_button(aurora: Number) -> None:
    body = {
        "name": "code", "language": "pt_BR", "category": "AUTHENTICATION",
        "components": [
            {"type": "BODY", "add_security_recommendation": True},
            {"type": "FOOTER", "code_expiration_minutes": 5},
            {"type": "BUTTONS", "buttons": [{"type": "OTP", "otp_type": "COPY_CODE", "text": "Copiar código"}]},
        ],
    }  # fmt: skip
    assert aurora.call("POST", f"{aurora.waba_id}/message_templates", json=body).status_code == 200
    given = use("code", "482913", components=[button(0, "url", {"type": "text", "text": "482913"})])
    aurora.accepted(ANA, "template", given)
    one = aurora.sandbox.messages(ANA)[0]
    assert one["text"] == "*482913* é seu código de verificação. Para sua segurança, não o compartilhe."
    assert one["footer"] == "Este código expira em 5 minutos."
    assert one["buttons"] == [{"kind": "copy_code", "text": "Copiar código", "code": "482913"}]


def test_a_media_header_wants_its_media(aurora: Number) -> None:
    picture = {"format": "IMAGE", "example": {"header_handle": [aurora.sample()]}}
    aurora.template("picture", "Texto fixo", HEADER=picture)
    error = aurora.send(ANA, "template", use("picture")).json()["error"]
    assert (error["code"], error["error_data"]["details"]) == (
        132012,
        "header: Format mismatch, expected IMAGE, received UNKNOWN",
    )
    picture = {"type": "image", "image": {"link": "https://example.com/a.png"}}
    aurora.accepted(ANA, "template", use("picture", components=[{"type": "header", "parameters": [picture]}]))
    assert aurora.sandbox.messages(ANA)[0]["header"] == {"type": "image", "link": "https://example.com/a.png"}


@pytest.mark.parametrize(
    ("handle", "form"),
    [("4::aW", "IMAGE"), ("", "IMAGE"), ("sample", "VIDEO"), ("sample", "DOCUMENT")],
)
def test_a_media_header_wants_a_sample_that_was_uploaded(aurora: Number, handle: str, form: str) -> None:
    given = aurora.sample() if handle == "sample" else handle
    header = {"format": form, "example": {"header_handle": [given]}}
    error = aurora.template("odd", "Texto fixo", HEADER=header, expect=400)["error"]
    assert (error["code"], error["error_subcode"]) == (100, 2388047)


def test_a_sample_is_taken_whole_once_it_was_announced(aurora: Number) -> None:
    def begin(**asked: object) -> Any:
        whole = {"file_name": "a.pdf", "file_length": 3, "file_type": "application/pdf"} | asked
        return aurora.call("POST", "app/uploads", params=whole).json()

    def finish(session: str, body: bytes, offset: str = "0") -> Any:
        headers = {"Authorization": f"OAuth {aurora.token}", "file_offset": offset}
        return aurora.call("POST", session, data=body, headers=headers).json()

    for wrong in ({"file_type": "text/html"}, {"file_length": 0}, {"file_length": "x"}):
        assert begin(**wrong)["error"]["code"] == 100
    session = begin()["id"]
    assert session.startswith("upload:")
    assert finish(session, b"four")["error"]["code"] == 100
    assert finish(session, b"abc", offset="1")["error"]["code"] == 100
    assert finish("upload:1", b"abc")["error"]["code"] == 100
    header = {"format": "DOCUMENT", "example": {"header_handle": [finish(session, b"abc")["h"]]}}
    aurora.template("papers", "Texto fixo", HEADER=header)
    assert aurora.call("POST", "4711/uploads").json()["error"]["code"] == 100
