"""The library's templates keep Meta's rules, and the builders make what Meta expects."""

import re

import pytest

from messaging.library import (
    LIBRARY,
    Category,
    ParametersMismatch,
    body_values,
    button_values,
    check_parameters,
    definition,
    language_for,
    rendered,
    template_spec,
)

PORTAL = "https://clube.example/p/aurora/"
UTILITY = [spec for spec in LIBRARY.values() if spec.category is Category.UTILITY]
# Words that make Meta's review call a notice an advertisement.
PROMOTIONAL = re.compile(r"desconto|promo|oferta|aproveit|imperd|discount|offer|sale\b|hurry|% off", re.IGNORECASE)


@pytest.mark.parametrize("language", ["pt_BR", "en"])
@pytest.mark.parametrize("spec", UTILITY, ids=lambda spec: spec.key)
def test_a_utility_template_keeps_metas_rules(spec, language) -> None:
    made = definition(spec, language, PORTAL)
    body, footer, buttons = made["components"]

    assert re.fullmatch(r"[a-z0-9_]{1,512}", made["name"])
    assert made["category"] == "UTILITY"
    assert len(body["text"]) <= 1024
    assert len(footer["text"]) <= 60
    numbers = re.findall(r"\{\{(\d+)\}\}", body["text"])
    assert numbers == [str(index + 1) for index in range(len(numbers))]
    assert not body["text"].startswith("{{")
    assert not body["text"].rstrip(" .!").endswith("}}")
    assert not re.search(r"\}\}\W*\{\{", body["text"])
    assert len(re.findall(r"\w+", body["text"])) > 3 * len(numbers)
    assert len(body["example"]["body_text"][0]) == len(numbers)
    assert len(buttons["buttons"][0]["text"]) <= 25
    assert buttons["buttons"][0]["url"].startswith(PORTAL)
    assert not PROMOTIONAL.search(spec.wordings[language].body)


def test_every_language_of_a_template_takes_the_same_parameters() -> None:
    for spec in LIBRARY.values():
        named = {language: set(spec.placeholders(language)) for language in spec.wordings}
        assert named["pt_BR"] == named["en"] == set(spec.examples)


def test_every_button_is_a_link_for_one_use() -> None:
    button = definition(template_spec("voucher_issued"), "pt_BR", PORTAL)["components"][2]["buttons"][0]
    assert button["url"] == PORTAL + "l/{{1}}"
    assert button["example"][0].startswith(PORTAL + "l/")
    assert button_values(template_spec("voucher_issued"), {"voucher_path": "x/"}) == {}


def test_the_sign_in_code_is_an_authentication_template_with_copy_button() -> None:
    made = definition(template_spec("sign_in_code"), "pt_BR", PORTAL)
    assert made["category"] == "AUTHENTICATION"
    assert made["components"][0] == {"type": "BODY", "add_security_recommendation": True}
    assert made["components"][2]["buttons"][0]["otp_type"] == "COPY_CODE"
    assert button_values(template_spec("sign_in_code"), {"code": "123456"}) == {0: "123456"}


def test_values_follow_the_numbers_of_their_language() -> None:
    spec = template_spec("voucher_redeemed")
    values = {"first_name": "Ana", "voucher": "Café", "store": "Centro", "at": "hoje"}
    assert body_values(spec, "pt_BR", values) == ["Ana", "Café", "Centro", "hoje"]
    assert "Ana" in rendered(spec, "pt_BR", values)
    assert "••••" in rendered(spec, "pt_BR", {})


@pytest.mark.parametrize(
    "parameters", [{}, {"first_name": "Ana"}, {"first_name": "Ana", "brand": " "}, {"first_name": "A", "x": "y"}]
)
def test_other_parameters_are_a_programming_error(parameters) -> None:
    with pytest.raises(ParametersMismatch):
        check_parameters(template_spec("welcome"), parameters)
    check_parameters(template_spec("welcome"), {"first_name": "Ana", "brand": "Aurora"})


def test_languages() -> None:
    assert [language_for(each) for each in ("pt-br", "pt_BR", "en", "en-us", "fr")] == [
        "pt_BR",
        "pt_BR",
        "en",
        "en",
        "pt_BR",
    ]
