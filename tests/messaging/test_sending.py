"""The send loop: claimed, committed, called outside of any transaction, recorded; never blindly repeated."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from messaging import sending
from messaging.claiming import claim
from messaging.models import Channel, Message, Template
from messaging.records import Outcome, record_outcomes
from messaging.selectors import get_message, message_counts
from messaging.sending import send_due
from messaging.services import queue_message, queue_sign_in_code
from messaging.whatsapp.gateway import Accepted
from smartbis.customers.selectors import allows, contact_of
from smartbis.customers.services import record_consent
from smartbis.kernel.clock import frozen, now
from smartbis.kernel.people import SYSTEM
from smartbis.outbox.brands import set_brand_status
from smartbis.outbox.work import drain_queue
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo
from tests.messaging.conftest import Line, enrol
from tests.messaging.graph import Answer, FakeGraph, refusal

WELCOME = {"first_name": "Ana", "brand": "Café Aurora"}


def queued(line: Line, customer=None, cause="c:1"):
    customer = customer or enrol(line.tenant)
    return queue_message(tenant=line.tenant, customer=customer.id, template="welcome", parameters=WELCOME, cause=cause)


def state(line: Line, message) -> tuple[str, str]:
    info = get_message(tenant=line.tenant, message=message.id)
    return info.status, info.reason


def test_a_due_message_is_sent_and_its_id_kept(line: Line, graph: FakeGraph) -> None:
    message = queued(line)
    assert send_due(tenant=line.tenant) is False

    assert state(line, message) == ("accepted", "")
    (sent,) = graph.sent
    assert sent["to"] == "+5511987654821"
    assert sent["biz_opaque_callback_data"] == str(message.id)
    assert sent["template"]["name"] == "welcome"
    assert sent["template"]["language"] == {"code": "pt_BR"}
    send_due(tenant=line.tenant)
    assert len(graph.sent) == 1


def test_the_token_of_the_tenant_is_used(line: Line, graph: FakeGraph) -> None:
    queued(line)
    send_due(tenant=line.tenant)
    path, headers = next((path, headers) for _, path, headers in graph.calls if path.endswith("/messages"))
    assert path == "/v26.0/100200300/messages"
    assert headers["Authorization"] == "Bearer token-of-aurora"


def test_metas_form_of_the_number_is_learnt_and_used(line: Line, graph: FakeGraph) -> None:
    """A Brazilian account may be known without its ninth digit."""
    customer = enrol(line.tenant)
    graph.script.append(Answer(200, {"contacts": [{"wa_id": "551187654821"}], "messages": [{"id": "wamid.x"}]}))
    queued(line, customer)
    send_due(tenant=line.tenant)
    assert contact_of(tenant=line.tenant, customer=customer.id).wa_id == "551187654821"

    queued(line, customer, cause="c:2")
    send_due(tenant=line.tenant)
    assert graph.sent[-1]["to"] == "+551187654821"


def test_sign_in_codes_go_first_and_are_wiped(line: Line, graph: FakeGraph) -> None:
    queued(line)
    code = queue_sign_in_code(tenant=line.tenant, phone="11911112222", code="123456", challenge=uuid4())
    with tenant_scope(line.tenant):
        taken = claim(tenant=line.tenant, channel=line.channel.id)
    assert taken is not None
    assert taken.calls[0].message == code.id
    assert taken.calls[0].payload["template"]["components"][1]["parameters"] == [{"type": "text", "text": "123456"}]

    with frozen(now() + timedelta(seconds=200)):
        send_due(tenant=line.tenant)
    with tenant_scope(line.tenant):
        stored = Message.objects.get(id=code.id)
        assert (stored.status, stored.content_sealed, stored.recipient_sealed) == ("unknown", None, None)


def test_an_accepted_code_is_wiped(line: Line, graph: FakeGraph) -> None:
    code = queue_sign_in_code(tenant=line.tenant, phone="11911112222", code="123456", challenge=uuid4())
    send_due(tenant=line.tenant)
    assert state(line, code) == ("accepted", "")
    with tenant_scope(line.tenant):
        assert Message.objects.get(id=code.id).content_sealed is None


@pytest.mark.parametrize("answer", [refusal(131000, 500), refusal(190, 401)])
def test_an_older_code_on_its_way_is_not_tried_again_once_there_is_a_newer_one(
    line: Line, graph: FakeGraph, answer: Answer
) -> None:
    first = queue_sign_in_code(tenant=line.tenant, phone="11911112222", code="111111", challenge=uuid4())
    taken = claim(tenant=line.tenant, channel=line.channel.id)
    assert taken is not None
    second = queue_sign_in_code(tenant=line.tenant, phone="11911112222", code="222222", challenge=uuid4())
    other = queue_sign_in_code(tenant=line.tenant, phone="11933334444", code="333333", challenge=uuid4())
    graph.script.append(answer)
    calls = sending._Calls(line.tenant)
    calls.begin(taken)
    calls.record_until(0)
    with tenant_scope(line.tenant):
        Channel.objects.update(status=Channel.Status.LIVE)
    with frozen(now() + timedelta(seconds=30)):
        send_due(tenant=line.tenant)
    assert state(line, first) == ("failed", "superseded")
    assert state(line, second) == state(line, other) == ("accepted", "")
    assert len(graph.sent) == 2


def test_an_older_code_that_waits_after_all_is_dropped_by_the_claim(line: Line, graph: FakeGraph) -> None:
    """The newer one came while the older one's retry was being written down."""
    first = queue_sign_in_code(tenant=line.tenant, phone="11911112222", code="111111", challenge=uuid4())
    with tenant_scope(line.tenant):
        before = Message.objects.filter(id=first.id).values("status", "due_at", "content_sealed", "recipient_sealed")[0]
    queue_sign_in_code(tenant=line.tenant, phone="11911112222", code="222222", challenge=uuid4())
    with tenant_scope(line.tenant):
        Message.objects.filter(id=first.id).update(**before)
    send_due(tenant=line.tenant)
    assert state(line, first) == ("failed", "superseded")
    assert len(graph.sent) == 1


def test_an_opt_out_after_queueing_is_heeded_by_the_claim(line: Line, graph: FakeGraph) -> None:
    customer = enrol(line.tenant)
    message = queued(line, customer)
    record_consent(
        tenant=line.tenant, customer=customer.id, category="utility", granted=False, channel="portal", actor=SYSTEM
    )
    send_due(tenant=line.tenant)
    assert graph.sent == []
    assert state(line, message) == ("held", "no_consent")


def test_an_old_notice_is_not_sent_any_more(line: Line, graph: FakeGraph) -> None:
    message = queued(line)
    with frozen(now() + timedelta(hours=25)):
        send_due(tenant=line.tenant)
    assert graph.sent == []
    assert state(line, message) == ("failed", "expired")


@pytest.mark.parametrize("answer", [refusal(130429, 429), refusal(131000, 500), Answer(502, b"<html>")])
def test_a_retryable_refusal_is_tried_again_later(line: Line, graph: FakeGraph, answer: Answer) -> None:
    message = queued(line)
    graph.script.append(answer)
    send_due(tenant=line.tenant)
    assert state(line, message) == ("queued", "")
    send_due(tenant=line.tenant)
    assert len(graph.sent) == 0  # not before its time

    with frozen(now() + timedelta(seconds=30)):
        send_due(tenant=line.tenant)
    assert state(line, message) == ("accepted", "")
    assert len(graph.sent) == 1


def test_retries_end(line: Line, graph: FakeGraph) -> None:
    message = queued(line)
    for step in range(8):
        graph.script.append(refusal(131000, 500))
        with frozen(now() + timedelta(hours=step)):
            send_due(tenant=line.tenant)
    assert state(line, message) == ("failed", "retries_exhausted")
    assert len([call for call in graph.calls if call[1].endswith("/messages")]) == 6


def test_a_pair_limit_waits_longer_each_time(line: Line, graph: FakeGraph) -> None:
    message = queued(line)
    graph.script.append(refusal(131056))
    send_due(tenant=line.tenant)
    with tenant_scope(line.tenant):
        row = Message.objects.get(id=message.id)
        assert row.due_at is not None
        pause = (row.due_at - now()).total_seconds()
    assert 3 < pause < 6


@pytest.mark.parametrize(
    ("code", "reason"),
    [(131026, "undeliverable"), (131049, "recipient_capped"), (132000, "request_wrong"), (131047, "window_closed")],
)
def test_a_final_refusal_fails_the_message(line: Line, graph: FakeGraph, code: int, reason: str) -> None:
    message = queued(line)
    graph.script.append(refusal(code, details="why"))
    send_due(tenant=line.tenant)
    info = get_message(tenant=line.tenant, message=message.id)
    assert (info.status, info.reason, info.error_code, info.error_details) == ("failed", reason, code, "why")


def test_131050_records_the_opt_out(line: Line, graph: FakeGraph) -> None:
    customer = enrol(line.tenant, marketing=True)
    message = queued(line, customer)
    graph.script.append(refusal(131050))
    send_due(tenant=line.tenant)
    assert state(line, message) == ("failed", "opted_out")
    assert not allows(tenant=line.tenant, customer=customer.id, category="marketing")
    assert allows(tenant=line.tenant, customer=customer.id, category="utility")


def test_a_dead_token_stops_the_channel_and_keeps_the_message(line: Line, graph: FakeGraph) -> None:
    message = queued(line)
    graph.script.append(refusal(190, 401))
    send_due(tenant=line.tenant)
    with tenant_scope(line.tenant):
        channel = Channel.objects.get()
        assert (channel.status, channel.stop_reason) == ("stopped", "code_190")
    assert state(line, message)[0] == "queued"
    send_due(tenant=line.tenant)
    assert len(graph.sent) == 0


def test_a_paused_template_holds_its_messages(line: Line, graph: FakeGraph) -> None:
    message = queued(line)
    graph.script.append(refusal(132015))
    send_due(tenant=line.tenant)
    assert state(line, message) == ("held", "template_not_approved")
    with tenant_scope(line.tenant):
        assert Template.objects.get(key="welcome", language="pt_BR").status == "PAUSED"


def test_an_unknown_outcome_is_sent_once_more_after_ten_minutes(line: Line, graph: FakeGraph) -> None:
    message = queued(line)
    graph.script.append(Answer(drop=True))
    send_due(tenant=line.tenant)
    assert state(line, message) == ("unknown", "no_answer")

    with frozen(now() + timedelta(minutes=9)):
        send_due(tenant=line.tenant)
    assert graph.sent == []
    with frozen(now() + timedelta(minutes=11)):
        send_due(tenant=line.tenant)
    info = get_message(tenant=line.tenant, message=message.id)
    assert (info.status, info.is_possible_duplicate, len(graph.sent)) == ("accepted", True, 1)


def test_a_second_unknown_outcome_is_left_alone(line: Line, graph: FakeGraph) -> None:
    message = queued(line)
    for minutes in (0, 11, 30, 60):
        graph.script.append(Answer(drop=True))
        with frozen(now() + timedelta(minutes=minutes)):
            send_due(tenant=line.tenant)
    assert state(line, message)[0] == "unknown"
    assert len([call for call in graph.calls if call[1].endswith("/messages")]) == 2


def test_marketing_of_unknown_outcome_is_never_repeated(line: Line, graph: FakeGraph) -> None:
    message = queued(line)
    graph.script.append(Answer(drop=True))
    with tenant_scope(line.tenant):
        Message.objects.filter(id=message.id).update(category="marketing")
        Template.objects.filter(key="welcome").update(category="utility")
    send_due(tenant=line.tenant)
    with frozen(now() + timedelta(minutes=11)):
        send_due(tenant=line.tenant)
    assert graph.sent == []


def test_a_worker_that_dies_between_claim_and_record_leaves_unknown(line: Line, graph: FakeGraph) -> None:
    message = queued(line)
    claim(tenant=line.tenant, channel=line.channel.id)  # and nobody sends
    assert state(line, message)[0] == "sending"
    send_due(tenant=line.tenant)
    assert state(line, message)[0] == "sending"

    with frozen(now() + timedelta(seconds=121)):
        send_due(tenant=line.tenant)
        assert state(line, message) == ("unknown", "worker_lost")
    assert graph.sent == []


def test_what_cannot_be_recorded_becomes_unknown_alone(line: Line, graph: FakeGraph, monkeypatch) -> None:
    first = queued(line)
    second = queued(line, enrol(line.tenant, "11912345678"), cause="c:2")
    real = sending.record_outcomes  # type: ignore[attr-defined]

    def failing(**facts):
        if first.id in {each.message for each in facts["outcomes"]}:
            raise RuntimeError("no database")
        real(**facts)

    monkeypatch.setattr(sending, "record_outcomes", failing)
    send_due(tenant=line.tenant)
    assert (state(line, first)[0], state(line, second)[0]) == ("sending", "accepted")
    with frozen(now() + timedelta(seconds=130)):
        send_due(tenant=line.tenant)
    assert state(line, first) == ("unknown", "worker_lost")
    assert len(graph.sent) == 2


def test_an_unreachable_host_is_tried_again(line: Line, settings) -> None:
    message = queued(line)
    settings.WHATSAPP_GRAPH_URL = "http://127.0.0.1:9"
    send_due(tenant=line.tenant)
    assert state(line, message)[0] == "queued"


def test_the_pair_limit_holds_back_the_forty_sixth(line: Line, graph: FakeGraph) -> None:
    with tenant_scope(line.tenant):
        Channel.objects.update(per_second=1000)
    customer = enrol(line.tenant)
    with frozen(now()):
        for number in range(46):
            queued(line, customer, cause=f"c:{number}")
        while send_due(tenant=line.tenant):
            pass
    assert message_counts(tenant=line.tenant) == {"accepted": 45, "queued": 1}


def test_the_number_limit_spreads_a_crowd(line: Line, graph: FakeGraph) -> None:
    """Half a second's worth at once, then 80 a second, a quarter of a second's worth at a time."""
    for number in range(100):
        queued(line, enrol(line.tenant, f"119{number:08}".replace("1190", "1199")), cause=f"c:{number}")
    at, sent = now() + timedelta(seconds=1), []
    for quarter in range(5):
        with frozen(at + timedelta(milliseconds=250 * quarter)):
            while send_due(tenant=line.tenant):
                pass
        sent.append(len(graph.sent))
    assert sent == [40, 60, 80, 100, 100]


def test_a_turn_claims_slice_after_slice(line: Line, graph: FakeGraph, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "TURN_SECONDS", 600)
    with tenant_scope(line.tenant):
        Channel.objects.update(per_second=1000)
    for number in range(90):
        queued(line, enrol(line.tenant, f"1199{number:07}"), cause=f"c:{number}")
    assert send_due(tenant=line.tenant) is False
    assert message_counts(tenant=line.tenant) == {"accepted": 90}


def test_answers_are_recorded_together(line: Line, graph: FakeGraph) -> None:
    """As many statements for ten answers as for two."""
    counts = []
    for count in (2, 10):
        for number in range(count):
            queued(line, enrol(line.tenant, f"1199{count:02}{number:05}"), cause=f"c:{count}:{number}")
        taken = claim(tenant=line.tenant, channel=line.channel.id)
        assert taken is not None
        outcomes = [Outcome(call.message, None, Accepted(f"wamid.{call.message}")) for call in taken.calls]
        assert len(outcomes) == count
        with CaptureQueriesContext(connection) as asked:
            record_outcomes(tenant=line.tenant, channel=line.channel.id, outcomes=outcomes)
        counts.append(len(asked))
    assert counts[0] == counts[1]
    assert message_counts(tenant=line.tenant) == {"accepted": 12}


def test_a_suspended_brand_sends_nothing(line: Line, graph: FakeGraph) -> None:
    from smartbis.tenancy.models import Tenant

    message = queued(line)
    with tenant_scope(line.tenant):
        Tenant.objects.filter(id=line.tenant).update(status="suspended")
    send_due(tenant=line.tenant)
    assert graph.sent == []
    assert state(line, message)[0] == "queued"


def test_what_waited_while_the_brand_was_suspended_goes_when_it_reopens(
    line: Line, boreal: TenantInfo, graph: FakeGraph
) -> None:
    before = queued(line)
    with frozen(now() + timedelta(hours=1)):
        set_brand_status(tenant=line.tenant, status="suspended", actor=SYSTEM)
        during = queued(line, enrol(line.tenant, "11987650002"), cause="c:2")
        send_due(tenant=line.tenant)
        assert (state(line, before)[0], state(line, during)) == ("queued", ("held", "tenant_suspended"))
    with frozen(now() + timedelta(hours=2)):
        set_brand_status(tenant=line.tenant, status="active", actor=SYSTEM)
        drain_queue("relay")
        drain_queue("send")
    assert {state(line, each)[0] for each in (before, during)} == {"accepted"}


def test_one_brands_loop_never_sends_anothers(line: Line, boreal, graph: FakeGraph) -> None:
    message = queued(line)
    send_due(tenant=boreal.id)
    assert graph.sent == []
    assert state(line, message)[0] == "queued"
