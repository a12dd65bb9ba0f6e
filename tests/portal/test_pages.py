"""What a customer sees of their account."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from programs.services import record_sale, refund_sale
from smartbis.customers.infos import CustomerInfo
from smartbis.kernel.clock import frozen
from smartbis.kernel.ids import new_id
from smartbis.purchases.infos import SaleDraft
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import actor, make_customer, store_of
from tests.programs.conftest import make_cashback, make_points
from tests.vouchers.shop import coupon_of, give, issued, redeemed

Enter = Callable[[TenantInfo, CustomerInfo], Client]
# Three more than a request says: what goes on within a test's transaction is marked by statements of its own.
QUERIES = {"": 18, "offers/": 12, "vouchers/": 10, "statement/": 14}
NOON = datetime(2026, 11, 18, 15, 0, tzinfo=UTC)


def text_of(client: Client, path: str, status: int = 200, headers: dict[str, str] | None = None) -> str:
    page = client.get(path, headers=headers or {})
    assert page.status_code == status
    return " ".join(page.content.decode().replace("\xa0", " ").split())


def sell(brand: TenantInfo, customer: CustomerInfo, amount: int, number: str = "v1"):
    draft = SaleDraft(
        customer=customer.id, store=store_of(brand).id, amount_minor=amount, currency="BRL", external_id=number
    )
    return record_sale(tenant=brand.id, sale=draft)


def test_home_shows_balance_pending_with_its_day_and_the_next_reward(aurora: TenantInfo, enter: Enter) -> None:
    with frozen(NOON):
        make_cashback(aurora, hold_days=10)
        customer = make_customer(aurora)
        give(aurora, customer, 1800)
        sell(aurora, customer, 10_000)
        coupon_of(aurora, name="Café da tarde", cost_unit="BRL", cost_amount=3000, holder="personal")
        page = text_of(enter(aurora, customer), "/p/aurora/")
    assert "R$ 18,00" in page
    assert "+ R$ 20,00 a liberar em 28/11" in page
    assert "Faltam R$ 12,00 para Café da tarde" in page
    assert '<progress value="1800" max="3000"' in page


def test_home_reads_programmes_once_and_offers_no_balance_of_their_own(aurora: TenantInfo, enter: Enter) -> None:
    make_cashback(aurora)
    customer = make_customer(aurora)
    give(aurora, customer, 1800)
    client = enter(aurora, customer)
    said: list[str] = []

    def listen(execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        said.append(sql)
        return execute(sql, parameters, many, context)

    with connection.execute_wrapper(listen):
        client.get("/p/aurora/")
    for once in ("FROM programs_program p", "JOIN ledger_holderbalance b", "FROM tenancy_store", "FROM tenancy_tenant"):
        assert len([sql for sql in said if once in sql]) == 1, once
    for unused in ('"programs_plan"', '"programs_gathering"', '"programs_challenge"', '"programs_rulenotice"'):
        assert not [sql for sql in said if unused in sql], unused


def test_a_new_customer_sees_zero_and_what_to_do(aurora: TenantInfo, enter: Enter) -> None:
    make_points(aurora)
    page = text_of(enter(aurora, make_customer(aurora)), "/p/aurora/")
    assert "0 pontos" in page
    assert "Diga seu telefone no caixa" in page
    assert "1 ponto a cada R$ 1,00" in page


def test_the_statement_explains_every_cent(aurora: TenantInfo, enter: Enter) -> None:
    make_cashback(aurora)
    customer = make_customer(aurora)
    sale = sell(aurora, customer, 4_995)
    refund_sale(tenant=aurora.id, purchase=sale.purchase.id, amount_minor=995, external_id="r1", actor=actor())
    page = text_of(enter(aurora, customer), "/p/aurora/statement/")
    assert "Cashback recebido" in page
    assert "+R$ 9,99" in page
    assert "R$ 49,95 × 20% de cashback em cada compra = R$ 9,99" in page
    assert "Estorno por devolução" in page
    assert "Devolução de R$ 9,95 da compra que rendeu R$ 9,99." in page
    assert "Loja Centro" in page


def test_the_statement_goes_on_in_pieces_with_and_without_htmx(aurora: TenantInfo, enter: Enter) -> None:
    customer = make_customer(aurora)
    for amount in range(1, 36):
        give(aurora, customer, amount)
    client = enter(aurora, customer)
    first = client.get("/p/aurora/statement/")
    assert first.content.decode().count('class="row"') == 30
    assert "HX-Request" in first["Vary"]
    address = first.content.decode().split('hx-get="')[1].split('"')[0].replace("&amp;", "&")
    piece = client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert piece.count('class="row"') == 5
    assert "<html" not in piece
    whole = client.get(address).content.decode()
    assert whole.count('class="row"') == 5
    assert "<html" in whole
    assert client.get("/p/aurora/statement/?cursor=rubbish").status_code == 404
    assert "Nada deste tipo" not in whole
    assert client.get("/p/aurora/statement/?unit=rubbish").status_code == 200


def test_a_voucher_shows_qr_code_and_deadline_and_turns_once_it_is_used(aurora: TenantInfo, enter: Enter) -> None:
    with frozen(datetime(2026, 11, 23, 12, 0, tzinfo=UTC)):
        customer = make_customer(aurora)
        coupon = coupon_of(
            aurora, stores=(store_of(aurora).id,), min_purchase_minor=3000, weekdays=(1, 2), valid_days=3
        )
        voucher = issued(aurora, coupon, customer)
        client, path = enter(aurora, customer), f"/p/aurora/vouchers/{voucher.id}/"
        page = text_of(client, path)
        assert voucher.code_grouped in page
        assert "<svg" in page.split('class="qr"')[1][:200]
        assert "Vence em 3 dias" in page
        for term in ("Em compras a partir de R$ 30.", "Vale em: Loja Centro.", "Vale seg, ter."):
            assert term in page
        assert 'hx-trigger="every 5s"' in text_of(client, path, headers={"HX-Request": "true"})
    with frozen(datetime(2026, 11, 23, 15, 0, tzinfo=UTC)):
        redeemed(aurora, voucher, amount_minor=5000, customer=customer.id)
        turned = text_of(client, path, headers={"HX-Request": "true"})
    assert "Usado em 23/11/2026, Loja Centro" in turned
    assert "hx-trigger" not in turned
    assert 'class="qr"' not in turned


def test_somebody_elses_voucher_is_not_found(aurora: TenantInfo, boreal: TenantInfo, enter: Enter) -> None:
    mine, other = make_customer(aurora), make_customer(aurora, "Outra Pessoa")
    client = enter(aurora, mine)
    theirs = issued(aurora, coupon_of(aurora), other)
    foreign = issued(boreal, coupon_of(boreal), make_customer(boreal))
    pages = [text_of(client, f"/p/aurora/vouchers/{voucher}/", 404) for voucher in (theirs.id, foreign.id, new_id())]
    alike = {re.sub(r'(nonce|value)="[^"]+"|X-CSRFToken": "[^"]+"|/vouchers/[^/]+/', "", page) for page in pages}
    assert len(alike) == 1
    assert "Não encontramos esta página" in pages[0]


def test_vouchers_are_listed_open_first_with_their_end(aurora: TenantInfo, enter: Enter) -> None:
    customer = make_customer(aurora)
    client = enter(aurora, customer)
    assert "Nenhum voucher para usar" in text_of(client, "/p/aurora/vouchers/")
    coupon = coupon_of(aurora, valid_days=20)
    used = issued(aurora, coupon, customer)
    redeemed(aurora, used, amount_minor=5000)
    issued(aurora, coupon, customer)
    page = text_of(client, "/p/aurora/vouchers/")
    assert page.index("Vale até") < page.index("Usado em")


@pytest.mark.parametrize("path", ["", "offers/", "vouchers/", "statement/"])
def test_a_page_costs_the_same_however_much_there_is(aurora: TenantInfo, enter: Enter, path: str) -> None:
    make_cashback(aurora)
    costs = []
    for count in (2, 20):
        customer = make_customer(aurora)
        client = enter(aurora, customer)
        for number in range(count):
            sell(aurora, customer, 1000, f"{count}-{number}")
            issued(aurora, coupon_of(aurora, name=f"Cupom {number}"), customer)
        client.get(f"/p/aurora/{path}")
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(f"/p/aurora/{path}").status_code == 200
        costs.append(len(queries))
    assert costs == [QUERIES[path]] * 2


def test_the_brands_own_name_and_colours(aurora: TenantInfo, enter: Enter) -> None:
    client = Client()
    page = client.get("/p/aurora/sign-in/")
    assert "--brand:" in page.content.decode()
    assert "nonce-" in page["Content-Security-Policy"]
    manifest = client.get("/p/aurora/manifest.webmanifest").json()
    assert manifest["name"] == "Café Aurora Fidelidade"
    assert manifest["scope"] == "/p/aurora/"
    icon = client.get("/p/aurora/icon-512.png")
    assert icon.content.startswith(b"\x89PNG")


def test_the_portal_speaks_the_brands_language_then_the_chosen_one(aurora: TenantInfo, enter: Enter) -> None:
    customer = make_customer(aurora)
    client = enter(aurora, customer)
    assert '<html lang="pt-br"' in text_of(client, "/p/aurora/", headers={"Accept-Language": "en"})
    changed = client.post("/p/aurora/language/", {"language": "en", "next": "/p/aurora/offers/"})
    assert changed["Location"] == "/p/aurora/offers/"
    assert '<html lang="en"' in text_of(client, "/p/aurora/")
    other = enter(aurora, customer)
    assert '<html lang="en"' in text_of(other, "/p/aurora/"), "kept with the customer"
    assert client.post("/p/aurora/language/", {"language": "xx", "next": "//evil.example"})["Location"] == "/p/aurora/"


def test_a_deadline_is_told_in_days(aurora: TenantInfo, enter: Enter) -> None:
    with frozen(NOON):
        customer = make_customer(aurora)
        voucher = issued(aurora, coupon_of(aurora, valid_days=1), customer)
        client = enter(aurora, customer)
        assert "Vence amanhã" in text_of(client, f"/p/aurora/vouchers/{voucher.id}/")
    with frozen(NOON + timedelta(days=1)):
        assert "Vence hoje" in text_of(client, f"/p/aurora/vouchers/{voucher.id}/")
    with frozen(NOON + timedelta(days=2)):
        assert "Venceu em 19/11/2026" in text_of(client, f"/p/aurora/vouchers/{voucher.id}/")


def test_what_works_without_signal_names_nobody(aurora: TenantInfo, enter: Enter) -> None:
    client = enter(aurora, make_customer(aurora))
    worker = client.get("/p/aurora/worker.js")
    assert worker["Content-Type"].startswith("text/javascript")
    assert "addEventListener" in worker.content.decode()
    page = text_of(client, "/p/aurora/offline/")
    assert "Sem internet" in page
    assert "Marina" not in page
    assert "/p/aurora/account/" not in page
