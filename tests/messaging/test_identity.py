"""One person under several forms: followed where it is clear, proposed to staff where two customers meet."""

from typing import Any

import pytest

from messaging.selectors import get_message
from messaging.sending import send_due
from messaging.services import queue_message
from programs.services import merge_customers
from smartbis.customers.errors import ProposalNotFound
from smartbis.customers.selectors import allows, contact_of, get_customer, merge_proposals
from smartbis.customers.services import add_identity, dismiss_merge, erase_customer, propose_merge, record_consent
from smartbis.kernel.errors import PermissionMissing
from smartbis.kernel.people import Actor
from tests.messaging.conftest import Line, enrol, open_line
from tests.messaging.graph import FakeGraph
from tests.messaging.hooks import WA_ID, WELCOME, body_of, deliver, messages_change, say

OWNER = Actor(kind="staff", role="owner", label="Owner")
RITA = "5521999990000"


def moved(line: Line, *, secret: str = "app-secret-aurora", old: str = WA_ID, new: str = RITA, **more: Any) -> None:
    system = {"type": "user_changed_number", "body": "mudou", "wa_id": new, **more}
    message = {"id": f"wamid.{new}", "from": old, "timestamp": "1795000000", "type": "system", "system": system}
    deliver(line, body_of(line, messages_change(line, messages=[message])), secret)


def wrote(line: Line, *, wa_id: str = "", user_id: str = "", text: str = "Oi", wamid: str = "wamid.in") -> None:
    contact = {"profile": {"name": "Ana"}, **({"wa_id": wa_id} if wa_id else {}), "user_id": user_id}
    message = {
        "id": wamid,
        "timestamp": "1795000000",
        "type": "text",
        "text": {"body": text},
        "from_user_id": user_id,
        **({"from": wa_id} if wa_id else {}),
    }
    deliver(line, body_of(line, messages_change(line, contacts=[contact], messages=[message])))


def pairs(tenant: Any) -> list[tuple[set[Any], str]]:
    return [({each.one_id, each.other_id}, each.reason) for each in merge_proposals(tenant=tenant)]


def test_a_number_that_becomes_anothers_is_proposed_and_nothing_is_merged(line: Line, boreal: Any) -> None:
    ana, rita = enrol(line.tenant), enrol(line.tenant, "21999990000", name="Rita")
    moved(line)
    moved(line, new=RITA)
    assert pairs(line.tenant) == [({ana.id, rita.id}, "number_moved")]
    assert merge_proposals(tenant=boreal.id) == ()
    assert [get_customer(tenant=line.tenant, customer=each.id).status for each in (ana, rita)] == ["active", "active"]
    assert contact_of(tenant=line.tenant, customer=ana.id).wa_id is None


def test_an_account_that_is_two_customers_is_proposed(line: Line) -> None:
    """Meta's user id is one's, the number the other's: whoever has the id is meant, and staff are asked."""
    ana, rita = enrol(line.tenant), enrol(line.tenant, "21999990000", name="Rita")
    add_identity(tenant=line.tenant, customer=ana.id, kind="bsuid", value="BR.42")
    wrote(line, wa_id=RITA, user_id="BR.42")
    wrote(line, wa_id=RITA, user_id="BR.42", wamid="wamid.again")
    assert pairs(line.tenant) == [({ana.id, rita.id}, "same_account")]


def test_a_user_id_that_is_anothers_is_proposed(line: Line) -> None:
    """A changed number whose new user id is known as somebody else's."""
    ana, rita = enrol(line.tenant), enrol(line.tenant, "21999990000", name="Rita")
    add_identity(tenant=line.tenant, customer=rita.id, kind="bsuid", value="BR.7")
    system = {"type": "user_changed_user_id", "user_id": "BR.7", "previous_user_id": "BR.1"}
    add_identity(tenant=line.tenant, customer=ana.id, kind="bsuid", value="BR.1")
    message = {"id": "wamid.s", "from_user_id": "BR.1", "timestamp": "1795000000", "type": "system", "system": system}
    deliver(line, body_of(line, messages_change(line, messages=[message])))
    assert pairs(line.tenant) == [({ana.id, rita.id}, "whatsapp_id")]
    assert contact_of(tenant=line.tenant, customer=rita.id).bsuid == "BR.7"


def test_staff_merge_a_proposed_pair_by_the_merge_of_customers(line: Line) -> None:
    ana, rita = enrol(line.tenant), enrol(line.tenant, "21999990000", name="Rita")
    moved(line)
    merge_customers(tenant=line.tenant, into=ana.id, other=rita.id, actor=OWNER)
    assert merge_proposals(tenant=line.tenant) == ()
    assert get_customer(tenant=line.tenant, customer=rita.id).id == ana.id


def test_a_pair_that_staff_keep_apart_is_not_proposed_again(line: Line, boreal: Any) -> None:
    enrol(line.tenant)
    enrol(line.tenant, "21999990000", name="Rita")
    moved(line)
    (proposal,) = merge_proposals(tenant=line.tenant)
    with pytest.raises(ProposalNotFound):
        dismiss_merge(tenant=boreal.id, proposal=proposal.id, actor=OWNER)
    with pytest.raises(PermissionMissing):
        dismiss_merge(tenant=line.tenant, proposal=proposal.id, actor=Actor(kind="staff", role="attendant"))
    assert len(merge_proposals(tenant=line.tenant)) == 1
    dismiss_merge(tenant=line.tenant, proposal=proposal.id, actor=OWNER)
    dismiss_merge(tenant=line.tenant, proposal=proposal.id, actor=OWNER)
    wrote(line, wa_id=RITA)
    moved(line)
    assert merge_proposals(tenant=line.tenant) == ()


def test_a_proposal_follows_merges_and_ends_with_an_erasure(line: Line) -> None:
    ana, rita, eva = (enrol(line.tenant, phone) for phone in ("11987654821", "21999990000", "31988887777"))
    propose_merge(tenant=line.tenant, one=ana.id, other=rita.id, reason="same_account")
    propose_merge(tenant=line.tenant, one=rita.id, other=rita.id, reason="same_account")
    merge_customers(tenant=line.tenant, into=eva.id, other=rita.id, actor=OWNER)
    assert pairs(line.tenant) == [({ana.id, eva.id}, "same_account")]
    erase_customer(tenant=line.tenant, customer=ana.id, actor=OWNER)
    assert merge_proposals(tenant=line.tenant) == ()


@pytest.mark.parametrize("written", ["551187654821", "5511987654821"])
@pytest.mark.parametrize("kept", ["551187654821", "5511987654821"])
def test_an_opt_out_by_one_form_blocks_the_other(line: Line, graph: FakeGraph, written: str, kept: str) -> None:
    """With and without the ninth digit, whichever of the two WhatsApp uses and whichever is kept."""
    customer = enrol(line.tenant, "11987654821", marketing=True)
    add_identity(tenant=line.tenant, customer=customer.id, kind="whatsapp", value=kept)
    message = queue_message(
        tenant=line.tenant, customer=customer.id, template="welcome", parameters=WELCOME, cause="c:1"
    )
    say(line, "SAIR", wa_id=written)
    send_due(tenant=line.tenant)
    assert graph.sent == []
    assert get_message(tenant=line.tenant, message=message.id).reason == "no_consent"


def test_an_opt_out_by_user_id_alone_blocks_the_number(line: Line, boreal: Any, graph: FakeGraph) -> None:
    """The webhook names no phone: who hides it stops what goes to it all the same."""
    customer = enrol(line.tenant, marketing=True)
    other = open_line(boreal, number="700")
    stranger = enrol(other.tenant, marketing=True)
    add_identity(tenant=line.tenant, customer=customer.id, kind="bsuid", value="BR.42")
    wrote(line, user_id="BR.42", text="SAIR")
    for category in ("utility", "marketing"):
        assert not allows(tenant=line.tenant, customer=customer.id, category=category)
        assert allows(tenant=other.tenant, customer=stranger.id, category=category)


def test_an_opt_out_by_number_blocks_who_is_known_by_user_id_too(line: Line, graph: FakeGraph) -> None:
    customer = enrol(line.tenant, marketing=True)
    add_identity(tenant=line.tenant, customer=customer.id, kind="bsuid", value="BR.42")
    say(line, "SAIR", wa_id=WA_ID)
    queue_message(tenant=line.tenant, customer=customer.id, template="welcome", parameters=WELCOME, cause="c:1")
    send_due(tenant=line.tenant)
    assert graph.sent == []


def test_a_stop_of_an_account_that_is_two_customers_stops_both(line: Line) -> None:
    ana, rita = enrol(line.tenant, marketing=True), enrol(line.tenant, "21999990000", name="Rita", marketing=True)
    add_identity(tenant=line.tenant, customer=ana.id, kind="bsuid", value="BR.42")
    wrote(line, wa_id=RITA, user_id="BR.42", text="parar")
    assert not any(allows(tenant=line.tenant, customer=each.id, category="utility") for each in (ana, rita))


def test_a_new_number_does_not_lift_a_stop(line: Line, graph: FakeGraph) -> None:
    customer = enrol(line.tenant, marketing=True)
    say(line, "SAIR")
    moved(line, new="5531988887777")
    assert contact_of(tenant=line.tenant, customer=customer.id).wa_id == "5531988887777"
    assert not allows(tenant=line.tenant, customer=customer.id, category="utility")
    record_consent(
        tenant=line.tenant, customer=customer.id, category="utility", granted=True, channel="counter", actor=OWNER
    )
    assert allows(tenant=line.tenant, customer=customer.id, category="utility")
