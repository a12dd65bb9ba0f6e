"""What Meta would refuse by its form is found before it is asked, and the stand-in agrees."""

from dataclasses import replace
from typing import Any

import pytest

from messaging.library import LIBRARY, Category, template_spec
from messaging.own_templates import (
    ButtonKind,
    HeaderMedia,
    TemplateButton,
    TemplateDraft,
    key_of,
    library_draft,
    name_of,
    own_definition,
    with_sample,
)
from messaging.template_faults import faults_of
from sandbox import template_rules
from sandbox.errors import GraphError
from smartbis.kernel.ids import new_id

PORTAL = "https://clube.example/p/aurora/"
WELCOME = template_spec("welcome")
GOOD = TemplateDraft(
    Category.UTILITY,
    "Olá, {first_name}! Seu cadastro em {brand} está ativo e ligado a este número de telefone.",
    header="Bem-vinda, {first_name}",
    footer="Responda SAIR para parar.",
    buttons=(
        TemplateButton(ButtonKind.REPLY, "Falar com a loja"),
        TemplateButton(ButtonKind.PAGE, "Abrir minha conta"),
        TemplateButton(ButtonKind.PHONE, "Ligar", "+551133334444"),
        TemplateButton(ButtonKind.ADDRESS, "Ver o cardápio", "https://aurora.example/cardapio"),
    ),
)


def codes(draft: TemplateDraft, *, has_shop: bool = True) -> list[tuple[str, str]]:
    return [(fault.where, fault.code) for fault in faults_of(draft, WELCOME, "pt_BR", has_shop=has_shop)]


def button(kind: ButtonKind, text: str = "Abrir", value: str = "") -> dict[str, Any]:
    return {"buttons": (TemplateButton(kind, text, value),)}


def test_a_good_one_has_no_fault_and_the_stand_in_takes_it() -> None:
    assert codes(GOOD) == []
    stored = template_rules.check(own_definition(GOOD, "welcome_v1", WELCOME, "pt_BR", PORTAL))
    assert stored["parameter_format"] == "NAMED"
    header, body, footer, buttons = stored["components"]
    assert header["example"] == {"header_text_named_params": [{"param_name": "first_name", "example": "Ana"}]}
    assert "{{brand}}" in body["text"]
    assert body["example"]["body_text_named_params"][1] == {"param_name": "brand", "example": "Cartão Aurora"}
    assert footer["text"] == GOOD.footer
    assert [each["type"] for each in buttons["buttons"]] == ["URL", "PHONE_NUMBER", "URL", "QUICK_REPLY"]
    assert buttons["buttons"][0]["url"] == PORTAL + "l/{{1}}"


@pytest.mark.parametrize("language", ["pt_BR", "en"])
@pytest.mark.parametrize("key", [key for key, spec in LIBRARY.items() if spec.category is Category.UTILITY])
def test_the_librarys_wordings_are_good_beginnings(key, language) -> None:
    spec = LIBRARY[key]
    draft = library_draft(spec, language)
    assert faults_of(draft, spec, language, has_shop=False) == ()
    template_rules.check(own_definition(draft, f"{key}_v1", spec, language, PORTAL))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"body": "  "}, [("body", "empty")]),
        ({"body": "{first_name}, seu cadastro está ativo neste número."}, [("body", "value_at_edge")]),
        ({"body": "Seu cadastro está ativo neste número, {first_name}."}, [("body", "value_at_edge")]),
        ({"body": "Olá a você, {first_name} {brand} está com o seu cadastro ativo."}, [("body", "values_touch")]),
        ({"body": "Olá a você, {first_name}, {brand} está com o seu cadastro."}, [("body", "values_touch")]),
        ({"body": "Oi {first_name} da {brand} ativo"}, [("body", "too_many_values")]),
        ({"body": "Olá, {nome}! O seu cadastro está ativo."}, [("body", "unknown_value")]),
        ({"body": "Olá, {first name}! O seu cadastro está ativo."}, [("body", "braces")]),
        ({"body": "Olá, {{1}}! O seu cadastro está ativo."}, [("body", "braces"), ("body", "unknown_value")]),
        ({"body": "a" * 1025}, [("body", "too_long")]),
        ({"body": "Olá.\n\n\nSeu cadastro está ativo."}, [("body", "blanks")]),
        ({"header": "{first_name} e {brand}"}, [("header", "one_value")]),
        ({"header": "*Olá*"}, [("header", "plain_text")]),
        ({"header": "Olá 🎉"}, [("header", "plain_text")]),
        ({"header": "x" * 61}, [("header", "too_long")]),
        ({"footer": "Até, {first_name}"}, [("footer", "no_values")]),
        ({"footer": "x" * 61}, [("footer", "too_long")]),
        (button(ButtonKind.PAGE, ""), [("button-0", "no_label")]),
        (button(ButtonKind.PAGE, "x" * 26), [("button-0", "too_long")]),
        (button(ButtonKind.PAGE, "Olá {first_name}"), [("button-0", "no_values")]),
        (button(ButtonKind.PHONE, value="1133334444"), [("button-0", "phone")]),
        (button(ButtonKind.ADDRESS, value="javascript:alert(1)"), [("button-0", "address")]),
        (button(ButtonKind.ADDRESS, value="https://[::1"), [("button-0", "address")]),
        (button(ButtonKind.ADDRESS, value="https://loja.example/{brand}"), [("button-0", "address")]),
        (button(ButtonKind.ADDRESS, value="https://bit.ly/x"), [("button-0", "shortened")]),
        (button(ButtonKind.ADDRESS, value="https://wa.me/5511"), [("button-0", "back_to_whatsapp")]),
    ],
)
def test_each_fault_is_found_where_it_is(change, expected) -> None:
    assert codes(replace(GOOD, **change)) == expected


def test_a_shop_button_needs_the_shops_address() -> None:
    draft = replace(GOOD, **button(ButtonKind.SHOP))
    assert codes(draft) == []
    assert codes(draft, has_shop=False) == [("button-0", "no_shop")]


def test_buttons_are_counted_and_told_apart() -> None:
    pages = tuple(TemplateButton(ButtonKind.PAGE, f"Página {number}") for number in range(3))
    assert codes(replace(GOOD, buttons=pages)) == [("buttons", "too_many_addresses")]
    calls = tuple(TemplateButton(ButtonKind.PHONE, f"Ligar {number}", "+551133334444") for number in range(2))
    assert codes(replace(GOOD, buttons=calls)) == [("buttons", "too_many_phones")]
    same = (TemplateButton(ButtonKind.REPLY, "Sim"), TemplateButton(ButtonKind.REPLY, "sim "))
    assert codes(replace(GOOD, buttons=same)) == [("button-0", "same_label"), ("button-1", "same_label")]
    many = tuple(TemplateButton(ButtonKind.REPLY, f"Opção {number}") for number in range(11))
    assert codes(replace(GOOD, buttons=many)) == [("buttons", "too_many_buttons")]


@pytest.mark.parametrize(
    "body", ["{first_name}, seu cadastro está ativo.", "Olá {first_name} {brand} tudo bem por aqui hoje", "a" * 1025]
)
def test_what_the_stand_in_refuses_has_a_fault(body: str) -> None:
    draft = TemplateDraft(Category.UTILITY, body)
    with pytest.raises(GraphError):
        template_rules.check(own_definition(draft, "welcome_v1", WELCOME, "pt_BR", PORTAL))
    assert codes(draft) != []


@pytest.mark.parametrize(("key", "version"), [("welcome", 0), ("welcome", 1), ("purchase_credited", 12)])
def test_names_at_meta_tell_template_and_version(key: str, version: int) -> None:
    assert key_of(name_of(key, version)) == (key, version)
    assert key_of("old_vip") == ("old_vip", 0)


def ten(*kinds: ButtonKind) -> dict[str, Any]:
    """Buttons of these kinds, each with words and a value of its own."""
    values = {
        ButtonKind.ADDRESS: "https://aurora.example",
        ButtonKind.PHONE: "+551133334444",
        ButtonKind.COPY: "AURORA10",
    }
    return {
        "buttons": tuple(
            TemplateButton(kind, "" if kind is ButtonKind.COPY else f"Botão {place}", values.get(kind, ""))
            for place, kind in enumerate(kinds)
        )
    }


REPLY, PAGE, SHOP, ADDRESS, PHONE, COPY = (
    ButtonKind.REPLY,
    ButtonKind.PAGE,
    ButtonKind.SHOP,
    ButtonKind.ADDRESS,
    ButtonKind.PHONE,
    ButtonKind.COPY,
)


@pytest.mark.parametrize(
    "kinds",
    [
        [REPLY] * 10,
        [COPY],
        [PAGE, SHOP, PHONE, COPY, *[REPLY] * 6],
        [REPLY, COPY, REPLY, ADDRESS, REPLY, PHONE, REPLY, PAGE, REPLY, REPLY],
    ],
)
def test_every_mix_that_meta_takes_is_taken_in_any_order(kinds: list[ButtonKind]) -> None:
    draft = replace(GOOD, **ten(*kinds))
    assert codes(draft) == []
    stored = template_rules.check(own_definition(draft, "welcome_v1", WELCOME, "pt_BR", PORTAL))
    assert len(stored["components"][-1]["buttons"]) == len(kinds)


@pytest.mark.parametrize(
    ("kinds", "code"),
    [
        ([REPLY] * 11, "too_many_buttons"),
        ([COPY, COPY], "too_many_codes"),
        ([PHONE, PHONE], "too_many_phones"),
        ([PAGE, SHOP, ADDRESS], "too_many_addresses"),
    ],
)
def test_too_many_of_a_kind_are_refused_here_and_there(kinds: list[ButtonKind], code: str) -> None:
    draft = replace(GOOD, **ten(*kinds))
    assert codes(draft) == [("buttons", code)]
    with pytest.raises(GraphError):
        template_rules.check(own_definition(draft, "welcome_v1", WELCOME, "pt_BR", PORTAL))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("", ["no_code"]),
        ("CÓDIGO-LONGO-DEMAIS-10", ["code_too_long"]),
        ("{code}", ["unknown_value"]),
        ("{first_name", ["braces"]),
        ("{first_name}10", []),
    ],
)
def test_a_code_is_fixed_or_a_datum_of_the_message(value: str, expected: list[str]) -> None:
    draft = replace(GOOD, **button(COPY, "", value))
    assert [code for _, code in codes(draft)] == expected


def test_a_header_is_a_title_or_a_file() -> None:
    assert codes(replace(GOOD, media=HeaderMedia("image"))) == [("header", "no_file")]
    assert codes(replace(GOOD, media=HeaderMedia("image", None, "foto.jpg"))) == []
    made = own_definition(replace(GOOD, media=HeaderMedia("video", new_id())), "x", WELCOME, "pt_BR", PORTAL)
    assert made["components"][0] == {"type": "HEADER", "format": "VIDEO"}
    with pytest.raises(GraphError):
        template_rules.check(made)
    template_rules.check(with_sample(made, "4::handle"))


def test_what_meta_would_answer_bears_its_code() -> None:
    """Where the stand-in refuses by a subcode it is the one that is told here."""
    changes: tuple[dict[str, Any], ...] = (
        {"header": "{first_name} e {brand}"},
        {"body": "{first_name}, o seu cadastro em {brand} está ativo."},
        {"body": "x" * 1025},
        {"footer": "x" * 61},
        {"body": "Oi {first_name}, {brand} {first_name} bem {brand} vindo."},
    )
    for change in changes:
        draft = replace(GOOD, **change)
        told = {fault.meta_code for fault in faults_of(draft, WELCOME, "pt_BR", has_shop=True)}
        with pytest.raises(GraphError) as refused:
            template_rules.check(own_definition(draft, "welcome_v1", WELCOME, "pt_BR", PORTAL))
        assert refused.value.subcode in told
