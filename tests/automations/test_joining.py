"""A stranger writes "quero participar" and is a member."""

import pytest

from messaging.selectors import conversations_page, messages_page
from programs.referrals.infos import ReferralTermsDraft
from programs.referrals.selectors import referrals
from programs.referrals.services import code_of, set_terms
from smartbis.customers.selectors import allows, consent_history, find_customer
from smartbis.customers.services import record_consent
from smartbis.kernel.people import Actor
from smartbis.outbox.work import drain_queue
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import actor, make_customer, store_of
from tests.messaging.conftest import Line, enrol
from tests.messaging.graph import FakeGraph
from tests.messaging.hooks import say

PHONE = "+5511987654821"


def work() -> None:
    drain_queue("relay")
    drain_queue("send")


@pytest.mark.parametrize(
    ("text", "store"), [("Quero participar #moema", "moema"), ("quero participar", None), ("QUERO PARTICIPAR!", None)]
)
def test_a_stranger_joins_with_consent_recorded_and_a_welcome(
    line: Line, aurora: TenantInfo, graph: FakeGraph, text: str, store: str | None
) -> None:
    say(line, text)
    work()

    member = find_customer(tenant=aurora.id, phone=PHONE)
    assert member is not None
    assert (member.name, member.channel) == ("Ana", "whatsapp")
    assert member.store_id == (store_of(aurora, store).id if store else None)
    assert allows(tenant=aurora.id, customer=member.id, category="utility")
    assert not allows(tenant=aurora.id, customer=member.id, category="marketing")
    (consent,) = consent_history(tenant=aurora.id, customer=member.id)
    assert (consent.channel, consent.text_version, consent.actor_kind) == ("whatsapp", aurora.terms_version, "customer")
    (sent,) = graph.sent
    assert (sent["template"]["name"], sent["to"]) == ("welcome", "+551187654821")
    (thread,) = conversations_page(tenant=aurora.id).items
    assert thread.customer_id == member.id


def referrer_code(brand: TenantInfo, **identities: str) -> str:
    """The code of somebody who may bring friends."""
    set_terms(tenant=brand.id, draft=ReferralTermsDraft(is_live=True), actor=actor("manager"))
    return code_of(tenant=brand.id, customer=make_customer(brand, "Rita Alves", **identities).id)


@pytest.mark.parametrize(
    "text",
    [
        "Quero participar {}",
        "quero participar #moema {}",
        "Oi! Quero participar, código: {}. Obrigada",
        "I WANT TO JOIN {}!",
    ],
)
def test_a_code_in_the_message_names_who_invited_them(
    line: Line, aurora: TenantInfo, boreal: TenantInfo, graph: FakeGraph, text: str
) -> None:
    code = referrer_code(aurora)
    referrer_code(boreal)
    for number, written in enumerate((text.format(code.lower()), text.format(code))):
        say(line, written, wamid=f"wamid.{number}")
        work()
    (referral,) = referrals(tenant=aurora.id)
    assert (referral.referrer_name, referral.friend_name, referral.channel, referral.status) == (
        "Rita Alves",
        "Ana",
        "whatsapp",
        "waiting",
    )
    assert referrals(tenant=boreal.id) == []


def test_a_code_of_nobody_another_brand_or_after_joining_names_nobody(
    line: Line, aurora: TenantInfo, boreal: TenantInfo
) -> None:
    code, foreign = referrer_code(aurora), referrer_code(boreal)
    say(line, f"Quero participar {foreign} ZZZZ9999")
    work()
    assert find_customer(tenant=aurora.id, phone=PHONE) is not None
    say(line, f"Quero participar {code}", wamid="wamid.2")
    work()
    assert referrals(tenant=aurora.id) == [] == referrals(tenant=boreal.id)


def test_who_writes_their_own_code_is_nobodys_friend(line: Line, aurora: TenantInfo) -> None:
    own = referrer_code(aurora, phone=PHONE)
    say(line, f"Quero participar {own}")
    work()
    assert referrals(tenant=aurora.id) == []


def test_joining_again_answers_and_enrols_nobody(line: Line, aurora: TenantInfo, graph: FakeGraph) -> None:
    customer = enrol(aurora.id, "11987654821", name="Ana Souza")
    say(line, "quero participar")
    work()
    member = find_customer(tenant=aurora.id, phone=PHONE)
    assert member is not None
    assert member.id == customer.id
    replies = [each for each in graph.sent if each["type"] == "text"]
    assert [each["text"]["body"] for each in replies] == [
        "Você já participa de Café Aurora. Veja o seu saldo e os seus vouchers aqui: http://testserver/p/aurora/"
    ]


def test_who_stopped_and_joins_again_agrees_again(line: Line, aurora: TenantInfo) -> None:
    customer = enrol(aurora.id)
    say(line, "SAIR")
    assert not allows(tenant=aurora.id, customer=customer.id, category="utility")
    say(line, "quero participar", wamid="wamid.2")
    work()
    assert allows(tenant=aurora.id, customer=customer.id, category="utility")
    assert not allows(tenant=aurora.id, customer=customer.id, category="marketing")


STOPPED = "Pronto: Café Aurora não envia mais avisos nem ofertas a você. Para voltar, escreva QUERO PARTICIPAR."


def test_who_stops_is_told_that_it_holds(line: Line, aurora: TenantInfo, boreal: TenantInfo, graph: FakeGraph) -> None:
    customer, elsewhere = enrol(aurora.id), enrol(boreal.id)
    work()
    graph.sent.clear()
    say(line, "Sair")
    say(line, "Sair")
    work()
    assert [each["text"]["body"] for each in graph.sent] == [STOPPED], "one webhook posted twice is one message"
    for category in ("utility", "marketing"):
        assert not allows(tenant=aurora.id, customer=customer.id, category=category)
    assert allows(tenant=boreal.id, customer=elsewhere.id, category="utility")


def test_who_agreed_again_meanwhile_is_not_told_that_they_left(
    line: Line, aurora: TenantInfo, graph: FakeGraph
) -> None:
    customer = enrol(aurora.id)
    say(line, "SAIR")
    record_consent(
        tenant=aurora.id,
        customer=customer.id,
        category="utility",
        granted=True,
        basis="consent",
        channel="portal",
        actor=Actor(kind="customer", id=customer.id),
    )
    work()
    assert [each for each in graph.sent if each["type"] == "text"] == []


def test_other_words_enrol_nobody(line: Line, aurora: TenantInfo, graph: FakeGraph) -> None:
    say(line, "Oi, tudo bem?")
    say(line, "SAIR", wamid="wamid.2")
    work()
    assert find_customer(tenant=aurora.id, phone=PHONE) is None
    assert [each["text"]["body"] for each in graph.sent] == [STOPPED]
    assert len(messages_page(tenant=aurora.id, direction="in").items) == 2
