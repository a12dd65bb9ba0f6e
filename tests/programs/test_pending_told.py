"""Wherever what is pending is told, the day is told from which it can be used."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from django.test import Client
from django.urls import reverse

from programs.selectors import customer_holdings
from programs.services import confirm_sale
from smartbis.customers.infos import CustomerInfo
from smartbis.kernel.clock import frozen
from smartbis.tenancy.selectors import TenantInfo
from tests.api.conftest import Caller, caller  # noqa: F401
from tests.counter.conftest import sign_in, text_of
from tests.dashboard import desk
from tests.factories import make_customer, make_member
from tests.portal.conftest import enter  # noqa: F401
from tests.programs.conftest import make_cashback
from tests.programs.earning import sold

NOON = datetime(2026, 11, 18, 15, tzinfo=UTC)
TWO_SALES = "a liberar R$ 30,00 (R$ 20,00 em 28/11/2026)"
ONE_SALE = "a liberar R$ 20,00 em 28/11/2026"


def two_sales(brand: TenantInfo) -> CustomerInfo:
    """R$ 20,00 that come on 28 November, R$ 10,00 that come three days later."""
    with frozen(NOON):
        make_cashback(brand, hold_days=10)
        marina = make_customer(brand)
        sold(brand, marina, 10_000, "1")
    with frozen(NOON + timedelta(days=3)):
        sold(brand, marina, 5_000, "2")
    return marina


def test_what_comes_next_is_the_soonest_of_what_is_pending(aurora: TenantInfo, boreal: TenantInfo) -> None:
    marina, stranger = two_sales(aurora), make_customer(boreal)
    (held,) = customer_holdings(tenant=aurora.id, customer=marina.id)
    assert (held.unit, held.available, held.pending) == ("BRL", 0, 3_000)
    assert (held.next_amount, held.next_at) == (2_000, NOON + timedelta(days=10))
    assert customer_holdings(tenant=boreal.id, customer=stranger.id) == ()
    assert customer_holdings(tenant=boreal.id, customer=marina.id) == ()


def test_a_sale_that_waits_for_its_payment_has_no_day_yet(aurora: TenantInfo) -> None:
    with frozen(NOON):
        make_cashback(aurora, hold_days=10)
        marina = make_customer(aurora)
        sale = sold(aurora, marina, 10_000, "1", status="pending").purchase
        (held,) = customer_holdings(tenant=aurora.id, customer=marina.id)
        assert (held.pending, held.next_amount, held.next_at) == (2_000, 0, None)
        till = sign_in(aurora, make_member(aurora, "operator"))
        card = text_of(till.get("/counter/search/", {"customer": str(marina.id)}))
        assert "a liberar R$ 20,00 " in card
        assert "R$ 20,00 em" not in card
        confirm_sale(tenant=aurora.id, purchase=sale.id)
        assert ONE_SALE in text_of(till.get("/counter/search/", {"customer": str(marina.id)}))


def test_the_till_and_the_desk_say_the_day(aurora: TenantInfo) -> None:
    marina = two_sales(aurora)
    with frozen(NOON + timedelta(days=4)):
        till = sign_in(aurora, make_member(aurora, "operator"))
        assert TWO_SALES in text_of(till.get("/counter/search/", {"customer": str(marina.id)}))
        page = desk.sign_in(aurora, "attendant").client.get(reverse("dashboard:customer", args=[marina.id]))
        assert TWO_SALES in text_of(page)


def test_the_portals_statement_says_the_day(
    aurora: TenantInfo,
    enter: Callable[[TenantInfo, CustomerInfo], Client],  # noqa: F811
) -> None:
    marina = two_sales(aurora)
    with frozen(NOON + timedelta(days=4)):
        page = text_of(enter(aurora, marina).get("/p/aurora/statement/"))
    assert "A liberar R$ 30,00 R$ 20,00 em 28/11/2026" in page


def test_the_api_says_the_day(
    aurora: TenantInfo,
    boreal: TenantInfo,
    caller: Callable[[TenantInfo], Caller],  # noqa: F811
) -> None:
    marina = two_sales(aurora)
    path = f"/customers/{marina.id}/balances"
    (told,) = caller(aurora).get(path).json()["balances"]
    assert told == {
        "unit": "BRL",
        "available": 0,
        "pending": 3_000,
        "owed": 0,
        "next_amount": 2_000,
        "next_at": "2026-11-28T15:00:00Z",
    }
    assert caller(boreal).get(path).status_code == 404
