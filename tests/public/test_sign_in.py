"""Staff sign in, are kept from guessing, and get to their place."""

from datetime import timedelta

import pytest
from django.test import Client

from smartbis.kernel.clock import frozen, now
from smartbis.tenancy.services import invite_staff, join_by_code
from tests.counter.conftest import text_of
from tests.factories import make_member

PASSWORD = "correta-e-longa"
SIGN_IN = "/sign-in/"


def sign_in(client, member, password=PASSWORD, **more):
    return client.post(SIGN_IN, {"email": member.email, "password": password, **more})


@pytest.mark.parametrize(
    ("role", "place"), [("operator", "/counter/"), ("owner", "/dashboard/"), ("attendant", "/dashboard/")]
)
def test_each_role_gets_to_its_place_with_a_new_session(aurora, client, role, place):
    member = make_member(aurora, role, password=PASSWORD)
    client.get(SIGN_IN)
    session = client.session
    session["before"] = 1
    session.save()
    answer = sign_in(client, member)
    assert answer.headers["Location"] == "/after-sign-in/"
    assert client.session.session_key != session.session_key
    assert client.get("/after-sign-in/").headers["Location"] == place


def test_wrong_and_unknown_are_refused_alike(aurora, client):
    member = make_member(aurora, "operator", password=PASSWORD)
    wrong = sign_in(client, member, "errada-e-longa")
    unknown = client.post(SIGN_IN, {"email": "ninguem@aurora.example", "password": PASSWORD})
    assert (wrong.status_code, unknown.status_code) == (422, 422)
    assert text_of(wrong).replace(member.email, "") == text_of(unknown).replace("ninguem@aurora.example", "")
    assert "não conferem" in text_of(wrong)


@pytest.mark.parametrize("known", [True, False])
def test_after_five_wrong_ones_the_right_one_waits_too(aurora, client, known):
    member = make_member(aurora, "operator", password=PASSWORD if known else None)
    start = now().replace(minute=0, second=0)
    with frozen(start):
        for _ in range(5):
            assert sign_in(client, member, "errada-e-longa").status_code == 422
        locked = sign_in(client, member)
        assert (locked.status_code, locked.headers["Retry-After"]) == (429, "900")
        assert "Espere 15 minutos" in text_of(locked)
    with frozen(start + timedelta(minutes=15)):
        assert sign_in(client, member).status_code == (302 if known else 422)


def test_success_forgets_the_failures_before_it(aurora, client):
    member = make_member(aurora, "operator", password=PASSWORD)
    with frozen(now()):
        for _ in range(3):
            for _ in range(4):
                sign_in(Client(), member, "errada-e-longa")
            assert sign_in(Client(), member).status_code == 302


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example"]
)
def test_next_stays_on_this_site(aurora, client, wanted):
    member = make_member(aurora, "operator", password=PASSWORD)
    answer = sign_in(client, member, next=wanted)
    assert answer.headers["Location"] == "/after-sign-in/"
    assert client.get("/after-sign-in/", {"next": wanted}).headers["Location"] == "/counter/"


def test_next_is_where_one_was_going(aurora, client):
    member = make_member(aurora, "operator", password=PASSWORD)
    there = sign_in(client, member, next="/counter/refunds/").headers["Location"]
    assert client.get(there).headers["Location"] == "/counter/refunds/"


def test_who_works_for_two_brands_chooses(aurora, boreal, client):
    member = make_member(aurora, "operator", password=PASSWORD)
    _, code = invite_staff(tenant=boreal.id, email=member.email, role="manager")
    join_by_code(user=member.user_id, code=code, address="192.0.2.1")
    sign_in(client, member)
    assert "Clube Boreal" in text_of(client.get("/after-sign-in/"))
    for brand, place in ((boreal, "/dashboard/"), (aurora, "/counter/")):
        chosen = client.post("/after-sign-in/", {"brand": str(brand.id)})
        assert chosen.headers["Location"] == place
        assert client.get("/after-sign-in/").headers["Location"] == place
    assert "Café Aurora" in text_of(client.get("/counter/store/"))
    assert "Clube Boreal" in text_of(client.get("/after-sign-in/?choose"))


def test_a_brand_of_others_cannot_be_chosen(aurora, boreal, client):
    member = make_member(aurora, "operator", password=PASSWORD)
    sign_in(client, member)
    assert client.post("/after-sign-in/", {"brand": str(boreal.id)}).status_code == 404


def test_who_is_of_no_team_is_told(aurora, client, django_user_model):
    django_user_model.objects.create_user(email="so@x.example", password=PASSWORD)
    client.post(SIGN_IN, {"email": "so@x.example", "password": PASSWORD})
    page = client.get("/after-sign-in/")
    assert page.status_code == 403
    assert "so@x.example" in text_of(page)
    assert client.get("/counter/").headers["Location"] == "/after-sign-in/"


def test_signing_out_ends_the_session(aurora, client):
    sign_in(client, make_member(aurora, "operator", password=PASSWORD))
    assert client.get("/sign-out/").status_code == 405
    assert client.post("/sign-out/").headers["Location"] == "/"
    assert client.get("/counter/").headers["Location"].startswith(SIGN_IN)


def test_the_product_page_leads_in(client, db):
    page = client.get("/")
    assert page.status_code == 200
    assert SIGN_IN in page.content.decode()
