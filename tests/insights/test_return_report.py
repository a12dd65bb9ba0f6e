"""The return report counts what happened, in the brand's own calendar, and of nobody else."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from insights.selectors import customer_timeline, return_report
from programs.services import record_sale
from smartbis.kernel.clock import frozen
from smartbis.purchases.infos import SaleDraft
from smartbis.tenancy.selectors import TenantInfo
from smartbis.tenancy.services import add_store
from tests.factories import make_customer, store_of
from tests.programs.conftest import make_cashback
from tests.vouchers.shop import coupon_of, issued, redeemed


def sell(brand: TenantInfo, customer: object, number: str, at: datetime, amount: int = 10_000, store: str = "centro"):
    with frozen(at):
        return record_sale(
            tenant=brand.id,
            sale=SaleDraft(
                customer=customer,  # type: ignore[arg-type]
                store=store_of(brand, store).id,
                amount_minor=amount,
                currency="BRL",
                external_id=number,
            ),
        )


def at(day: int, hour: int = 15) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=UTC)


def test_the_report_tells_who_came_back(aurora: TenantInfo, boreal: TenantInfo) -> None:
    with frozen(at(1)):
        make_cashback(aurora), make_cashback(boreal)
        loyal, once, earlier = (make_customer(aurora) for _ in range(3))
        stranger = make_customer(boreal)
    sell(boreal, stranger.id, "x", at(11))
    sell(aurora, earlier.id, "0", at(2))
    sell(aurora, loyal.id, "1", at(10))
    sell(aurora, loyal.id, "2", at(12), store="moema")
    sell(aurora, once.id, "3", at(12))
    sell(aurora, earlier.id, "4", at(13))
    sell(aurora, None, "5", at(13))
    report = return_report(tenant=aurora.id, since=date(2026, 11, 10), until=date(2026, 11, 13))
    assert (report.sales, report.amount_minor, report.identified_sales) == (5, 50_000, 4)
    assert (report.buyers, report.returning_buyers, report.new_buyers) == (3, 2, 2)
    assert report.returning_share_bp == 6_666
    assert [(unit.unit, unit.issued, unit.reversed) for unit in report.benefits] == [("BRL", 8_000, 0)]
    assert [day.sales for day in report.by_day] == [1, 0, 2, 2]
    assert [(store.code, store.sales) for store in report.by_store] == [("centro", 4), ("moema", 1)]


def test_a_day_ends_at_the_brands_own_midnight(aurora: TenantInfo) -> None:
    with frozen(at(1)):
        make_cashback(aurora)
    sell(aurora, None, "1", datetime(2026, 11, 11, 2, 30, tzinfo=UTC))  # 23:30 of the 10th in São Paulo
    assert return_report(tenant=aurora.id, since=date(2026, 11, 10), until=date(2026, 11, 10)).sales == 1
    assert return_report(tenant=aurora.id, since=date(2026, 11, 11), until=date(2026, 11, 11)).sales == 0


def test_nobody_bought_is_no_share(aurora: TenantInfo) -> None:
    report = return_report(tenant=aurora.id, since=date(2026, 11, 10), until=date(2026, 11, 11))
    assert report.returning_share_bp is None
    assert [day.sales for day in report.by_day] == [0, 0]


def test_a_store_sees_its_own_uses_by_day(aurora: TenantInfo, boreal: TenantInfo) -> None:
    """The figures of a day narrowed to a store agree with the store's sum."""
    with frozen(at(10)):
        for brand in (aurora, boreal):
            coupon = coupon_of(brand, value_minor=1_000)
            for store in ("centro", "moema", "moema"):
                redeemed(brand, issued(brand, coupon), store=store_of(brand, store).id)
    period: dict[str, Any] = {"tenant": aurora.id, "since": date(2026, 11, 9), "until": date(2026, 11, 10)}
    everywhere = return_report(**period)
    moema = return_report(**period, store=store_of(aurora, "moema").id)
    assert [(day.redemptions, day.discount_minor) for day in everywhere.by_day] == [(0, 0), (3, 3_000)]
    assert [(day.redemptions, day.discount_minor) for day in moema.by_day] == [(0, 0), (2, 2_000)]
    assert {row.code: row.redemptions for row in everywhere.by_store} == {"centro": 1, "moema": 2}
    assert moema.redemptions == 2


def test_a_report_costs_the_same_at_two_stores_and_at_twenty(aurora: TenantInfo) -> None:
    with frozen(at(1)):
        make_cashback(aurora)
        customer = make_customer(aurora)
    period: dict[str, Any] = {"tenant": aurora.id, "since": date(2026, 11, 10), "until": date(2026, 11, 13)}
    costs = []
    for count in (0, 18):
        for number in range(count):
            add_store(tenant=aurora.id, code=f"loja-{number}", name=f"Loja {number}")
            sell(aurora, customer.id, f"S-{number}", at(11), store=f"loja-{number}")
        with CaptureQueriesContext(connection) as queries:
            report = return_report(**period)
        costs.append(len(queries))
    assert len(report.by_store) == 20
    assert {row.returning for row in report.by_store if row.sales} == {0}
    assert costs[0] == costs[1]


def test_a_timeline_holds_sale_and_value(aurora: TenantInfo) -> None:
    with frozen(at(1)):
        make_cashback(aurora)
        customer = make_customer(aurora)
    sell(aurora, customer.id, "1", at(10))
    kinds = [entry.kind for entry in customer_timeline(tenant=aurora.id, customer=customer.id, locale="pt-br")]
    assert kinds[:2] == ["value", "sale"]
    assert set(kinds[2:]) == {"enrolled", "consent"}


def test_sums_alone_are_those_of_the_whole_report_and_ask_less(aurora: TenantInfo, boreal: TenantInfo) -> None:
    with frozen(at(1)):
        mine, theirs = make_customer(aurora), make_customer(boreal)
    sell(aurora, mine.id, "1", at(10))
    sell(boreal, theirs.id, "1", at(10), amount=77_700)
    period: dict[str, Any] = {"tenant": aurora.id, "since": date(2026, 11, 10), "until": date(2026, 11, 11)}
    with CaptureQueriesContext(connection) as asked:
        whole = return_report(**period)
    with CaptureQueriesContext(connection) as asked_for_sums:
        sums = return_report(**period, only_sums=True)
    assert whole.amount_minor == 10_000
    assert sums == replace(whole, by_day=(), by_store=())
    assert len(asked_for_sums) == len(asked) - 5
