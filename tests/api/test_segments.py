"""Segments and tags over REST."""

import pytest

from insights.services import refresh_segment
from smartbis.customers.selectors import memberships_of
from smartbis.customers.services import erase_customer
from smartbis.kernel.people import SYSTEM
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


def test_customers_are_put_on_a_list_and_taken_off(
    api: Caller, rival: Caller, aurora: TenantInfo, boreal: TenantInfo
) -> None:
    ana, bia = make_customer(aurora, "Ana Luz"), make_customer(aurora, "Bia Reis", external_id="crm-2")
    gone, stranger = make_customer(aurora, "Caio Dias"), make_customer(boreal)
    erase_customer(tenant=aurora.id, customer=gone.id, actor=SYSTEM)
    for brand in (api, rival):
        assert brand.post("/segments", {"name": "Convidados", "kind": "manual"}).status_code == 201
    path = "/segments/convidados/members"
    wanted = [{"id": str(ana.id)}, {"id": str(stranger.id)}, {"external_id": "crm-2"}, {"phone": "1"}]
    added = api.post(path, {"customers": [*wanted, {"id": str(gone.id)}]}).json()
    assert (added["segment"]["size"], added["unknown"]) == (2, [1, 3, 4])
    assert api.post(path, {"customers": [{"id": str(ana.id)}]}).json()["segment"]["size"] == 2
    members = {each["customer"]["id"] for each in api.get(path).json()["results"]}
    assert members == {str(ana.id), str(bia.id)}
    assert rival.get(path).json()["results"] == []
    assert api.delete(f"{path}/{ana.id}").status_code == 204
    assert api.delete(f"{path}/{ana.id}").status_code == 204
    problem(api.delete(f"{path}/{stranger.id}"), 404, "customer_not_found")
    problem(rival.delete(f"{path}/{bia.id}"), 404, "customer_not_found")
    assert [each["customer"]["id"] for each in api.get(path).json()["results"]] == [str(bia.id)]


def test_a_list_of_lines_is_looked_at_and_then_put_on_a_list(api: Caller, aurora: TenantInfo) -> None:
    make_customer(aurora, "Ana Luz", external_id="crm-1")
    make_customer(aurora, "Bia Reis", email="bia@example.com")
    api.post("/segments", {"name": "Convidados", "kind": "manual"})
    path, lines = "/segments/convidados/members/import", ["crm-1", "", "bia@example.com", "crm-9", "crm-1"]
    whole = {"lines": 4, "found": 2, "added": 2, "unknown": [{"line": 4, "text": "crm-9"}]}
    assert api.post(path, {"lines": lines, "dry_run": True}).json() == whole | {"dry_run": True}
    assert api.get("/segments/convidados").json()["size"] == 0
    assert api.post(path, {"lines": lines}).json() == whole | {"dry_run": False}
    assert api.post(path, {"lines": lines}).json() == whole | {"dry_run": False, "added": 0}
    assert api.get("/segments/convidados").json()["size"] == 2


def test_who_is_in_a_filter_is_not_written(aurora: TenantInfo, api: Caller, rival: Caller, caller: object) -> None:
    customer = make_customer(aurora)
    api.post("/segments", GONE)
    refresh_segment(tenant=aurora.id, key="sumidos")
    assert api.post("/segments/sumidos/refresh").json()["is_waiting"]
    problem(rival.post("/segments/sumidos/refresh"), 404, "segment_not_found")
    path, body = "/segments/sumidos/members", {"customers": [{"id": str(customer.id)}]}
    problem(api.post(path, body), 409, "segment_is_living")
    problem(api.post(f"{path}/import", {"lines": ["x"]}), 409, "segment_is_living")
    problem(api.delete(f"{path}/{customer.id}"), 409, "segment_is_living")
    for address, sent in ((path, body), (f"{path}/import", {"lines": ["x"]})):
        problem(rival.post(address, sent), 404, "segment_not_found")
    reader = caller(aurora, "customers:read")  # type: ignore[operator]
    problem(reader.post(path, body), 403, "scope_missing")
    problem(reader.delete(f"{path}/{customer.id}"), 403, "scope_missing")


@pytest.mark.parametrize(
    ("address", "body", "field"),
    [
        ("members", {}, "customers"),
        ("members", {"customers": []}, "customers"),
        ("members", {"customers": [{"id": "x"}]}, "customers.0.id"),
        ("members", {"customers": [{"phone": "1", "cpf": "2"}]}, "customers.0"),
        ("members/import", {"lines": [7]}, "lines.0"),
        ("members/import", {"lines": ["x"] * 20_001}, "lines"),
    ],
)
def test_whom_nobody_can_add_is_named(api: Caller, address: str, body: dict[str, object], field: str) -> None:
    api.post("/segments", {"name": "Convidados", "kind": "manual"})
    problem(api.post(f"/segments/convidados/{address}", body), 400, "invalid", field)
    assert api.get("/segments/convidados").json()["size"] == 0
