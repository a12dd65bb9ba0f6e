"""What a recorded sale earned and why not more: every rule gave something, or has its reason; nothing is made up."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from programs.earnings.infos import EarnedIn
from programs.earnings.selectors import earnings_of_sale
from programs.earnings.words import why_passed, why_programme_gave_nothing
from programs.services import publish_rule, record_sale, refund_sale, set_program_status
from smartbis.customers.infos import CustomerInfo
from smartbis.customers.services import change_customer, set_membership
from smartbis.kernel.clock import frozen
from smartbis.purchases.errors import PurchaseNotFound
from smartbis.tenancy.selectors import TenantInfo
from tests.dashboard.desk import with_coupon
from tests.factories import actor, make_customer
from tests.programs.earning import lines, of, opened, sold

AT = datetime(2026, 11, 18, 15, tzinfo=UTC)
TENTH = {"kind": "percentage", "basis_points": 1_000}
Passed = list[tuple[str, str | None]]


def explained(brand: TenantInfo, customer: CustomerInfo | None, amount: int, number: str, **given: Any) -> EarnedIn:
    """The earnings of a new sale, of a brand with one programme."""
    outcome = record_sale(tenant=brand.id, sale=of(brand, customer.id if customer else None, amount, number, **given))
    return again(brand, outcome)


def again(brand: TenantInfo, outcome: Any) -> EarnedIn:
    (earned,) = earnings_of_sale(tenant=brand.id, purchase=outcome.purchase.id).programs
    return earned


def reasons(earned: EarnedIn) -> Passed:
    return [(each.rule.key, each.reason) for each in earned.passed]


def test_each_rule_gave_something_or_says_why_not(aurora: TenantInfo, boreal: TenantInfo) -> None:
    opened(
        aurora,
        {"key": "base", "limits": {"per_purchase": 500}},
        {"key": "coffee", "when": {"products": ["coffee"]}},
        {"key": "wine", "when": {"products": ["wine"]}},
        {"key": "small", "when": {"minimum_minor": 20_000}},
        {"key": "online", "when": {"channels": ["online"]}},
        {"key": "gold", "when": {"tags": ["gold"]}},
        {"key": "double", "effect": {"kind": "multiplier", "factor_bp": 20_000}, "when": {"products": ["wine"]}},
    )
    opened(boreal, {"key": "theirs"})
    customer, theirs = make_customer(aurora), make_customer(boreal)
    earned = explained(aurora, customer, 10_000, "1", items=lines(("coffee", 1, 3_000), ("cake", 1, 7_000)))
    found = {each.rule.key: each for each in earned.awards if each.rule}
    assert {key: each.amount for key, each in found.items()} == {"base": 500, "coffee": 300}
    assert found["base"].explanation["cut_by"] == "per_purchase"
    assert found["coffee"].explanation["lines"] == [[0, 3_000]]
    assert reasons(earned) == [
        ("wine", "no_such_article"),
        ("small", "below_minimum"),
        ("online", "other_channel"),
        ("gold", "without_tag"),
        ("double", "no_such_article"),
    ]
    assert [each.is_sure for each in earned.passed] == [True, True, True, False, True]
    assert why_programme_gave_nothing(earned) == ""
    other = explained(boreal, theirs, 10_000, "1")
    assert [each.rule.key for each in other.awards if each.rule] == ["theirs"]
    assert other.passed == ()


def test_another_brands_sale_and_one_of_another_store_are_not_found(aurora: TenantInfo, boreal: TenantInfo) -> None:
    opened(aurora, {}), opened(boreal, {})
    sale = sold(aurora, make_customer(aurora), 10_000, "1").purchase
    with pytest.raises(PurchaseNotFound):
        earnings_of_sale(tenant=boreal.id, purchase=sale.id)
    with pytest.raises(PurchaseNotFound):
        earnings_of_sale(tenant=aurora.id, purchase=sale.id, stores_scope=frozenset())


def test_the_version_of_then_explains_and_later_ones_change_nothing(aurora: TenantInfo) -> None:
    program = opened(aurora, {"key": "base"}, {"key": "big", "when": {"minimum_minor": 50_000}})
    outcome = sold(aurora, make_customer(aurora), 10_000, "1")
    spec = {"rules": [{"key": "base", "effect": TENTH}, {"key": "new", "effect": TENTH}]}
    publish_rule(tenant=aurora.id, program=program.id, spec=spec, actor=actor("owner"))
    earned = again(aurora, outcome)
    assert (earned.version, reasons(earned)) == (1, [("big", "below_minimum")])
    refund_sale(
        tenant=aurora.id, purchase=outcome.purchase.id, external_id="R1", amount_minor=10_000, actor=actor("manager")
    )
    earned = again(aurora, outcome)
    assert (earned.awards[0].reversed, reasons(earned)) == (1_000, [("big", "below_minimum")])


@pytest.mark.parametrize(
    ("limits", "names", "words"),
    [
        ({"per_customer": {"month": 1_500}}, ("per_customer.month",), "O máximo por cliente foi alcançado."),
        ({"times_per_customer": {"day": 1}}, ("times_per_customer.day",), "O cliente já ganhou quantas vezes podia."),
        ({"budget_minor": 1_000}, ("budget_minor",), "A verba acabou."),
        (
            {"per_customer": {"month": 1_000}, "budget_minor": 90_000},
            ("per_customer.month", "budget_minor"),
            "Um limite foi alcançado; qual deles não ficou guardado: máximo por cliente, verba.",
        ),
    ],
)
def test_a_limit_that_left_nothing_is_named_and_of_several_all(
    aurora: TenantInfo, limits: dict[str, Any], names: tuple[str, ...], words: str
) -> None:
    opened(aurora, {"key": "limited", "limits": limits}, {"key": "other"})
    customer = make_customer(aurora)
    with frozen(AT):
        sold(aurora, customer, 10_000, "1"), sold(aurora, customer, 10_000, "2")
        earned = explained(aurora, customer, 10_000, "3")
    (passed,) = earned.passed
    assert (passed.rule.key, passed.reason, passed.limits, passed.is_sure) == ("limited", "limit_reached", names, True)
    assert why_passed(passed) == words


def test_a_limited_rule_that_lost_against_another_says_so_and_not_its_limit(aurora: TenantInfo) -> None:
    best = {"stacking": {"mode": "best"}}
    opened(
        aurora,
        {"key": "small", "limits": {"budget_minor": 90_000}, **best},
        {"key": "large", "effect": {"kind": "percentage", "basis_points": 2_000}, **best},
    )
    assert reasons(explained(aurora, make_customer(aurora), 10_000, "1")) == [("small", "less_than_best")]


def test_an_exclusive_rule_whose_budget_is_gone_silences_nobody(aurora: TenantInfo) -> None:
    opened(
        aurora,
        {"key": "only", "limits": {"budget_minor": 1_000}, "stacking": {"mode": "exclusive"}},
        {"key": "base"},
    )
    customer = make_customer(aurora)
    assert reasons(explained(aurora, customer, 10_000, "1")) == [("base", "excluded_by_other")]
    later = explained(aurora, customer, 10_000, "2")
    assert ([each.amount for each in later.awards], reasons(later)) == ([1_000], [("only", "limit_reached")])


def test_what_the_customer_was_then_is_kept_where_it_gave_and_unsure_where_it_did_not(aurora: TenantInfo) -> None:
    opened(
        aurora,
        {"key": "party", "when": {"birthday": "month"}},
        {"key": "first", "when": {"purchases": {"from": 1, "until": 1}}},
        {"key": "gold", "when": {"tags": ["gold"]}},
    )
    customer = make_customer(aurora, birthday=date(1990, 11, 2))
    with frozen(AT):
        one, two = (sold(aurora, customer, 10_000, str(number)) for number in (1, 2))
    change_customer(tenant=aurora.id, customer=customer.id, birthday=date(1990, 3, 2), actor=actor("owner"))
    first = again(aurora, one)
    assert [each.rule.key for each in first.awards if each.rule] == ["party", "first"]
    assert reasons(first) == [("gold", "without_tag")]
    second = again(aurora, two)
    assert reasons(second) == [("first", "other_purchase"), ("gold", "without_tag")]
    assert not any(each.is_sure for each in second.passed)
    assert why_passed(second.passed[0]).endswith("É o que se sabe hoje: na hora da venda podia ser outro.")


def test_what_changed_behind_the_sale_is_called_unknown_and_no_reason_is_made_up(aurora: TenantInfo) -> None:
    customer = make_customer(aurora)
    with frozen(AT):
        opened(aurora, {"key": "gold", "when": {"tags": ["gold"]}})
        outcome = sold(aurora, customer, 10_000, "1")
    before = AT - timedelta(days=1)
    set_membership(tenant=aurora.id, customer=customer.id, kind="tag", key="gold", valid_from=before)
    earned = again(aurora, outcome)
    assert (earned.awards, reasons(earned), earned.passed[0].is_sure) == ((), [("gold", None)], False)
    assert "não ficou guardado" in why_passed(earned.passed[0])


def test_a_programme_that_was_paused_or_not_there_or_a_stranger_is_said_once(
    aurora: TenantInfo, boreal: TenantInfo
) -> None:
    customer = make_customer(aurora)
    early = sold(aurora, customer, 10_000, "0")
    program = opened(aurora, {"key": "base"})
    stranger = explained(aurora, None, 10_000, "1")
    set_program_status(tenant=aurora.id, program=program.id, status="paused", actor=actor("owner"))
    paused = sold(aurora, customer, 10_000, "2")
    set_program_status(tenant=aurora.id, program=program.id, status="live", actor=actor("owner"))
    earlier = explained(aurora, customer, 10_000, "3", occurred_at=AT - timedelta(days=900))
    found = [again(aurora, early), stranger, again(aurora, paused), earlier]
    closed = ["recorded_before_programme", "no_customer", "programme_paused", "before_first_version"]
    assert [each.closed for each in found] == closed
    assert [(each.awards, each.passed, each.version) for each in found] == [((), (), None)] * 4
    assert why_programme_gave_nothing(found[2]) == "O programa estava pausado quando a venda foi registrada."
    opened(boreal, {"key": "base"})
    assert explained(boreal, make_customer(boreal), 10_000, "1").closed is None


def test_a_gift_is_among_what_was_given(aurora: TenantInfo) -> None:
    coupon = with_coupon(aurora)
    opened(aurora, {"key": "gift", "effect": {"kind": "voucher", "coupon": str(coupon.id)}}, {"key": "base"})
    earned = explained(aurora, make_customer(aurora), 10_000, "1")
    assert [(each.rule.key, each.kind, each.quantity, each.status) for each in earned.gifts if each.rule] == [
        ("gift", "voucher", 1, "waiting")
    ]
    assert (len(earned.awards), earned.passed) == (1, ())
