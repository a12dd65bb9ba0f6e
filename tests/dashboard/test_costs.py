"""The screen of costs: a month, the rates, and bringing others; what telling many would cost; each message's own."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from messaging.models import Message
from messaging.selectors import rate_card
from messaging.services import queue_message
from smartbis.kernel.clock import now
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo
from tests.dashboard.desk import OWNER, sign_in
from tests.factories import make_customer
from vouchers.infos import CouponDraft
from vouchers.services import create_coupon

HEAD = "effective_from,country,category,currency,price,source\n"
BILLED = {"billable": True, "category": "utility", "type": "regular", "pricing_model": "PMP"}


def page(month: str = "") -> str:
    return reverse("dashboard:costs") + (f"?month={month}" if month else "")


def card(text: str) -> dict[str, Any]:
    return {"file": SimpleUploadedFile("tabela.csv", text.encode(), "text/csv")}


def sent(brand: TenantInfo, pricing: Any = BILLED) -> None:
    customer = make_customer(brand)
    parameters = {"first_name": "Ana", "brand": brand.name}
    row = queue_message(
        tenant=brand.id, customer=customer.id, template="welcome", parameters=parameters, cause=f"c:{customer.id}"
    )
    with tenant_scope(brand.id):
        given = {"status": "delivered", "reason": "", "due_at": None, "sent_at": now(), "country": "BR"}
        Message.objects.filter(id=row.id).update(**given, pricing=pricing)


def test_an_empty_month_says_so_and_shows_the_rates(aurora: TenantInfo) -> None:
    shown = sign_in(aurora).client.get(page()).content.decode()
    for words in ("Nenhuma mensagem saiu neste mês", "US$\xa00,0625", "fontes secundárias", "Guardar tabela"):
        assert words in shown


def test_a_months_messages_are_added_up_for_this_brand_alone(aurora: TenantInfo, boreal: TenantInfo) -> None:
    sent(aurora)
    sent(boreal)
    shown = sign_in(aurora).client.get(page()).content.decode()
    assert shown.count("US$\xa00,0068") >= 3  # the sum, the category, the automation, the rate
    assert "US$\xa00,0136" not in shown
    assert "Boas-vindas" in shown
    listed = sign_in(aurora, "manager").client.get(reverse("dashboard:messages")).content.decode()
    assert "US$\xa00,0068" in listed


def test_a_message_that_was_not_billed_says_so(aurora: TenantInfo) -> None:
    sent(aurora, BILLED | {"billable": False})
    assert "sem custo" in sign_in(aurora).client.get(reverse("dashboard:messages")).content.decode()


def test_a_card_is_brought_and_holds_for_this_brand(aurora: TenantInfo, boreal: TenantInfo) -> None:
    answer = sign_in(aurora).client.post(page(), card(HEAD + "2026-01-01,BR,utility,BRL,0.05,contrato\n"))
    assert (answer.status_code, answer.headers["Location"]) == (302, page())
    today = now().date()
    prices = [rate_card(tenant=each.id).price("BR", "utility", today) for each in (aurora, boreal)]
    assert [(each.currency, each.micros) for each in prices if each] == [("BRL", 50_000), ("USD", 6_800)]
    assert "Tabela da marca" in sign_in(aurora, "manager").client.get(page()).content.decode()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a;b", "Falta a coluna effective_from"),
        (HEAD + "2026-01-01,BR,utility,BRL,caro,x", "Linha 2: o valor de price"),
        (HEAD, "O arquivo não traz nenhum preço"),
    ],
)
def test_a_card_that_cannot_be_read_says_where_and_changes_nothing(aurora: TenantInfo, text: str, words: str) -> None:
    answer = sign_in(aurora).client.post(page(), card(text))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    found = rate_card(tenant=aurora.id).price("BR", "utility", now().date())
    assert found is not None
    assert found.micros == 6_800


def test_who_only_reads_finds_no_form_and_loads_nothing(aurora: TenantInfo) -> None:
    client = sign_in(aurora, "analyst").client
    assert "Guardar tabela" not in client.get(page()).content.decode()
    assert client.post(page(), card(HEAD + "2026-01-01,BR,utility,BRL,9,x")).status_code == 403


def test_an_order_of_vouchers_shows_what_telling_would_cost(aurora: TenantInfo, boreal: TenantInfo) -> None:
    for brand in (aurora, aurora, boreal):
        make_customer(brand)
    coupon = create_coupon(
        tenant=aurora.id, draft=CouponDraft(name="Dez reais", kind="amount", value_minor=1_000), actor=OWNER
    )
    shown = sign_in(aurora).client.get(reverse("dashboard:issuance_new", args=[coupon.id])).content.decode()
    assert "Quanto custa avisar" in shown
    assert "Todos os clientes" in shown
