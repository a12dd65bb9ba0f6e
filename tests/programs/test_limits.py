"""Limits and budgets hold to the last cent, whoever comes at once, and come back with what is taken back."""

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from programs.models import RuleGift
from programs.selectors.plans import current_plans
from programs.services import (
    cancel_sale,
    confirm_sale,
    create_plan,
    publish_rule,
    record_sales,
    refund_sale,
)
from programs.services.giving import hand_out, waiting_gifts
from programs.services.plan_catalogue import PlanTerms, change_plan
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
from tests.vouchers.shop import coupon_of, redeemed
from vouchers.selectors import vouchers_of
from vouchers.services import set_coupon_status

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


# Gifts


def gift_rule(brand: TenantInfo, **limits: Any) -> Any:
    """A voucher with every sale from 10 reais on."""
    coupon = coupon_of(brand, holder="personal", stock=100)
    effect = {"kind": "voucher", "coupon": str(coupon.id)}
    opened(brand, {"effect": effect, "when": {"minimum_minor": 1_000}, "limits": limits})
    return coupon


def gifts(brand: TenantInfo) -> list[tuple[str, str]]:
    with tenant_scope(brand.id):
        return list(RuleGift.objects.order_by("created_at", "id").values_list("status", "refusal"))


@pytest.mark.django_db(transaction=True)
def test_a_gift_is_handed_out_once_though_many_hand_it_out(aurora: TenantInfo, boreal: TenantInfo) -> None:
    gift_rule(aurora, times_per_customer={"life": 1})
    one = make_customer(aurora)
    with unchanged(boreal, rooms=ROOMS):
        sold(aurora, one, 1_000, "1"), sold(aurora, one, 1_000, "2")
        assert vouchers_of(tenant=aurora.id, customer=one.id) == []
        (gift,) = waiting_gifts(tenant=aurora.id, limit=9)
        assert race(*[partial(hand_out, tenant=aurora.id, gift=gift)] * 8) == [None] * 8
        hand_out(tenant=aurora.id, gift=gift)
        drain_queue("relay")
    assert len(vouchers_of(tenant=aurora.id, customer=one.id)) == 1
    assert gifts(aurora) == [("given", "")]
    assert_holds(aurora)


def test_a_gift_whose_worker_died_is_handed_out_by_the_next(
    aurora: TenantInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    from programs.services import giving

    gift_rule(aurora)
    one = make_customer(aurora)
    sold(aurora, one, 1_000, "1")
    (gift,) = waiting_gifts(tenant=aurora.id, limit=9)

    def die(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(giving, "_settle", die)
        with pytest.raises(KeyboardInterrupt):
            hand_out(tenant=aurora.id, gift=gift)
    drain_queue("relay")
    assert len(vouchers_of(tenant=aurora.id, customer=one.id)) == 1
    assert gifts(aurora) == [("given", "")]


def test_a_gift_that_cannot_be_given_says_why_and_frees_its_limit(aurora: TenantInfo) -> None:
    coupon = gift_rule(aurora, times_per_customer={"life": 1})
    one = make_customer(aurora)
    set_coupon_status(tenant=aurora.id, coupon=coupon.id, status="paused", actor=actor("owner"))
    sold(aurora, one, 1_000, "1")
    drain_queue("relay")
    assert gifts(aurora) == [("refused", "coupon_not_live")]
    assert_holds(aurora)
    set_coupon_status(tenant=aurora.id, coupon=coupon.id, status="live", actor=actor("owner"))
    sold(aurora, one, 1_000, "2")
    drain_queue("relay")
    assert gifts(aurora)[1] == ("given", "")
    assert_holds(aurora)


def test_a_gift_goes_with_its_sale_unless_it_was_used(aurora: TenantInfo) -> None:
    gift_rule(aurora, times_per_customer={"life": 3})
    one = make_customer(aurora)
    sales = [sold(aurora, one, 1_000, str(each)) for each in range(3)]
    drain_queue("relay")
    by_sale = vouchers_of(tenant=aurora.id, customer=one.id)
    redeemed(aurora, by_sale[0], customer=one.id)
    for sale in sales:
        refund(aurora, sale.purchase.id, "part", 400)
        assert ("waiting", "") not in gifts(aurora)
        refund(aurora, sale.purchase.id, "rest", 600)
    assert sorted(gifts(aurora)) == [("given", ""), ("taken_back", ""), ("taken_back", "")]
    assert_holds(aurora)
    again = [sold(aurora, one, 1_000, f"again-{each}") for each in range(3)]
    drain_queue("relay")
    assert [each for each, _ in gifts(aurora)].count("given") == 3, "what was used was had"
    assert len(again) == 3
    states = [each.status for each in vouchers_of(tenant=aurora.id, customer=one.id)]
    assert sorted(states) == ["cancelled", "cancelled", "issued", "issued", "redeemed"]
    assert_holds(aurora)


def test_a_refund_goes_through_though_the_voucher_it_gave_is_over(aurora: TenantInfo) -> None:
    coupon = coupon_of(aurora, valid_days=1)
    opened(aurora, {"effect": {"kind": "voucher", "coupon": str(coupon.id)}}, {})
    one = make_customer(aurora)
    with frozen(AT):
        sale = sold(aurora, one, 1_000, "1")
        drain_queue("relay")
        assert len(vouchers_of(tenant=aurora.id, customer=one.id)) == 1
    with frozen(AT + timedelta(days=3)):  # nobody has come by yet to let it lapse
        refund(aurora, sale.purchase.id, "all", 1_000)
        assert held(aurora, one).available == 0
        assert_holds(aurora)


def test_a_gift_waits_for_its_rules_hold_and_goes_with_a_sale_refunded_meanwhile(
    aurora: TenantInfo, boreal: TenantInfo
) -> None:
    people = {}
    with frozen(AT):
        for brand in (aurora, boreal):
            coupon = coupon_of(brand, holder="personal", stock=100)
            effect = {"kind": "voucher", "coupon": str(coupon.id)}
            opened(brand, {"effect": effect, "hold_days": 7, "limits": {"times_per_customer": {"life": 2}}})
            people[brand.id] = make_customer(brand)
        one, stranger = people[aurora.id], people[boreal.id]
        sales = [sold(aurora, one, 1_000, str(each)) for each in range(2)]
        late = sold(aurora, make_customer(aurora), 1_000, "unpaid", status="pending")
        sold(boreal, stranger, 1_000, "1")
        drain_queue("relay")
    with frozen(AT + timedelta(days=7) - timedelta(seconds=1)):
        confirm_sale(tenant=aurora.id, purchase=late.purchase.id)
        drain_queue("relay")
        assert vouchers_of(tenant=aurora.id, customer=one.id) == []
        refund(aurora, sales[0].purchase.id, "all", 1_000)
        assert sorted(gifts(aurora)) == [("taken_back", ""), ("waiting", ""), ("waiting", "")]
        assert_holds(aurora)
    with frozen(AT + timedelta(days=7)):
        drain_queue("relay")
        assert len(vouchers_of(tenant=aurora.id, customer=one.id)) == 1
        assert sorted(gifts(aurora)) == [("given", ""), ("given", ""), ("taken_back", "")]
        assert len(vouchers_of(tenant=boreal.id, customer=stranger.id)) == 1
        assert_holds(aurora, boreal)


def test_an_unpaid_sale_gives_nothing_before_it_is_paid(aurora: TenantInfo) -> None:
    gift_rule(aurora)
    one = make_customer(aurora)
    paid, unpaid = (sold(aurora, one, 1_000, each, status="pending") for each in ("1", "2"))
    drain_queue("relay")
    assert vouchers_of(tenant=aurora.id, customer=one.id) == []
    cancel_sale(tenant=aurora.id, purchase=unpaid.purchase.id)
    confirm_sale(tenant=aurora.id, purchase=paid.purchase.id)
    drain_queue("relay")
    assert len(vouchers_of(tenant=aurora.id, customer=one.id)) == 1
    assert sorted(gifts(aurora)) == [("given", ""), ("taken_back", "")]
    assert_holds(aurora)


@pytest.mark.django_db(transaction=True)
def test_a_plan_given_by_a_sale_is_given_once_and_taken_back_with_it(aurora: TenantInfo) -> None:
    terms = PlanTerms(name="Sócio", price_minor=1_000, length="months", count=1)
    create_plan(tenant=aurora.id, key="socio", terms=terms, actor=actor("owner"))
    opened(aurora, {"effect": {"kind": "plan", "plan": "socio", "periods": 2}}, {})
    people = [make_customer(aurora) for _ in range(4)]
    sales = [sold(aurora, each, 1_000, str(place)) for place, each in enumerate(people)]
    waiting = waiting_gifts(tenant=aurora.id, limit=9)
    works: list[Any] = [partial(hand_out, tenant=aurora.id, gift=gift) for gift in waiting * 2]
    works += [partial(refund, aurora, each.purchase.id, "all", 1_000) for each in sales[:2]]
    outcomes = race(*works)
    assert [each for each in outcomes if isinstance(each, Exception)] == []
    drain_queue("relay")
    members = [len(current_plans(tenant=aurora.id, customer=each.id)) for each in people]
    assert members == [0, 0, 1, 1]
    assert sorted(gifts(aurora)) == [("given", "")] * 2 + [("taken_back", "")] * 2
    change_plan(tenant=aurora.id, key="socio", status="closed", actor=actor("owner"))
    sold(aurora, people[0], 1_000, "closed")
    drain_queue("relay")
    assert ("refused", "plan_closed") in gifts(aurora)
    assert_holds(aurora)
