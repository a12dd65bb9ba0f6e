"""Limits and budgets hold to the last cent, whoever comes at once, and come back with what is taken back."""

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from programs.models import RuleUse
from programs.services import (
    cancel_sale,
    confirm_sale,
    publish_rule,
    record_sales,
    refund_sale,
)
from smartbis.kernel.clock import frozen
from smartbis.outbox.work import drain_queue
from smartbis.tenancy.once import patiently
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import actor, make_customer
from tests.programs.earning import awarded, held, of, opened, sold
from tests.programs.holding import assert_holds
from tests.racing import race
from tests.unchanged import unchanged

AT = datetime(2026, 11, 18, 15, tzinfo=UTC)
REFUNDER = actor("manager")
ROOMS = ("ledger", "programs", "purchases", "vouchers")


def raced(brand: TenantInfo, customers: list[Any], amount: int, many: int = 32) -> list[Any]:
    """As many sales at once, the customers in turn; every one of them goes through."""

    def sell(number: int) -> Any:
        with frozen(AT):
            return patiently(partial(sold, brand, customers[number % len(customers)], amount, str(number)))

    outcomes = race(*[partial(sell, number) for number in range(many)])
    assert [each for each in outcomes if isinstance(each, Exception)] == []
    return outcomes


def refund(brand: TenantInfo, purchase: UUID, number: str, amount: int | None = None, **given: Any) -> Any:
    return refund_sale(
        tenant=brand.id, purchase=purchase, external_id=number, amount_minor=amount, actor=REFUNDER, **given
    )


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("period", ["day", "week", "month", "life"])
def test_one_customers_cap_is_met_exactly_by_32_at_once(aurora: TenantInfo, boreal: TenantInfo, period: str) -> None:
    opened(aurora, {"limits": {"per_customer": {period: 155}}}), opened(boreal, {})
    one = make_customer(aurora)
    with unchanged(boreal, rooms=ROOMS):
        outcomes = raced(aurora, [one], 100)
    assert awarded(outcomes) == held(aurora, one).available == 155
    assert sorted(len(each.awards) for each in outcomes) == [0] * 16 + [1] * 16
    cut = [award for each in outcomes for award in each.awards if award.amount == 5]
    assert [each.explanation["cut_by"] for each in cut] == [f"per_customer.{period}"]
    assert_holds(aurora)


@pytest.mark.django_db(transaction=True)
def test_caps_of_a_rule_and_its_budget_are_met_exactly_by_many_customers(aurora: TenantInfo) -> None:
    opened(aurora, {"limits": {"per_rule": {"day": 157, "month": 10_000}}}, name="rule")
    opened(aurora, {"limits": {"budget_minor": 203}}, name="budget")
    opened(aurora, {"limits": {"times_per_customer": {"week": 2}}}, name="times")
    people = [make_customer(aurora) for _ in range(8)]
    outcomes = raced(aurora, people, 100)
    given = {
        name: sum(a.amount for each in outcomes for a in each.awards if a.program == name)
        for name in ("rule", "budget", "times")
    }
    assert given == {"rule": 157, "budget": 203, "times": 160}
    assert sum(held(aurora, each).available for each in people) == 520
    assert_holds(aurora)


@pytest.mark.django_db(transaction=True)
def test_a_budget_in_points_counts_what_they_are_worth(aurora: TenantInfo) -> None:
    points = {"effect": {"kind": "fixed", "amount": 7}, "limits": {"budget_minor": 100}}
    opened(aurora, points, kind="points", point_value={"points": 3, "minor": 10})
    people = [make_customer(aurora) for _ in range(4)]
    outcomes = raced(aurora, people, 500)
    # Seven points cost 23.33, rounded up to 24: four times, and the 4 left over buy a single one.
    assert sorted(award.amount for each in outcomes for award in each.awards) == [1, 7, 7, 7, 7]
    assert_holds(aurora)


@pytest.mark.django_db(transaction=True)
def test_the_first_purchase_is_rewarded_once_though_16_are_first_at_once(aurora: TenantInfo) -> None:
    first = {"effect": {"kind": "fixed", "amount": 900}, "when": {"purchases": {"from": 1, "until": 1}}}
    opened(aurora, first)
    one, other = make_customer(aurora), make_customer(aurora)
    assert awarded(raced(aurora, [one], 1_000, 16)) == held(aurora, one).available == 900
    together = record_sales(tenant=aurora.id, sales=[of(aurora, other.id, 500, f"o{each}") for each in range(3)])
    assert [len(each.outcome.awards) for each in together if each.outcome] == [1, 0, 0]
    assert_holds(aurora)


def test_refunds_give_limits_and_budget_back(aurora: TenantInfo, boreal: TenantInfo) -> None:
    rule = {"limits": {"per_customer": {"life": 100}, "times_per_customer": {"day": 2}, "budget_minor": 120}}
    opened(aurora, rule)
    one, other = make_customer(aurora), make_customer(aurora)
    with frozen(AT), unchanged(boreal, rooms=ROOMS):
        first, second = sold(aurora, one, 600, "1"), sold(aurora, one, 600, "2")
        assert awarded([first, second]) == 100
        assert awarded([sold(aurora, one, 600, "3")]) == 0
        assert awarded([sold(aurora, other, 600, "4")]) == 20
        refund(aurora, first.purchase.id, "r1", 300)  # 30 come back, and one of the two times does not
        assert awarded([sold(aurora, one, 600, "5")]) == 0
        assert awarded([sold(aurora, other, 600, "6")]) == 30
        refund(aurora, first.purchase.id, "r2", 300)
        assert awarded([sold(aurora, one, 600, "7")]) == 30
    assert (held(aurora, one).available, held(aurora, other).available) == (70, 50)
    assert_holds(aurora)


@pytest.mark.django_db(transaction=True)
def test_what_refunds_free_at_once_with_sales_is_given_at_most_once(aurora: TenantInfo) -> None:
    opened(aurora, {"limits": {"budget_minor": 160}})
    people = [make_customer(aurora) for _ in range(4)]
    before = [sold(aurora, people[each % 4], 100, f"b{each}", occurred_at=AT) for each in range(16)]
    works: list[Any] = [partial(refund, aurora, each.purchase.id, "r", 100) for each in before]
    works += [partial(sold, aurora, people[each % 4], 100, f"a{each}", occurred_at=AT) for each in range(16)]
    outcomes = race(*[partial(patiently, work) for work in works])
    assert [each for each in outcomes if isinstance(each, Exception)] == []
    assert_holds(aurora)
    rest = 160 - sum(held(aurora, each).available for each in people)
    assert rest >= 0
    assert awarded([sold(aurora, people[0], 10_000, "rest", occurred_at=AT)]) == rest


def test_a_budget_that_lies_in_too_few_rows_is_levelled_and_given_to_the_end(aurora: TenantInfo) -> None:
    """As it lies where the number of rows was raised: each of the few gave more than is its part now."""
    program = opened(aurora, {"limits": {"budget_minor": 4_000}})
    anna = make_customer(aurora)
    sold(aurora, anna, 5_000, "one")
    with tenant_scope(aurora.id):
        rows = RuleUse.objects.filter(program_id=program.id)
        rows.filter(shard__gte=2).delete()
        rows.update(amount=250)
    sold(aurora, anna, 5_000, "two")
    with tenant_scope(aurora.id):
        assert sorted(rows.values_list("amount", flat=True)) == [31] * 24 + [32] * 8
    assert awarded([sold(aurora, anna, 40_000, "last")]) == 3_000
    assert awarded([sold(aurora, anna, 5_000, "late")]) == 0
    assert_holds(aurora)


def test_a_lowered_budget_gives_what_is_left_of_it_and_no_less_than_given(aurora: TenantInfo) -> None:
    from programs.rules import InvalidRule

    program = opened(aurora, {"limits": {"budget_minor": 800, "per_rule": {"month": 900}}})
    one = make_customer(aurora)
    with frozen(AT):
        for number in range(7):
            sold(aurora, one, 500, f"1-{number}")
        lower = {"key": "rule 0", "effect": {"kind": "percentage", "basis_points": 1_000}}
        with pytest.raises(InvalidRule):
            publish(aurora, program.id, lower | {"limits": {"budget_minor": 349}})
        publish(aurora, program.id, lower | {"limits": {"budget_minor": 373, "per_rule": {"month": 400}}})
        assert [awarded([sold(aurora, one, 100, f"2-{each}")]) for each in range(4)] == [10, 10, 3, 0]
    assert held(aurora, one).available == 373
    assert_holds(aurora)


def publish(brand: TenantInfo, program: UUID, *rules: dict[str, Any], **more: Any) -> None:
    publish_rule(tenant=brand.id, program=program, spec={"rules": list(rules), **more}, actor=actor("owner"))


def test_a_late_sale_counts_where_and_by_what_it_happened(aurora: TenantInfo) -> None:
    program = opened(aurora, {"key": "a", "limits": {"per_customer": {"day": 60}}})
    one = make_customer(aurora)
    with frozen(AT):
        opened(aurora, {"key": "b", "limits": {"per_rule": {"day": 15}}}, name="other")
        assert awarded([sold(aurora, one, 500, "1")]) == 65
    with frozen(AT + timedelta(days=3)):
        assert awarded([sold(aurora, one, 500, "x")]) == 65
        publish(aurora, program.id, {"key": "a", "effect": {"kind": "fixed", "amount": 1}})
    with frozen(AT + timedelta(days=5)):
        late = sold(aurora, one, 500, "late", occurred_at=AT + timedelta(hours=1))
        assert [(each.rule_version, each.amount) for each in late.awards] == [(1, 10)]
        new = sold(aurora, one, 500, "new")
        assert {(each.rule_version, each.amount) for each in new.awards} == {(2, 1), (1, 15)}
    assert_holds(aurora)


def test_what_was_earned_before_a_programme_is_no_ones(aurora: TenantInfo) -> None:
    opened(aurora, {})
    assert awarded([sold(aurora, make_customer(aurora), 500, "1", occurred_at=AT - timedelta(days=900))]) == 0


def test_points_for_tiers_are_counted_apart_and_taken_back(aurora: TenantInfo) -> None:
    tier = {"effect": {"kind": "tier_points", "points": 1, "minor": 100}, "limits": {"per_customer": {"day": 12}}}
    opened(aurora, tier, {"effect": {"kind": "per_unit", "points": 2, "minor": 100}}, kind="points")
    one = make_customer(aurora)
    with frozen(AT):
        first, second = sold(aurora, one, 1_000, "1"), sold(aurora, one, 1_000, "2")
        assert held(aurora, one, "tier_points").available == 12
        refund(aurora, first.purchase.id, "r1", 333)
        refund(aurora, second.purchase.id, "r2", 1_000)
        refund(aurora, first.purchase.id, "r3", 667)
    assert (held(aurora, one, "tier_points").available, held(aurora, one, "points").available) == (0, 0)
    assert_holds(aurora)


def test_an_unpaid_sale_counts_is_confirmed_or_gives_all_back(aurora: TenantInfo, boreal: TenantInfo) -> None:
    opened(aurora, {"limits": {"per_customer": {"life": 100}}, "hold_days": 2})
    one = make_customer(aurora)
    with frozen(AT), unchanged(boreal, rooms=ROOMS):
        paid, unpaid = (sold(aurora, one, 600, each, status="pending") for each in ("1", "2"))
        assert (held(aurora, one).pending, held(aurora, one).available) == (100, 0)
        cancel_sale(tenant=aurora.id, purchase=unpaid.purchase.id)
        assert held(aurora, one).pending == 60
        confirm_sale(tenant=aurora.id, purchase=paid.purchase.id)
        assert awarded([sold(aurora, one, 600, "3")]) == 40
    with frozen(AT + timedelta(days=2)):
        drain_queue("relay")
        assert (held(aurora, one).pending, held(aurora, one).available) == (0, 100)
    assert_holds(aurora)
