"""The gateway goes through heyoo, with time-outs, and says precisely what became of a call."""

import inspect
import logging
from typing import Any

import heyoo
import pytest
from django.db import transaction

from messaging.whatsapp import transport
from messaging.whatsapp.errors import NotReached, OutcomeUnknown, Policy, Refused, policy_for
from messaging.whatsapp.gateway import Credentials, WhatsAppGateway
from messaging.whatsapp.guard import NetworkInsideTransaction
from messaging.whatsapp.payloads import Recipient, text_message
from tests.messaging.graph import Answer, FakeGraph, refusal

PHONE = "+5511987654821"
HELLO = text_message(Recipient(phone=PHONE), "Oi", tracker="t1")


def gateway() -> WhatsAppGateway:
    return WhatsAppGateway(Credentials("100200300", "900", "secret-token"))


def test_heyoo_is_the_synchronous_release() -> None:
    """The unpublished 0.1.3 turns sends into coroutines."""
    assert not inspect.iscoroutinefunction(heyoo.WhatsApp.send_custom_json)
    assert not inspect.iscoroutinefunction(heyoo.WhatsApp.send_message)


def test_send_goes_to_the_host_and_version_of_the_settings(graph: FakeGraph) -> None:
    accepted = gateway().send(HELLO)

    method, path, headers = graph.calls[0]
    assert (method, path) == ("POST", "/v26.0/100200300/messages")
    assert headers["Authorization"] == "Bearer secret-token"
    assert graph.sent == [HELLO]
    assert (accepted.message_id, accepted.wa_id) == ("wamid.1", "5511987654821")


def test_send_passes_through_heyoo(graph: FakeGraph, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[dict[str, Any]] = []
    original = heyoo.WhatsApp.send_custom_json

    def spy(self: heyoo.WhatsApp, data: dict[str, Any], recipient_id: str | None = None) -> Any:
        seen.append(data)
        return original(self, data, recipient_id)

    monkeypatch.setattr(heyoo.WhatsApp, "send_custom_json", spy)
    gateway().send(HELLO)
    assert seen == [HELLO]
    assert seen[0] is not HELLO  # heyoo writes into what it is given


def test_heyoo_logs_neither_number_nor_text(graph: FakeGraph, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    graph.script.append(refusal(131026))
    with pytest.raises(Refused):
        gateway().send(HELLO)
    assert "98765" not in caplog.text


def test_credentials_do_not_show_the_token() -> None:
    assert "secret-token" not in repr(Credentials("1", "2", "secret-token"))
    assert PHONE not in repr(Recipient(phone=PHONE))


@pytest.mark.parametrize(
    ("answer", "code", "policy"),
    [
        (refusal(130429, 429), 130429, Policy.RETRY),
        (refusal(131056), 131056, Policy.RETRY_PAIR),
        (refusal(131026), 131026, Policy.FINAL),
        (refusal(131050), 131050, Policy.OPTED_OUT),
        (refusal(132015), 132015, Policy.TEMPLATE_PAUSED),
        (refusal(190, 401), 190, Policy.CHANNEL_STOPPED),
        (refusal(999999), 999999, Policy.FINAL),
        (refusal(999999, 500), 999999, Policy.RETRY),
        (Answer(502, b"<html>Bad Gateway</html>"), None, Policy.RETRY),
        (Answer(302, b"", headers={"Location": "http://127.0.0.1:1/"}), None, Policy.FINAL),
    ],
)
def test_a_refusal_carries_its_policy(graph: FakeGraph, answer: Answer, code: int | None, policy: Policy) -> None:
    graph.script.append(answer)
    with pytest.raises(Refused) as caught:
        gateway().send(HELLO)
    assert (caught.value.code, caught.value.policy) == (code, policy)


@pytest.mark.parametrize(
    "answer", [Answer(drop=True), Answer(200, b"<html>"), Answer(200, {"messages": []}), Answer(504, b"late")]
)
def test_an_unreadable_end_is_an_unknown_outcome(graph: FakeGraph, answer: Answer) -> None:
    graph.script.append(answer)
    with pytest.raises(OutcomeUnknown):
        gateway().send(HELLO)


def test_a_slow_answer_is_an_unknown_outcome(graph: FakeGraph, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport.TRANSPORT, "timeouts", (0.2, 0.2))
    graph.script.append(Answer(200, {}, delay=0.6))
    with pytest.raises(OutcomeUnknown):
        gateway().send(HELLO)


def test_a_closed_port_was_never_reached(settings: Any) -> None:
    settings.WHATSAPP_GRAPH_URL = "http://127.0.0.1:9"
    with pytest.raises(NotReached):
        gateway().send(HELLO)


def test_no_call_inside_a_transaction(graph: FakeGraph, network: None) -> None:
    with transaction.atomic(), pytest.raises(NetworkInsideTransaction):
        gateway().send(HELLO)
    assert graph.calls == []
    gateway().send(HELLO)
    assert len(graph.calls) == 1


def test_every_code_has_one_policy() -> None:
    assert policy_for(131049) is Policy.WAIT_RECIPIENT
    assert policy_for(204) is Policy.CHANNEL_STOPPED
    assert policy_for(None, http_status=503) is Policy.RETRY
    assert policy_for(None, http_status=404) is Policy.FINAL
