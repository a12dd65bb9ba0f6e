"""WhatsApp's webhook over HTTP: the handshake, signed bodies, and what is turned away."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import translation

from messaging.errors import WebhookNotSigned
from messaging.models import WebhookPayload
from messaging.services import MAX_BODY_BYTES
from messaging.whatsapp.guard import tolerating_test_transaction
from messaging.whatsapp.signature import signature_of
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo
from tests.api.problems import problem
from tests.messaging import graph as fake
from tests.messaging.conftest import APP_SECRET, VERIFY_TOKEN, Line, open_line


@pytest.fixture
def line(aurora: TenantInfo, settings: Any) -> Iterator[Line]:
    """Aurora's channel."""
    with fake.running() as graph, tolerating_test_transaction(len(connection.atomic_blocks)):
        settings.WHATSAPP_GRAPH_URL = graph.url
        yield open_line(aurora)


def path_of(line: Line) -> str:
    """The address that Meta is told."""
    return f"/webhooks/whatsapp/{line.channel.public_id}/"


def signed_post(line: Line, raw: bytes, secret: str = f"{APP_SECRET}-aurora") -> Any:
    """One body as Meta sends it, with CSRF checks on as in production."""
    return Client(enforce_csrf_checks=True).post(
        path_of(line), raw, content_type="application/json", headers={"X-Hub-Signature-256": signature_of(raw, secret)}
    )


def kept(brand: TenantInfo) -> int:
    """How many bodies are kept."""
    with tenant_scope(brand.id):
        return WebhookPayload.objects.count()


def test_the_address_in_the_channel_is_ours(line: Line) -> None:
    assert line.channel.webhook_url == f"http://testserver{path_of(line)}"


def test_the_handshake_echoes_the_challenge(line: Line) -> None:
    asked = {"hub.mode": "subscribe", "hub.verify_token": VERIFY_TOKEN, "hub.challenge": "<b>1158201444</b>"}
    answer = Client().get(path_of(line), asked)
    assert (answer.status_code, answer.content) == (200, b"<b>1158201444</b>")
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("change", [{"hub.mode": "x"}, {"hub.verify_token": "wrong"}, {"hub.verify_token": "é\ud7ff"}])
def test_a_wrong_handshake_is_403(line: Line, change: dict[str, str]) -> None:
    asked = {"hub.mode": "subscribe", "hub.verify_token": VERIFY_TOKEN, "hub.challenge": "1"} | change
    problem(Client().get(path_of(line), asked), 403, "webhook_verify_token_invalid")


def test_a_signed_body_is_kept_once(aurora: TenantInfo, line: Line) -> None:
    raw = json.dumps({"object": "whatsapp_business_account", "entry": []}).encode()
    for _ in range(2):
        answer = signed_post(line, raw)
        assert (answer.status_code, answer.content) == (200, b"")
    assert kept(aurora) == 1


@pytest.mark.parametrize("raw", [b"", b"\xff\x00", b"not json", b"[" * 10_000])
def test_odd_bodies_that_are_signed_are_taken(aurora: TenantInfo, line: Line, raw: bytes) -> None:
    """What it means is the worker's matter: Meta would only send it again."""
    assert signed_post(line, raw).status_code == 200
    assert kept(aurora) == 1


def test_a_forged_body_changes_nothing(aurora: TenantInfo, line: Line) -> None:
    problem(signed_post(line, b"{}", "wrong"), 403, "webhook_signature_invalid")
    problem(Client().post(path_of(line), b"{}", content_type="application/json"), 403, "webhook_signature_invalid")
    assert kept(aurora) == 0


def test_an_oversized_body_is_413_before_it_is_read(aurora: TenantInfo, line: Line) -> None:
    problem(signed_post(line, b"x" * (MAX_BODY_BYTES + 1)), 413, "body_too_large")
    assert kept(aurora) == 0


def test_an_unknown_channel_is_404(db: None) -> None:
    problem(Client().get("/webhooks/whatsapp/nothing/"), 404, "channel_not_found")
    problem(
        Client().post("/webhooks/whatsapp/nothing/", b"{}", content_type="application/json"), 404, "channel_not_found"
    )


def test_other_methods_are_405(line: Line) -> None:
    assert Client().put(path_of(line), b"{}", content_type="application/json").status_code == 405


def test_an_address_of_no_text_is_not_found(client: Client, db: None) -> None:
    for method in (client.get, client.post):
        assert method("/webhooks/whatsapp/a%00b/").status_code == 404


def test_a_post_goes_past_all_that_only_people_need(line: Line) -> None:
    with translation.override("en"):  # what a request before it left behind in this thread
        refused = problem(signed_post(line, b"{}", secret="wrong"), 403, WebhookNotSigned.code)
        with translation.override("pt-br"):
            assert refused["title"] == WebhookNotSigned().sentence
        assert translation.get_language() == "en"
    kept_it = signed_post(line, b"{}")
    assert kept_it.status_code == 200
    assert set(kept_it.headers) & {"Set-Cookie", "Content-Language", "Content-Security-Policy", "Vary"} == set()
    assert {"X-Request-Id", "X-Content-Type-Options"} <= set(kept_it.headers)


def test_an_address_that_is_none_is_answered_by_the_others(line: Line) -> None:
    assert (
        Client().post(path_of(line).rstrip("/") + "/more/", b"{}", content_type="application/json").status_code == 404
    )
