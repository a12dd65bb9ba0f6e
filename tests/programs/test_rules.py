"""Rules without a database: the same facts give the same answer, every gain is explained, every fault is named."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as some

from programs.rules import (
    Article,
    Evaluator,
    Line,
    Member,
    Moment,
    ParticipationFacts,
    Rule,
    RuleSet,
    SaleFacts,
    Used,
    UsedByRule,
    evaluate,
    lines_of,
    read_rules,
    refunded_share,
    sentence,
    still_to_reverse,
    write_rules,
)
from smartbis.kernel.money import Rounding, as_floor, divide
from tests.programs.rule_sets import CASHBACK, POINTS, WINE_AND_BREAD, amounts, percent, reasons, rule, rules, sale
from tests.programs.rule_strategies import ARTICLES, MINOR, RULE_SETS, SALES, SMALL, TAKING_PART, USED


@pytest.mark.parametrize(
    ("spec", "paid", "amount"),
    [
        (CASHBACK, 10000, 2000),
        (CASHBACK, 1, None),
        (CASHBACK, 3, 1),
        (CASHBACK, 12, 2),
        (CASHBACK, 13, 3),
        (POINTS, 99, None),
        (POINTS, 100, 1),
        (POINTS, 19999, 199),
        (CASHBACK | {"rounding": "floor"}, 14, 2),
        (CASHBACK | {"rounding": "ceil"}, 11, 3),
    ],
)
def test_a_rule_gives_what_it_says(spec: dict[str, Any], paid: int, amount: int | None) -> None:
    assert amounts(evaluate(read_rules(spec), sale(paid))).get("base") == amount


SUNDAY = Moment(date(2026, 11, 22), 60)
NIGHT = [["18:00", "02:00"]]


@pytest.mark.parametrize(
    ("when", "facts", "reason"),
    [
        ({"minimum_minor": 5000}, sale(4999), "below_minimum"),
        ({"minimum_minor": 5000}, sale(5000), None),
        ({"minimum_quantity": 2}, sale(5000), "below_quantity"),
        ({"stores": ["centro"]}, sale(5000, store="moema"), "other_store"),
        ({"channels": ["online"]}, sale(5000), "other_channel"),
        ({"payment_methods": ["pix"]}, sale(5000, payment_method="cash"), "other_payment_method"),
        ({"payment_methods": ["pix"]}, sale(5000, payment_method="pix"), None),
        ({}, sale(0, gross=5000), "nothing_paid"),
        ({}, sale(1), "nothing_after_rounding"),
        ({}, ParticipationFacts("event"), "kind_not_rewarded"),
        ({"weekdays": [5]}, sale(5000), None),
        ({"weekdays": [6]}, sale(5000), "other_weekday"),
        ({"hours": [["18:00", "20:00"]]}, sale(5000), None),
        ({"hours": [["20:00", "24:00"]]}, sale(5000), "other_hour"),
        # Saturday's night goes on until two on Sunday
        ({"weekdays": [6], "hours": NIGHT}, sale(5000, moment=SUNDAY), None),
        ({"weekdays": [7], "hours": NIGHT}, sale(5000, moment=SUNDAY), "other_weekday"),
        ({"from": "2026-11-21"}, sale(5000), "before_period"),
        ({"until": "2026-11-19"}, sale(5000), "after_period"),
        ({"from": "2026-11-20", "until": "2026-11-20"}, sale(5000), None),
        ({"purchases": {"from": 1, "until": 1}}, sale(5000, member=Member(nth=2)), "other_purchase"),
        ({"purchases": {"from": 3}}, sale(5000, member=Member(nth=5)), None),
        ({"birthday": "day"}, sale(5000, member=Member(birthday=(11, 19))), "not_birthday"),
        ({"birthday": "week"}, sale(5000, member=Member(birthday=(11, 16))), None),
        ({"birthday": "week"}, sale(5000), "not_birthday"),
        ({"birthday": "month"}, sale(5000, member=Member(birthday=(11, 1))), None),
        ({"plans": ["gold"]}, sale(5000), "not_in_plan"),
        ({"tiers": ["gold"]}, sale(5000, member=Member(belongs=frozenset({("tier", "gold")}))), None),
        ({"segments": ["new"]}, sale(5000, member=Member(belongs=frozenset({("tag", "new")}))), "not_in_segment"),
        ({"tags": ["vip"], "communities": ["run"]}, sale(5000), "not_in_community"),
        ({"products": ["x"]}, sale(5000), "no_such_article"),
    ],
)
def test_a_rule_says_why_it_gives_nothing(when: dict[str, Any], facts: Any, reason: str | None) -> None:
    outcome = evaluate(rules(rule("one", percent(2000), when=when)), facts)
    assert reasons(outcome).get("one") == reason


def test_a_birthday_on_the_29th_of_february_is_the_28th_in_other_years() -> None:
    found = rules(rule("one", percent(500), when={"birthday": "day"}))
    member = Member(birthday=(2, 29))
    for day, is_birthday in ((date(2028, 2, 29), True), (date(2028, 2, 28), False), (date(2027, 2, 28), True)):
        assert bool(evaluate(found, sale(5000, moment=Moment(day), member=member)).granted) is is_birthday


def test_a_birthday_week_goes_over_the_turn_of_the_year() -> None:
    found = rules(rule("one", percent(500), when={"birthday": "week"}))
    facts = sale(5000, moment=Moment(date(2026, 12, 31)), member=Member(birthday=(1, 2)))
    assert evaluate(found, facts).granted


def test_a_rule_earns_on_what_was_paid_unless_it_says_gross() -> None:
    facts = sale(6000, gross=10000)
    assert amounts(evaluate(read_rules(CASHBACK), facts)) == {"base": 1200}
    assert amounts(evaluate(read_rules(CASHBACK | {"base": "gross"}), facts)) == {"base": 2000}


def test_taking_part_gives_the_points_of_its_kind() -> None:
    found = read_rules(POINTS | {"participations": {"event": 50, "survey": 5}})
    assert amounts(evaluate(found, ParticipationFacts("event"))) == {"for event": 50}
    assert amounts(evaluate(found, sale(5000))) == {"base": 50}


def test_kinds_of_taking_part_that_begin_alike_each_have_a_rule() -> None:
    kinds = [f"challenge:consumer-week-of-the-year-2026-{number}" for number in (1, 2)]
    found = read_rules(POINTS | {"participations": dict.fromkeys([*kinds, "a\u2009b"], 5)})
    assert read_rules(write_rules(found)) == found
    assert [len(amounts(evaluate(found, ParticipationFacts(kind)))) for kind in kinds] == [1, 1]


def test_articles_earn_by_their_own_rules() -> None:
    found = rules(
        rule("base", percent(500), "best"), rule("wine", percent(1000), "best", when={"categories": ["wine"]})
    )
    outcome = evaluate(found, sale(10000, lines=WINE_AND_BREAD))
    assert amounts(outcome) == {"base": 250, "wine": 500}
    assert [each.lines for each in outcome.granted] == [((1, 5000),), ((0, 5000),)]


@given(RULE_SETS, SALES | TAKING_PART, some.data())
def test_evaluation_is_total_and_every_rule_is_told_of(found: RuleSet, facts: Any, data: Any) -> None:
    used = {each.key: data.draw(USED) for each in found.rules}
    outcome = evaluate(found, facts, used)
    assert outcome == evaluate(found, facts, used)
    assert sorted(amounts(outcome) | reasons(outcome)) == sorted(each.key for each in found.rules)
    for each in outcome.granted:
        assert 0 < each.amount <= each.wanted
        assert (each.cut_by is not None) == (each.amount < each.wanted)
        assert each.rule.kind == "multiplier" or sum(base for _, base in each.lines) in (0, each.base)
        _within_limits(each.rule, each.amount, used[each.rule.key], found)


def _within_limits(one: Rule, amount: int, used: Used, found: RuleSet) -> None:
    limits = one.limits
    assert limits.per_purchase is None or amount <= limits.per_purchase
    assert all(used.customer.get(period, 0) + amount <= most for period, most in limits.per_customer.items())
    assert all(used.rule.get(period, 0) + amount <= most for period, most in limits.per_rule.items())
    if limits.budget_minor is not None:
        value = found.point_value
        money = amount if value is None else -(-amount * value.minor // value.points)
        assert used.budget_minor + money <= limits.budget_minor


@given(RULE_SETS, some.lists(SALES | TAKING_PART, min_size=1, max_size=3), some.data())
def test_rules_made_ready_once_give_the_same_for_every_sale_explained_or_not(
    found: RuleSet, occasions: list[Any], data: Any
) -> None:
    ready = Evaluator(found)
    for facts in occasions:
        used = {each.key: data.draw(USED) for each in found.rules}
        explained, (gains, emptied) = evaluate(found, facts, used), ready.gains(facts, UsedByRule(used))
        assert gains == list(explained.granted)
        limited = {each.rule.key for each in explained.missed if each.reason == "limit_reached"}
        assert sorted(rule.key for rule in emptied) == sorted(limited)


@given(some.integers(0, 10**12), SMALL, SMALL, some.sampled_from(get_args(Rounding)))
def test_a_rate_in_whole_numbers_rounds_as_dividing_does(base: int, top: int, bottom: int, rounding: Rounding) -> None:
    times, plus, parts = as_floor(top, bottom, rounding)
    assert (base * times + plus) // parts == divide(base * top, bottom, rounding)


@given(RULE_SETS, SALES, some.randoms())
def test_the_order_of_rules_does_not_matter(found: RuleSet, facts: SaleFacts, order: Any) -> None:
    turned = list(found.rules)
    order.shuffle(turned)
    assert amounts(evaluate(found, facts)) == amounts(evaluate(replace(found, rules=tuple(turned)), facts))


@given(RULE_SETS)
def test_rules_written_are_the_rules_read(found: RuleSet) -> None:
    assert read_rules(write_rules(found)) == found


@given(RULE_SETS, some.sampled_from(["pt-br", "en"]), some.sampled_from(["BRL", "points"]))
def test_every_rule_has_a_sentence(found: RuleSet, locale: str, unit: str) -> None:
    for each in found.rules:
        text = sentence(each, unit=unit, currency="BRL", locale=locale)
        assert text.endswith(".")
        assert "{" not in text
        assert "None" not in text


@given(ARTICLES, MINOR, MINOR)
def test_lines_add_up_to_the_sale(articles: list[Article], gross: int, paid: int) -> None:
    lines = lines_of(articles, gross_minor=gross, paid_minor=paid)
    assert sum(line.gross_minor for line in lines) == gross
    assert sum(line.paid_minor for line in lines) == paid
    assert all(line.gross_minor >= 0 and line.paid_minor >= 0 for line in lines)


@given(
    granted=some.integers(min_value=1, max_value=10**9),
    bases=some.lists(some.integers(min_value=1, max_value=10**6), min_size=1, max_size=5),
    steps=some.lists(some.tuples(some.integers(0, 4), some.integers(1, 3)), max_size=10),
    rounding=some.sampled_from(["half_up", "floor", "ceil"]),
)
def test_refunds_of_articles_take_back_the_awards_of_those_articles(
    granted: int, bases: list[int], steps: list[tuple[int, int]], rounding: Any
) -> None:
    lines = tuple(enumerate(bases))
    back, taken = dict.fromkeys(range(len(bases)), 0), 0
    for place, pieces in [*steps, *((place, 3) for place in range(len(bases)))]:
        back[place % len(bases)] = min(3, back[place % len(bases)] + pieces)
        share = refunded_share(lines, {position: (some_, 3) for position, some_ in back.items()}, (0, 0))
        due = still_to_reverse(granted=granted, reversed_before=taken, share=share, rounding=rounding)
        assert 0 <= due <= granted - taken
        taken += due
    assert taken == granted


def test_a_refund_of_other_articles_takes_nothing_and_a_loose_one_its_part() -> None:
    lines = ((0, 5000),)
    assert refunded_share(lines, {1: (1, 1)}, (0, 5000)) == 0
    assert refunded_share(lines, {}, (2500, 10000)) == Fraction(1, 4)


def test_a_line_without_a_price_leaves_the_sale_whole() -> None:
    assert lines_of([Article("a")], gross_minor=500, paid_minor=400) == (Line(0, 500, 400),)
