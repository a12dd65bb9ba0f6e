"""What a replay goes by: the order in which the ledger gave, and what had come back of each sale by then."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from programs.backtest import customers_csv, runner, start_backtest, stop_backtest
from programs.services import cancel_sale, open_program, record_sale, record_sales, refund_sale
from smartbis.kernel.clock import now
from smartbis.ledger.services import lock_holder
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo
from tests.checkouts.quoting import pay_with_balance
from tests.factories import make_customer
from tests.programs.conftest import make_cashback
from tests.programs.test_backtest import OWNER, TEN, tried
from tests.programs.test_record_sale import draft

CAPPED = TEN | {"limits": {"per_customer": {"life": 1_500}}, "key": "base"}


@pytest.mark.django_db(transaction=True)
def test_of_two_sales_at_once_the_one_that_had_the_lock_comes_first(aurora: TenantInfo, boreal: TenantInfo) -> None:
    program = open_program(tenant=aurora.id, name="Cashback", kind="cashback", spec={"rules": [CAPPED]}, actor=OWNER)
    make_cashback(boreal)
    customer, stranger = make_customer(aurora), make_customer(boreal)
    record_sale(tenant=boreal.id, sale=draft(boreal, stranger.id, 10_000))
    is_held = threading.Event()

    def first_to_lock() -> tuple[int, ...]:
        with tenant_scope(aurora.id):
            lock_holder(tenant=aurora.id, customer=customer.id)
            is_held.set()
            time.sleep(0.7)  # the other sale is recorded meanwhile, and waits
            return sold("B")

    def second_to_lock() -> tuple[int, ...]:
        is_held.wait(10)
        return sold("A")

    def sold(number: str) -> tuple[int, ...]:
        outcome = record_sale(tenant=aurora.id, sale=draft(aurora, customer.id, 10_000, number))
        return tuple(award.amount for award in outcome.awards)

    def apart(work: Callable[[], tuple[int, ...]]) -> tuple[int, ...]:
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(apart, (first_to_lock, second_to_lock))) == [(1_000,), (500,)]
    fidelity = tried(aurora, program.id, {"rules": [CAPPED]}).result["fidelity"]
    assert (fidelity["equal"], fidelity["reasons"]) == (2, [])


def test_a_sale_of_a_batch_that_earned_nothing_keeps_its_place(aurora: TenantInfo) -> None:
    program = open_program(tenant=aurora.id, name="Cashback", kind="cashback", spec={"rules": [CAPPED]}, actor=OWNER)
    customer, other = make_customer(aurora), make_customer(aurora)
    rows = [(customer, "1"), (customer, "2"), (customer, "3"), (other, "4")]
    record_sales(tenant=aurora.id, sales=[draft(aurora, who.id, 10_000, number) for who, number in rows])
    fidelity = tried(aurora, program.id, {"rules": [CAPPED]}).result["fidelity"]
    assert (fidelity["equal"], fidelity["reasons"]) == (3, [])


def test_what_came_back_before_a_cancellation_is_counted_once(aurora: TenantInfo) -> None:
    program = make_cashback(aurora)
    pending = draft(aurora, make_customer(aurora).id, 10_000, status="pending")
    purchase = record_sale(tenant=aurora.id, sale=pending).purchase.id
    refund_sale(tenant=aurora.id, purchase=purchase, external_id="r", amount_minor=4_000, actor=OWNER)
    cancel_sale(tenant=aurora.id, purchase=purchase, actor=OWNER)
    assert tried(aurora, program.id, TEN).result["refunded_minor"] == 10_000


def test_a_small_use_of_a_large_balance_is_not_below_the_smallest_balance(aurora: TenantInfo) -> None:
    program = make_cashback(aurora)
    customer = make_customer(aurora)
    record_sale(tenant=aurora.id, sale=draft(aurora, customer.id, 100_000))
    second = draft(aurora, customer.id, 10_000, "2")
    pay_with_balance(tenant=aurora.id, sale=second, at_most_minor=500, key="k", actor=OWNER)
    spec = {"rules": [TEN | {"key": "b"}], "spending": {"minimum_balance": 1_000}}
    assert tried(aurora, program.id, spec).result["spending"]["sales"]["refused"] == 0


def test_a_backtest_that_was_stopped_lists_nobody(aurora: TenantInfo, monkeypatch: pytest.MonkeyPatch) -> None:
    program = make_cashback(aurora)
    record_sale(tenant=aurora.id, sale=draft(aurora, make_customer(aurora).id, 10_000))
    today = now().date()
    info = start_backtest(tenant=aurora.id, program=program.id, spec=TEN, since=today, until=today, actor=OWNER)
    row = runner._claim(aurora.id)
    assert row is not None
    monkeypatch.setattr(runner, "_finish", lambda _row: None)  # it dies when everything is counted
    runner._replay(row)
    stop_backtest(tenant=aurora.id, backtest=info.id, actor=OWNER)
    assert len("".join(customers_csv(tenant=aurora.id, backtest=info.id)).splitlines()) == 1
