"""One voucher in the dashboard: found, read, cancelled, its uses taken back; and sales that wait for their payment."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from dashboard.brand.forms.base import new_nonce
from smartbis.ledger.selectors import balances
from smartbis.purchases.selectors import get_purchase
from smartbis.tenancy.selectors import TenantInfo, audit_trail
from tests.counter.conftest import text_of
from tests.dashboard.desk import sell, sign_in, with_program
from tests.factories import make_customer, store_of
from tests.vouchers.shop import available, coupon_of, give, issued, redeemed
from vouchers.infos import VoucherInfo
from vouchers.rotating import rotating_payload
from vouchers.selectors import get_voucher, redemptions_of_voucher

SEARCH = "/dashboard/vouchers/"


def page_of(voucher: VoucherInfo) -> str:
    return reverse("dashboard:voucher", args=[voucher.id])


@pytest.fixture
def desk(aurora: TenantInfo, boreal: TenantInfo) -> Client:
    return sign_in(aurora).client


def test_a_voucher_is_found_by_what_people_type_and_scan(aurora: TenantInfo, boreal: TenantInfo, desk: Client) -> None:
    mine, foreign = issued(aurora, coupon_of(aurora), make_customer(aurora)), issued(boreal, coupon_of(boreal))
    typed = (mine.code, mine.code_grouped.lower(), mine.qr_payload)
    for text in (*typed, rotating_payload(tenant=aurora.id, token=mine.qr_token)):
        assert desk.post(SEARCH, {"code": text}).headers["Location"] == page_of(mine)
    for text in (foreign.code, foreign.qr_payload, "nada disso"):
        answer = desk.post(SEARCH, {"code": text})
        assert answer.status_code == 422
        assert "Nenhum voucher da marca tem este código" in text_of(answer)
    assert desk.get(page_of(foreign)).status_code == 404
    assert desk.post(reverse("dashboard:voucher_cancel", args=[foreign.id]), {"reason": "x"}).status_code == 404


def test_who_tries_many_codes_is_told_of(aurora: TenantInfo, boreal: TenantInfo, desk: Client) -> None:
    for _ in range(30):
        desk.post(SEARCH, {"code": "8F3K-2QZP-7XMB"})
    assert [each.action for each in audit_trail(tenant=aurora.id)].count("voucher.guessed") == 1
    assert not [each for each in audit_trail(tenant=boreal.id) if each.action == "voucher.guessed"]


def test_a_cancelled_voucher_gives_its_price_back_and_says_why(
    aurora: TenantInfo, boreal: TenantInfo, desk: Client
) -> None:
    ana = make_customer(aurora, name="Ana Souza")
    give(aurora, ana, 2_000)
    voucher = issued(aurora, coupon_of(aurora, cost_unit="BRL", cost_amount=800), ana, origin="balance")
    assert available(aurora, ana) == 1_200
    shown = text_of(desk.get(page_of(voucher)))
    for words in ("Ana Souza", "aberto", "Trocado por saldo", "R$ 8,00", "Ainda não foi usado"):
        assert words in shown
    there = reverse("dashboard:voucher_cancel", args=[voucher.id])
    assert desk.post(there, {"reason": " "}).status_code == 422
    assert get_voucher(tenant=aurora.id, code=voucher.code).status == "issued"
    assert desk.post(there, {"reason": "Emitido por engano"}).status_code == 302
    assert (get_voucher(tenant=aurora.id, code=voucher.code).status, available(aurora, ana)) == ("cancelled", 2_000)
    again = desk.post(there, {"reason": "Emitido por engano"})
    assert again.status_code == 409
    assert "Emitido por engano" in text_of(desk.get(page_of(voucher)))
    assert there not in desk.get(page_of(voucher)).content.decode()


def test_what_cost_nothing_was_not_exchanged_for_balance(aurora: TenantInfo, boreal: TenantInfo, desk: Client) -> None:
    voucher = issued(aurora, coupon_of(aurora), make_customer(aurora), origin="balance")
    shown = text_of(desk.get(page_of(voucher)))
    assert "Escolhido pelo cliente" in shown
    assert "Trocado por saldo" not in shown


def test_a_use_is_taken_back_once_a_form(aurora: TenantInfo, boreal: TenantInfo, desk: Client) -> None:
    voucher = issued(aurora, coupon_of(aurora), make_customer(aurora))
    use = redeemed(aurora, voucher, external_id="A-77", amount_minor=9_000)
    shown = text_of(desk.get(page_of(voucher)))
    assert "venda A-77" in shown
    assert "R$ 10,00" in shown
    there = reverse("dashboard:redemption_take_back", args=[use.id])
    assert desk.post(there, {"reason": ""}).status_code == 422
    typed = {"nonce": new_nonce(), "reason": "Cliente desistiu"}
    for _ in range(2):
        assert desk.post(there, typed).status_code == 302
    assert get_voucher(tenant=aurora.id, code=voucher.code).status == "issued"
    assert "Cliente desistiu" in text_of(desk.get(page_of(voucher)))
    assert desk.post(there, {"nonce": new_nonce(), "reason": "De novo"}).status_code == 409
    assert len(redemptions_of_voucher(tenant=aurora.id, voucher=voucher.id)) == 1


def test_roles_see_and_do_what_is_theirs(aurora: TenantInfo, boreal: TenantInfo) -> None:
    voucher = issued(aurora, coupon_of(aurora), make_customer(aurora))
    use = redeemed(aurora, issued(aurora, coupon_of(aurora)))
    cancel = reverse("dashboard:voucher_cancel", args=[voucher.id])
    back = reverse("dashboard:redemption_take_back", args=[use.id])
    analyst, attendant = sign_in(aurora, "analyst").client, sign_in(aurora, "attendant").client
    for client in (analyst, attendant):
        assert cancel not in client.get(page_of(voucher)).content.decode()
        assert client.post(cancel, {"reason": "x"}).status_code == 403
    assert analyst.post(back, {"reason": "x"}).status_code == 403
    elsewhere = sign_in(aurora, "manager", stores=(store_of(aurora, "moema").id,)).client
    assert elsewhere.post(back, {"reason": "x"}).status_code == 404
    assert attendant.post(back, {"reason": "x"}).status_code == 302


@pytest.mark.parametrize(
    ("decision", "status", "earned"), [("confirm", "confirmed", 2_000), ("cancel", "cancelled", 0)]
)
def test_a_sale_that_waits_is_confirmed_or_cancelled(
    aurora: TenantInfo, boreal: TenantInfo, desk: Client, decision: str, status: str, earned: int
) -> None:
    with_program(aurora)
    ana = make_customer(aurora)
    sale = sell(aurora, ana.id, number=uuid4().hex[:8], status="pending")
    there = reverse("dashboard:purchase_decide", args=[sale])
    page = reverse("dashboard:purchase", args=[sale])
    assert there in desk.get(page).content.decode()
    assert desk.post(there, {"do": "burn"}).status_code == 302
    assert get_purchase(tenant=aurora.id, purchase=sale).status == "pending"
    for _ in range(2):
        assert desk.post(there, {"do": decision}).status_code == 302
    assert get_purchase(tenant=aurora.id, purchase=sale).status == status
    told: Any = balances(tenant=aurora.id, customer=ana.id)
    assert [(each.available, each.pending) for each in told] == [(earned, 0)]
    assert [each.action for each in audit_trail(tenant=aurora.id)].count(f"sale.{decision}") == 1
    assert there not in desk.get(page).content.decode()
    other = "cancel" if decision == "confirm" else "confirm"
    answer = desk.post(there, {"do": other}, follow=True)
    assert "não espera mais o pagamento" in text_of(answer)
    assert sign_in(boreal).client.post(there, {"do": decision}).status_code == 404
