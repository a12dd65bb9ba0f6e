"""What Meta tells of templates takes effect."""

from messaging.models import Message, Template
from messaging.sending import send_due
from messaging.services import (
    queue_message,
)
from smartbis.tenancy.scope import tenant_scope
from tests.messaging.conftest import Line, enrol
from tests.messaging.graph import FakeGraph, refusal
from tests.messaging.hooks import WELCOME, body_of, deliver, say, sent_message, status


def test_an_approval_releases_what_waited_for_it(line: Line, graph: FakeGraph) -> None:
    with tenant_scope(line.tenant):
        Template.objects.update(status="PENDING")
    customer = enrol(line.tenant)
    message = queue_message(
        tenant=line.tenant, customer=customer.id, template="welcome", parameters=WELCOME, cause="c:1"
    )
    assert message.reason == "template_not_approved"
    value = {
        "event": "APPROVED",
        "message_template_id": 1,
        "message_template_name": "welcome",
        "message_template_language": "pt_BR",
        "reason": "NONE",
    }
    deliver(line, body_of(line, {"field": "message_template_status_update", "value": value}))
    send_due(tenant=line.tenant)
    assert status(line, message) == "accepted"


def test_the_same_news_again_at_another_time_is_news(line: Line) -> None:
    """Paused, approved, paused, approved: the second approval is no repeat of the first."""
    for at, event in enumerate(("APPROVED", "PAUSED", "APPROVED", "PAUSED", "APPROVED")):
        _tell(line, event, 1_900_000_000 + at)
        _tell(line, event, 1_900_000_000 + at)
        assert _status_of_welcome(line) == event


def test_news_that_were_overtaken_change_nothing(line: Line) -> None:
    _tell(line, "APPROVED", 1_900_000_010)
    _tell(line, "PAUSED", 1_900_000_009)
    assert _status_of_welcome(line) == "APPROVED"
    _tell(line, "PAUSED", 1_900_000_011)
    assert _status_of_welcome(line) == "PAUSED"


def _tell(line: Line, event: str, at: int) -> None:
    value = {"event": event, "message_template_name": "welcome", "message_template_language": "pt_BR"}
    deliver(line, body_of(line, {"field": "message_template_status_update", "value": value}, time=at))


def _status_of_welcome(line: Line) -> str:
    with tenant_scope(line.tenant):
        return Template.objects.get(key="welcome", language="pt_BR").status


def test_a_recategorised_template_is_noted(line: Line) -> None:
    value = {"message_template_name": "welcome", "message_template_language": "pt_BR", "new_category": "MARKETING"}
    deliver(line, body_of(line, {"field": "template_category_update", "value": value}))
    with tenant_scope(line.tenant):
        assert Template.objects.get(key="welcome", language="pt_BR").category == "marketing"


def test_a_scripted_refusal_helper_is_metas_shape() -> None:
    assert refusal(131026).body["error"]["code"] == 131026


def test_message_rows_of_both_directions(line: Line) -> None:
    sent_message(line)
    say(line, "Oi")
    with tenant_scope(line.tenant):
        assert set(Message.objects.values_list("direction", "status")) == {("out", "accepted"), ("in", "received")}
