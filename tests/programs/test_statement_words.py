"""What a line of the statement says is true of where the value came from."""

from dataclasses import replace
from typing import Any

import pytest
from django.utils import translation

from programs.challenges.infos import ChallengeDraft
from programs.challenges.services import create_challenge
from programs.selectors import customer_statement
from programs.selectors.explanations import explain, title
from programs.services import record_participation
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import actor, make_customer
from tests.programs.conftest import make_points

EARNED = "O que você ganhou cobriu primeiro um estorno anterior."
RETURNED = "O que voltou do voucher cobriu primeiro um estorno anterior."
BROUGHT = "O saldo trazido cobriu primeiro um estorno anterior."


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"key": "repaid", "code": ""}, EARNED),
        ({"key": "repaid_by_return", "code": "8F3K-2QZP-7XMA"}, RETURNED),
        ({"key": "repaid", "code": "8F3K-2QZP-7XMA"}, RETURNED),  # as it was written at first
        ({"key": "repaid_by_opening", "code": ""}, BROUGHT),
    ],
)
def test_a_repayment_says_what_paid(facts: dict[str, Any], words: str) -> None:
    with translation.override("pt-br"):
        assert explain("repayment", "BRL", 500, facts, "pt-br") == words


def test_what_the_brand_bears_has_words_of_its_own() -> None:
    with translation.override("en"):
        assert title("write_off", "BRL") == "Reversal borne by the brand"
        assert explain("write_off", "BRL", 500, {"key": "written_off"}, "en").endswith("the brand has borne it.")


def test_what_somebody_took_part_in_has_a_name(aurora: TenantInfo, boreal: TenantInfo) -> None:
    terms = ChallengeDraft(key="tres", name="Três visitas", goal="purchases", number=3, days=30)
    kinds = ("challenge:tres", "event", "renewal", "feira")
    for brand, name in ((aurora, "Três visitas"), (boreal, "Outro nome")):
        make_points(brand, participations=dict.fromkeys(kinds, 5))
        create_challenge(tenant=brand.id, draft=replace(terms, name=name), actor=actor("owner"))
    ana = make_customer(aurora)
    for kind in kinds:
        record_participation(tenant=aurora.id, customer=ana.id, kind=kind, external_id="1")
    lines = {each: customer_statement(tenant=aurora.id, customer=ana.id, locale=each).items for each in ("pt-BR", "en")}
    assert {line.explanation for line in lines["pt-BR"]} == {
        "Participação: desafio Três visitas.",
        "Participação: evento.",
        "Participação: renovação do plano.",
        "Participação: feira.",
    }
    assert "Taking part: challenge Três visitas." in {line.explanation for line in lines["en"]}
