"""What reads as marketing, in both languages, and what does not."""

import pytest

from messaging.category_advice import hints_of
from messaging.library import LIBRARY, Category
from messaging.own_templates import ButtonKind, TemplateButton, TemplateDraft, library_draft

NOTICES = [spec for spec in LIBRARY.values() if spec.category is Category.UTILITY]


def found(body: str) -> list[tuple[str, str]]:
    return [(hint.phrase, hint.reason) for hint in hints_of(TemplateDraft(Category.UTILITY, body))]


@pytest.mark.parametrize("language", ["pt_BR", "en"])
@pytest.mark.parametrize("spec", NOTICES, ids=lambda spec: spec.key)
def test_the_librarys_notices_read_as_notices(spec, language) -> None:
    assert hints_of(library_draft(spec, language)) == ()


@pytest.mark.parametrize(
    ("text", "hints"),
    [
        ("Olá! Hoje tem 20% de desconto para você.", [("20% de desconto", "discount")]),
        ("Olá! Hoje tudo com 20% off para você.", [("20% off", "discount")]),
        ("Confira as NOVIDADES da loja.", [("Confira", "invitation"), ("NOVIDADES", "offer")]),
        ("Última chance: só hoje!", [("Última chance", "urgency"), ("só hoje", "urgency")]),
        ("Leve um brinde grátis.", [("brinde", "gift"), ("grátis", "gift")]),
        ("O café custa R$ 9,90 amanhã.", [("R$ 9,90", "price")]),
        ("Pontos em dobro no sábado.", [("Pontos em dobro", "gift")]),
        ("Don’t miss it: buy now, limited time.", [
            ("Don’t miss", "urgency"),
            ("buy now", "invitation"),
            ("limited time", "urgency"),
        ]),
        ("Get 10% off with free shipping.", [("10% off", "discount"), ("free shipping", "gift")]),
        ("Coffee is $3.50 this week.", [("$3.50", "price")]),
    ],
)  # fmt: skip
def test_phrases_are_named_as_they_stand_with_why(text, hints) -> None:
    assert found(text) == hints


@pytest.mark.parametrize(
    "text",
    [
        "Registramos a sua compra de R$ 38,50 na Loja Centro.",
        "Seu pagamento de 12,00 reais foi confirmado.",
        "We recorded your purchase of $38.50 at the store.",
        "Your refund of R$ 10,00 was made.",
        "O oficial da loja confirmou a sua inscrição.",
        "Your offering box is ready.",
        "Você recebeu {earned}; faltam {missing}.",
        "",
    ],
)
def test_transactions_and_lookalikes_are_left_alone(text) -> None:
    assert found(text) == []


def test_a_price_counts_by_its_own_sentence() -> None:
    assert found("Sua compra foi registrada. O bolo sai por R$ 20,00.") == [("R$ 20,00", "price")]


def test_every_part_is_read() -> None:
    draft = TemplateDraft(
        Category.UTILITY,
        "Sua conta está ativa.",
        header="Ofertas",
        footer="Só hoje",
        buttons=(TemplateButton(ButtonKind.SHOP, "Comprar agora"),),
    )
    assert [(hint.where, hint.reason) for hint in hints_of(draft)] == [
        ("header", "offer"),
        ("footer", "urgency"),
        ("button", "invitation"),
    ]


def test_the_longest_of_overlapping_phrases_is_named_once() -> None:
    assert found("Cupom de desconto: cupom de desconto.") == [
        ("Cupom de desconto", "discount"),
        ("cupom de desconto", "discount"),
    ]
