"""Corrections by hand from the dashboard: asking, deciding, and the limits."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from dashboard.brand.forms.base import new_nonce
from programs.selectors import adjustment_limits, adjustments
from smartbis.ledger.selectors import balances
from smartbis.tenancy.selectors import TenantInfo
from tests.dashboard.desk import sign_in
from tests.factories import make_customer

TYPED = {"direction": "give", "unit": "BRL", "amount": "25,00", "reason": "goodwill", "note": ""}


def test_one_rendered_form_adjusts_once(aurora: TenantInfo) -> None:
    client, customer = sign_in(aurora).client, make_customer(aurora)
    page = reverse("dashboard:customer_adjust", args=[customer.id])
    typed = TYPED | {"nonce": new_nonce()}
    for _ in range(2):
        assert client.post(page, typed).headers["Location"] == reverse("dashboard:customer", args=[customer.id])
    assert [(each.unit, each.available) for each in balances(tenant=aurora.id, customer=customer.id)] == [
        ("BRL", 2_500)
    ]
    assert "Cortesia da marca" in client.get(reverse("dashboard:customer", args=[customer.id])).content.decode()
    assert client.post(page, TYPED | {"unit": "points", "amount": "1.500"}).status_code == 302
    assert balances(tenant=aurora.id, customer=customer.id)[1].available == 1_500


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"amount": "25"}, "com os centavos"),
        ({"unit": "points", "amount": "2,5"}, "pontos inteiros"),
        ({"reason": "other"}, "Escreva por que"),
        ({"direction": "take"}, "O saldo do cliente não é suficiente."),
    ],
)
def test_what_cannot_be_says_what_to_change(aurora: TenantInfo, change: dict[str, str], sentence: str) -> None:
    customer = make_customer(aurora)
    page = reverse("dashboard:customer_adjust", args=[customer.id])
    answer = sign_in(aurora).client.post(page, TYPED | change)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert adjustments(tenant=aurora.id).items == ()


def test_a_request_is_decided_by_somebody_else(aurora: TenantInfo, boreal: TenantInfo) -> None:
    owner, attendant, rival = sign_in(aurora), sign_in(aurora, "attendant"), sign_in(boreal)
    customer = make_customer(aurora)
    for amount in ("25,00", "26,00"):
        attendant.client.post(
            reverse("dashboard:customer_adjust", args=[customer.id]), TYPED | {"amount": amount, "nonce": new_nonce()}
        )
    second, first = adjustments(tenant=aurora.id, state="requested").items
    page = reverse("dashboard:adjustments") + "?state=requested"
    assert "Outra pessoa precisa decidir." in attendant.client.get(page).content.decode()
    assert "Aprovar" in owner.client.get(page).content.decode()
    assert customer.name not in rival.client.get(page).content.decode()
    approve = reverse("dashboard:adjustment_approve", args=[first.id])
    assert rival.client.post(approve).status_code == 404
    refused = attendant.client.post(approve, follow=True).content.decode()
    assert "outra pessoa precisa decidir" in refused
    assert "aprovado e lançado" in owner.client.post(approve, follow=True).content.decode()
    assert "já decidiu" in owner.client.post(approve, follow=True).content.decode()
    refuse = reverse("dashboard:adjustment_refuse", args=[second.id])
    owner.client.post(refuse, {"note": "Sem prova"})
    assert "Sem prova" in owner.client.get(reverse("dashboard:adjustments")).content.decode()
    assert balances(tenant=aurora.id, customer=customer.id)[0].available == 2_500


def test_limits_are_the_brands_own(aurora: TenantInfo, boreal: TenantInfo) -> None:
    client = sign_in(aurora).client
    before = adjustment_limits(tenant=boreal.id)
    shown = client.get(reverse("dashboard:adjustment_limits")).content.decode()
    assert 'value="200,00"' in shown
    typed = {"owner_money": "", "manager_money": "300,00", "attendant_money": "0,00", "api_key_money": "0,00"}
    typed |= {"owner_points": "", "manager_points": "10", "attendant_points": "0", "api_key_points": "0"}
    assert client.post(reverse("dashboard:adjustment_limits"), typed).status_code == 302
    limits = adjustment_limits(tenant=aurora.id)
    assert (limits["owner"].money_minor, limits["manager"].money_minor, limits["attendant"].points) == (None, 30_000, 0)
    assert adjustment_limits(tenant=boreal.id) == before


def test_the_list_costs_the_same_however_long(aurora: TenantInfo) -> None:

    client = sign_in(aurora).client
    counts = []
    for _ in range(2):
        for _ in range(3):
            page = reverse("dashboard:customer_adjust", args=[make_customer(aurora).id])
            client.post(page, TYPED | {"nonce": new_nonce()})
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("dashboard:adjustments"))
        counts.append(len(queries))
    assert counts[0] == counts[1]
