"""Lines of a sale at the till: looked for, put in, corrected, left out; rules by article count with them."""

import re

import pytest

from programs.selectors import current_plans
from programs.services import record_sale
from smartbis.outbox.work import drain_queue
from smartbis.purchases.infos import ItemDraft
from smartbis.purchases.selectors import get_purchase, purchases_page
from tests.counter.conftest import fields_of, sign_in, text_of
from tests.factories import make_customer, make_member
from tests.imports.loading import load
from tests.programs.buying_plans import SKU, plan
from tests.programs.earning import of, opened
from tests.vouchers.shop import available

SALES, LINES = "/counter/sales/", "/counter/sales/lines/"
COMMIT, CANCEL = "/counter/quotes/commit/", "/counter/quotes/cancel/"
PRODUCTS = "sku,name,category\nC1,Café coado,Bebidas\nC2,Café gelado,Bebidas\nB1,Bolo de fubá,Doces\n"


@pytest.fixture
def bar(aurora, operator):
    """A till whose drinks earn half, with a catalogue; the other brand has its own."""
    half = {"kind": "percentage", "basis_points": 5_000}
    opened(aurora, {"effect": half, "when": {"categories": ["Bebidas"]}})
    load(aurora, PRODUCTS, "products")
    return sign_in(aurora, operator)


def start(till, customer):
    return fields_of(till.get("/counter/search/", {"customer": str(customer.id)}), SALES)


def typed(page):
    """The sale's form as it stands, with its lines: what a browser would send."""
    body = page.content.decode()
    form = next(each for each in re.findall(r"<form.*?</form>", body, re.S) if f'action="{SALES}"' in each)
    found: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        given = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if given.get("type") != "checkbox" and given["name"] != "csrfmiddlewaretoken":
            found.setdefault(given["name"], []).append(given.get("value", ""))
    return found


def put(till, form, **pressed):
    return till.post(LINES, form | pressed)


def sale_of(brand):
    (sale,) = purchases_page(tenant=brand.id).items
    return get_purchase(tenant=brand.id, purchase=sale.id)


def test_an_article_is_found_by_name_or_number_and_only_in_its_brand(aurora, boreal, bar):
    load(boreal, "sku,name\nX1,Café do outro\n", "products")
    form = start(bar, make_customer(aurora))
    page = put(bar, form | {"amount": "5,00"}, find="café")
    assert page.status_code == 200
    text = text_of(page)
    assert "Café coado C1 · Bebidas" in text
    assert "Café gelado C2 · Bebidas" in text
    assert "Bolo" not in text
    assert "Café do outro" not in text
    assert typed(page)["amount"] == ["5,00"]
    assert "Pôr um item com o código “pão”" in text_of(put(bar, form, find="pão"))
    assert typed(put(bar, form, find="b1"))["line_sku"] == ["B1"], "a number typed or scanned in full goes in at once"


def test_without_a_catalogue_what_tills_sold_lately_is_found(aurora, boreal, bar):
    for brand, name in ((aurora, "Torta de limão"), (boreal, "Torta alheia")):
        item = ItemDraft("T1", name, "Doces", 1, 1_250)
        record_sale(tenant=brand.id, sale=of(brand, make_customer(brand).id, 1_250, "1", items=(item,)))
    page = put(bar, start(bar, make_customer(aurora)), find="torta")
    assert "Torta de limão T1 · Doces R$ 12,50" in text_of(page)
    assert "alheia" not in text_of(page)


def test_lines_give_the_amount_are_quoted_with_what_they_earn_and_recorded(aurora, boreal, bar):
    marina = make_customer(aurora)
    form = typed(put(bar, start(bar, marina), add="C1")) | {"line_unit": ["8,00"]}
    form = typed(put(bar, form, add="C1"))
    assert (form["line_quantity"], form["line_unit"], form["amount"]) == (["2"], ["8,00"], ["16,00"])
    form = typed(put(bar, form, find="b1")) | {"line_unit": ["8,00", "10,00"]}
    quote = bar.post(SALES, form)
    text = text_of(quote)
    assert "2 × Café coado R$ 16,00" in text
    assert "1 × Bolo de fubá R$ 10,00" in text
    assert "Ganha +R$ 8,00" in text
    assert purchases_page(tenant=aurora.id).items == ()
    assert "+R$ 8,00" in text_of(bar.post(COMMIT, fields_of(quote, COMMIT)))
    sale = sale_of(aurora)
    assert sale.amount_minor == 2_600
    assert [(item.sku, item.name, item.category, item.quantity, item.unit_minor) for item in sale.items] == [
        ("C1", "Café coado", "Bebidas", 2, 800),
        ("B1", "Bolo de fubá", "Doces", 1, 1_000),
    ]
    assert available(aurora, marina) == 800
    assert purchases_page(tenant=boreal.id).items == ()
    again = put(bar, start(bar, marina), find="c1")
    assert typed(again)["line_unit"] == ["8,00"], "what it was last sold for"


def test_a_plan_is_found_with_its_price_and_its_line_sells_it(aurora, bar):
    plan(aurora)
    marina = make_customer(aurora)
    assert "Sócio ANUIDADE · Plano Sócio" in text_of(put(bar, start(bar, marina), find="sóc"))
    form = typed(put(bar, start(bar, marina), find=SKU.lower()))
    assert (form["line_unit"], form["amount"]) == (["120,00"], ["120,00"])
    quote = bar.post(SALES, form)
    assert "1 × Sócio Plano Sócio" in text_of(quote)
    bar.post(COMMIT, fields_of(quote, COMMIT))
    drain_queue("relay")
    assert [each.plan.key for each in current_plans(tenant=aurora.id, customer=marina.id)] == ["socio"]


def test_a_discount_may_be_typed_and_more_than_the_lines_may_not(aurora, bar):
    marina = make_customer(aurora)
    form = typed(put(bar, start(bar, marina), add="C1")) | {"line_unit": ["10,00"], "external_id": ["77"]}
    more = bar.post(SALES, form | {"amount": ["10,01"]})
    assert more.status_code == 422
    assert "Os itens somam R$ 10,00, menos que a venda" in text_of(more)
    assert (typed(more)["line_sku"], typed(more)["amount"], typed(more)["external_id"]) == (["C1"], ["10,01"], ["77"])
    quote = bar.post(SALES, form | {"amount": ["9,00"]})
    assert "Ganha +R$ 4,50" in text_of(quote)


@pytest.mark.parametrize(
    ("quantity", "unit", "said"),
    [("0", "1,00", "de 1 a 9999"), ("x", "1,00", "de 1 a 9999"), ("1", "", "preço de um"), ("1", "12", "os centavos")],
)
def test_a_wrong_line_is_refused_in_words_and_stays(aurora, bar, quantity, unit, said):
    form = typed(put(bar, start(bar, make_customer(aurora)), add="C1")) | {"amount": ["9,00"]}
    refused = bar.post(SALES, form | {"line_quantity": [quantity], "line_unit": [unit]})
    assert refused.status_code == 422
    assert "Confira os itens da venda." in text_of(refused)
    assert said in text_of(refused)
    kept = typed(refused)
    assert (kept["line_quantity"], kept["line_unit"], kept["amount"]) == ([quantity], [unit], ["9,00"])
    assert purchases_page(tenant=aurora.id).items == ()


def test_lines_are_taken_out_and_the_amount_follows_until_it_is_typed(aurora, bar):
    form = typed(put(bar, start(bar, make_customer(aurora)), add="C1")) | {"line_unit": ["8,00"]}
    form = typed(put(bar, form, add="NOVO"))
    assert (form["line_sku"], form["amount"]) == (["C1", "NOVO"], ["8,00"])
    form = typed(put(bar, form | {"line_unit": ["8,00", "2,00"]}, find="nada disso"))
    assert form["amount"] == ["10,00"]
    assert typed(put(bar, form, remove="0"))["amount"] == ["2,00"]
    assert typed(put(bar, form | {"amount": ["7,00"]}, remove="0"))["amount"] == ["7,00"]
    empty = typed(put(bar, typed(put(bar, form, remove="0")), remove="0"))
    assert (empty.get("line_sku"), empty["amount"]) == (None, [""])


def test_enter_in_the_search_sells_nothing(aurora, bar):
    form = start(bar, make_customer(aurora)) | {"amount": "38,50", "find": "bolo"}
    page = bar.post(SALES, form)
    assert "Bolo de fubá B1 · Doces" in text_of(page)
    assert typed(page)["amount"] == ["38,50"]
    assert typed(page)["key"] == [form["key"]]
    assert purchases_page(tenant=aurora.id).items == ()


def test_a_quote_that_is_let_go_keeps_its_lines(aurora, bar):
    form = typed(put(bar, start(bar, make_customer(aurora)), add="C1")) | {"line_unit": ["8,00"]}
    quote = bar.post(SALES, form)
    saved = bar.post("/counter/quotes/", fields_of(quote, COMMIT) | {"balance": "save"})
    assert "1 × Café coado" in text_of(saved)
    back = typed(bar.post(CANCEL, fields_of(saved, COMMIT)))
    assert (back["line_sku"], back["line_unit"], back["amount"]) == (["C1"], ["8,00"], ["8,00"])


def test_more_than_fifty_lines_are_too_many(aurora, bar):
    form = start(bar, make_customer(aurora)) | {"amount": "51,00"}
    rows = {"line_sku": [f"S{n}" for n in range(51)], "line_quantity": ["1"] * 51, "line_unit": ["1,00"] * 51}
    refused = bar.post(SALES, form | rows)
    assert refused.status_code == 422
    assert "São itens demais: até 50." in text_of(refused)


def test_who_may_not_sell_finds_no_articles(aurora, bar):
    stranger = sign_in(aurora, make_member(aurora, "analyst"), None)
    assert stranger.post(LINES, {"customer": str(make_customer(aurora).id), "find": "caf"}).status_code in (302, 403)
