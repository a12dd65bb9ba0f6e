"""Joining two records of a person from the dashboard."""

from django.urls import reverse

from smartbis.customers.selectors import get_customer
from smartbis.ledger.selectors import balances
from smartbis.tenancy.selectors import TenantInfo
from tests.dashboard.desk import sell, sign_in, with_program
from tests.factories import make_customer
from tests.gatherings.hall import gathering_of, registered
from tests.programs.buying_plans import plan
from tests.programs.buying_plans import sell as buy_plan


def test_the_other_record_is_searched_previewed_and_joined(aurora: TenantInfo, boreal: TenantInfo) -> None:
    with_program(aurora)
    kept, other = make_customer(aurora, "Ana Souza"), make_customer(aurora, "Ana Sousa")
    stranger = make_customer(boreal, "Ana Boreal")
    sell(aurora, kept.id, 10_000, "1"), sell(aurora, other.id, 5_000, "2")
    client = sign_in(aurora).client
    here = reverse("dashboard:customer_merge", args=[kept.id])
    found = client.get(here).content.decode()
    assert f"other={other.id}" in found
    assert str(stranger.id) not in found
    assert f"other={kept.id}" not in found
    nobody = client.get(here, {"search": "Zuleica"}, headers={"HX-Request": "true", "HX-Target": "candidates"})
    assert "Nenhum outro cadastro encontrado" in nobody.content.decode()
    preview = client.get(here, {"other": str(other.id)}).content.decode()
    assert "R$ 30,00" in preview.replace("\xa0", " ")
    assert get_customer(tenant=aurora.id, customer=other.id).id == other.id
    done = client.post(here, {"other": str(other.id)})
    assert done.headers["Location"] == reverse("dashboard:customer", args=[kept.id])
    assert balances(tenant=aurora.id, customer=kept.id)[0].available == 3_000
    old = client.get(reverse("dashboard:customer", args=[other.id]))
    assert old.headers["Location"] == reverse("dashboard:customer", args=[kept.id])
    assert client.get(reverse("dashboard:customer", args=[kept.id])).status_code == 200
    assert client.get(here, {"other": str(stranger.id)}).status_code == 404


def test_what_becomes_of_plans_and_places_is_said(aurora: TenantInfo) -> None:
    plan(aurora)
    kept, other = make_customer(aurora), make_customer(aurora)
    buy_plan(aurora, other)
    evening = gathering_of(aurora)
    registered(aurora, evening, kept), registered(aurora, evening, other)
    page = sign_in(aurora).client.get(reverse("dashboard:customer_merge", args=[kept.id]), {"other": str(other.id)})
    text = page.content.decode()
    assert "Plano Sócio: vem junto, até" in text
    assert "fica “inscrito” e sai “inscrito”." in text


def test_two_cpfs_are_asked_about(aurora: TenantInfo) -> None:
    kept = make_customer(aurora, cpf="529.982.247-25")
    other = make_customer(aurora, cpf="168.995.350-09")
    client = sign_in(aurora, "manager").client
    here = reverse("dashboard:customer_merge", args=[kept.id])
    unsaid = client.post(here, {"other": str(other.id)})
    assert unsaid.status_code == 422
    assert get_customer(tenant=aurora.id, customer=other.id).id == other.id
    assert client.post(here, {"other": str(other.id), "cpf_of": "other"}).status_code == 302
    assert get_customer(tenant=aurora.id, customer=other.id).id == kept.id


def test_who_may_not_merge(aurora: TenantInfo) -> None:
    kept, other = make_customer(aurora), make_customer(aurora)
    client = sign_in(aurora, "attendant").client
    assert client.post(reverse("dashboard:customer_merge", args=[kept.id]), {"other": str(other.id)}).status_code == 403
    same = sign_in(aurora).client.post(reverse("dashboard:customer_merge", args=[kept.id]), {"other": str(kept.id)})
    assert same.status_code == 302
    assert get_customer(tenant=aurora.id, customer=other.id).id == other.id
