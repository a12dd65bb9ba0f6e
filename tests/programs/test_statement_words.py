"""What a line of the statement says is true of where the value came from."""

from dataclasses import replace
from typing import Any

import pytest
from django.utils import translation

from insights.selectors import rule_names
from insights.services import create_segment
from programs.challenges.infos import ChallengeDraft
from programs.challenges.services import create_challenge
from programs.rules import Names
from programs.selectors import award_names, customer_statement
from programs.selectors.explanations import explain, title
from programs.services import record_participation
from programs.services.tiers import set_ladder
from programs.tiers import Tier
from smartbis.customers.services import set_membership
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import actor, make_customer
from tests.programs.conftest import make_points
from tests.programs.earning import opened, sold

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
        "Participação: desafio Três visitas. 5 pontos por participação (desafio Três visitas).",
        "Participação: evento. 5 pontos por participação (evento).",
        "Participação: renovação do plano. 5 pontos por participação (renovação do plano).",
        "Participação: feira. 5 pontos por participação (feira).",
    }
    said = {line.explanation for line in lines["en"]}
    assert "Taking part: challenge Três visitas. 5 points for taking part (challenge Três visitas)." in said


def test_what_a_limit_cut_of_taking_part_is_said(aurora: TenantInfo) -> None:
    event = {"effect": {"kind": "fixed", "amount": 50}, "when": {"participations": ["event"]}}
    opened(aurora, event | {"limits": {"per_customer": {"day": 60}}}, kind="points")
    ana = make_customer(aurora)
    for number in "12":
        record_participation(tenant=aurora.id, customer=ana.id, kind="event", external_id=number)
    newest, oldest = customer_statement(tenant=aurora.id, customer=ana.id, locale="pt-BR").items
    rule = "Participação: evento. 50 pontos por participação (evento), até 60 pontos por cliente por dia."
    assert (oldest.amount, oldest.explanation) == (50, rule)
    assert (newest.amount, newest.explanation) == (10, f"{rule} (seriam 50 pontos: o limite da regra foi alcançado)")


def test_a_rule_is_told_with_the_names_of_what_it_is_for(aurora: TenantInfo, boreal: TenantInfo) -> None:
    said = {}
    for brand, tier, segment in ((aurora, "Ouro", "Clientes da Casa"), (boreal, "Gelo", "Do Norte")):
        set_ladder(
            tenant=brand.id,
            tiers=[Tier("g1", tier, 100)],
            measure="purchases",
            window="calendar_year",
            keep="period_end",
            fall="earned",
            actor=actor("owner"),
        )
        create_segment(tenant=brand.id, name=segment, kind="manual", key="s1", actor=actor("owner"))
        opened(brand, {"when": {"tiers": ["g1"], "segments": ["s1"]}})
        ana = make_customer(brand)
        for kind, key in (("tier", "g1"), ("segment", "s1")):
            set_membership(tenant=brand.id, customer=ana.id, kind=kind, key=key)
        sold(brand, ana, 10_000, "1")
        (line,) = customer_statement(tenant=brand.id, customer=ana.id, locale="pt-BR", names_of=rule_names).items
        said[brand.id] = line.explanation
    text = "R$\xa0100,00 × 10% de cashback em cada compra, para o nível {}, para o grupo {} = R$\xa010,00"
    assert said == {
        aurora.id: text.format("Ouro", "Clientes da Casa"),
        boreal.id: text.format("Gelo", "Do Norte"),
    }


def test_names_are_asked_for_once_and_only_if_a_rule_has_any(
    aurora: TenantInfo, django_assert_num_queries: Any
) -> None:
    opened(aurora, {"when": {"stores": ["centro"]}}, {"key": "plain"})
    named, plain = sold(aurora, make_customer(aurora), 10_000, "1").awards
    asked: list[Any] = []

    def names_of(**given: Any) -> Names:
        asked.append(given)
        return Names(stores={"centro": "Loja Centro"})

    with django_assert_num_queries(0):
        assert award_names(tenant=aurora.id, awards=[plain, plain], names_of=names_of) == Names()
    assert asked == []
    assert award_names(tenant=aurora.id, awards=[named, plain, named], names_of=names_of).stores
    assert len(asked) == 1
