"""A partner's people read their own company's month, and no other company's."""

from datetime import timedelta

import pytest
from django.test import Client

from smartbis.kernel.clock import now
from smartbis.tenancy.selectors import TenantInfo
from smartbis.tenancy.services import add_partner, add_staff, add_store
from tests.counter.conftest import sign_in, text_of
from tests.factories import make_member
from tests.vouchers.shop import coupon_of, issued, redeemed

PAGE = "/counter/statement/"


def company(brand: TenantInfo, name: str, value: int, funded_by: str = "brand") -> Client:
    """A partner with a store, one voucher honoured there, and the browser of one of its people."""
    partner = add_partner(tenant=brand.id, name=name)
    code = name.lower()
    store = add_store(tenant=brand.id, code=code, name=f"{name} Um", kind="partner", partner=partner.id)
    coupon = coupon_of(brand, name=f"Vale {name}", value_minor=value, stores=(store.id,), funded_by=funded_by)
    redeemed(brand, issued(brand, coupon), store=store.id, amount_minor=9_000)
    email = f"caixa@{code}.{brand.slug}.example"
    return sign_in(brand, add_staff(tenant=brand.id, email=email, role="partner", partner=partner.id), store=None)


@pytest.fixture
def cinema(aurora: TenantInfo, boreal: TenantInfo) -> Client:
    """The Cinema's browser, among another partner of the brand and one of another brand."""
    client = company(aurora, "Cinema", 700)
    company(aurora, "Padaria", 1_100)
    company(boreal, "Teatro", 1_300)
    return client


def test_a_partner_reads_and_downloads_its_own_month(cinema: Client) -> None:
    assert PAGE in cinema.get("/counter/").content.decode()
    page = cinema.get(PAGE)
    text = text_of(page)
    assert "A marca paga: R$ 7,00" in text
    assert "Cinema Um Vale Cinema a marca 1 0 R$ 7,00 R$ 7,00" in text
    assert "O mês ainda não terminou" in text
    file = cinema.get(PAGE, {"month": f"{now():%Y-%m}", "format": "csv"})
    assert file["Content-Type"].startswith("text/csv")
    assert "Cinema;Cinema Um;Vale Cinema;a marca;1;0;7,00;0,00;7,00;BRL" in file.content.decode()
    for other in ("Padaria", "Teatro"):
        assert other not in text
        assert other not in file.content.decode()


def test_what_a_store_bears_itself_is_not_owed_to_it(aurora: TenantInfo, boreal: TenantInfo) -> None:
    text = text_of(company(aurora, "Cinema", 700, funded_by="store").get(PAGE))
    assert "A marca paga: R$ 0,00" in text
    assert "a loja 1 0 R$ 7,00 R$ 0,00" in text
    assert "Pago pela própria loja R$ 7,00" in text


def test_an_earlier_month_is_empty_and_one_to_come_is_this_one(cinema: Client) -> None:
    month = f"{now().replace(day=1) - timedelta(days=1):%Y-%m}"
    assert "Nenhum voucher aceito neste mês" in text_of(cinema.get(PAGE, {"month": month}))
    for odd in ("2999-01", "x", "' OR 1=1"):
        assert "Cinema Um" in text_of(cinema.get(PAGE, {"month": odd}))


def test_the_brands_own_people_read_it_in_the_dashboard(aurora: TenantInfo, boreal: TenantInfo) -> None:
    company(aurora, "Cinema", 700)
    till = sign_in(aurora, make_member(aurora, "operator"))
    assert PAGE not in till.get("/counter/").content.decode()
    assert till.get(PAGE).status_code == 403
    assert Client().get(PAGE).status_code == 302
