"""Vouchers at the till: judged at once, in words; used once; taken back; partners within their reach."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.auth import get_user_model

from programs.checkouts.infos import TillTermsInfo
from programs.checkouts.terms import set_till_terms
from smartbis.kernel.clock import frozen, now
from smartbis.tenancy.selectors import audit_trail
from smartbis.tenancy.services import add_partner, add_staff, add_store
from tests.counter.conftest import fields_of, sign_in, text_of
from tests.factories import make_brand, make_customer, store_of
from tests.vouchers.shop import MANAGER, NOON, available, coupon_of, give, issued, redeemed
from vouchers.rotating import rotating_payload
from vouchers.selectors import redemptions_page
from vouchers.services import cancel_voucher, convert_balance
from vouchers.services.strangers import misses_today

SEARCH, REDEEM = "/counter/search/", "/counter/redemptions/"


def scanned(till, voucher):
    return till.get(SEARCH, {"q": voucher.qr_payload})


def uses_of(brand):
    return redemptions_page(tenant=brand.id).items


def test_a_valid_one_is_shown_in_full_colour_and_handed_over_once(aurora, till, operator):
    marina = make_customer(aurora)
    thing = coupon_of(
        aurora, name="Espresso grátis", kind="freebie", value_minor=None, value_sku="ESP", holder="personal"
    )
    voucher = issued(aurora, thing, marina)
    page = scanned(till, voucher)
    assert "VÁLIDO Espresso grátis, Marina Souza" in text_of(page)
    assert "result--ok" in page.content.decode()
    form = fields_of(page, REDEEM)
    for _ in range(2):
        done = till.post(REDEEM, form)
        assert "ENTREGUE: Espresso grátis" in text_of(done)
    (use,) = uses_of(aurora)
    assert (use.actor_id, use.store_id, use.customer_id) == (operator.user_id, store_of(aurora).id, marina.id)
    used = text_of(till.get(SEARCH, {"q": voucher.code_grouped.lower()}))
    assert "JÁ USADO hoje às" in used
    assert "Loja Centro, por Operator Café Aurora. Não entregue de novo." in used


def test_a_share_asks_for_the_amount_and_meets_its_sale(aurora, till):
    marina = make_customer(aurora)
    voucher = issued(
        aurora, coupon_of(aurora, kind="percentage", value_minor=None, value_bp=1000, holder="personal"), marina
    )
    form = fields_of(scanned(till, voucher), REDEEM)
    assert "Digite o valor da venda." in text_of(till.post(REDEEM, form | {"amount": ""}))
    done = till.post(REDEEM, form | {"amount": "50,00"})
    assert "−R$ 5,00" in text_of(done)
    (use,) = uses_of(aurora)
    sale = till.get(SEARCH, {"customer": str(marina.id), "sale": use.external_id, "amount": "5000"})
    form = fields_of(sale, "/counter/sales/")
    assert (form["amount"], form["external_id"]) == ("50,00", use.external_id)
    told = text_of(till.post("/counter/sales/", form))
    assert "A cobrar R$ 45,00" in told
    assert "+R$ 9,00" in told


def test_the_minimum_says_what_is_missing(aurora, till):
    voucher = issued(aurora, coupon_of(aurora, min_purchase_minor=5000))
    form = fields_of(scanned(till, voucher), REDEEM)
    assert "FALTAM R$ 11,50" in text_of(till.post(REDEEM, form | {"amount": "38,50"}))
    assert uses_of(aurora) == ()


def test_change_of_a_balance_voucher_goes_back(aurora, till):
    marina = make_customer(aurora)
    give(aurora, marina, 2000)
    voucher = convert_balance(tenant=aurora.id, customer=marina.id, amount_minor=2000, key=uuid4().hex, actor=MANAGER)
    form = fields_of(scanned(till, voucher), REDEEM)
    till.post(REDEEM, form | {"amount": "12,00"})
    assert available(aurora, marina) == 800


def test_refusals_say_why(aurora, till):
    with frozen(NOON):
        here, moema = store_of(aurora).id, store_of(aurora, "moema").id
        cancelled = issued(aurora, coupon_of(aurora))
        cancel_voucher(tenant=aurora.id, voucher=cancelled.id, reason="erro", actor=MANAGER)
        cases = {
            "NÃO VALE nesta loja Vale em: Loja Moema.": issued(aurora, coupon_of(aurora, stores=(moema,))),
            "NÃO VALE agora Vale: das 14:00 às 17:00.": issued(aurora, coupon_of(aurora, hours=(("14:00", "17:00"),))),
            "VALE A PARTIR de": issued(aurora, coupon_of(aurora, usable_from_days=2)),
            "CANCELADO": cancelled,
        }
        for words, voucher in cases.items():
            assert words in text_of(scanned(till, voucher)), words
        late = issued(aurora, coupon_of(aurora, valid_days=1))
    assert "VENCEU em 19/11" in text_of(scanned(till, late))
    assert here != moema


def test_a_personal_one_is_not_for_somebody_else(aurora, till):
    marina, rui = make_customer(aurora), make_customer(aurora, "Rui Prado")
    voucher = issued(aurora, coupon_of(aurora, holder="personal"), marina)
    wrong = till.get(SEARCH, {"customer": str(rui.id), "code": voucher.code})
    assert "É DE OUTRO CLIENTE" in text_of(wrong)
    form = fields_of(scanned(till, voucher), REDEEM) | {"customer": str(rui.id)}
    assert "É DE OUTRO CLIENTE" in text_of(till.post(REDEEM, form))
    assert uses_of(aurora) == ()


def test_a_use_is_undone(aurora, till):
    voucher = issued(aurora, coupon_of(aurora))
    till.post(REDEEM, fields_of(scanned(till, voucher), REDEEM))
    (use,) = uses_of(aurora)
    undo = f"{REDEEM}{use.id}/undo/"
    assert undo in till.get("/counter/").content.decode()
    assert "USO DESFEITO" in text_of(till.post(undo))
    assert "VÁLIDO" in text_of(scanned(till, voucher))


def test_another_brands_code_is_not_found(aurora, boreal, till):
    voucher = issued(boreal, coupon_of(boreal))
    for page in (scanned(till, voucher), till.get(SEARCH, {"q": voucher.code})):
        assert "CÓDIGO NÃO ENCONTRADO" in text_of(page)
    assert till.post(REDEEM, {"key": "0" * 12, "code": voucher.code}).status_code == 404


WRONG = "8F3K-2QZP-7XMB"
DOORS = {
    "the field": lambda till, code, person: till.get(SEARCH, {"q": code}),
    "a customer's voucher": lambda till, code, person: till.get(SEARCH, {"customer": str(person.id), "code": code}),
    "a use": lambda till, code, person: till.post(REDEEM, {"key": "0" * 12, "code": code}),
}


@pytest.mark.parametrize("door", DOORS)
def test_who_tries_many_codes_waits_at_every_door_and_the_brand_is_told(aurora, boreal, till, door):
    voucher, person = issued(aurora, coupon_of(aurora)), make_customer(aurora)
    for _ in range(30):
        DOORS[door](till, WRONG, person)
    for tried in DOORS.values():
        assert "ESPERE" in text_of(tried(till, voucher.code, person))
    assert uses_of(aurora) == ()
    assert [each.action for each in audit_trail(tenant=aurora.id)].count("voucher.guessed") == 1
    assert misses_today(tenant=boreal.id) == 0


@pytest.mark.parametrize("sells", [True, False])
def test_a_partner_sees_its_own_only(aurora, sells):
    partner = add_partner(tenant=aurora.id, name="Livraria", may_register_sales=sells)
    theirs = add_store(tenant=aurora.id, code="livraria", name="Livraria", kind="partner", partner=partner.id)
    member = add_staff(tenant=aurora.id, email="p@x.example", role="partner", name="Paula", partner=partner.id)
    till = sign_in(aurora, member, store=None)
    marina = make_customer(aurora, phone="+5511976540001")
    give(aurora, marina, 1800)
    own = issued(aurora, coupon_of(aurora, name="Livro", stores=(theirs.id,)), marina)
    other = issued(aurora, coupon_of(aurora, name="Café"), marina)
    assert "CÓDIGO NÃO ENCONTRADO" in text_of(scanned(till, other))
    found = till.get(SEARCH, {"q": "11 97654-0001"})
    assert "Livro" in text_of(found)
    assert "Café grátis" not in text_of(found)
    assert "18,00" not in text_of(found)
    assert ('name="amount"' in found.content.decode()) is sells
    assert "Peça o telefone" in text_of(till.get(SEARCH, {"q": "marina"}))
    assert "−R$ 10,00" in text_of(till.post(REDEEM, fields_of(scanned(till, own), REDEEM)))
    sale = {"key": "1" * 12, "customer": str(marina.id), "amount": "38,50"}
    assert till.post("/counter/sales/", sale).status_code == (200 if sells else 403)
    assert till.get("/counter/refunds/").status_code == 403
    assert redeemed(aurora, other).code == other.code


def test_doors_and_stores_out_of_reach(aurora, boreal, till):
    marina = make_customer(boreal)
    assert till.get(SEARCH, {"customer": str(marina.id)}).status_code == 404
    assert till.post("/counter/store/", {"store": str(store_of(boreal).id)}).status_code == 404
    assert till.post(
        "/counter/sales/", {"key": "1" * 12, "customer": str(marina.id), "amount": "1,00"}
    ).status_code in (404, 422)
    limited = add_staff(
        tenant=aurora.id, email="l@x.example", role="operator", name="Lia", stores=(store_of(aurora, "moema").id,)
    )
    browser = sign_in(aurora, limited, store=None)
    assert "Loja Moema" in text_of(browser.get("/counter/"))
    assert browser.post("/counter/store/", {"store": str(store_of(aurora).id)}).status_code == 404
    analyst = add_staff(tenant=aurora.id, email="a@x.example", role="analyst", name="Ada")
    assert sign_in(aurora, analyst, store=None).get("/counter/").status_code == 403


def test_a_signed_out_till_asks_to_sign_in_and_comes_back(client, db):
    answer = client.get("/counter/refunds/")
    assert answer.headers["Location"] == "/sign-in/?next=%2Fcounter%2Frefunds%2F"
    part = client.get("/counter/search/?q=1", headers={"HX-Request": "true"})
    assert (part.status_code, part.headers["HX-Redirect"]) == (204, "/sign-in/?next=%2Fcounter%2F")


def test_a_suspended_person_is_shown_out(aurora, till, operator):
    get_user_model().objects.filter(pk=operator.user_id).update(is_active=False)
    assert till.get("/counter/").status_code == 302
    assert make_brand("outra", "Outra").slug == "outra"


def test_a_coupon_whose_codes_change_refuses_pictures_of_itself_alone(aurora, till):
    marina = make_customer(aurora)
    lasting = issued(aurora, coupon_of(aurora, holder="personal"), marina)
    changing = issued(aurora, coupon_of(aurora, name="Muda", holder="personal", rotates_code=True), marina)
    assert "VÁLIDO" in text_of(till.get(SEARCH, {"q": lasting.qr_payload}))
    assert "QR ANTIGO" in text_of(till.get(SEARCH, {"q": changing.qr_payload}))
    fresh = rotating_payload(tenant=aurora.id, token=changing.qr_token)
    for good in (fresh, changing.code):
        assert "VÁLIDO" in text_of(till.get(SEARCH, {"q": good}))


def test_where_codes_change_an_old_picture_is_refused(aurora, boreal, till):
    marina = make_customer(aurora)
    mine = issued(aurora, coupon_of(aurora, holder="personal"), marina)
    bearer = issued(aurora, coupon_of(aurora))
    assert "VÁLIDO" in text_of(till.get(SEARCH, {"q": mine.qr_payload}))
    set_till_terms(tenant=aurora.id, terms=TillTermsInfo(rotates_codes=True), actor=MANAGER)
    with frozen(now() - timedelta(minutes=3)):
        old = rotating_payload(tenant=aurora.id, token=mine.qr_token)
    for picture in (mine.qr_payload, old):
        assert "QR ANTIGO" in text_of(till.get(SEARCH, {"q": picture}))
    fresh = rotating_payload(tenant=aurora.id, token=mine.qr_token)
    for good in (fresh, bearer.qr_payload, mine.code):
        assert "VÁLIDO" in text_of(till.get(SEARCH, {"q": good}))
    foreign = rotating_payload(tenant=boreal.id, token=mine.qr_token)
    assert "CÓDIGO NÃO ENCONTRADO" in text_of(till.get(SEARCH, {"q": foreign}))
    redeemed(aurora, mine, customer=marina.id)
    assert "JÁ USADO" in text_of(till.get(SEARCH, {"q": fresh}))
