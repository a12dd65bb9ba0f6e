"""A payment of a plan that staff took back can be booked again; two brands."""

from functools import partial
from typing import Any

import pytest

from programs.errors import PlanSourceConflict
from programs.selectors.plans import customer_plans
from programs.services.plans import confirm_payment, withdraw_plan
from smartbis.kernel.clock import frozen
from smartbis.outbox.work import drain_queue
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import actor, make_brand, make_customer
from tests.programs.buying_plans import MAY, ends, events, plan
from tests.racing import race
from tests.unchanged import unchanged
from tests.vouchers.shop import coupon_of
from vouchers.selectors import vouchers_of


def paid(brand: TenantInfo, customer: Any, **more: Any) -> str:
    """Book the payment `E123`, and answer what its periods are known by."""
    terms: dict[str, Any] = {"plan_key": "socio", "amount_minor": 12_000, "reference": "E123", "actor": actor()}
    periods = confirm_payment(tenant=brand.id, customer=customer.id, **terms | more).periods
    return next(each.source for each in periods if not each.taken_back)


def take_back(brand: TenantInfo, customer: Any, source: str) -> None:
    withdraw_plan(tenant=brand.id, customer=customer.id, source=source, reason="engano", actor=actor())


def test_one_taken_back_by_mistake_is_booked_again_with_all_that_comes_with_it(
    aurora: TenantInfo, boreal: TenantInfo
) -> None:
    with frozen(MAY):
        for brand in (aurora, boreal):
            plan(brand)
        coupon_of(aurora, name="Member", given_with_plans=("socio",), limit_per_customer=9)
        ana, other = make_customer(aurora), make_customer(boreal)
        paid(boreal, other)
        with unchanged(boreal, rooms=("programs",)):
            first = paid(aurora, ana)
            drain_queue("relay")
            take_back(aurora, ana, first)
            drain_queue("relay")
            assert ends(aurora, ana) == []
            again = paid(aurora, ana)
            drain_queue("relay")
            assert paid(aurora, ana) == again != first
        assert ends(aurora, ana) == ["2027-05-03"]
        assert len(vouchers_of(tenant=aurora.id, customer=ana.id, open_only=True)) == 1
        assert events(aurora).count("started") == 2
        periods = customer_plans(tenant=aurora.id, customer=ana.id, with_periods=True).periods
        assert {(each.reference, each.amount_minor) for each in periods} == {("E123", 12_000)}
        take_back(aurora, ana, again)
        assert ends(aurora, ana) == []
        assert paid(aurora, ana) not in (first, again)


def test_one_booked_for_the_wrong_customer_and_amount_is_booked_for_the_right_one(aurora: TenantInfo) -> None:
    with frozen(MAY):
        plan(aurora)
        ana, bia = make_customer(aurora, "Ana"), make_customer(aurora, "Bia")
        wrong = paid(aurora, ana, amount_minor=1_200)
        with pytest.raises(PlanSourceConflict):
            paid(aurora, bia)
        take_back(aurora, ana, wrong)
        paid(aurora, bia)
        assert (ends(aurora, ana), ends(aurora, bia)) == ([], ["2027-05-03"])
        with pytest.raises(PlanSourceConflict):
            paid(aurora, ana)


@pytest.mark.django_db(transaction=True)
def test_two_who_book_one_again_at_once_book_it_once() -> None:
    aurora = make_brand("aurora", "Café Aurora")
    plan(aurora)
    ana, bia = make_customer(aurora, "Ana"), make_customer(aurora, "Bia")
    take_back(aurora, ana, paid(aurora, ana))
    answers = race(*[partial(paid, aurora, each) for each in (ana, bia, ana, bia)])
    assert len([each for each in answers if isinstance(each, PlanSourceConflict)]) == 2
    assert len([*ends(aurora, ana), *ends(aurora, bia)]) == 1
