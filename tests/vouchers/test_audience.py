"""For whom a coupon is."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from smartbis.customers.services import change_customer, set_membership
from smartbis.kernel.clock import frozen
from smartbis.kernel.errors import DomainError
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import make_customer
from tests.purchases.sales import sold
from tests.vouchers.shop import MANAGER, NOON, coupon_of, issued
from vouchers.audience import Person, celebrates, days_celebrated, is_for_all, lacking
from vouchers.infos import CouponDraft
from vouchers.selectors import offers_for

TODAY = date(2026, 11, 18)
EVERYBODY = CouponDraft(name="x", kind="amount", value_minor=100)


def lacks(*memberships: tuple[str, str], person: dict[str, Any] | None = None, **asked: Any) -> tuple[str, ...]:
    known = Person(today=TODAY, memberships=frozenset(memberships), **person or {})
    return lacking(replace(EVERYBODY, **asked), known)


def test_memberships_fit_by_every_group_that_is_asked_for() -> None:
    assert lacks() == ()
    assert is_for_all(EVERYBODY)
    assert lacks(("plan", "b"), plans=("a", "b")) == ()
    assert lacks(("tier", "a"), plans=("a",)) == ("plan",)
    asked: dict[str, Any] = {"plans": ("a",), "tiers": ("gold",), "segment": "vip", "communities": ("run",)}
    assert lacks(("plan", "a"), ("tier", "gold"), ("segment", "vip"), ("community", "run"), **asked) == ()
    assert lacks(("plan", "a"), ("segment", "vip"), tags=("x",), **asked) == ("tier", "community", "tag")
    assert lacking(replace(EVERYBODY, **asked), None) == ("plan", "tier", "segment", "community")


@pytest.mark.parametrize(
    ("span", "birthday", "today", "is_theirs"),
    [
        ("day", (11, 18), TODAY, True),
        ("day", (11, 19), TODAY, False),
        ("day", (2, 29), date(2026, 2, 28), True),
        ("day", (2, 29), date(2028, 2, 28), False),
        ("day", (2, 29), date(2028, 2, 29), True),
        ("week", (11, 25), TODAY, True),
        ("week", (11, 26), TODAY, False),
        ("week", (12, 28), date(2027, 1, 4), True),  # over the turn of the year
        ("week", (1, 3), date(2026, 12, 28), True),
        ("month", (11, 1), TODAY, True),
        ("month", (12, 1), TODAY, False),
        ("month", None, TODAY, False),
    ],
)
def test_when_a_birthday_counts(span: str, birthday: tuple[int, int] | None, today: date, is_theirs: bool) -> None:
    assert celebrates(span, birthday, today) is is_theirs
    assert (birthday in days_celebrated(span, today)) is is_theirs


def test_new_and_inactive_count_days() -> None:
    def days_ago(days: int) -> date:
        return TODAY - timedelta(days=days)

    assert lacks(person={"enrolled_on": days_ago(7)}, new_within_days=7) == ()
    assert lacks(person={"enrolled_on": days_ago(8)}, new_within_days=7) == ("new",)
    assert lacks(person={"last_bought_on": days_ago(60)}, inactive_for_days=60) == ()
    assert lacks(person={"last_bought_on": days_ago(59)}, inactive_for_days=60) == ("inactive",)
    assert lacks(inactive_for_days=60) == ("inactive",)  # who never bought has not stayed away


def test_an_offer_says_whom_it_is_for_and_the_issue_agrees(aurora: TenantInfo, boreal: TenantInfo) -> None:
    with frozen(NOON - timedelta(days=90)):
        old = make_customer(aurora)
        sold(aurora, customer=old.id, occurred_at=NOON - timedelta(days=90))
    with frozen(NOON):
        fresh = make_customer(aurora)
        change_customer(tenant=aurora.id, customer=fresh.id, birthday=date(1990, 11, 20), actor=MANAGER)
        set_membership(tenant=aurora.id, customer=fresh.id, kind="tag", key="vegano")
        asked: dict[str, dict[str, Any]] = {
            "birthday": {"birthday": "week"},
            "new": {"new_within_days": 30},
            "inactive": {"inactive_for_days": 60},
            "tag": {"tags": ("vegano",)},
        }
        for name, terms in asked.items():
            coupon = coupon_of(aurora, name=name, **terms)
            for customer in (old, fresh):
                offer = next(
                    each for each in offers_for(tenant=aurora.id, customer=customer.id) if each.coupon.name == name
                )
                fits = (customer is old) == (name == "inactive")
                assert offer.can_have is fits
                if fits:
                    issued(aurora, coupon, customer)
                else:
                    assert offer.reasons[0].params["lacking"] == [name]
                    with pytest.raises(DomainError) as refused:
                        issued(aurora, coupon, customer)
                    assert refused.value.code == "coupon_not_eligible"
        assert offers_for(tenant=boreal.id, customer=make_customer(boreal).id) == []
