"""What rules are called in words, and what is said of faulty ones."""

from typing import Any

import pytest

from programs.rules import (
    InvalidRule,
    Names,
    describe,
    read_rules,
)
from tests.programs.rule_sets import CASHBACK, POINTS, percent, rule, rules


def test_rules_in_words() -> None:
    spec = CASHBACK | {"minimum_minor": 5000, "stores": ["centro"], "hold_days": 7}
    assert (
        describe(
            read_rules(spec), unit="BRL", currency="BRL", locale="pt-br", names=Names(stores={"centro": "Loja Centro"})
        )
        == "20% de cashback em cada compra, a partir de R$\xa050,00, em Loja Centro, liberado após 7 dias."
    )
    assert describe(read_rules(POINTS), unit="points", currency="BRL", locale="en") == "1 point for every R$1.00."
    found = rules(
        rule("base", percent(500)),
        rule(
            "double",
            {"kind": "multiplier", "factor_bp": 20000},
            "exclusive",
            when={"weekdays": [6, 7], "hours": [["09:00", "12:00"]], "birthday": "week", "tiers": ["gold"]},
            limits={"per_customer": {"month": 5000}},
        ),
    )
    assert describe(found, unit="BRL", currency="BRL", locale="pt-br", names=Names(tiers={"gold": "Ouro"})) == (
        "5% de cashback em cada compra. Ganhos em dobro, aos sábados e aos domingos, das 09:00 às 12:00, na semana do"
        " aniversário, para o nível Ouro, até R$\xa050,00 de cashback por cliente por mês, não soma com outras regras."
    )


def test_a_rule_of_which_only_the_best_counts_says_so() -> None:
    found = rules(rule("base", percent(500), "best"))
    said = [describe(found, unit="BRL", currency="BRL", locale=each) for each in ("pt-br", "en")]
    assert said == [
        "5% de cashback em cada compra, das regras assim vale só a que der mais.",
        "5% cashback on every purchase, of rules like this only the one that gives most counts.",
    ]


def test_what_somebody_may_take_part_in_is_listed_in_order() -> None:
    kinds = ["survey", "event", "zumba", "renewal", "aula"]
    found = rules(rule("base", {"kind": "fixed", "amount": 5}, when={"participations": kinds}))
    said = describe(found, unit="points", currency="BRL", locale="en", names=Names(participations={"zumba": "Dance"}))
    assert said == "5 points for taking part (Dance, aula, event, renewal and survey)."


@pytest.mark.parametrize(
    ("spec", "field"),
    [
        (None, "rule"),
        ([], "rule"),
        ({}, "effect"),
        ({"effect": percent(0)}, "effect.basis_points"),
        ({"effect": percent(10_001)}, "effect.basis_points"),
        ({"effect": {"kind": "percentage", "basis_points": True}}, "effect.basis_points"),
        ({"effect": {"kind": "per_unit", "points": 1}}, "effect.minor"),
        ({"effect": {"kind": []}}, "effect"),
        (CASHBACK | {"minimum_minor": -1}, "minimum_minor"),
        (CASHBACK | {"hold_days": 366}, "hold_days"),
        (CASHBACK | {"stores": "centro"}, "stores"),
        (CASHBACK | {"stores": ["a\0b"]}, "stores"),
        (CASHBACK | {"stores": ["a\ud800b"]}, "stores"),
        (CASHBACK | {"rounding": "banker"}, "rounding"),
        (CASHBACK | {"base": "net"}, "base"),
        (POINTS | {"participations": {"event": 0}}, "participations.event"),
        (POINTS | {"participations": {"event": 5, " event": 6}}, "participations.event"),
        (POINTS | {"participations": {f"kind {number}": 5 for number in range(50)}}, "participations"),
        (CASHBACK | {"weekday": 1}, "weekday"),
        ({"rules": []}, "rules"),
        ({"rules": [rule("a", percent(1)), rule("a", percent(2))]}, "rules.1.key"),
        ({"rules": [rule("a", percent(1), when={"weekdays": [8]})]}, "rules.0.when.weekdays"),
        ({"rules": [rule("a", percent(1), when={"hours": [["25:00", "26:00"]]})]}, "rules.0.when.hours"),
        ({"rules": [rule("a", percent(1), when={"color": ["red"]})]}, "rules.0.when.color"),
        ({"rules": [rule("a", percent(1), limits={"per_customer": {"year": 1}})]}, "rules.0.limits.per_customer.year"),
        ({"rules": [rule("a", percent(1))], "spending": {"maximum_share_bp": 0}}, "spending.maximum_share_bp"),
        # what reads well and cannot work
        (
            {"rules": [rule("a", percent(1), when={"from": "2026-12-02", "until": "2026-12-01"})]},
            "rules.0.when.until",
        ),
        (
            {"rules": [rule("a", percent(1), when={"from": "2026-11-20", "until": "2026-11-20", "weekdays": [1]})]},
            "rules.0.when.weekdays",
        ),
        (
            {"rules": [rule("a", percent(1), when={"purchases": {"from": 3, "until": 2}})]},
            "rules.0.when.purchases.until",
        ),
        ({"rules": [rule("a", percent(1), when={"participations": ["event"]})]}, "rules.0.effect"),
        (
            {"rules": [rule("a", {"kind": "fixed", "amount": 1}, when={"participations": ["e"], "stores": ["x"]})]},
            "rules.0.when.stores",
        ),
        (
            {"rules": [rule("a", percent(1), "exclusive", 3), rule("b", percent(2), "exclusive", 3)]},
            "rules.1.stacking.priority",
        ),
        ({"rules": [rule("a", {"kind": "multiplier", "factor_bp": 20000})]}, "rules"),
        (
            {"rules": [rule("a", percent(1), limits={"per_customer": {"day": 10, "month": 5}})]},
            "rules.0.limits.per_customer.month",
        ),
        (
            {"rules": [rule("a", percent(1), limits={"per_purchase": 10, "per_rule": {"day": 5}})]},
            "rules.0.limits.per_purchase",
        ),
        (
            {"rules": [rule("a", {"kind": "voucher", "coupon": "x"}, limits={"budget_minor": 5})]},
            "rules.0.limits.budget_minor",
        ),
    ],
)
def test_a_faulty_rule_is_refused_by_field(spec: Any, field: str) -> None:
    with pytest.raises(InvalidRule) as refusal:
        read_rules(spec)
    assert field in refusal.value.errors


def test_exclusive_rules_that_never_meet_need_no_priority() -> None:
    morning = rule("a", percent(1), "exclusive", when={"weekdays": [1]})
    evening = rule("b", percent(2), "exclusive", when={"weekdays": [2]})
    assert len(rules(morning, evening).rules) == 2
