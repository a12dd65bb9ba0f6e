"""The page that takes an invitation's code."""

import pytest
from django.test import Client

from smartbis.kernel.clock import frozen, now
from smartbis.tenancy.services import add_staff, invite_staff
from smartbis.tenancy.services.invitations import PERSON_LIMIT
from tests.counter.conftest import text_of
from tests.dashboard.desk import sign_in
from tests.factories import make_member

EMAIL, PASSWORD, PAGE = "nova@pessoa.example", "escolhida-e-longa", "/invitation/"


def code_for(brand, email=EMAIL, role="operator"):
    return invite_staff(tenant=brand.id, email=email, role=role)[1]


def test_a_new_person_chooses_a_password_and_is_at_the_counter(aurora, client):
    assert 'name="password"' in client.get(PAGE).content.decode()
    answer = client.post(PAGE, {"email": EMAIL, "code": code_for(aurora), "password": PASSWORD})
    assert answer.headers["Location"] == "/counter/"
    assert "Café Aurora" in text_of(client.get("/counter/store/"))
    assert Client().post("/sign-in/", {"email": EMAIL, "password": PASSWORD}).status_code == 302


def test_a_person_with_an_account_signs_in_and_types_the_code(aurora, boreal, client):
    member = make_member(aurora, "operator", password=PASSWORD)
    client.post("/sign-in/", {"email": member.email, "password": PASSWORD})
    page = client.get(PAGE)
    assert 'name="password"' not in page.content.decode()
    assert member.email in text_of(page)
    answer = client.post(PAGE, {"code": code_for(boreal, member.email, "manager")})
    assert answer.headers["Location"] == "/dashboard/"
    assert "Tenho um código de convite" in text_of(client.get("/after-sign-in/?choose"))


def test_who_has_no_team_yet_finds_the_way(client, django_user_model, db):
    client.force_login(django_user_model.objects.create_user(email=EMAIL, password=PASSWORD))
    assert PAGE in client.get("/after-sign-in/").content.decode()
    assert PAGE in Client().get("/sign-in/").content.decode()


@pytest.mark.parametrize("known", [True, False])
def test_a_wrong_code_and_a_weak_password_say_the_same_to_everybody(aurora, boreal, client, known):
    if known:
        add_staff(tenant=boreal.id, email=EMAIL, role="owner", password=PASSWORD)
    code = code_for(aurora)
    wrong = client.post(PAGE, {"email": EMAIL, "code": "8F3K-2QZP-7XMA", "password": PASSWORD})
    assert (wrong.status_code, "não conferem" in text_of(wrong)) == (422, True)
    weak = client.post(PAGE, {"email": EMAIL, "code": code, "password": "curta"})
    assert (weak.status_code, "não conferem" in text_of(weak)) == (422, False)
    assert client.get("/dashboard/").status_code == 302


def test_guesses_wait(aurora, client):
    code = code_for(aurora)
    with frozen(now().replace(minute=0, second=0)):
        for _ in range(PERSON_LIMIT):
            client.post(PAGE, {"email": EMAIL, "code": "8F3K-2QZP-7XMA", "password": PASSWORD})
        answer = client.post(PAGE, {"email": EMAIL, "code": code, "password": PASSWORD})
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "900")


@pytest.mark.parametrize("known", [True, False])
def test_the_owner_sees_a_code_and_never_a_password(aurora, boreal, known):
    """The page is the same whether or not the person works for another brand."""
    if known:
        add_staff(tenant=boreal.id, email=EMAIL, role="owner", name="Nome Secreto", password=PASSWORD)
    desk = sign_in(aurora)
    given = {"name": "Nova", "email": EMAIL, "role": "operator"}
    page = desk.client.post("/dashboard/team/new/", given)
    assert page.status_code == 201
    assert "Entregue este código à pessoa; ela entra com a senha dela e digita o código." in text_of(page)
    assert PAGE in page.content.decode()
    team = text_of(desk.client.get("/dashboard/team/"))
    assert "ainda não entrou" in team
    assert "Nome Secreto" not in team
