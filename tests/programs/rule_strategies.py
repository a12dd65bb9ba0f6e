"""Rules, sales and uses as hypothesis draws them: anything that may be saved, and any sale that may come."""

from datetime import date
from typing import Any

from hypothesis import assume
from hypothesis import strategies as some

from programs.rules import (
    Article,
    InvalidRule,
    Member,
    Moment,
    ParticipationFacts,
    RuleSet,
    SaleFacts,
    Used,
    lines_of,
    read_rules,
)

MINOR = some.integers(min_value=0, max_value=10**12)
SMALL = some.integers(min_value=1, max_value=5_000)
STORES = some.sampled_from(["centro", "moema", "online"])
CATEGORIES = some.sampled_from(["wine", "bread", ""])
KEYS = some.sampled_from(["gold", "silver", "new"])
PERIODS = some.sampled_from(["day", "week", "month", "life"])
DAYS = some.dates(min_value=date(2024, 1, 1), max_value=date(2028, 12, 31))


def _lists(of: Any) -> Any:
    return some.lists(of, max_size=2, unique=True)


EFFECTS = some.one_of(
    some.fixed_dictionaries({"kind": some.just("percentage"), "basis_points": some.integers(1, 10_000)}),
    some.fixed_dictionaries({"kind": some.just("per_unit"), "points": SMALL, "minor": SMALL}),
    some.fixed_dictionaries({"kind": some.just("fixed"), "amount": SMALL}),
    some.fixed_dictionaries({"kind": some.just("multiplier"), "factor_bp": some.integers(10_001, 50_000)}),
    some.fixed_dictionaries({"kind": some.just("tier_points"), "points": SMALL, "minor": SMALL}),
    some.fixed_dictionaries({"kind": some.just("voucher"), "coupon": some.just("c")}),
)
_SALE_CONDITIONS = some.fixed_dictionaries(
    {},
    optional={
        "stores": _lists(STORES),
        "categories": _lists(CATEGORIES.filter(bool)),
        "weekdays": _lists(some.integers(1, 7)),
        "hours": some.just([["08:00", "12:30"], ["22:00", "02:00"]]),
        "purchases": some.fixed_dictionaries({"from": some.integers(1, 3)}),
        "birthday": some.sampled_from(["day", "week", "month"]),
        "tiers": _lists(KEYS),
        "tags": _lists(KEYS),
        "minimum_minor": some.integers(0, 20_000),
        "minimum_quantity": some.integers(0, 3),
    },
)
_PART_CONDITIONS = some.fixed_dictionaries(
    {"participations": some.just(["event"])}, optional={"weekdays": _lists(some.integers(1, 7)), "tiers": _lists(KEYS)}
)
_PERIODS = some.dictionaries(PERIODS, SMALL, max_size=2)
LIMITS = some.fixed_dictionaries(
    {},
    optional={
        "per_purchase": SMALL,
        "per_customer": _PERIODS,
        "per_rule": _PERIODS,
        "times_per_customer": some.dictionaries(PERIODS, some.integers(1, 3), max_size=2),
        "budget_minor": SMALL,
    },
)
_RULES: Any = some.fixed_dictionaries(
    {"key": some.sampled_from("abcdef"), "effect": EFFECTS},
    optional={
        "when": _SALE_CONDITIONS | _PART_CONDITIONS,
        "limits": LIMITS,
        "stacking": some.fixed_dictionaries(
            {"mode": some.sampled_from(["sum", "best", "exclusive"]), "priority": some.integers(0, 5)}
        ),
        "base": some.sampled_from(["paid", "gross"]),
        "rounding": some.sampled_from(["half_up", "floor", "ceil"]),
    },
)


@some.composite
def _rule_sets(draw: Any) -> RuleSet:
    spec: dict[str, Any] = {
        "rules": draw(some.lists(_RULES, min_size=1, max_size=4, unique_by=lambda each: each["key"]))
    }
    if draw(some.booleans()):
        spec["point_value"] = {"points": 100, "minor": draw(some.integers(1, 300))}
    try:
        return read_rules(spec)
    except InvalidRule:
        assume(False)
        raise


RULE_SETS: Any = _rule_sets()
ARTICLES = some.lists(
    some.builds(Article, some.sampled_from(["x", "y"]), CATEGORIES, some.just(frozenset()), some.integers(1, 9), MINOR),
    min_size=1,
    max_size=5,
)
MEMBERS = some.builds(
    Member,
    nth=some.none() | some.integers(1, 5),
    birthday=some.none() | DAYS.map(lambda day: (day.month, day.day)),
    belongs=some.frozensets(some.tuples(some.sampled_from(["tier", "tag"]), KEYS), max_size=3),
)
MOMENTS = some.builds(Moment, DAYS, some.integers(0, 1439))


@some.composite
def _sales(draw: Any) -> SaleFacts:
    gross = draw(some.integers(1, 10**9))
    paid = draw(some.integers(0, gross))
    lines = lines_of(draw(ARTICLES), gross_minor=gross, paid_minor=paid) if draw(some.booleans()) else ()
    return SaleFacts(gross, paid, "BRL", draw(STORES), draw(MOMENTS), "store", "", draw(MEMBERS), lines)


SALES: Any = _sales()
TAKING_PART = some.builds(ParticipationFacts, some.sampled_from(["event", "survey"]), MOMENTS, MEMBERS)
_USES = some.dictionaries(PERIODS, some.integers(0, 6_000))
USED = some.builds(
    Used,
    customer=_USES,
    times=some.dictionaries(PERIODS, some.integers(0, 3)),
    rule=_USES,
    budget_minor=some.integers(0, 6_000),
)
