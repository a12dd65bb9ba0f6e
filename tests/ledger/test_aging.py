"""How old what is owed is: first in, first out, by customer, and what was used of each month."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from smartbis.kernel.clock import frozen
from smartbis.kernel.ids import new_id
from smartbis.ledger.accounts import Account
from smartbis.ledger.aging import ENOUGH_HOLDERS, Aging, keep_aging, liability_aging
from smartbis.ledger.merging import merge_holders
from smartbis.ledger.services import Move, lock_holder, post
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import make_brand, make_customer
from tests.ledger.waiting import close_until

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
NOON_BEFORE = NOW - timedelta(days=1)


def move(brand: TenantInfo, customer: UUID, days_ago: int, debit: str, credit: str, amount: int, **more: Any) -> UUID:
    """A transfer so long ago; of an `award` it earns or reverses, unless a `kind` is named. Returns its id."""
    award = more.pop("award", None)
    kind = more.pop("kind", "earn" if debit == "issued" and award else "reversal" if award else "adjust")
    moved: dict[str, Any] = {"debit": Account(debit), "credit": Account(credit), "amount": amount} | more
    one = Move(unit="BRL", kind=kind, award_id=award, **moved)
    with frozen(NOW - timedelta(days=days_ago)), tenant_scope(brand.id):
        (made,) = post(tenant=brand.id, holder=lock_holder(tenant=brand.id, customer=customer), moves=[one])
        return made.id


def aged(brand: TenantInfo) -> Aging:
    with frozen(NOW):
        (found,) = liability_aging(tenant=brand.id)
    return found


def test_what_is_spent_is_the_oldest(aurora: TenantInfo, boreal: TenantInfo) -> None:
    customer = make_customer(aurora).id
    move(boreal, make_customer(boreal).id, 1, "issued", "available", 9)
    for days, amount in ((500, 1), (300, 20), (150, 300), (60, 4_000), (5, 50_000)):
        move(aurora, customer, days, "issued", "available", amount)
    assert aged(aurora).ages == (50_000, 4_000, 300, 20, 1)
    move(aurora, customer, 4, "available", "redeemed", 121)
    assert aged(aurora).ages == (50_000, 4_000, 200, 0, 0)
    move(aurora, customer, 3, "available", "voucher_outstanding", 10_000)
    assert aged(aurora).ages == (50_000, 4_000, 200, 0, 0), "what lies in vouchers is still owed"
    move(aurora, customer, 2, "voucher_outstanding", "redeemed", 10_000)
    assert sum(aged(aurora).ages) == 44_200
    assert aged(boreal).ages == (9, 0, 0, 0, 0)


def test_what_a_refund_takes_back_never_came(aurora: TenantInfo) -> None:
    customer, award = make_customer(aurora).id, new_id()
    move(aurora, customer, 200, "issued", "available", 700)
    move(aurora, customer, 10, "issued", "available", 300, award=award)
    move(aurora, customer, 5, "available", "issued", 300, award=award)
    assert aged(aurora).ages == (0, 0, 0, 700, 0)


def test_a_reversal_that_is_undone_leaves_the_award_its_age(aurora: TenantInfo) -> None:
    customer, award = make_customer(aurora).id, new_id()
    move(aurora, customer, 100, "issued", "available", 300, award=award)
    move(aurora, customer, 50, "available", "issued", 200, award=award)
    move(aurora, customer, 5, "issued", "available", 200, award=award, kind="undo")
    assert aged(aurora).ages == (0, 0, 300, 0, 0)


def test_an_opening_balance_that_is_undone_never_came(aurora: TenantInfo) -> None:
    customer = make_customer(aurora).id
    move(aurora, customer, 200, "issued", "available", 700)
    opening = move(aurora, customer, 40, "adjusted", "available", 300, kind="opening")
    move(aurora, customer, 5, "available", "adjusted", 300, kind="undo", reverses=opening)
    found = aged(aurora)
    assert found.ages == (0, 0, 0, 700, 0)
    assert (found.cohorts[0].earned, found.cohorts[0].left) == (0, 0)


def test_what_comes_back_from_a_use_keeps_its_age_and_was_not_used(aurora: TenantInfo, boreal: TenantInfo) -> None:
    for brand, comes_back in ((aurora, True), (boreal, False)):
        for number in range(ENOUGH_HOLDERS):
            person = make_customer(brand, f"C{number}").id
            move(brand, person, 61, "issued", "available", 2_000)
            move(brand, person, 6, "available", "redeemed", 2_000)
            if comes_back:
                move(brand, person, 5, "redeemed", "available", 1_500)
                move(brand, person, 4, "redeemed", "voucher_outstanding", 500)
    found = aged(aurora)
    assert found.ages == (0, 40_000, 0, 0, 0)
    assert [(each.earned, each.left, each.used_bp) for each in found.cohorts[:2]] == [(0, 0, None), (40_000, 40_000, 0)]
    assert aged(boreal).cohorts[1].used_bp == 10_000


def test_who_owes_more_than_they_hold_lacks(aurora: TenantInfo) -> None:
    rich, poor = make_customer(aurora).id, make_customer(aurora, "Rui").id
    move(aurora, rich, 1, "issued", "available", 500)
    move(aurora, poor, 1, "receivable", "issued", 80)
    found = aged(aurora)
    assert (sum(found.ages), found.lacking) == (500, 80)


def test_a_merged_customers_value_keeps_its_age(aurora: TenantInfo) -> None:
    stays, goes = make_customer(aurora).id, make_customer(aurora, "Marina S.").id
    move(aurora, goes, 100, "issued", "available", 40)
    move(aurora, stays, 5, "issued", "available", 2)
    with frozen(NOW):
        merge_holders(tenant=aurora.id, into=stays, other=goes)
    assert aged(aurora).ages == (2, 0, 40, 0, 0)


def test_the_use_of_a_month_is_told_with_enough_customers_only(aurora: TenantInfo) -> None:
    people = [make_customer(aurora, f"C{number}").id for number in range(ENOUGH_HOLDERS)]
    for person in people:
        move(aurora, person, 61, "issued", "available", 100)
    move(aurora, people[0], 35, "issued", "available", 100)
    for person in people[:5]:
        move(aurora, person, 10, "available", "redeemed", 80)
    one, two, *rest = aged(aurora).cohorts
    assert (one.months, one.earned, one.left, one.holders, one.used_bp) == (1, 100, 100, 1, None)
    assert (two.months, two.earned, two.left, two.holders) == (2, 2_000, 1_600, 20)
    assert two.used_bp == 2_000
    assert all(each.used_bp is None for each in rest)


@pytest.mark.django_db(transaction=True)
def test_a_large_brand_shows_what_was_reckoned_after_the_last_close(monkeypatch: pytest.MonkeyPatch) -> None:
    brand, other = make_brand("aurora", "Café Aurora"), make_brand("boreal", "Clube Boreal")
    customer = make_customer(brand).id
    move(brand, customer, 40, "issued", "available", 70)
    close_until(brand, NOON_BEFORE)
    monkeypatch.setattr("smartbis.ledger.aging.LARGE", 0)
    with frozen(NOW):
        assert keep_aging(tenant=brand.id)
        assert not keep_aging(tenant=other.id), "nothing was closed there"
    move(brand, customer, 0, "issued", "available", 5)
    assert aged(brand).ages == (0, 70, 0, 0, 0)
    with frozen(NOW + timedelta(days=1)):
        assert keep_aging(tenant=brand.id)
        (found,) = liability_aging(tenant=brand.id)
    assert (found.ages, found.as_of) == ((5, 70, 0, 0, 0), NOW + timedelta(days=1))
    assert len(found.cohorts) == 12
