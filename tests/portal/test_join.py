"""Becoming a customer at the brand's page."""

import pytest
from django.test import Client

from programs.referrals.infos import ReferralTermsDraft
from programs.referrals.services import code_of, set_terms
from smartbis.customers.selectors import allows, consent_history, find_customer
from smartbis.customers.services import record_consent
from smartbis.kernel.people import SYSTEM
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import actor, make_customer, store_of
from tests.messaging.conftest import Line, graph, line, network  # noqa: F401 - fixtures
from tests.portal.conftest import Post
from tests.programs.conftest import make_cashback
from tests.unchanged import unchanged

PERSON = {"name": "Rita  Alves", "phone": "(11) 98765-4821"}


def code(client: Client, digits: str):
    return client.post("/p/aurora/sign-in/code/", {"code": digits})


def test_a_stranger_joins_by_a_stores_qr(aurora: TenantInfo, boreal: TenantInfo, post: Post) -> None:
    make_cashback(aurora, hold_days=7)
    client = Client()
    page = client.get("/p/aurora/join/?store=centro").content.decode()
    assert "Loja Centro" in page
    assert "20% de cashback em cada compra, liberado após 7 dias" in page
    assert "checked" not in page
    with unchanged(boreal):
        sent = client.post("/p/aurora/join/?store=centro", {**PERSON, "utility": "on"})
        assert sent["Location"] == "/p/aurora/sign-in/code/"
        assert find_customer(tenant=aurora.id, phone="+5511987654821") is None, "not before the number is proven"
        assert code(client, post.code)["Location"] == "/p/aurora/"
    person = find_customer(tenant=aurora.id, phone="+5511987654821")
    assert person is not None
    assert (person.name, person.channel, person.store_id) == ("Rita Alves", "portal", store_of(aurora).id)
    proof = consent_history(tenant=aurora.id, customer=person.id)
    assert [(row.category, row.granted, row.text_version, row.channel) for row in proof] == [
        ("utility", True, "1", "portal")
    ]
    assert not allows(tenant=aurora.id, customer=person.id, category="marketing")
    assert "Rita" in client.get("/p/aurora/").content.decode()


def test_signing_in_with_a_number_that_is_nobodys_goes_on_to_joining(aurora: TenantInfo, post: Post) -> None:
    client = Client()
    client.post("/p/aurora/sign-in/", {"phone": PERSON["phone"], "next": "/p/aurora/offers/"})
    assert code(client, post.code)["Location"] == "/p/aurora/join/finish/"
    assert client.get("/p/aurora/").status_code == 302
    page = client.get("/p/aurora/join/finish/").content.decode()
    assert "está confirmado" in page
    assert 'name="phone"' not in page
    assert client.post("/p/aurora/join/finish/", {"name": "  "}).status_code == 422
    done = client.post("/p/aurora/join/finish/", {"name": "Rita", "marketing": "on"})
    assert done["Location"] == "/p/aurora/offers/"
    person = find_customer(tenant=aurora.id, phone="+5511987654821")
    assert person is not None
    assert allows(tenant=aurora.id, customer=person.id, category="marketing")
    assert not allows(tenant=aurora.id, customer=person.id, category="utility")
    assert client.post("/p/aurora/join/finish/", {"name": "Outra"})["Location"] != "/p/aurora/offers/"


def test_nobody_finishes_joining_without_a_proven_number(aurora: TenantInfo, post: Post) -> None:
    client = Client()
    client.post("/p/aurora/sign-in/", {"phone": PERSON["phone"]})
    with unchanged(aurora, rooms=("customers",)):
        assert client.post("/p/aurora/join/finish/", {"name": "Rita"})["Location"] == "/p/aurora/sign-in/"
        assert Client().post("/p/aurora/join/finish/", {"name": "Rita"})["Location"] == "/p/aurora/sign-in/"


def test_who_is_enrolled_and_joins_again_keeps_their_name_and_what_they_tick_counts(
    aurora: TenantInfo, post: Post
) -> None:
    known = make_customer(aurora, "Marina Souza", phone="+5511987654821")
    record_consent(
        tenant=aurora.id, customer=known.id, category="utility", granted=False, channel="whatsapp", actor=SYSTEM
    )
    client = Client()
    client.post("/p/aurora/join/", {**PERSON, "utility": "on"})
    assert not allows(tenant=aurora.id, customer=known.id, category="utility")
    assert code(client, post.code)["Location"] == "/p/aurora/"
    person = find_customer(tenant=aurora.id, phone="+5511987654821")
    assert person is not None
    assert (person.id, person.name) == (known.id, "Marina Souza")
    assert allows(tenant=aurora.id, customer=known.id, category="utility")


def test_an_unknown_or_foreign_store_is_no_obstacle(aurora: TenantInfo, post: Post) -> None:
    client = Client()
    for store in ("nowhere", "x" * 500, "\x00"):
        assert client.get("/p/aurora/join/", {"store": store}).status_code == 200


@pytest.mark.parametrize("name", ["", "   ", "123", "Rita\x00Alves", "x" * 500])
def test_a_name_is_a_name(aurora: TenantInfo, post: Post, name: str) -> None:
    refused = Client().post("/p/aurora/join/", {"name": name, "phone": PERSON["phone"]})
    assert refused.status_code == 422
    assert not post.sent


def test_whatsapp_is_another_way_in_once_there_is_a_line(aurora: TenantInfo, line: Line) -> None:  # noqa: F811
    page = Client().get("/p/aurora/join/?store=moema").content.decode()
    assert 'href="https://wa.me/5511955550000?text=Quero%20participar%20%23moema"' in page


def test_whatsapp_carries_the_code_of_who_invited(aurora: TenantInfo, line: Line) -> None:  # noqa: F811
    set_terms(tenant=aurora.id, draft=ReferralTermsDraft(is_live=True), actor=actor("manager"))
    own = code_of(tenant=aurora.id, customer=make_customer(aurora, "Rita Alves").id)
    client = Client()
    client.get(f"/p/aurora/i/{own.lower()}/")
    page = client.get("/p/aurora/join/").content.decode()
    assert f'href="https://wa.me/5511955550000?text=Quero%20participar%20{own}"' in page
    assert own not in Client().get("/p/aurora/join/").content.decode()


def test_the_code_goes_out_as_a_message(aurora: TenantInfo, line: Line, post: Post) -> None:  # noqa: F811
    from messaging.selectors import messages_page

    Client().post("/p/aurora/sign-in/", {"phone": PERSON["phone"]})
    (message,) = messages_page(tenant=aurora.id).items
    assert (message.template, message.status, message.customer_id) == ("sign_in_code", "queued", None)


def test_how_it_works_comes_from_the_live_rules(aurora: TenantInfo) -> None:
    assert "está sendo preparado" in Client().get("/p/aurora/how-it-works/").content.decode()
    make_cashback(aurora, minimum_minor=5000)
    page = Client().get("/p/aurora/how-it-works/").content.decode().replace("\xa0", " ")
    assert "20% de cashback em cada compra, a partir de R$ 50,00." in page
    assert "Loja Moema" in page
