"""How many on one day, and what may stand beside another voucher on one sale."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from programs.services import merge_customers
from smartbis.kernel.clock import frozen
from smartbis.kernel.errors import DomainError
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import actor, make_customer, store_of
from tests.vouchers.shop import MANAGER, NOON, at_once, coupon_of, issued, redeemed
from vouchers.services import cancel_voucher, issue_voucher, redeem_voucher, reverse_redemption, validate_voucher


def refusal(work: Any) -> tuple[str, Any]:
    with pytest.raises(DomainError) as refused:
        work()
    return refused.value.code, refused.value.params.get("per")


def test_a_day_has_its_limit_of_taking_and_of_using(aurora: TenantInfo, boreal: TenantInfo) -> None:
    customer, other = make_customer(aurora), make_customer(aurora)
    with frozen(NOON - timedelta(days=1)):
        coupon = coupon_of(aurora, limit_per_day=1)
        old = issued(aurora, coupon, customer)
    with frozen(NOON):
        today = issued(aurora, coupon, customer)
        assert refusal(lambda: issued(aurora, coupon, customer)) == ("coupon_limit_reached", "day")
        issued(aurora, coupon, other)
        use = redeemed(aurora, old, customer=customer.id)
        assert refusal(lambda: redeemed(aurora, today)) == ("voucher_limit_reached", "day")
        reverse_redemption(tenant=aurora.id, redemption=use.id, reason="engano", key="back", actor=MANAGER)
        redeemed(aurora, today)
        assert refusal(lambda: redeemed(aurora, old)) == ("voucher_limit_reached", "day")
    with frozen(NOON + timedelta(days=1)):
        again = issued(aurora, coupon, customer)
        cancel_voucher(tenant=aurora.id, voucher=again.id, reason="troca", actor=MANAGER)
        issued(aurora, coupon, customer)  # what was taken back was not had
        redeemed(aurora, old)


@pytest.mark.django_db(transaction=True)
def test_a_days_limit_holds_for_many_at_once(aurora: TenantInfo, boreal: TenantInfo) -> None:
    customer, store = make_customer(aurora), store_of(aurora).id
    with frozen(NOON - timedelta(days=1)):
        coupon = coupon_of(aurora)
        vouchers = [issued(aurora, coupon, customer) for _ in range(6)]
    limited = coupon_of(aurora, limit_per_day=2)

    def take() -> None:
        issue_voucher(
            tenant=aurora.id,
            customer=customer.id,
            coupon=limited.id,
            origin="manual",
            key=uuid4().hex,
            actor=MANAGER,
        )

    assert at_once([take] * 6) == {"done": 2, "coupon_limit_reached": 4}
    with frozen(NOON - timedelta(days=1)):
        daily = coupon_of(aurora, limit_per_day=10)
        vouchers = [issued(aurora, daily, customer) for _ in range(6)]
    with frozen(NOON - timedelta(days=1)):
        capped = coupon_of(aurora, limit_per_day=1)
        vouchers = [issued(aurora, capped, make_customer(aurora)) for _ in range(6)]

    def use(code: str) -> Any:
        return lambda: redeem_voucher(
            tenant=aurora.id, code=code, store=store, key=uuid4().hex, actor=MANAGER, customer=customer.id
        )

    assert at_once([use(each.code) for each in vouchers]) == {"done": 1, "voucher_limit_reached": 5}


def test_who_does_not_stand_beside_others_is_refused_on_their_sale(aurora: TenantInfo, boreal: TenantInfo) -> None:
    easy, alone = coupon_of(aurora, name="Fácil"), coupon_of(aurora, name="Sozinho", stacks_with_vouchers=False)
    sale = {"external_id": "n-1", "amount_minor": 9_000}
    redeemed(aurora, issued(aurora, easy), **sale)
    redeemed(aurora, issued(aurora, easy), **sale)
    with pytest.raises(DomainError) as refused:
        redeemed(aurora, issued(aurora, alone), **sale)
    assert (refused.value.code, refused.value.params) == ("voucher_not_combinable", {"with": "Fácil"})
    first = redeemed(aurora, issued(aurora, alone), external_id="n-2", amount_minor=9_000)
    for coupon in (easy, alone):
        with pytest.raises(DomainError) as refused:
            redeemed(aurora, issued(aurora, coupon), external_id="n-2", amount_minor=9_000)
        assert refused.value.code == "voucher_not_combinable"
    reverse_redemption(tenant=aurora.id, redemption=first.id, reason="engano", key="b", actor=MANAGER)
    redeemed(aurora, issued(aurora, easy), external_id="n-2", amount_minor=9_000)


@pytest.mark.parametrize("limit", ["limit_per_day", "limit_per_customer"])
def test_uses_of_who_was_merged_count_for_the_person(aurora: TenantInfo, boreal: TenantInfo, limit: str) -> None:
    with frozen(NOON):
        for brand in (aurora, boreal):
            coupon, kept, lost = coupon_of(brand, **{limit: 1}), make_customer(brand), make_customer(brand)
            vouchers = [issued(brand, coupon) for _ in range(3)]
            use = redeemed(brand, vouchers[0], customer=lost.id)
            if brand == aurora:
                merge_customers(tenant=brand.id, into=kept.id, other=lost.id, actor=actor("owner"))
                for named in (kept.id, lost.id):
                    said = validate_voucher(
                        tenant=brand.id, code=vouchers[1].code, store=use.store_id, customer=named, amount_minor=None
                    )
                    with pytest.raises(DomainError) as refused:
                        redeemed(brand, vouchers[1], customer=named)
                    assert refused.value.code == "voucher_limit_reached" == said.reasons[0].code
                reverse_redemption(tenant=brand.id, redemption=use.id, reason="engano", key="b", actor=MANAGER)
            redeemed(brand, vouchers[1], customer=kept.id)
            with pytest.raises(DomainError) as refused:
                redeemed(brand, vouchers[2], customer=kept.id)
            assert refused.value.code == "voucher_limit_reached"
