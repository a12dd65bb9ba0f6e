"""Moving value: what a move does, what it refuses, and that the ledger can prove itself."""

import threading
from collections.abc import Iterator
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction

from smartbis.kernel.pages import InvalidCursor, encode_cursor
from smartbis.ledger.accounts import Account
from smartbis.ledger.errors import InsufficientBalance
from smartbis.ledger.models import HolderBalance, Transfer
from smartbis.ledger.selectors import balances, check_ledger, liability, statement
from smartbis.ledger.services import Move, lock_holder, post
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import make_customer
from tests.racing import race
from tests.stepping import Rival


def earn(amount: int, unit: str = "BRL") -> Move:
    return Move(unit=unit, debit=Account.ISSUED, credit=Account.AVAILABLE, amount=amount, kind="earn")


def spend(amount: int, unit: str = "BRL") -> Move:
    return Move(unit=unit, debit=Account.AVAILABLE, credit=Account.REDEEMED, amount=amount, kind="spend")


def move(brand: TenantInfo, customer: object, *moves: Move) -> None:
    with tenant_scope(brand.id):
        post(tenant=brand.id, holder=lock_holder(tenant=brand.id, customer=customer), moves=moves)  # type: ignore[arg-type]


def test_a_balance_is_the_sum_of_its_transfers(aurora: TenantInfo, boreal: TenantInfo) -> None:
    customer, stranger = make_customer(aurora), make_customer(boreal)
    move(boreal, stranger.id, earn(7))
    move(aurora, customer.id, earn(1000), earn(30, "points"))
    move(aurora, customer.id, spend(250))
    (money, points) = balances(tenant=aurora.id, customer=customer.id)
    assert (money.unit, money.available) == ("BRL", 750)
    assert (points.unit, points.available) == ("points", 30)
    rows = statement(tenant=aurora.id, customer=customer.id, unit="BRL").items
    assert [(row.amount, row.balance_after) for row in rows] == [(-250, 750), (1000, 1000)]
    assert check_ledger(tenant=aurora.id).ok
    assert balances(tenant=boreal.id, customer=stranger.id)[0].available == 7
    assert balances(tenant=boreal.id, customer=customer.id) == []


def test_spending_more_than_there_is_changes_nothing(aurora: TenantInfo) -> None:
    customer = make_customer(aurora)
    move(aurora, customer.id, earn(100))
    with pytest.raises(InsufficientBalance) as refusal:
        move(aurora, customer.id, spend(60), spend(60))
    assert refusal.value.params == {"unit": "BRL", "available": 40, "wanted": 60}
    assert balances(tenant=aurora.id, customer=customer.id)[0].available == 100


def test_pages_of_a_statement_neither_skip_nor_repeat(aurora: TenantInfo) -> None:
    customer = make_customer(aurora)
    for _ in range(3):
        move(aurora, customer.id, earn(5), earn(1, "points"), spend(2))
    seen, cursor = [], None
    while True:
        page = statement(tenant=aurora.id, customer=customer.id, cursor=cursor, limit=2)
        seen += [row.id for row in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 9


@pytest.mark.parametrize("change", ["UPDATE ledger_transfer SET amount = 1", "DELETE FROM ledger_transfer"])
def test_transfers_cannot_be_changed(aurora: TenantInfo, change: str) -> None:
    customer = make_customer(aurora)
    move(aurora, customer.id, earn(100))
    with pytest.raises(DatabaseError, match="permission denied"), tenant_scope(aurora.id), transaction.atomic():
        connection.cursor().execute(change)


def test_the_check_finds_a_balance_that_lies(aurora: TenantInfo) -> None:
    customer = make_customer(aurora)
    move(aurora, customer.id, earn(100))
    with tenant_scope(aurora.id):
        HolderBalance.objects.update(available=101)
    check = check_ledger(tenant=aurora.id)
    assert not check.ok
    assert check.problems == (f"balance of customer {customer.id} in BRL: available is 101, counted 100",)


@pytest.fixture
def threads() -> Iterator[list[threading.Thread]]:
    started: list[threading.Thread] = []
    yield started
    for thread in started:
        thread.join(20)


@pytest.mark.django_db(transaction=True)
def test_sixteen_spenders_cannot_overspend(threads: list[threading.Thread]) -> None:
    from tests.factories import make_brand

    brand = make_brand("aurora", "Café Aurora")
    customer = make_customer(brand)
    move(brand, customer.id, earn(100))
    outcomes: list[str] = []
    barrier = threading.Barrier(16)

    def till() -> None:
        barrier.wait()
        try:
            move(brand, customer.id, spend(30))
            outcomes.append("spent")
        except InsufficientBalance:
            outcomes.append("refused")
        finally:
            connection.close()

    threads += [threading.Thread(target=till) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(outcomes) == ["refused"] * 13 + ["spent"] * 3
    assert balances(tenant=brand.id, customer=customer.id)[0].available == 10
    assert check_ledger(tenant=brand.id).ok


@pytest.mark.django_db(transaction=True)
def test_first_ever_moves_of_one_customer_may_race(threads: list[threading.Thread]) -> None:
    from tests.factories import make_brand

    brand = make_brand("aurora", "Café Aurora")
    customer = make_customer(brand)
    failures: list[Exception] = []
    barrier = threading.Barrier(8)

    def till(unit: str) -> None:
        barrier.wait()
        try:
            move(brand, customer.id, earn(5, unit))
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads += [threading.Thread(target=till, args=("BRL" if each % 2 else "points",)) for each in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert failures == []
    assert [(each.unit, each.available) for each in balances(tenant=brand.id, customer=customer.id)] == [
        ("BRL", 20),
        ("points", 20),
    ]
    with tenant_scope(brand.id):
        assert Transfer.objects.count() == 8
    assert check_ledger(tenant=brand.id).ok


@pytest.mark.django_db(transaction=True)
def test_a_unit_that_begins_beside_others_makes_no_ring(aurora: TenantInfo, boreal: TenantInfo) -> None:
    """Of three tills the second waited from before the unit began, the third has come since and sees it at once."""
    customer, stranger = make_customer(aurora), make_customer(boreal)
    for brand, person in ((aurora, customer), (boreal, stranger)):
        move(brand, person.id, earn(1, "points"))
    tills = [Rival(f"till {each}", partial(move, aurora, customer.id, earn(5), earn(5, "points"))) for each in range(3)]
    first, second, third = tills
    first.start()
    while first.at != "COMMIT":
        first.step()
    second.start()
    while not second.is_blocked:
        second.step()
    first.step()
    second.step()
    third.start()
    while not third.is_blocked:
        third.step()
    while not all(each.is_done for each in tills):
        for each in tills:
            each.step()
    for each in tills:
        each.join()
    assert [each.error for each in tills] == [None, None, None]
    held = {each.unit: each.available for each in balances(tenant=aurora.id, customer=customer.id)}
    assert held == {"BRL": 15, "points": 16}
    assert [each.available for each in balances(tenant=boreal.id, customer=stranger.id)] == [1]
    assert check_ledger(tenant=aurora.id).ok


@pytest.mark.parametrize(
    "parts",
    [("then", "1", "x"), ("2026-11-20T10:00:00+00:00", "one", "x"), ("2026-11-20T10:00:00", "1", str(UUID(int=1)))]
    + [("2026-11-20T10:00:00+00:00", number, str(UUID(int=1))) for number in ("-1", "9" * 30)],
)
def test_a_made_up_cursor_is_refused(aurora: TenantInfo, parts: tuple[str, ...]) -> None:
    with pytest.raises(InvalidCursor):
        statement(tenant=aurora.id, customer=make_customer(aurora).id, cursor=encode_cursor(*parts))


@pytest.mark.django_db(transaction=True)
def test_what_is_owed_in_all_is_of_one_moment(aurora: TenantInfo, boreal: TenantInfo) -> None:
    customer, stranger = make_customer(aurora), make_customer(boreal)
    move(aurora, customer.id, earn(1000))
    move(boreal, stranger.id, earn(7))
    into_voucher = Move(
        unit="BRL", debit=Account.AVAILABLE, credit=Account.VOUCHER_OUTSTANDING, amount=100, kind="voucher_issue"
    )

    def bought_meanwhile(execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        if "FROM ledger_" in sql:
            race(partial(move, aurora, customer.id, into_voucher))
        return execute(sql, parameters, many, context)

    with connection.execute_wrapper(bought_meanwhile):
        (found,) = liability(tenant=aurora.id)
    assert found.in_vouchers > 0
    assert found.available + found.in_vouchers == 1000
    assert [each.available for each in liability(tenant=boreal.id)] == [7]
