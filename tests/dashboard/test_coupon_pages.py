"""Campaigns, orders for many, codes, reach, card and reports as the team sees them."""

from typing import Any

import pytest
from django.test import Client

from messaging.selectors import messages_page
from smartbis.kernel.clock import now
from smartbis.outbox.work import drain_queue
from smartbis.tenancy.selectors import TenantInfo
from smartbis.tenancy.services import add_partner, add_store
from tests.dashboard.desk import sign_in
from tests.factories import make_customer
from tests.vouchers.shop import MANAGER, coupon_of, issued, redeemed
from vouchers.infos import CampaignDraft
from vouchers.selectors import get_coupon
from vouchers.selectors.campaigns import campaigns
from vouchers.selectors.issuances import issuances
from vouchers.services import create_campaign
from vouchers.workers import issue_to_many


@pytest.fixture
def desk(aurora: TenantInfo, boreal: TenantInfo) -> Client:
    return sign_in(aurora, "manager").client


def page(desk: Client, path: str) -> str:
    response = desk.get(f"/dashboard/{path}")
    assert response.status_code == 200, path
    return response.content.decode()


def test_a_campaign_is_made_and_chosen(desk: Client, aurora: TenantInfo) -> None:
    assert "Nenhuma campanha ainda" in page(desk, "campaigns/")
    page(desk, "campaigns/new/")
    for _ in range(2):  # the same rendered form twice is one campaign
        sent = {"name": "Natal", "goal": "voltar", "nonce": "a" * 32}
        assert desk.post("/dashboard/campaigns/new/", sent).status_code == 302
    assert [each.name for each in campaigns(tenant=aurora.id)] == ["Natal"]
    assert desk.post("/dashboard/campaigns/new/", {"name": "Natal"}).status_code == 422
    natal = campaigns(tenant=aurora.id)[0]
    coupon = coupon_of(aurora, campaign_id=natal.id, conditions="Só até acabar", tags=("vip",), birthday="month")
    form = page(desk, f"coupons/{coupon.id}/change/")
    assert f'value="{natal.id}" selected' in form
    assert "Só até acabar" in form
    assert "Natal" in page(desk, "campaigns/")
    assert "Natal" in page(desk, f"coupons/{coupon.id}/")
    assert desk.post(f"/dashboard/campaigns/{natal.id}/", {"name": "Natal 2026"}).status_code == 302
    assert campaigns(tenant=aurora.id)[0].name == "Natal 2026"


def test_every_term_of_the_form_is_kept(desk: Client, aurora: TenantInfo) -> None:
    sent: dict[str, Any] = {
        "name": "Presente",
        "kind": "amount",
        "value": "50,00",
        "uses": "1",
        "grace_days": "7",
        "funded_by": "brand",
        "conditions": "Letra miúda",
        "is_divisible": "on",
        "limit_per_day": "1",
        "rotates_code": "on",
        "stacks_with_vouchers": "on",
        "birthday": "week",
        "new_within_days": "30",
        "inactive_for_days": "60",
        "notice_days": ["7", "1"],
        "publish": "1",
    }
    response = desk.post("/dashboard/coupons/new/", sent)
    assert response.status_code == 302, response.content.decode()
    info = get_coupon(tenant=aurora.id, coupon=response.headers["Location"].rstrip("/").split("/")[-1])  # type: ignore[arg-type]
    assert (info.is_divisible, info.limit_per_day, info.birthday) == (True, 1, "week")
    assert info.rotates_code
    assert (info.new_within_days, info.inactive_for_days, info.notice_days) == (30, 60, (7, 1))
    assert (info.stacks_with_vouchers, info.stacks_with_balance, info.conditions) == (True, False, "Letra miúda")


def test_an_order_for_many_is_started_watched_and_turned(desk: Client, aurora: TenantInfo) -> None:
    make_customer(aurora, phone="11987654321")
    coupon = coupon_of(aurora)
    page(desk, f"coupons/{coupon.id}/issue/")
    form = {"audience": "list", "lines": "11987654321\n", "reason": "Natal", "nonce": "b" * 32}
    started = desk.post(f"/dashboard/coupons/{coupon.id}/issue/", form)
    assert started.status_code == 302
    order = issuances(tenant=aurora.id)[0]
    assert "em andamento" in page(desk, f"issuances/{order.id}/")
    assert desk.post(f"/dashboard/issuances/{order.id}/turn/", {"do": "pause"}).status_code == 302
    assert "descansando" in page(desk, f"issuances/{order.id}/")
    desk.post(f"/dashboard/issuances/{order.id}/turn/", {"do": "resume"})
    issue_to_many(tenant=aurora.id)
    assert "concluída" in page(desk, f"issuances/{order.id}/")
    assert "Lista de clientes" in page(desk, f"coupons/{coupon.id}/")
    file = desk.get(f"/dashboard/issuances/{order.id}/codes.csv")
    assert len(b"".join(file.streaming_content).splitlines()) == 2  # type: ignore[attr-defined]
    wrong = {"audience": "segment", "reason": "x"}
    assert desk.post(f"/dashboard/coupons/{coupon.id}/issue/", wrong).status_code == 422


def test_codes_reach_and_card(desk: Client, aurora: TenantInfo) -> None:
    customer = make_customer(aurora, "Bia Prado")
    pooled = coupon_of(aurora, uses_pool=True, tags=("vip",))
    assert "Sem a etiqueta: vip" in page(desk, f"coupons/{pooled.id}/reach/")
    assert customer.name in page(desk, f"coupons/{pooled.id}/reach/")
    assert desk.post(f"/dashboard/coupons/{pooled.id}/codes/", {"lines": "a1\na2"}).status_code == 302
    assert get_coupon(tenant=aurora.id, coupon=pooled.id).stock_left == 2
    assert desk.post(f"/dashboard/coupons/{pooled.id}/codes/", {"lines": ""}).status_code == 422
    card = page(desk, f"coupons/{pooled.id}/card/")
    assert f"/p/aurora/offers/{pooled.id}/" in card
    assert "<svg" in card


def test_reports_show_and_download(desk: Client, aurora: TenantInfo) -> None:
    assert "Nenhum voucher neste período" in page(desk, "reports/vouchers/")
    assert "Nenhuma parceira ainda" in page(desk, "reports/partners/")
    friend = add_partner(tenant=aurora.id, name="Cinema")
    cinema = add_store(tenant=aurora.id, code="cinema", name="Cinema Um", kind="partner", partner=friend.id)
    redeemed(aurora, issued(aurora, coupon_of(aurora, name="Dez")), amount_minor=9_000)
    coupon = coupon_of(aurora, name="Ingresso", value_minor=700, stores=(cinema.id,))
    redeemed(aurora, issued(aurora, coupon), store=cinema.id)
    for by in ("coupon", "campaign", "store", "operator", "partner", "origin"):
        assert "Em detalhe" in page(desk, f"reports/vouchers/?by={by}")
    file = desk.get("/dashboard/reports/vouchers/?by=coupon&format=csv").content.decode()
    assert "Dez;1;1;10,00;10,00;90,00" in file
    statement = page(desk, "reports/partners/")
    assert "Ingresso" in statement
    assert "R$\xa07,00" in statement
    file = desk.get(f"/dashboard/reports/partners/?month={now():%Y-%m}&format=csv").content.decode()
    assert "Cinema;Cinema Um;Ingresso;a marca;1;0;7,00;0,00;7,00;BRL" in file


def test_a_campaign_names_the_messages_of_its_coupons(desk: Client, aurora: TenantInfo, boreal: TenantInfo) -> None:
    made = {
        brand.slug: create_campaign(tenant=brand.id, draft=CampaignDraft(name="Natal"), actor=MANAGER)
        for brand in (aurora, boreal)
    }
    for brand in (aurora, boreal):
        coupon = coupon_of(brand, name="De Natal", campaign_id=made[brand.slug].id)
        redeemed(brand, issued(brand, coupon, make_customer(brand, f"Bia {brand.slug}")))
        issued(brand, coupon_of(brand, name="Avulso"), make_customer(brand, f"Caio {brand.slug}"))
    drain_queue("relay")
    natal = made["aurora"].id
    told = messages_page(tenant=aurora.id, campaign=natal).items
    assert {each.template for each in told} == {"voucher_redeemed"}
    shown = page(desk, f"messages/?campaign={natal}")
    assert "Bia aurora" in shown
    assert "Caio aurora" not in shown
    assert "Caio aurora" in page(
        desk, f"messages/?campaign={made['boreal'].id}"
    )  # no campaign of this brand: no filter
    report = page(desk, f"reports/vouchers/?campaign={natal}")
    assert "Mensagens da campanha" in report
    assert f"/dashboard/messages/?campaign={natal}" in report
    assert "Mensagens da campanha" not in page(desk, "reports/vouchers/")
    assert messages_page(tenant=boreal.id, campaign=natal).items == ()
