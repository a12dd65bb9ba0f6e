"""Sales that a till kept without a line: taken in once with their real time, or answered with what to do."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import BrowserContext, Page, expect

from smartbis.customers.selectors import find_customer
from smartbis.kernel.clock import now
from smartbis.purchases.selectors import purchases_page
from tests.counter.conftest import sign_in
from tests.factories import make_customer, make_member, store_of
from tests.programs.conftest import make_cashback
from tests.programs.earning import opened
from tests.vouchers.shop import available

QUEUE = "/counter/queue/"
# Until the till's worker runs this page, and has kept the one for when there is no line.
READY_WITHOUT_A_LINE = """async () => {
  const kept = () => caches.match("/counter/offline/", { ignoreVary: true });
  while (!navigator.serviceWorker.controller || !(await kept())) await new Promise((done) => setTimeout(done, 50));
}"""


def kept(brand: Any, key: str, **more: Any) -> dict[str, Any]:
    at = now() - timedelta(hours=2)
    return {"key": key, "store": str(store_of(brand).id), "amount_minor": 3850, "at": at.isoformat(), **more}


def sent(till: Any, *sales: dict[str, Any]) -> list[dict[str, str]]:
    answer = till.post(QUEUE, json.dumps({"sales": sales}), content_type="application/json")
    assert answer.status_code == 200
    return list(answer.json()["results"])


def sales_of(brand: Any) -> Any:
    return purchases_page(tenant=brand.id).items


def test_kept_sales_are_recorded_once_with_their_time(aurora, boreal, till):
    opened(aurora, {}, name="Desde o ano passado")
    marina = make_customer(aurora, phone="+5511976540001")
    first = kept(aurora, "0123456789AB", phone="(11) 97654-0001")
    second = kept(aurora, "0123456789AC", amount_minor=1000)
    for _ in range(2):
        told = sent(till, first, second)
        assert [(each["key"], each["state"]) for each in told] == [("0123456789AB", "done"), ("0123456789AC", "done")]
        assert told[0]["text"].replace("\xa0", " ") == "Registrada. +R$ 3,85"
    two, one = sorted(sales_of(aurora), key=lambda each: each.amount_minor)
    assert (one.external_id, one.customer_id) == ("B-012345-6789AB", marina.id)
    assert one.occurred_at.isoformat() == first["at"]
    assert (two.customer_id, available(aurora, marina)) == (None, 385)
    assert sales_of(boreal) == ()


def test_each_refused_sale_says_what_to_do_and_holds_back_no_other(aurora, boreal, till):
    told = sent(
        till,
        kept(aurora, "0123456789AB", phone="11976549999"),
        kept(aurora, "0123456789AC", phone="1197654"),
        kept(boreal, "0123456789AD"),
        kept(aurora, "0123456789AE", at=(now() + timedelta(hours=1)).isoformat()),
        kept(aurora, "0123456789AF", amount_minor=0),
        kept(aurora, "0123456789AG"),
    )
    assert [each["state"] for each in told] == ["refused"] * 5 + ["done"]
    assert "escreva o nome para cadastrar" in told[0]["text"]
    assert "O telefone não está completo" in told[1]["text"]
    assert "outra loja" in told[2]["text"]
    assert "relógio" in told[3]["text"]
    assert [sale.external_id for sale in sales_of(aurora)] == ["B-012345-6789AG"]
    assert sales_of(boreal) == ()
    sent(till, kept(boreal, "0123456789AH", phone="11976548888", name="Rui Prado"))
    assert find_customer(tenant=aurora.id, phone="+5511976548888") is None, (
        "nobody is enrolled for a store out of reach"
    )
    again = sent(till, kept(aurora, "0123456789AB", phone="11976549999", name="Lia Andrade"))
    assert again[0]["state"] == "done"
    person = find_customer(tenant=aurora.id, phone="+5511976549999")
    assert person is not None
    assert person.name == "Lia Andrade"


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'{"sales": 5}', b'{"sales": ["x"]}', b'{"sales": [' + b"{}," * 100 + b"{}]}"]
)
def test_what_is_no_list_of_sales_is_refused(aurora, till, body):
    assert till.post(QUEUE, body, content_type="application/json").status_code == 400


@pytest.fixture
def counter(aurora: Any, live_server: Any, context: BrowserContext) -> Page:
    """An operator's browser in front of the till."""
    make_cashback(aurora)
    client = sign_in(aurora, make_member(aurora, "operator"))
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
    context.set_extra_http_headers({"Accept-Language": "pt-BR"})
    page = context.new_page()
    page.goto(f"{live_server.url}/counter/")
    return page


def keep_sale(page: Page, digits: str, phone: str = "") -> None:
    page.locator("#offline-amount").press_sequentially(digits)
    page.locator("#offline-phone").fill(phone)
    page.locator("#offline-keep").click()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_browser_sells_twice_without_a_line_and_both_are_recorded_once(aurora, boreal, counter, context):
    marina = make_customer(aurora, phone="+5511976540001")
    expect(counter.locator("#till-query")).to_be_focused()
    context.set_offline(True)
    expect(counter.locator("#offline")).to_be_visible()
    expect(counter.locator("#offline")).to_contain_text("Vouchers e saldo precisam da internet")
    keep_sale(counter, "3850", "11 97654-0001")
    keep_sale(counter, "1000", "11 97654-9999")
    rows = counter.locator("[data-offline-list] li")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("Espera a internet")
    assert sales_of(aurora) == ()
    context.set_offline(False)
    expect(rows.first).to_contain_text("Registrada", timeout=15_000)
    expect(rows.last).to_contain_text("escreva o nome para cadastrar")
    rows.last.get_by_role("button", name="Corrigir").click()
    counter.locator("#offline-name").fill("Lia Andrade")
    counter.locator("#offline-keep").click()
    expect(rows.last).to_contain_text("Registrada", timeout=15_000)
    counter.reload()
    expect(counter.locator("[data-offline-open]")).to_be_hidden()
    sales = sales_of(aurora)
    assert sorted(each.amount_minor for each in sales) == [1000, 3850]
    assert all(re.fullmatch("B-[0-9A-Z]{6}-[0-9A-Z]{6}", each.external_id) for each in sales)
    assert (available(aurora, marina), sales_of(boreal)) == (770, ())


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_till_that_is_reloaded_without_a_line_still_sells_and_sends_in_order(aurora, boreal, counter, context):
    marina = make_customer(aurora, phone="+5511976540001")
    counter.evaluate(READY_WITHOUT_A_LINE)
    context.set_offline(True)
    counter.reload()
    expect(counter.locator("#offline")).to_be_visible()
    expect(counter.locator("#till")).to_be_hidden()
    assert counter.evaluate("getComputedStyle(document.querySelector('.till__bar')).display") == "flex"
    keep_sale(counter, "3850", "11 97654-0001")
    keep_sale(counter, "1000", "11 97654-0001")
    rows = counter.locator("[data-offline-list] li")
    expect(rows).to_have_count(2)
    counter.reload()  # and once more: what was kept is on the disk
    expect(rows).to_have_count(2)
    keep_sale(counter, "500")
    expect(rows).to_have_count(3)
    assert sales_of(aurora) == ()
    context.set_offline(False)
    for number in range(3):
        expect(rows.nth(number)).to_contain_text("Registrada", timeout=15_000)
    counter.reload()
    expect(counter.locator("#till-query")).to_be_focused()
    recorded = sorted(sales_of(aurora), key=lambda each: each.id)
    assert [each.amount_minor for each in recorded] == [3850, 1000, 500]
    assert [each.occurred_at for each in recorded] == sorted(each.occurred_at for each in recorded)
    assert (available(aurora, marina), sales_of(boreal)) == (970, ())
