"""Connecting a number: each field is checked with Meta before anything is kept; health; a test of both ways."""

import hmac
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest

from messaging.errors import ChannelNotChecked, ChannelRefused, NobodyWrote
from messaging.models import Channel
from messaging.selectors import channels
from messaging.sending import send_due
from messaging.services import ChannelDraft, check_channel, connect_checked, send_test
from smartbis.kernel.clock import frozen, now
from smartbis.kernel.errors import DomainError
from smartbis.kernel.people import Actor
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo
from tests.messaging.conftest import Line
from tests.messaging.graph import Answer, FakeGraph, refusal
from tests.messaging.hooks import say

OWNER = Actor(kind="staff", role="owner")
DRAFT = ChannelDraft("100200300", "900", "the-token", "the-secret", "the-word")
NUMBER = {
    "id": "100200300",
    "display_phone_number": "+55 11 95555-0000",
    "verified_name": "Café Aurora",
    "quality_rating": "YELLOW",
    "throughput": {"level": "HIGH"},
    "whatsapp_business_manager_messaging_limit": "TIER_2K",
}


@pytest.fixture
def meta(graph: FakeGraph, network: None) -> FakeGraph:
    """A Graph API that knows the number."""
    graph.pages["/100200300"] = Answer(200, NUMBER)
    graph.pages["/phone_numbers"] = Answer(200, {"data": [{"id": "100200300"}, {"id": "100200301"}]})
    return graph


def test_a_number_is_connected_with_what_meta_says_of_it(aurora: TenantInfo, meta: FakeGraph, boreal) -> None:
    info = connect_checked(tenant=aurora.id, draft=DRAFT, actor=OWNER)
    assert (info.display_name, info.verified_name, info.display_phone_number) == (
        "Café Aurora",
        "Café Aurora",
        "+55 11 95555-0000",
    )
    assert (info.quality, info.daily_limit, info.per_second, info.is_subscribed) == ("YELLOW", 2000, 1000, True)
    assert info.checked_at is not None
    assert channels(tenant=aurora.id) == [info]
    assert channels(tenant=boreal.id) == []


def test_the_app_secret_is_proven_and_nothing_secret_is_in_an_address(aurora: TenantInfo, meta: FakeGraph) -> None:
    connect_checked(tenant=aurora.id, draft=DRAFT, actor=OWNER)
    proof = hmac.new(b"the-secret", b"the-token", sha256).hexdigest()
    addresses = [path for _, path, _ in meta.calls]
    assert any(f"appsecret_proof={proof}" in path for path in addresses)
    assert not any(secret in path for path in addresses for secret in ("the-secret", "the-token", "the-word"))
    with tenant_scope(aurora.id):
        row = Channel.objects.get()
    for sealed in (row.token_sealed, row.app_secret_sealed, row.verify_token_sealed):
        assert not any(secret in bytes(sealed) for secret in (b"the-secret", b"the-token", b"the-word"))
    assert "the-token" not in repr(DRAFT)


@pytest.mark.parametrize(
    ("page", "answer", "field"),
    [
        ("/100200300", refusal(190, 401, "Invalid OAuth access token"), "token"),
        ("/100200300", refusal(100, 400, "Object does not exist"), "phone_number_id"),
        ("/phone_numbers", refusal(100, 400, "Object does not exist"), "waba_id"),
        ("/phone_numbers", Answer(200, {"data": [{"id": "777"}]}), "waba_id"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_kept(
    aurora: TenantInfo, meta: FakeGraph, page: str, answer: Answer, field: str
) -> None:
    meta.pages[page] = answer
    with pytest.raises(ChannelRefused) as caught:
        connect_checked(tenant=aurora.id, draft=DRAFT, actor=OWNER)
    assert list(caught.value.errors) == [field]
    assert channels(tenant=aurora.id) == []


def test_a_wrong_app_secret_is_named(aurora: TenantInfo, meta: FakeGraph, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the call that carries the proof is refused."""
    original = meta._answer

    def answer(method: str, path: str, payload: Any) -> Answer:
        asked = [each for _, each, _ in meta.calls][-1]
        if "appsecret_proof" in asked:
            return refusal(100, 400, "Invalid appsecret_proof provided in the API argument")
        return original(method, path, payload)

    monkeypatch.setattr(meta, "_answer", answer)
    with pytest.raises(ChannelRefused) as caught:
        connect_checked(tenant=aurora.id, draft=DRAFT, actor=OWNER)
    assert list(caught.value.errors) == ["app_secret"]
    assert channels(tenant=aurora.id) == []


def test_silence_changes_nothing(aurora: TenantInfo, meta: FakeGraph) -> None:
    meta.pages["/100200300"] = Answer(drop=True)
    with pytest.raises(ChannelNotChecked):
        connect_checked(tenant=aurora.id, draft=DRAFT, actor=OWNER)
    assert channels(tenant=aurora.id) == []


def test_an_address_that_meta_cannot_reach_is_said_and_mended(aurora: TenantInfo, meta: FakeGraph) -> None:
    meta.pages["/subscribed_apps"] = refusal(2200, 400, "Callback verification failed")
    info = connect_checked(tenant=aurora.id, draft=DRAFT, actor=OWNER)
    assert (info.status, info.is_subscribed) == ("live", False)
    del meta.pages["/subscribed_apps"]
    assert check_channel(tenant=aurora.id, channel=info.id, actor=OWNER).is_subscribed is True


def test_health_is_asked_anew(aurora: TenantInfo, meta: FakeGraph) -> None:
    info = connect_checked(tenant=aurora.id, draft=DRAFT, actor=OWNER)
    limit = "whatsapp_business_manager_messaging_limit"
    meta.pages["/100200300"] = Answer(200, NUMBER | {"quality_rating": "RED", limit: "TIER_UNLIMITED"})
    checked = check_channel(tenant=aurora.id, channel=info.id, actor=OWNER)
    assert (checked.quality, checked.daily_limit) == ("RED", 0)
    meta.pages["/100200300"] = refusal(190, 401)
    with pytest.raises(ChannelRefused):
        check_channel(tenant=aurora.id, channel=info.id, actor=OWNER)


def test_another_brands_number_is_not_found(line: Line, boreal) -> None:
    for deed in (check_channel, send_test):
        with pytest.raises(DomainError) as caught:
            deed(tenant=boreal.id, channel=line.channel.id, actor=OWNER)
        assert caught.value.code == "channel_not_found"


def test_an_operator_connects_checks_and_tests_nothing(aurora: TenantInfo, meta: FakeGraph) -> None:
    info = connect_checked(tenant=aurora.id, draft=DRAFT, actor=OWNER)
    operator = replace(OWNER, role="operator")
    for deed in (
        lambda: connect_checked(tenant=aurora.id, draft=DRAFT, actor=operator),
        lambda: check_channel(tenant=aurora.id, channel=info.id, actor=operator),
        lambda: send_test(tenant=aurora.id, channel=info.id, actor=operator),
    ):
        with pytest.raises(DomainError) as caught:
            deed()
        assert caught.value.code == "permission_missing"


def test_a_test_answers_whoever_wrote_last(line: Line, graph: FakeGraph) -> None:
    with pytest.raises(NobodyWrote):
        send_test(tenant=line.tenant, channel=line.channel.id, actor=OWNER)
    say(line, "oi", wa_id="5511911112222")
    send_test(tenant=line.tenant, channel=line.channel.id, actor=OWNER)
    send_due(tenant=line.tenant)
    assert graph.sent[0]["to"] == "+5511911112222"
    assert "recebe e responde" in graph.sent[0]["text"]["body"]
    with frozen(now() + timedelta(hours=25)), pytest.raises(NobodyWrote):
        send_test(tenant=line.tenant, channel=line.channel.id, actor=OWNER)
