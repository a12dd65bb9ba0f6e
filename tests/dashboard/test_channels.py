"""The screen of the brand's numbers: connecting, health, the test."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse

from messaging.breakers import BILLING_CODE, PAID, note_stop
from messaging.models import Channel
from messaging.selectors import channels
from messaging.whatsapp.guard import tolerating_test_transaction
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo
from tests.dashboard.desk import sell, sign_in, with_program
from tests.messaging import graph as fake

GIVEN = {
    "phone_number_id": "100200300",
    "waba_id": "900",
    "token": "the-token",
    "app_secret": "the-secret",
    "verify_token": "the-word",
    "display_name": "Balcão",
}


@pytest.fixture
def meta(settings: Any, db: None) -> Iterator[fake.FakeGraph]:
    with fake.running() as server, tolerating_test_transaction(len(connection.atomic_blocks)):
        settings.WHATSAPP_GRAPH_URL = server.url
        server.pages["/100200300"] = fake.Answer(
            200, {"display_phone_number": "+55 11 95555-0000", "verified_name": "Aurora", "quality_rating": "GREEN"}
        )
        server.pages["/phone_numbers"] = fake.Answer(200, {"data": [{"id": "100200300"}]})
        yield server


def page() -> str:
    return reverse("dashboard:channel")


def test_a_number_is_connected_and_shown(aurora: TenantInfo, boreal: TenantInfo, meta: fake.FakeGraph) -> None:
    client = sign_in(aurora).client
    answer = client.post(page(), GIVEN, follow=True)
    shown = answer.content.decode()
    for words in ("Balcão", "+55 11 95555-0000", "qualidade alta", "avisos dela chegam aqui", "Enviar um teste"):
        assert words in shown
    for secret in ("the-token", "the-secret", "the-word"):
        assert secret not in shown
    assert channels(tenant=boreal.id) == []


@pytest.mark.parametrize(
    ("path", "answer", "words"),
    [
        ("/100200300", fake.refusal(190, 401), "não aceita este token"),
        ("/100200300", fake.refusal(100, 400), "não abre este número"),
        ("/phone_numbers", fake.Answer(200, {"data": []}), "não é desta conta"),
        ("/100200300", fake.Answer(drop=True), "A Meta não respondeu"),
    ],
)
def test_a_wrong_field_is_said_beside_it(
    aurora: TenantInfo, meta: fake.FakeGraph, path: str, answer: fake.Answer, words: str
) -> None:
    meta.pages[path] = answer
    response = sign_in(aurora).client.post(page(), GIVEN)
    assert response.status_code == 422
    assert words in response.content.decode()
    assert channels(tenant=aurora.id) == []


def test_health_is_asked_and_trouble_is_said(aurora: TenantInfo, boreal: TenantInfo, meta: fake.FakeGraph) -> None:
    client = sign_in(aurora).client
    client.post(page(), GIVEN)
    (info,) = channels(tenant=aurora.id)
    check = reverse("dashboard:channel_check", args=[info.id])
    meta.pages["/subscribed_apps"] = fake.refusal(2200, 400)
    assert client.post(check).status_code == 302
    with tenant_scope(aurora.id):
        Channel.objects.update(is_subscribed=False, notice="flagged", quality="RED", daily_limit=250)
    shown = client.get(page()).content.decode()
    for words in ("não entrega os avisos aqui", "qualidade baixa", "marcou o número", "250"):
        assert words in shown
    assert sign_in(boreal).client.post(check).status_code == 404
    with tenant_scope(aurora.id):
        assert Channel.objects.get().notice == "flagged"


def test_the_test_asks_for_a_message_first(aurora: TenantInfo, meta: fake.FakeGraph) -> None:
    client = sign_in(aurora).client
    client.post(page(), GIVEN)
    (info,) = channels(tenant=aurora.id)
    answer = client.post(reverse("dashboard:channel_test", args=[info.id]), follow=True)
    assert "Mande primeiro um" in answer.content.decode()


def test_who_only_reads_sees_health_and_no_buttons(aurora: TenantInfo, meta: fake.FakeGraph) -> None:
    sign_in(aurora).client.post(page(), GIVEN)
    client = sign_in(aurora, "analyst").client
    shown = client.get(page()).content.decode()
    assert "qualidade alta" in shown
    assert "Conferir com a Meta" not in shown
    (info,) = channels(tenant=aurora.id)
    for name in ("channel_check", "channel_test"):
        assert client.post(reverse(f"dashboard:{name}", args=[info.id])).status_code == 403


def at_work(brand: TenantInfo) -> None:
    """A brand that has a programme and a sale: its overview says what to do next."""
    with_program(brand)
    sell(brand, None)


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("code_190", "trocar as credenciais"),
        ("code_131031", "bloqueou a conta"),
        ("code_133010", "não está registrado"),
        ("code_131063", "(131063)"),
        ("account_disabled", "até ela a reativar"),
    ],
)
def test_why_a_number_stopped_is_said_with_what_to_do(
    aurora: TenantInfo, boreal: TenantInfo, meta: fake.FakeGraph, reason: str, words: str
) -> None:
    desk, other = sign_in(aurora), sign_in(boreal)
    for brand in (aurora, boreal):
        at_work(brand)
    desk.client.post(page(), GIVEN)
    with tenant_scope(aurora.id):
        Channel.objects.update(status="stopped", stop_reason=reason)
    assert words in desk.client.get(page()).content.decode()
    assert "está parado" in desk.client.get(reverse("dashboard:overview")).content.decode()
    assert "está parado" not in other.client.get(reverse("dashboard:overview")).content.decode()


def test_unpaid_bills_are_said_until_they_are_set_right(
    aurora: TenantInfo, boreal: TenantInfo, meta: fake.FakeGraph
) -> None:
    desk = sign_in(aurora)
    at_work(aurora)
    desk.client.post(page(), GIVEN)
    (info,) = channels(tenant=aurora.id)
    with tenant_scope(aurora.id):
        note_stop(aurora.id, info.id, PAID, BILLING_CODE)
    assert "pagamento da conta na Meta" in desk.client.get(page()).content.decode()
    assert "pagamento do WhatsApp" in desk.client.get(reverse("dashboard:overview")).content.decode()
    desk.client.post(reverse("dashboard:channel_check", args=[info.id]))
    assert "pagamento da conta na Meta" not in desk.client.get(page()).content.decode()
