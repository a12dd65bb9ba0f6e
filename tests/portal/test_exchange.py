"""Exchanging balance for vouchers."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from programs.gatherings.services import change_gathering
from programs.selectors.offers import offers_of
from programs.services import PlanTerms, change_plan, create_plan
from smartbis.customers.infos import CustomerInfo
from smartbis.kernel.ids import new_id
from smartbis.tenancy.selectors import TenantInfo
from tests.counter.conftest import fields_of
from tests.factories import actor, make_customer
from tests.gatherings.hall import gathering_of
from tests.programs.conftest import make_cashback
from tests.vouchers.shop import available, coupon_of, everything, give, issued
from vouchers.infos import CouponInfo
from vouchers.selectors import vouchers_of
from vouchers.services import change_coupon

OWNER = actor("owner")
Enter = Callable[[TenantInfo, CustomerInfo], Client]


def priced(brand: TenantInfo, cost: int = 100, **terms: object) -> CouponInfo:
    return coupon_of(brand, **({"name": "Café", "cost_unit": "points", "cost_amount": cost} | terms))


def text_of(response) -> str:
    return " ".join(response.content.decode().replace("\xa0", " ").split())


def test_an_offer_is_taken_once_however_often_the_form_is_sent(aurora: TenantInfo, enter: Enter) -> None:
    customer, coupon = make_customer(aurora), priced(aurora)
    give(aurora, customer, 250, "points")
    client, path = enter(aurora, customer), f"/p/aurora/offers/{coupon.id}/"
    page = text_of(client.get(path))
    assert "Trocar por 100 pontos" in page
    assert "Saem 100 pontos e você fica com 150 pontos." in page
    key = page.split('name="key" value="')[1].split('"')[0]
    first = client.post(f"{path}take/", {"key": key})
    again = client.post(f"{path}take/", {"key": key})
    (voucher,) = vouchers_of(tenant=aurora.id, customer=customer.id)
    assert first["Location"] == again["Location"] == f"/p/aurora/vouchers/{voucher.id}/"
    assert available(aurora, customer, "points") == 150
    shown = text_of(client.get(first["Location"]))
    assert "Pronto! Mostre este voucher no caixa." in shown
    assert voucher.code_grouped in shown


def test_two_forms_are_two_exchanges(aurora: TenantInfo, enter: Enter) -> None:
    customer, coupon = make_customer(aurora), priced(aurora)
    give(aurora, customer, 250, "points")
    client = enter(aurora, customer)
    for key in ("a" * 32, "b" * 32, "c" * 32):
        answer = client.post(f"/p/aurora/offers/{coupon.id}/take/", {"key": key})
    assert answer.status_code == 409
    assert "Seu saldo não é suficiente. Nada foi descontado." in text_of(answer)
    assert available(aurora, customer, "points") == 50
    assert len(vouchers_of(tenant=aurora.id, customer=customer.id)) == 2


def test_one_customers_key_is_no_key_of_anothers(aurora: TenantInfo, enter: Enter) -> None:
    coupon = priced(aurora)
    for _ in range(2):
        customer = make_customer(aurora)
        give(aurora, customer, 100, "points")
        enter(aurora, customer).post(f"/p/aurora/offers/{coupon.id}/take/", {"key": "same"})
        assert len(vouchers_of(tenant=aurora.id, customer=customer.id)) == 1


@pytest.mark.parametrize(
    ("terms", "says"),
    [
        ({"cost_amount": 500}, "Faltam 400 pontos."),
        ({"stock": 0}, "Esgotado."),
        ({"plans": ("ouro",)}, "Esta oferta é para outro grupo de clientes."),
    ],
)
def test_what_cannot_be_had_says_why_and_cannot_be_taken(
    aurora: TenantInfo, boreal: TenantInfo, enter: Enter, terms: dict[str, Any], says: str
) -> None:
    customer, coupon = make_customer(aurora), priced(aurora, **terms)
    give(aurora, customer, 100, "points")
    client = enter(aurora, customer)
    assert says in text_of(client.get("/p/aurora/offers/"))
    page = text_of(client.get(f"/p/aurora/offers/{coupon.id}/"))
    assert says in page
    assert "Confirmar troca" not in page
    before = everything(aurora, boreal)
    refused = client.post(f"/p/aurora/offers/{coupon.id}/take/", {"key": "k"})
    assert refused.status_code == 409
    assert "Confirmar troca" not in text_of(refused)
    assert everything(aurora, boreal) == before


def test_a_limit_is_said_to_the_customer(aurora: TenantInfo, enter: Enter) -> None:
    customer = make_customer(aurora)
    coupon = coupon_of(aurora, limit_per_customer=1)
    issued(aurora, coupon, customer)
    assert "Você já pegou o seu." in text_of(enter(aurora, customer).get("/p/aurora/offers/"))


def test_offers_that_are_not_there(aurora: TenantInfo, boreal: TenantInfo, enter: Enter) -> None:
    client = enter(aurora, make_customer(aurora))
    hidden, foreign = coupon_of(aurora, is_listed=False), coupon_of(boreal)
    draft = coupon_of(aurora, status="draft")
    before = everything(aurora, boreal)
    ids: list[UUID] = [hidden.id, foreign.id, draft.id, new_id()]
    for coupon in ids:
        assert client.get(f"/p/aurora/offers/{coupon}/").status_code == 404
        assert client.post(f"/p/aurora/offers/{coupon}/take/", {"key": "k"}).status_code == 404
    assert everything(aurora, boreal) == before


def test_cashback_becomes_a_voucher_after_a_second_look(aurora: TenantInfo, enter: Enter) -> None:
    customer = make_customer(aurora)
    give(aurora, customer, 5000)
    client = enter(aurora, customer)
    assert "Você tem R$ 50,00." in text_of(client.get("/p/aurora/convert/"))
    look = text_of(client.post("/p/aurora/convert/", {"amount": "38,50"}))
    assert "Confira antes de trocar" in look
    assert "R$ 11,50" in look
    assert available(aurora, customer) == 5000
    key = look.split('name="key" value="')[1].split('"')[0]
    sure = {"amount": "38,50", "key": key, "confirmed": "yes"}
    done, again = client.post("/p/aurora/convert/", sure), client.post("/p/aurora/convert/", sure)
    (voucher,) = vouchers_of(tenant=aurora.id, customer=customer.id)
    assert voucher.value_minor == 3850
    assert done["Location"] == again["Location"] == f"/p/aurora/vouchers/{voucher.id}/"
    assert available(aurora, customer) == 1150


def test_a_confirmation_is_judged_by_what_is_left(aurora: TenantInfo, enter: Enter) -> None:
    customer = make_customer(aurora)
    give(aurora, customer, 5000)
    client = enter(aurora, customer)
    before = everything(aurora)
    refused = client.post("/p/aurora/convert/", {"amount": "50,01", "key": "k", "confirmed": "yes"})
    assert refused.status_code == 409
    assert "Seu saldo não é suficiente" in text_of(refused)
    assert everything(aurora) == before


@pytest.mark.parametrize(
    ("amount", "says"),
    [
        ("50,01", "Seu saldo não chega a esse valor."),
        ("0,00", "maior que zero"),
        ("-5,00", "com os centavos"),
        ("38", "com os centavos"),
        ("99999999999999,00", "grande demais"),
        ("", "obrigatório"),
    ],
)
def test_amounts_that_cannot_be(aurora: TenantInfo, enter: Enter, amount: str, says: str) -> None:
    customer = make_customer(aurora)
    give(aurora, customer, 5000)
    client = enter(aurora, customer)
    before = everything(aurora)
    refused = client.post("/p/aurora/convert/", {"amount": amount})
    assert refused.status_code == 422
    assert says in text_of(refused)
    assert everything(aurora) == before


def test_without_cashback_there_is_nothing_to_turn(aurora: TenantInfo, enter: Enter) -> None:
    page = text_of(enter(aurora, make_customer(aurora)).get("/p/aurora/convert/"))
    assert "Você ainda não tem cashback para trocar" in page


def test_who_saw_one_price_pays_no_other(aurora: TenantInfo, boreal: TenantInfo, enter: Enter) -> None:
    ana = make_customer(aurora)
    give(aurora, ana, 5_000, "points")
    create_plan(tenant=aurora.id, key="socio", terms=PlanTerms(name="Sócio", price_points=100), actor=OWNER)
    coupon, evening = priced(aurora), gathering_of(aurora, price_unit="points", price_amount=100)
    client, here = enter(aurora, ana), "/p/aurora/"
    forms = [
        (f"{here}membership/", f"{here}membership/socio/points/"),
        (f"{here}offers/{coupon.id}/", f"{here}offers/{coupon.id}/take/"),
        (f"{here}events/{evening.id}/", f"{here}events/{evening.id}/register/"),
    ]
    shown = [(fields_of(client.get(page), action), page, action) for page, action in forms]
    change_plan(tenant=aurora.id, key="socio", terms=PlanTerms(name="Sócio", price_points=400), actor=OWNER)
    change_coupon(tenant=aurora.id, coupon=coupon.id, draft=replace(coupon.as_draft(), cost_amount=400), actor=OWNER)
    dearer = replace(evening.as_draft(), price_amount=400)
    change_gathering(tenant=aurora.id, gathering=evening.id, draft=dearer, actor=OWNER)
    before = everything(aurora, boreal)
    for fields, _, action in shown:
        refused = client.post(action, fields)
        assert refused.status_code == 409
        assert "O preço mudou. Nada foi descontado" in text_of(refused)
    assert everything(aurora, boreal) == before
    for _, page, action in shown:
        assert client.post(action, fields_of(client.get(page), action)).status_code == 302
    assert available(aurora, ana, "points") == 5_000 - 3 * 400


def test_an_offer_in_money_waits_for_the_smallest_balance(aurora: TenantInfo, boreal: TenantInfo, enter: Enter) -> None:
    make_cashback(aurora, spending={"minimum_balance": 5_000})
    customers = [make_customer(brand) for brand in (aurora, boreal)]
    coupons = [priced(brand, 1_000, cost_unit="BRL") for brand in (aurora, boreal)]
    for brand, customer in zip((aurora, boreal), customers, strict=True):
        give(brand, customer, 2_000)
    client, page = enter(aurora, customers[0]), f"/p/aurora/offers/{coupons[0].id}/"
    shown = "O saldo pode ser usado a partir de R$ 50,00: faltam R$ 30,00."
    for address in ("/p/aurora/offers/", page):
        assert shown in text_of(client.get(address))
    assert "/take/" not in text_of(client.get(page))
    (ours,) = offers_of(tenant=aurora.id, customer=customers[0].id)
    assert ([each.code for each in ours.reasons], ours.missing_amount) == (["balance_below_minimum"], 3_000)
    (theirs,) = offers_of(tenant=boreal.id, customer=customers[1].id)
    assert (theirs.can_have, theirs.missing_amount) == (True, 0)
    give(aurora, customers[0], 3_000)
    assert [each.can_have for each in offers_of(tenant=aurora.id, customer=customers[0].id)] == [True]
    assert "/take/" in text_of(client.get(page))


def test_an_offer_in_money_says_that_the_balance_is_below_its_minimum(aurora: TenantInfo, enter: Enter) -> None:
    make_cashback(aurora, spending={"minimum_balance": 5_000})
    customer, coupon = make_customer(aurora), priced(aurora, 1_000, cost_unit="BRL")
    give(aurora, customer, 2_000)
    answer = enter(aurora, customer).post(f"/p/aurora/offers/{coupon.id}/take/", {"key": "a" * 32})
    assert answer.status_code == 409
    assert "O saldo pode ser usado a partir de R$ 50,00: faltam R$ 30,00." in text_of(answer)
    assert (available(aurora, customer), vouchers_of(tenant=aurora.id, customer=customer.id)) == (2_000, [])
