"""A brand may let refunds lead balances below zero; nothing else ever does."""

from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from programs.services import record_sale
from smartbis.ledger.errors import InsufficientBalance
from smartbis.ledger.models import HolderBalance
from smartbis.ledger.selectors import balances, check_ledger
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo
from smartbis.tenancy.services import change_brand
from tests.factories import actor, make_customer
from tests.programs.conftest import make_cashback
from tests.programs.test_record_sale import draft
from tests.programs.test_refund_sale import refund, spend


@pytest.fixture
def lenient(aurora: TenantInfo) -> TenantInfo:
    """A brand that lets balances go below zero, with 20 % cashback."""
    make_cashback(aurora)
    return change_brand(tenant=aurora.id, actor=actor("owner"), shortfall_policy="negative")


def available(brand: TenantInfo, customer: UUID) -> tuple[int, int, bool]:
    with tenant_scope(brand.id):
        row = HolderBalance.objects.get(holder__customer_id=customer)
        return row.available, row.owed, row.may_be_negative


def test_a_refund_leads_below_zero_and_the_next_earnings_out_of_it(lenient: TenantInfo, boreal: TenantInfo) -> None:
    make_cashback(boreal)
    stranger, customer = make_customer(boreal), make_customer(lenient)
    theirs = record_sale(tenant=boreal.id, sale=draft(boreal, stranger.id, 10_000, "1"))
    spend(boreal, stranger.id, 1_500)
    sale = record_sale(tenant=lenient.id, sale=draft(lenient, customer.id, 10_000, "1"))
    spend(lenient, customer.id, 1_500)
    (reversed_,) = refund(lenient, sale.purchase.id, 10_000, "r1").reversed
    assert (reversed_.from_available, reversed_.owed, reversed_.written_off) == (2_000, 0, 0)
    assert available(lenient, customer.id) == (-1_500, 0, True)
    record_sale(tenant=lenient.id, sale=draft(lenient, customer.id, 5_000, "2"))
    assert available(lenient, customer.id) == (-500, 0, True)
    outcome = record_sale(tenant=lenient.id, sale=draft(lenient, customer.id, 5_000, "3"))
    assert outcome.balances[0].available == 500
    assert available(lenient, customer.id) == (500, 0, False)
    assert check_ledger(tenant=lenient.id).ok
    (reversed_,) = refund(boreal, theirs.purchase.id, 10_000, "r1").reversed
    assert reversed_.owed == 1_500, "another brand's policy is its own"


def test_nothing_is_spent_of_a_negative_balance(lenient: TenantInfo) -> None:
    customer = make_customer(lenient)
    sale = record_sale(tenant=lenient.id, sale=draft(lenient, customer.id, 10_000, "1"))
    spend(lenient, customer.id, 1_500)
    refund(lenient, sale.purchase.id, 10_000, "r1")
    with pytest.raises(InsufficientBalance):
        spend(lenient, customer.id, 1)
    record_sale(tenant=lenient.id, sale=draft(lenient, customer.id, 10_000, "2"))
    with pytest.raises(InsufficientBalance):
        spend(lenient, customer.id, 501)
    spend(lenient, customer.id, 500)
    assert balances(tenant=lenient.id, customer=customer.id)[0].available == 0
    assert check_ledger(tenant=lenient.id).ok


def test_partial_refunds_below_zero_end_where_they_began(lenient: TenantInfo) -> None:
    customer = make_customer(lenient)
    sale = record_sale(tenant=lenient.id, sale=draft(lenient, customer.id, 9_999, "1"))
    spend(lenient, customer.id, 2_000)
    taken = [refund(lenient, sale.purchase.id, 3_333, f"r{each}").reversed[0].from_available for each in range(3)]
    assert sum(taken) == 2_000
    assert available(lenient, customer.id) == (-2_000, 0, True)
    assert check_ledger(tenant=lenient.id).ok


def test_who_owed_before_the_policy_changed_repays_as_before(aurora: TenantInfo) -> None:
    make_cashback(aurora)
    customer = make_customer(aurora)
    first = record_sale(tenant=aurora.id, sale=draft(aurora, customer.id, 10_000, "1"))
    second = record_sale(tenant=aurora.id, sale=draft(aurora, customer.id, 10_000, "2"))
    spend(aurora, customer.id, 4_000)
    refund(aurora, first.purchase.id, 10_000, "r1")
    assert available(aurora, customer.id) == (0, 2_000, False)
    change_brand(tenant=aurora.id, actor=actor("owner"), shortfall_policy="negative")
    refund(aurora, second.purchase.id, 10_000, "r2")
    assert available(aurora, customer.id) == (-2_000, 2_000, True)
    for number in range(3, 6):
        record_sale(tenant=aurora.id, sale=draft(aurora, customer.id, 10_000, str(number)))
    left, owed, _ = available(aurora, customer.id)
    assert left - owed == 2_000
    assert check_ledger(tenant=aurora.id).ok


def test_the_database_refuses_what_no_refund_allowed(aurora: TenantInfo) -> None:
    make_cashback(aurora)
    customer = make_customer(aurora)
    record_sale(tenant=aurora.id, sale=draft(aurora, customer.id, 10_000, "1"))
    refusal = pytest.raises(IntegrityError, match="holder_balance_not_negative")
    with refusal, tenant_scope(aurora.id), transaction.atomic():
        HolderBalance.objects.update(available=-1)
