"""Rules without a database: the same facts give the same answer, every gain is explained, every fault is named."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from programs.rules import (
    Granted,
    InvalidRule,
    Missed,
    ParticipationFacts,
    Percentage,
    PerUnit,
    Rule,
    SaleFacts,
    evaluate,
    read_rule,
    sentence,
    write_rule,
)
from programs.rules.evaluate import still_to_reverse

CASHBACK = {"effect": {"kind": "percentage", "basis_points": 2000}}
POINTS = {"effect": {"kind": "per_unit", "points": 1, "minor": 100}}

MINOR = some.integers(min_value=0, max_value=10**12)
EFFECTS = some.one_of(
    some.builds(Percentage, some.integers(min_value=1, max_value=10_000)),
    some.builds(PerUnit, some.integers(min_value=1, max_value=1_000_000), some.integers(min_value=1, max_value=10**12)),
)
RULES = some.builds(
    Rule,
    effect=EFFECTS,
    base=some.sampled_from(["paid", "gross"]),
    rounding=some.sampled_from(["half_up", "floor", "ceil"]),
    minimum_minor=MINOR,
    stores=some.frozensets(some.sampled_from(["centro", "moema"])),
    hold_days=some.integers(min_value=0, max_value=365),
)
SALES = some.builds(SaleFacts, MINOR, MINOR, some.just("BRL"), some.sampled_from(["centro", "moema", "online"]))


def sale(paid: int, *, gross: int | None = None, store: str = "centro") -> SaleFacts:
    return SaleFacts(paid if gross is None else gross, paid, "BRL", store)


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
    outcome = evaluate(read_rule(spec), sale(paid))
    assert (outcome.amount if isinstance(outcome, Granted) else None) == amount


@pytest.mark.parametrize(
    ("more", "facts", "reason"),
    [
        ({"minimum_minor": 5000}, sale(4999), "below_minimum"),
        ({"stores": ["centro"]}, sale(5000, store="moema"), "other_store"),
        ({}, sale(0, gross=5000), "nothing_paid"),
        ({}, sale(1), "nothing_after_rounding"),
        ({}, ParticipationFacts("event"), "kind_not_rewarded"),
    ],
)
def test_a_rule_says_why_it_gives_nothing(more: dict[str, Any], facts: Any, reason: str) -> None:
    outcome = evaluate(read_rule(CASHBACK | more), facts)
    assert isinstance(outcome, Missed)
    assert outcome.reason == reason


def test_a_rule_earns_on_what_was_paid_unless_it_says_gross() -> None:
    facts = sale(6000, gross=10000)
    assert evaluate(read_rule(CASHBACK), facts) == Granted(6000, 1200, "half_up")
    assert evaluate(read_rule(CASHBACK | {"base": "gross"}), facts) == Granted(10000, 2000, "half_up")


def test_taking_part_gives_the_points_of_its_kind() -> None:
    rule = read_rule(POINTS | {"participations": {"event": 50}})
    assert evaluate(rule, ParticipationFacts("event")) == Granted(0, 50, "floor")


@given(RULES, SALES)
def test_a_rule_is_total_and_gives_nothing_or_something(rule: Rule, facts: SaleFacts) -> None:
    outcome = evaluate(rule, facts)
    assert outcome == evaluate(rule, facts)
    if isinstance(outcome, Granted):
        assert outcome.amount > 0
        assert outcome.base == (facts.paid_minor if rule.base == "paid" else facts.gross_minor) > 0
        if isinstance(rule.effect, Percentage):
            assert outcome.amount <= outcome.base


@given(RULES)
def test_a_rule_written_is_the_rule_read(rule: Rule) -> None:
    assert read_rule(write_rule(rule)) == rule


@given(RULES, some.sampled_from(["pt-br", "en"]))
def test_every_rule_has_a_sentence(rule: Rule, locale: str) -> None:
    assert sentence(rule, currency="BRL", locale=locale).endswith(".")


def test_a_rule_in_words() -> None:
    rule = read_rule(CASHBACK | {"minimum_minor": 5000, "stores": ["centro"], "hold_days": 7})
    assert sentence(rule, currency="BRL", locale="pt-br", stores={"centro": "Loja Centro"}) == (
        "20% de cashback em cada compra, a partir de R$\xa050,00, nas lojas Loja Centro, liberado após 7 dias."
    )
    assert sentence(read_rule(POINTS), currency="BRL", locale="en") == "1 point for every R$1.00."


@pytest.mark.parametrize(
    ("spec", "field"),
    [
        (None, "rule"),
        ([], "rule"),
        ({}, "effect"),
        ({"effect": {"kind": "percentage", "basis_points": 0}}, "effect.basis_points"),
        ({"effect": {"kind": "percentage", "basis_points": 10_001}}, "effect.basis_points"),
        ({"effect": {"kind": "percentage", "basis_points": True}}, "effect.basis_points"),
        ({"effect": {"kind": "per_unit", "points": 1}}, "effect.minor"),
        ({"effect": {"kind": []}}, "effect"),
        (CASHBACK | {"minimum_minor": -1}, "minimum_minor"),
        (CASHBACK | {"hold_days": 366}, "hold_days"),
        (CASHBACK | {"stores": "centro"}, "stores"),
        (CASHBACK | {"rounding": "banker"}, "rounding"),
        (CASHBACK | {"base": "net"}, "base"),
        (CASHBACK | {"participations": {"event": 5}}, "participations"),
        (POINTS | {"participations": {"event": 0}}, "participations.event"),
        (CASHBACK | {"weekday": 1}, "weekday"),
    ],
)
def test_a_faulty_rule_is_refused_by_field(spec: Any, field: str) -> None:
    with pytest.raises(InvalidRule) as refusal:
        read_rule(spec)
    assert field in refusal.value.errors


@given(
    granted=some.integers(min_value=1, max_value=10**9),
    parts=some.lists(some.integers(min_value=1, max_value=10**6), min_size=1, max_size=12),
    rounding=some.sampled_from(["half_up", "floor", "ceil"]),
)
def test_any_split_of_a_refund_takes_back_exactly_what_was_given(granted: int, parts: list[int], rounding: Any) -> None:
    gross, refunded, taken = sum(parts), 0, 0
    for part in parts:
        refunded += part
        due = still_to_reverse(
            granted=granted, reversed_before=taken, refunded=refunded, gross=gross, rounding=rounding
        )
        assert due >= 0
        taken += due
        assert taken <= granted
    assert taken == granted
