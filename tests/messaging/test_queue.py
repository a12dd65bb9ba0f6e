"""Queueing: one row for each cause and template, and nobody is written to without a basis."""

from uuid import uuid4

import pytest

from messaging.errors import WindowClosed
from messaging.library import ParametersMismatch
from messaging.models import Message
from messaging.selectors import get_message, message_counts, messages_page
from messaging.services import connect_channel, queue_message, queue_sign_in_code, queue_text, wipe_customer
from messaging.services.channels import stop_channel
from smartbis.customers.services import erase_customer, record_consent
from smartbis.kernel.errors import NotFound
from smartbis.kernel.people import SYSTEM, Actor
from smartbis.kernel.phones import InvalidPhone
from smartbis.tenancy.scope import tenant_scope
from tests.messaging.conftest import Line, enrol, open_line

WELCOME = {"first_name": "Ana", "brand": "Café Aurora"}


def welcome(line: Line, customer, cause="c:1"):
    return queue_message(tenant=line.tenant, customer=customer.id, template="welcome", parameters=WELCOME, cause=cause)


def test_a_message_is_queued_once_for_its_cause(line: Line) -> None:
    customer = enrol(line.tenant)
    first = welcome(line, customer)
    again = welcome(line, customer)
    other = welcome(line, customer, cause="c:2")

    assert first.status == "queued"
    assert again == first
    assert other.id != first.id
    assert message_counts(tenant=line.tenant) == {"queued": 2}
    assert "Ana" in first.text


def test_without_consent_a_message_is_held_and_says_why(line: Line) -> None:
    message = welcome(line, enrol(line.tenant, utility=False))
    assert (message.status, message.reason) == ("held", "no_consent")


def test_after_an_opt_out_a_message_is_held(line: Line) -> None:
    customer = enrol(line.tenant)
    record_consent(
        tenant=line.tenant, customer=customer.id, category="utility", granted=False, channel="portal", actor=SYSTEM
    )
    assert welcome(line, customer).reason == "no_consent"


def test_a_customer_without_number_gets_nothing(line: Line) -> None:
    message = welcome(line, enrol(line.tenant, phone=None, external_id="X1"))
    assert (message.status, message.reason) == ("held", "no_contact")


def test_without_a_channel_messages_wait_and_go_once_there_is_one(aurora, graph, network) -> None:
    customer = enrol(aurora.id)
    message = queue_message(tenant=aurora.id, customer=customer.id, template="welcome", parameters=WELCOME, cause="c:1")
    assert (message.status, message.reason) == ("held", "no_channel")

    open_line(aurora)

    assert get_message(tenant=aurora.id, message=message.id).status == "queued"


def test_an_unapproved_template_is_held(line: Line, graph) -> None:
    from messaging.models import Template

    with tenant_scope(line.tenant):
        Template.objects.filter(key="welcome").update(status="PENDING")
    message = welcome(line, enrol(line.tenant))
    assert (message.status, message.reason) == ("held", "template_not_approved")


def test_another_approved_language_stands_in(line: Line) -> None:
    from messaging.models import Template

    with tenant_scope(line.tenant):
        Template.objects.filter(key="welcome", language="pt_BR").update(status="REJECTED")
    message = welcome(line, enrol(line.tenant))
    assert (message.status, message.language) == ("queued", "en")


def test_a_template_that_meta_made_marketing_needs_consent_to_marketing(line: Line) -> None:
    from messaging.models import Template

    with tenant_scope(line.tenant):
        Template.objects.filter(key="welcome").update(category="marketing")
    assert welcome(line, enrol(line.tenant)).reason == "no_consent"
    willing = enrol(line.tenant, "11912345678", marketing=True)
    assert welcome(line, willing, cause="c:2").status == "queued"


def test_wrong_parameters_write_nothing(line: Line) -> None:
    customer = enrol(line.tenant)
    with pytest.raises(ParametersMismatch):
        queue_message(tenant=line.tenant, customer=customer.id, template="welcome", parameters={}, cause="c")
    assert message_counts(tenant=line.tenant) == {}


def test_another_tenants_customer_is_not_found(line: Line, boreal) -> None:
    stranger = enrol(boreal.id)
    with pytest.raises(NotFound):
        welcome(line, stranger)
    assert messages_page(tenant=boreal.id).items == ()


def test_parameters_are_sealed(line: Line) -> None:
    message = welcome(line, enrol(line.tenant))
    with tenant_scope(line.tenant):
        stored = Message.objects.get(id=message.id)
        assert b"Ana" not in bytes(stored.content_sealed or b"")


def test_a_sign_in_code_goes_to_any_number_and_the_newest_wins(line: Line) -> None:
    first = queue_sign_in_code(tenant=line.tenant, phone="(11) 98765-4821", code="111111", challenge=uuid4())
    second = queue_sign_in_code(tenant=line.tenant, phone="+5511987654821", code="222222", challenge=uuid4())

    assert second.status == "queued"
    dropped = get_message(tenant=line.tenant, message=first.id)
    assert (dropped.status, dropped.reason) == ("failed", "superseded")
    assert "222222" not in second.text  # nobody of the staff reads a code


def test_a_code_for_no_number_is_refused(line: Line) -> None:
    with pytest.raises(InvalidPhone):
        queue_sign_in_code(tenant=line.tenant, phone="123", code="1", challenge=uuid4())


def test_a_code_that_cannot_go_now_is_not_kept(aurora) -> None:
    message = queue_sign_in_code(tenant=aurora.id, phone="11987654821", code="111111", challenge=uuid4())
    assert (message.status, message.reason) == ("held", "no_channel")
    with tenant_scope(aurora.id):
        stored = Message.objects.get(id=message.id)
        assert (stored.content_sealed, stored.recipient_sealed) == (None, None)


def test_free_text_needs_an_open_window(line: Line) -> None:
    from messaging.threads import threads_for
    from smartbis.kernel.clock import now

    with tenant_scope(line.tenant):
        threads = threads_for(tenant=line.tenant, channel=line.channel.id, customers={b"x": None}, at=now())
    with pytest.raises(WindowClosed):
        queue_text(tenant=line.tenant, conversation=threads[b"x"].id, body="Oi", cause="t:1", actor=SYSTEM)


def test_new_credentials_release_a_stopped_channel(line: Line) -> None:
    with tenant_scope(line.tenant):
        stop_channel(tenant=line.tenant, channel=line.channel.id, code=190)
    again = connect_channel(
        tenant=line.tenant,
        phone_number_id=line.channel.phone_number_id,
        waba_id=line.channel.waba_id,
        token="new",
        app_secret="new-secret",
        verify_token="v",
        display_name="Aurora",
        actor=Actor(kind="staff", role="owner"),
    )
    assert (again.id, again.public_id, again.status) == (line.channel.id, line.channel.public_id, "live")


def test_erasing_a_customer_wipes_their_messages(line: Line) -> None:
    customer = enrol(line.tenant)
    message = welcome(line, customer)
    erase_customer(tenant=line.tenant, customer=customer.id, actor=SYSTEM)
    wipe_customer(tenant=line.tenant, customer=customer.id)

    after = get_message(tenant=line.tenant, message=message.id)
    assert (after.status, after.reason) == ("held", "customer_erased")
    assert "Ana" not in after.text


def test_pages_walk_all_messages_once(line: Line) -> None:
    customer = enrol(line.tenant)
    ids = {welcome(line, customer, cause=f"c:{number}").id for number in range(5)}
    seen, cursor = [], None
    while True:
        page = messages_page(tenant=line.tenant, customer=customer.id, cursor=cursor, limit=2)
        seen += [each.id for each in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert len(seen) == 5
    assert set(seen) == ids
