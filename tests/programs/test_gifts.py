"""What rules give in kind: handed out once, taken back with its sale, its limits free again."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from programs.models import RuleGift
from programs.selectors.plans import current_plans
from programs.services import (
    cancel_sale,
    confirm_sale,
    create_plan,
)
from programs.services.giving import hand_out, waiting_gifts
from programs.services.plan_catalogue import PlanTerms, change_plan
from smartbis.kernel.clock import frozen
from smartbis.outbox.work import drain_queue
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import actor, make_customer
from tests.programs.earning import held, opened, sold
from tests.programs.holding import assert_holds
from tests.programs.test_limits import AT, REFUNDER, ROOMS, refund
from tests.racing import race
from tests.unchanged import unchanged
from tests.vouchers.shop import coupon_of, redeemed
from vouchers.selectors import vouchers_of
from vouchers.services import reverse_redemption, set_coupon_status


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


def test_a_gift_whose_use_comes_back_after_its_sale_is_gone_comes_back_cancelled(
    aurora: TenantInfo, boreal: TenantInfo
) -> None:
    people = {}
    for brand in (aurora, boreal):
        gift_rule(brand, times_per_customer={"life": 1})
        people[brand.slug] = one = make_customer(brand)
        sale = sold(brand, one, 1_000, "1")
        drain_queue("relay")
        (ticket,) = vouchers_of(tenant=brand.id, customer=one.id)
        use = redeemed(brand, ticket, customer=one.id, external_id="2")
        if brand is aurora:
            refund(brand, sale.purchase.id, "all", 1_000)
        back = reverse_redemption(tenant=brand.id, redemption=use.id, reason="engano", key="k", actor=REFUNDER)
        assert back.voucher_status == ("cancelled" if brand is aurora else "issued")
        assert_holds(brand)
        drain_queue("relay")
        assert_holds(brand)
    assert (gifts(aurora), gifts(boreal)) == ([("taken_back", "")], [("given", "")])
    for brand in (aurora, boreal):
        sold(brand, people[brand.slug], 1_000, "again")
        drain_queue("relay")
    states = [[each.status for each in vouchers_of(tenant=b.id, customer=people[b.slug].id)] for b in (aurora, boreal)]
    assert states == [["issued", "cancelled"], ["issued"]], "its limit is free again"


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
