"""Lists and reports: what they show, their empty states, and what they cost."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from smartbis.tenancy.selectors import TenantInfo
from smartbis.tenancy.services import add_store
from tests.dashboard.desk import sell, sign_in, with_program
from tests.factories import make_customer, store_of

EMPTY = {
    "customers": "Nenhum cliente ainda",
    "purchases": "Nenhuma venda ainda",
    "programs": "Nenhum programa ainda",
    "coupons": "Nenhum cupom ainda",
    "messages": "Nenhuma mensagem ainda",
    "templates": "Vão à Meta quando um número de WhatsApp for ligado",
    "channel": "Nenhum número ligado",
    "reports": "Nada aconteceu neste período",
    "imports": "Nenhum arquivo importado ainda",
    "keys": "Nenhuma chave ainda",
    "ledger_liability": "Ninguém ganhou nada ainda",
    "ledger_closes": "Nenhum dia fechado ainda",
    "overview": "Até a primeira venda premiada",
}


@pytest.mark.parametrize("page", EMPTY)
def test_an_empty_page_says_why_and_what_next(aurora: TenantInfo, page: str) -> None:
    assert EMPTY[page] in sign_in(aurora).client.get(reverse(f"dashboard:{page}")).content.decode()


@pytest.mark.parametrize(
    ("page", "asked", "words"),
    [
        ("customers", {"search": "Zzz"}, "Ninguém encontrado para"),
        ("purchases", {"status": "cancelled"}, "Nenhuma venda com estes filtros"),
        ("messages", {"status": "failed"}, "Nenhuma mensagem com estes filtros"),
    ],
)
def test_a_filter_that_finds_nothing_says_so(aurora: TenantInfo, page: str, asked: dict[str, str], words: str) -> None:
    sell(aurora, make_customer(aurora).id)
    assert words in sign_in(aurora).client.get(reverse(f"dashboard:{page}"), asked).content.decode()


def test_a_search_answers_htmx_with_the_rows_alone(aurora: TenantInfo) -> None:
    make_customer(aurora, "Marina Souza")
    make_customer(aurora, "Paulo Lima")
    answer = sign_in(aurora).client.get(
        reverse("dashboard:customers"), {"search": "mari"}, headers={"HX-Request": "true", "HX-Target": "customers"}
    )
    page = answer.content.decode()
    assert "Marina Souza" in page
    assert "Paulo Lima" not in page
    assert "<html" not in page
    assert "HX-Request" in answer.headers["Vary"]


@pytest.mark.parametrize("page", ["customers", "purchases"])
def test_a_list_costs_the_same_for_two_rows_and_for_twelve(aurora: TenantInfo, page: str) -> None:
    with_program(aurora)
    client = sign_in(aurora).client
    for number in range(2):
        sell(aurora, make_customer(aurora).id, number=f"a{number}")
    few = _queries(client, page)
    for number in range(10):
        sell(aurora, make_customer(aurora).id, number=f"b{number}")
    assert _queries(client, page) == few


def test_pages_follow_each_other_by_cursor(aurora: TenantInfo) -> None:
    customer = make_customer(aurora)
    for number in range(51):
        sell(aurora, customer.id, number=f"n{number}")
    client = sign_in(aurora).client
    first = client.get(reverse("dashboard:purchases")).content.decode()
    following = first.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    second = client.get(following).content.decode()
    assert second.count("<tr>") == 2
    assert client.get(reverse("dashboard:purchases"), {"cursor": "nonsense"}).status_code == 404


def test_the_report_as_a_file_has_no_cell_that_a_spreadsheet_would_run(aurora: TenantInfo) -> None:
    store = add_store(tenant=aurora.id, code="x", name='=HYPERLINK("http://x")')
    sell(aurora, make_customer(aurora).id, 12_990, store=store.id)
    answer = sign_in(aurora).client.get(reverse("dashboard:reports"), {"format": "csv"})
    text = answer.content.decode("utf-8-sig")
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert "'=HYPERLINK" in text
    assert "\n=HYPERLINK" not in text
    assert ";129,90;" in text


def test_a_sale_explains_each_cent_of_what_it_earned(aurora: TenantInfo) -> None:
    with_program(aurora)
    sale = sell(aurora, make_customer(aurora).id, 3_990)
    page = sign_in(aurora).client.get(reverse("dashboard:purchase", args=[sale])).content.decode()
    assert "20% de cashback em cada compra" in page
    assert "R$\u00a07,98" in page


def test_the_timeline_tells_sale_and_award_in_english_too(aurora: TenantInfo) -> None:
    with_program(aurora)
    customer = make_customer(aurora)
    sell(aurora, customer.id)
    client = sign_in(aurora).client
    client.cookies["django_language"] = "en"
    page = client.get(reverse("dashboard:customer", args=[customer.id])).content.decode()
    assert "Joined the programme" in page
    assert "Comprou" not in page
    assert store_of(aurora).name in page


def _queries(client: Any, page: str) -> int:
    with CaptureQueriesContext(connection) as counted:
        assert client.get(reverse(f"dashboard:{page}")).status_code == 200
    return len(counted)
