"""The till finds a customer, records the sale, tells what it earned, and takes it back."""

from datetime import timedelta

import pytest

from smartbis.customers.selectors import consent_state, find_customer
from smartbis.kernel.clock import frozen, now
from smartbis.purchases.selectors import purchases_page
from smartbis.tenancy.services import open_tenant
from tests.checkouts.quoting import committed, quoted
from tests.counter.conftest import fields_of, sign_in, text_of
from tests.factories import make_customer, make_member, store_of
from tests.vouchers.shop import available, coupon_of, give, issued
from vouchers.selectors import get_voucher

SALES, SEARCH = "/counter/sales/", "/counter/search/"


def sales_of(brand):
    return purchases_page(tenant=brand.id).items


def at_customer(till, customer):
    return till.get(SEARCH, {"customer": str(customer.id)})


@pytest.mark.parametrize(
    "typed", ["(11) 97654-0001", "11976540001", "976540001", "+55 11 97654-0001", "marina", "529.982.247-25"]
)
def test_one_field_finds_by_its_shape(aurora, till, typed):
    make_customer(aurora, phone="+5511976540001", cpf="52998224725")
    page = till.get(SEARCH, {"q": typed})
    assert "Marina Souza" in text_of(page)
    assert 'name="amount"' in page.content.decode()


def test_several_with_a_name_are_listed_with_masked_phones(aurora, till):
    for number in range(6):
        make_customer(aurora, f"Ana Número {number}", phone=f"+551197654100{number}")
    page = till.get(SEARCH, {"q": "ana"})
    assert text_of(page).count("9****-100") == 5
    assert "Há mais pessoas" in text_of(page)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("7654-0001", "Valor da venda|Cliente novo"),
        ("123", "não é um telefone nem um CPF"),
        ("zé", "Ninguém com este nome"),
        ("ana@", "e-mail parece incompleto"),
        ("8F3K-2QZP-7XMA", "CÓDIGO NÃO ENCONTRADO"),
        ("", "Digite um telefone"),
    ],
)
def test_what_leads_nowhere_says_why(aurora, till, typed, words):
    text = text_of(till.get(SEARCH, {"q": typed}))
    assert any(each in text for each in words.split("|"))


def test_a_sale_earns_is_told_and_is_printed(aurora, till, operator):
    marina = make_customer(aurora)
    form = fields_of(at_customer(till, marina), SALES)
    page = till.post(SALES, form | {"amount": "38,50"})
    assert page.status_code == 200
    text = text_of(page)
    assert "+R$ 7,70" in text
    assert "Marina tem R$ 7,70." in text
    assert "Você ganhou R$ 7,70." in text
    (sale,) = sales_of(aurora)
    assert (sale.amount_minor, sale.store_id, sale.operator_id) == (3850, store_of(aurora).id, operator.user_id)
    assert sale.external_id in text
    assert "+R$ 7,70" in text_of(till.get(f"{SALES}{sale.id}/"))


def test_sent_twice_it_registers_once(aurora, till):
    marina = make_customer(aurora)
    form = fields_of(at_customer(till, marina), SALES) | {"amount": "38,50"}
    first, second = till.post(SALES, form), till.post(SALES, form)
    assert (first.status_code, second.status_code) == (200, 200)
    assert "+R$ 7,70" in text_of(second)
    assert (len(sales_of(aurora)), available(aurora, marina)) == (1, 770)


QUOTES, COMMIT, CANCEL = "/counter/quotes/", "/counter/quotes/commit/", "/counter/quotes/cancel/"


def quote_of(till, customer, amount="38,50"):
    """The page of a quote for a customer who has something."""
    return till.post(SALES, fields_of(at_customer(till, customer), SALES) | {"amount": amount, "use": "on"})


def test_balance_is_quoted_and_then_used(aurora, till):
    marina = make_customer(aurora)
    give(aurora, marina, 1800)
    assert "tem R$ 18,00 para usar hoje" in text_of(at_customer(till, marina))
    quote = quote_of(till, marina)
    text = text_of(quote)
    assert "Você economiza R$ 18,00 e paga R$ 20,50. E ganha R$ 4,10 com esta compra." in text
    assert "Confirmar e cobrar R$ 20,50" in text
    assert (sales_of(aurora), available(aurora, marina)) == ((), 0)
    for _ in range(2):
        text = text_of(till.post(COMMIT, fields_of(quote, COMMIT)))
        assert "A cobrar R$ 20,50" in text
        assert "+R$ 4,10" in text
    assert available(aurora, marina) == 410


def test_a_quote_is_let_go_changed_or_replaced(aurora, till):
    marina = make_customer(aurora)
    give(aurora, marina, 1800)
    quote = quote_of(till, marina)
    assert "reservados por uma compra" in text_of(at_customer(till, marina))
    saved = till.post(QUOTES, fields_of(quote, COMMIT) | {"balance": "save"})
    assert "Você paga R$ 38,50." in text_of(saved)
    assert available(aurora, marina) == 1800
    used = till.post(QUOTES, fields_of(saved, COMMIT) | {"balance": "use"})
    assert available(aurora, marina) == 0
    refused = till.post(COMMIT, fields_of(quote, COMMIT))
    assert (refused.status_code, sales_of(aurora)) == (422, ())
    back = till.post(CANCEL, fields_of(used, COMMIT))
    assert (back.status_code, available(aurora, marina)) == (200, 1800)
    assert "tem R$ 18,00 para usar hoje" in text_of(back)


def test_one_voucher_of_a_quote_can_be_left_out(aurora, till):
    marina = make_customer(aurora)
    first, second = (issued(aurora, coupon_of(aurora, name=name), marina) for name in ("Um", "Dois"))
    quote = quote_of(till, marina)
    assert "Confirmar e cobrar R$ 18,50" in text_of(quote)
    less = till.post(QUOTES, fields_of(quote, COMMIT) | {"without": first.code})
    assert "Confirmar e cobrar R$ 28,50" in text_of(less)
    till.post(COMMIT, fields_of(less, COMMIT))
    states = {each.code: each.status for each in (get_voucher(tenant=aurora.id, code=v.code) for v in (first, second))}
    assert states == {first.code: "issued", second.code: "redeemed"}


def test_an_expired_quote_is_quoted_anew(aurora, till):
    marina = make_customer(aurora)
    give(aurora, marina, 1800)
    with frozen(now() - timedelta(minutes=15)):
        quote = quote_of(till, marina)
    anew = till.post(COMMIT, fields_of(quote, COMMIT))
    assert anew.status_code == 422
    assert "A reserva venceu" in text_of(anew)
    assert "A cobrar R$ 20,50" in text_of(till.post(COMMIT, fields_of(anew, COMMIT)))


@pytest.mark.parametrize("amount", ["", "0,00", "-5,00", "abc", "38", "99999999999999,00"])
def test_an_amount_that_is_none_is_asked_for_again_with_the_same_key(aurora, till, amount):
    marina = make_customer(aurora)
    form = fields_of(at_customer(till, marina), SALES)
    page = till.post(SALES, form | {"amount": amount})
    assert page.status_code == 422
    assert fields_of(page, SALES)["key"] == form["key"]
    assert sales_of(aurora) == ()


def test_an_unusual_amount_is_asked_about_in_words(aurora, till):
    marina = make_customer(aurora)
    for amount in ("30,00", "31,00", "32,00", "33,00", "34,00"):
        till.post(SALES, fields_of(at_customer(till, marina), SALES) | {"amount": amount})
    asked = till.post(SALES, fields_of(at_customer(till, marina), SALES) | {"amount": "3.850,00"})
    assert asked.status_code == 422
    assert "três mil oitocentos e cinquenta reais" in text_of(asked)
    assert len(sales_of(aurora)) == 5
    changed = till.post(SALES, fields_of(asked, SALES) | {"amount": "4.850,00"})
    assert changed.status_code == 422
    assert till.post(SALES, fields_of(changed, SALES)).status_code == 200
    assert sales_of(aurora)[0].amount_minor == 485000


def test_the_same_sale_again_is_asked_about(aurora, till):
    marina = make_customer(aurora)
    till.post(SALES, fields_of(at_customer(till, marina), SALES) | {"amount": "38,50"})
    asked = till.post(SALES, fields_of(at_customer(till, marina), SALES) | {"amount": "38,50"})
    assert "De novo?" in text_of(asked)
    assert till.post(SALES, fields_of(asked, SALES)).status_code == 200
    assert len(sales_of(aurora)) == 2


def test_a_number_is_taken_for_one_sale_only(aurora, till):
    marina = make_customer(aurora)
    for amount, status in (("38,50", 200), ("39,90", 422)):
        form = fields_of(at_customer(till, marina), SALES) | {"amount": amount, "external_id": "NF 77"}
        assert till.post(SALES, form).status_code == status
    assert [sale.external_id for sale in sales_of(aurora)] == ["NF 77"]


def test_undo_is_offered_to_the_one_who_did_it_for_a_minute(aurora, till):
    marina = make_customer(aurora)
    till.post(SALES, fields_of(at_customer(till, marina), SALES) | {"amount": "38,50"})
    (sale,) = sales_of(aurora)
    undo = f"{SALES}{sale.id}/undo/"
    assert undo in till.get("/counter/").content.decode()
    colleague = sign_in(aurora, make_member(aurora, "manager"))
    assert undo not in colleague.get("/counter/").content.decode()
    assert colleague.post(undo).status_code == 404
    with frozen(now() + timedelta(seconds=61)):
        assert undo not in till.get("/counter/").content.decode()
        assert "NÃO DÁ MAIS" in text_of(till.post(undo))
    assert "VENDA DESFEITA" in text_of(till.post(undo))
    assert available(aurora, marina) == 0
    assert "Desfeito" in text_of(till.get("/counter/"))


def test_somebody_new_is_enrolled_with_what_they_agreed_to(aurora, till, operator):
    page = till.get(SEARCH, {"q": "11 97654-0009"})
    form = fields_of(page, "/counter/customers/")
    assert form["phone"] == "(11) 97654-0009"
    landline = till.post("/counter/customers/", form | {"name": "Rui", "phone": "(11) 3333-4444"})
    assert "telefone é fixo" in text_of(landline)
    for _ in range(2):
        found = till.post("/counter/customers/", form | {"name": "Rui Prado", "utility": "on"})
        assert "Rui Prado" in text_of(found)
    person = find_customer(tenant=aurora.id, phone="+5511976540009")
    assert person is not None
    state = consent_state(tenant=aurora.id, customer=person.id)
    assert (person.channel, person.store_id) == ("counter", store_of(aurora).id)
    assert {category: bool(given) for category, given in state.items()} == {"utility": True}


def test_a_sale_comes_back_by_its_number(aurora, till):
    marina = make_customer(aurora)
    form = fields_of(at_customer(till, marina), SALES) | {"amount": "38,50", "external_id": "NF-9"}
    till.post(SALES, form)
    page = till.get("/counter/refunds/", {"number": "nf-9"})
    form = fields_of(page, "/counter/refunds/")
    assert (form["amount"], form["number"]) == ("38,50", "NF-9")
    too_much = till.post("/counter/refunds/", form | {"amount": "38,51"})
    assert "Só restam R$ 38,50" in text_of(too_much)
    for _ in range(2):
        assert "DEVOLVIDO R$ 10,00" in text_of(till.post("/counter/refunds/", form | {"amount": "10,00"}))
    assert available(aurora, marina) == 570
    assert "Restam R$ 28,50" in text_of(till.get("/counter/refunds/", {"number": "NF-9"}))
    assert "Não há venda" in text_of(till.get("/counter/refunds/", {"number": "NF-10"}))


def test_a_refund_says_what_is_handed_back_and_what_is_balance_again(aurora, till):
    marina = make_customer(aurora)
    give(aurora, marina, 3_000)
    voucher = issued(aurora, coupon_of(aurora), marina)
    committed(aurora, quoted(aurora, marina, vouchers=(voucher.code,)), external_id="NF-9")
    form = fields_of(till.get("/counter/refunds/", {"number": "NF-9"}), "/counter/refunds/")
    for _ in range(2):
        said = text_of(till.post("/counter/refunds/", form | {"amount": "100,00"}))
        assert "DEVOLVIDO R$ 60,00" in said
        assert "Devolução de R$ 100,00 registrada. A devolver do que foi pago: R$ 60,00." in said
        assert "Voltou ao saldo: R$ 30,00. Era desconto: R$ 10,00." in said
    assert available(aurora, marina) == 3_000


def test_htmx_gets_the_fragment_and_browsers_the_page(aurora, till):
    whole, part = till.get("/counter/"), till.get("/counter/", headers={"HX-Request": "true"})
    assert "<html" in whole.content.decode()
    assert "<html" not in part.content.decode()
    assert part.content.decode().strip() in whole.content.decode()
    assert "HX-Request" in whole["Vary"]
    assert "no-store" in whole["Cache-Control"]
    assert "'wasm-unsafe-eval'" in whole["Content-Security-Policy"]


def test_a_number_that_was_sold_meanwhile_is_said_and_uses_nothing(aurora, till):
    marina = make_customer(aurora)
    give(aurora, marina, 1800)
    form = fields_of(at_customer(till, marina), SALES) | {"amount": "38,50", "external_id": "77"}
    quote = till.post(SALES, form | {"use": "on"})
    till.post(
        SALES, fields_of(at_customer(till, marina), SALES) | {"amount": "38,50", "external_id": "77", "confirm": ""}
    )
    refused = till.post(COMMIT, fields_of(quote, COMMIT))
    assert refused.status_code == 422
    assert "JÁ FOI REGISTRADA" in text_of(refused)
    assert (len(sales_of(aurora)), available(aurora, marina)) == (1, 770)
    back = till.post(CANCEL, fields_of(quote, COMMIT))
    assert (back.status_code, available(aurora, marina)) == (200, 2570)


def test_who_may_open_a_store_is_led_there(db):
    brand = open_tenant(slug="vazia", name="Vazia", default_area_code="11")
    page = sign_in(brand, make_member(brand, "owner"), store=None).get("/counter/store/")
    assert "/dashboard/stores/" in page.content.decode()
    assert "Peça a quem administra" not in text_of(page)
