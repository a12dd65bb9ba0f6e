"""Several rules beside each other: which of them count, and what their limits leave of them."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from programs.rules import (
    Evaluation,
    Rule,
    RuleSet,
    SaleFacts,
    Used,
    evaluate,
    refunded_share,
)
from programs.rules.spec import Limits, Multiplier, Stacking
from programs.rules.stacking import shares_of, value_on
from tests.programs.rule_sets import WINE_AND_BREAD, amounts, percent, reasons, rule, rules, sale
from tests.programs.rule_strategies import RULE_SETS, SALES, USED


def test_rules_that_add_up_all_count_and_an_exclusive_one_silences_the_others_on_its_lines() -> None:
    wine = {"categories": ["wine"]}
    both = (rule("base", percent(500)), rule("more", percent(100)))
    assert amounts(evaluate(rules(*both), sale(10000))) == {"base": 500, "more": 100}
    outcome = evaluate(
        rules(*both, rule("only", percent(200), "exclusive", when=wine)), sale(10000, lines=WINE_AND_BREAD)
    )
    assert amounts(outcome) == {"base": 250, "more": 50, "only": 100}
    everywhere = evaluate(rules(*both, rule("only", percent(200), "exclusive")), sale(10000))
    assert amounts(everywhere) == {"only": 200}
    assert reasons(everywhere) == {"base": "excluded_by_other", "more": "excluded_by_other"}


def test_of_two_exclusive_rules_the_higher_priority_counts() -> None:
    found = rules(rule("low", percent(900), "exclusive", 1), rule("high", percent(100), "exclusive", 2))
    assert amounts(evaluate(found, sale(10000))) == {"high": 100}


def test_a_fixed_amount_competes_with_what_the_rates_give_together() -> None:
    found = rules(rule("base", percent(500), "best"), rule("five", {"kind": "fixed", "amount": 500}, "best"))
    assert amounts(evaluate(found, sale(9999))) == {"five": 500}
    assert amounts(evaluate(found, sale(10020))) == {"base": 501}


def test_a_multiplier_adds_to_what_others_give_on_its_lines() -> None:
    base, double = rule("base", percent(500)), {"kind": "multiplier", "factor_bp": 20000}
    assert amounts(evaluate(rules(base, rule("double", double)), sale(10000))) == {"base": 500, "double": 500}
    on_wine = rules(base, rule("double", double, when={"categories": ["wine"]}))
    assert amounts(evaluate(on_wine, sale(10000, lines=WINE_AND_BREAD))) == {"base": 500, "double": 250}
    assert reasons(evaluate(on_wine, sale(10000))) == {"double": "no_such_article"}


def test_a_multiplier_is_of_the_lines_that_earned_what_it_multiplies() -> None:
    wine, double = {"categories": ["wine"]}, rule("double", {"kind": "multiplier", "factor_bp": 20000})

    def doubled(*others: dict[str, Any]) -> tuple[int, int, tuple[tuple[int, int], ...]]:
        *_, found = evaluate(rules(*others, double), sale(10000, lines=WINE_AND_BREAD)).granted
        return found.base, found.amount, found.lines

    base, on_wine = rule("base", percent(500)), rule("wine", percent(500), when=wine)
    assert doubled(base) == (10000, 500, ())
    assert doubled(on_wine) == (5000, 250, ((0, 1),))
    assert doubled(base, on_wine) == (10000, 750, ((0, 2), (1, 1)))
    gift = rule("gift", {"kind": "fixed", "amount": 600}, when=wine)
    assert doubled(gift) == (5000, 600, ((0, 1),))
    assert doubled(base, gift) == (10000, 1100, ((0, 17), (1, 5)))  # 2.50 and 6.00 on the wine, 2.50 on the bread


@given(RULE_SETS, SALES, some.integers(0, 4))
def test_as_much_of_a_multiplier_goes_back_as_of_what_it_multiplies(
    found: RuleSet, facts: SaleFacts, position: int
) -> None:
    double = Rule("double", Multiplier(20_000), rounding="ceil")
    endless = [replace(each, limits=Limits(), stacking=Stacking(), rounding="ceil") for each in found.rules]
    granted = {each.rule.key: each for each in evaluate(RuleSet((*endless, double)), facts).granted}
    if "double" not in granted or not granted["double"].lines:
        return
    back = {position: (1, 1)}
    worth, returned = Fraction(0), Fraction(0)
    for each in granted.values():
        if each.rule.kind == "value":
            own = Fraction(*value_on(each.rule, each.base))
            worth += own
            returned += own * refunded_share(each.lines or shares_of(each.rule, facts.lines), back, (0, 0))
    assert refunded_share(granted["double"].lines, back, (0, 0)) == returned / worth


def test_limits_cut_and_say_so() -> None:
    limits = {
        "per_purchase": 400,
        "per_customer": {"month": 1000},
        "times_per_customer": {"day": 2},
        "budget_minor": 5000,
    }
    found = rules(rule("base", percent(1000), limits=limits))
    (cut,) = evaluate(found, sale(10000)).granted
    assert (cut.wanted, cut.amount, cut.cut_by) == (1000, 400, "per_purchase")

    def given_before(**used: Any) -> Evaluation:
        return evaluate(found, sale(10000), {"base": Used(**used)})

    assert [(each.amount, each.cut_by) for each in given_before(customer={"month": 900}).granted] == [
        (100, "per_customer.month")
    ]
    assert [(each.amount, each.cut_by) for each in given_before(budget_minor=4999).granted] == [(1, "budget_minor")]
    for used, limit in (
        ({"times": {"day": 2}, "budget_minor": 5000}, "times_per_customer.day"),
        ({"customer": {"month": 1000}}, "per_customer.month"),
        ({"budget_minor": 6000}, "budget_minor"),
    ):
        (missed,) = given_before(**used).missed
        assert (missed.reason, missed.cut_by) == ("limit_reached", limit)


def test_a_rule_whose_limit_is_reached_leaves_the_sale_to_the_next_best() -> None:
    found = rules(
        rule("base", percent(500), "best"), rule("more", percent(1000), "best", limits={"budget_minor": 1000})
    )
    assert amounts(evaluate(found, sale(10000))) == {"more": 1000}
    assert amounts(evaluate(found, sale(10000), {"more": Used(budget_minor=1000)})) == {"base": 500}


FIFTH_UP_TO_5 = rule("fifth", percent(2000), "best", limits={"per_purchase": 500})
FIXED = {"kind": "fixed", "amount": 2000}


@pytest.mark.parametrize(
    ("others", "used", "given"),
    [
        ([rule("tenth", percent(1000), "best")], {}, {"tenth": 1000}),
        ([rule("more", percent(1500), "best", limits={"per_purchase": 600})], {}, {"more": 600}),
        ([rule("same", percent(500), "best")], {}, {"fifth": 500}),
        (
            [rule("low", percent(100), "best"), rule("spent", percent(4000), "best", limits={"budget_minor": 1000})],
            {"spent": Used(budget_minor=999)},
            {"fifth": 500},
        ),
        (
            [rule("gift", FIXED, "best", limits={"per_customer": {"month": 2000}})],
            {"gift": Used(customer={"month": 1990})},
            {"fifth": 500},
        ),
        (
            [rule("gift", FIXED, "best", limits={"per_customer": {"month": 2000}})],
            {"gift": Used(customer={"month": 1490})},
            {"gift": 510},
        ),
    ],
)
def test_the_best_is_the_one_that_gives_most_within_its_limits(
    others: list[dict[str, Any]], used: dict[str, Used], given: dict[str, int]
) -> None:
    assert amounts(evaluate(rules(FIFTH_UP_TO_5, *others), sale(10000), used)) == given


def test_what_a_limit_leaves_of_the_best_is_shared_out_line_by_line() -> None:
    found = rules(FIFTH_UP_TO_5, rule("bread", percent(900), "best", when={"categories": ["bread"]}))
    outcome = evaluate(found, sale(10000, lines=WINE_AND_BREAD))
    assert [(each.rule.key, each.amount, each.cut_by, each.lines) for each in outcome.granted] == [
        ("fifth", 500, "per_purchase", ((0, 5000),)),
        ("bread", 450, None, ((1, 5000),)),
    ]


@given(RULE_SETS, SALES, some.data())
def test_the_best_rates_give_at_least_what_each_of_them_would_alone(
    found: RuleSet, facts: SaleFacts, data: Any
) -> None:
    best = [
        replace(each, stacking=Stacking("best"), rounding="floor")
        for each in found.rules
        if each.kind == "value" and each.rate
    ]
    used = {each.key: data.draw(USED) for each in best}
    together = sum(amounts(evaluate(replace(found, rules=tuple(best)), facts, used)).values())
    for each in best:
        alone = amounts(evaluate(replace(found, rules=(each,)), facts, used)).get(each.key, 0)
        assert together + len(best) > alone  # of each the part of a unit that rounding leaves


def test_a_budget_of_points_counts_what_they_are_worth() -> None:
    found = rules(
        rule("base", {"kind": "per_unit", "points": 1, "minor": 100}, limits={"budget_minor": 10}),
        point_value={"points": 100, "minor": 50},
    )
    assert amounts(evaluate(found, sale(10000))) == {"base": 20}
    half_a_point = rules(
        rule("base", {"kind": "per_unit", "points": 1, "minor": 100}, "best", limits={"budget_minor": 10}),
        rule("other", {"kind": "per_unit", "points": 1, "minor": 200}, "best"),
        point_value={"points": 1, "minor": 2},
    )
    outcome = evaluate(half_a_point, sale(10000), {"base": Used(budget_minor=9)})
    assert amounts(outcome) == {"other": 50}
    assert [(each.rule.key, each.cut_by) for each in outcome.missed] == [("base", "budget_minor")]
