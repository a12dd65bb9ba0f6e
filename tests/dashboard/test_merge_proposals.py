"""The screen of records that may be one person's."""

from uuid import UUID, uuid4

from django.urls import reverse

from smartbis.customers.selectors import get_customer, merge_proposals
from smartbis.customers.services import propose_merge
from smartbis.tenancy.selectors import TenantInfo
from tests.dashboard.desk import sign_in
from tests.factories import make_customer

PAGE = "dashboard:merge_proposals"


def proposed(brand: TenantInfo) -> tuple[UUID, UUID]:
    one, other = make_customer(brand, name="Helena Prado"), make_customer(brand, name="Lena Prado")
    propose_merge(tenant=brand.id, one=one.id, other=other.id, reason="number_moved")
    return one.id, other.id


def test_a_pair_is_shown_with_the_way_to_both_sides(aurora: TenantInfo, boreal: TenantInfo) -> None:
    one, other = proposed(aurora)
    proposed(boreal)
    client = sign_in(aurora).client
    listed = client.get(reverse("dashboard:customers")).content.decode()
    assert "1 par de cadastros" in listed
    assert reverse(PAGE) in listed
    shown = client.get(reverse(PAGE)).content.decode()
    assert "trocou de número" in shown
    assert shown.count("Comparar e juntar") == 1
    compare = reverse("dashboard:customer_merge", args=[one]) + f"?other={other}"
    assert compare in shown
    assert client.get(compare).status_code == 200
    assert [get_customer(tenant=aurora.id, customer=each).status for each in (one, other)] == ["active", "active"]


def test_two_people_stay_two(aurora: TenantInfo, boreal: TenantInfo) -> None:
    proposed(aurora)
    proposed(boreal)
    client = sign_in(aurora).client
    (mine,), (theirs,) = (merge_proposals(tenant=each.id) for each in (aurora, boreal))
    assert client.post(reverse("dashboard:merge_dismiss", args=[theirs.id])).status_code == 404
    assert client.post(reverse("dashboard:merge_dismiss", args=[uuid4()])).status_code == 404
    assert client.post(reverse("dashboard:merge_dismiss", args=[mine.id])).status_code == 302
    assert merge_proposals(tenant=aurora.id) == ()
    assert len(merge_proposals(tenant=boreal.id)) == 1
    assert "Nenhum cadastro em dúvida" in client.get(reverse(PAGE)).content.decode()


def test_who_may_not_merge_sees_no_pairs(aurora: TenantInfo) -> None:
    proposed(aurora)
    client = sign_in(aurora, "attendant").client
    assert client.get(reverse(PAGE)).status_code == 403
    assert "par de cadastros" not in client.get(reverse("dashboard:customers")).content.decode()
