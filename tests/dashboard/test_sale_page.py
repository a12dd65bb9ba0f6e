"""The page of a sale: what it earned, what a limit cut, and why not more."""

from django.urls import reverse

from smartbis.tenancy.selectors import TenantInfo
from tests.dashboard.desk import sell, sign_in
from tests.factories import make_customer
from tests.programs.earning import opened

WINE = {"key": "wine", "name": "Semana do vinho", "when": {"products": ["wine"]}}


def test_the_page_says_what_each_rule_gave_and_why_the_others_did_not(aurora: TenantInfo) -> None:
    opened(aurora, {"key": "base", "limits": {"per_purchase": 500}}, WINE)
    sale = sell(aurora, make_customer(aurora).id)
    page = sign_in(aurora, "analyst").client.get(reverse("dashboard:purchase", args=[sale])).content.decode()
    assert "O máximo por compra cortou." in page
    assert "Semana do vinho" in page
    assert "A venda não tem os produtos da regra." in page


def test_the_page_speaks_english_too(aurora: TenantInfo) -> None:
    opened(aurora, WINE)
    sale = sell(aurora, make_customer(aurora).id)
    page = sign_in(aurora).client.get(reverse("dashboard:purchase", args=[sale]), headers={"Accept-Language": "en"})
    text = page.content.decode()
    assert "No rule of this programme applied to this sale." in text
    assert "The sale has none of the rule&#x27;s products." in text


def test_another_brands_rules_are_never_on_it(aurora: TenantInfo, boreal: TenantInfo) -> None:
    opened(aurora, {"key": "base"}), opened(boreal, WINE)
    own, theirs = sell(aurora, make_customer(aurora).id), sell(boreal, make_customer(boreal).id)
    client = sign_in(aurora).client
    assert "Semana do vinho" not in client.get(reverse("dashboard:purchase", args=[own])).content.decode()
    assert client.get(reverse("dashboard:purchase", args=[theirs])).status_code == 404
