"""Segments and tags over REST."""

import pytest

from insights.services import refresh_segment
from smartbis.customers.selectors import memberships_of
from smartbis.tenancy.selectors import TenantInfo
from tests.api.conftest import Caller
from tests.api.problems import problem
from tests.factories import make_customer

GONE = {"name": "Sumidos", "kind": "filter", "filter": {"purchases_at_most": 0, "stores": []}}


def test_a_filter_is_made_changed_read_and_deleted(api: Caller, aurora: TenantInfo, boreal: TenantInfo) -> None:
    customer, stranger = make_customer(aurora), make_customer(boreal)
    made = api.post("/segments", GONE)
    assert made.status_code == 201, made.content
    assert (made.json()["key"], made.json()["is_waiting"]) == ("sumidos", True)
    assert made.json()["filter"] == {"purchases_at_most": 0}
    refresh_segment(tenant=aurora.id, key="sumidos")
    assert api.get("/segments/sumidos").json()["size"] == 1
    (member,) = api.get("/segments/sumidos/members").json()["results"]
    assert member["customer"]["id"] == str(customer.id) != str(stranger.id)
    changed = api.patch("/segments/sumidos", {"name": "Novos", "filter": {"enrolled_from": "2020-01-01"}})
    assert (changed.json()["name"], changed.json()["filter"]) == ("Novos", {"enrolled_from": "2020-01-01"})
    assert [each["key"] for each in api.get("/segments").json()["results"]] == ["sumidos"]
    assert api.delete("/segments/sumidos").status_code == 204
    problem(api.get("/segments/sumidos"), 404, "segment_not_found")
    assert memberships_of(tenant=aurora.id, customer=customer.id) == frozenset()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"kind": "magic"}, "kind"),
        ({"key": "Não Pode"}, "key"),
        ({"filter": {"purchases_at_least": -1}}, "filter.purchases_at_least"),
        ({"filter": {"tags": "vip"}}, "filter.tags"),
        ({"filter": {"enrolled_from": "x"}}, "filter.enrolled_from"),
    ],
)
def test_a_field_that_cannot_be_is_named(api: Caller, change: dict[str, object], field: str) -> None:
    problem(api.post("/segments", GONE | change), 400, "invalid", field)
    assert api.get("/segments").json()["results"] == []


def test_tags_are_set_and_taken_off(api: Caller, aurora: TenantInfo, boreal: TenantInfo) -> None:
    customer, foreign = make_customer(aurora), make_customer(boreal)
    path = f"/customers/{customer.id}/tags"
    assert api.post(path, {"tag": "VIP Ouro"}).json() == {"tags": ["vip-ouro"]}
    assert api.post(path, {"tag": "natal"}).json() == {"tags": ["natal", "vip-ouro"]}
    assert api.get(path).json() == {"tags": ["natal", "vip-ouro"]}
    assert api.delete(f"{path}?tag=VIP%20Ouro").json() == {"tags": ["natal"]}
    problem(api.post(f"/customers/{foreign.id}/tags", {"tag": "x"}), 404, "customer_not_found")
    problem(api.delete(f"/customers/{foreign.id}/tags?tag=x"), 404, "customer_not_found")
    assert memberships_of(tenant=boreal.id, customer=foreign.id) == frozenset()
