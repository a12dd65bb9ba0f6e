"""Merging customers over REST: a preview, the merge, and the old id afterwards."""

from smartbis.customers.selectors import get_customer
from smartbis.tenancy.selectors import TenantInfo
from tests.api.conftest import Caller
from tests.api.problems import problem
from tests.factories import make_customer
from tests.gatherings.hall import gathering_of, registered
from tests.programs.buying_plans import plan, sell


def test_a_preview_changes_nothing(api: Caller, aurora: TenantInfo) -> None:
    kept, other = make_customer(aurora, "Ana"), make_customer(aurora, "Ana S.")
    seen = api.post(f"/customers/{kept.id}/merge", {"from": {"id": str(other.id)}, "preview": True})
    assert seen.status_code == 200, seen.content
    assert seen.json()["preview"]["conflicts"] == ["name"]
    assert seen.json()["preview"]["other"]["customer"]["name"] == "Ana S."
    assert get_customer(tenant=aurora.id, customer=other.id).id == other.id


def test_a_preview_says_what_becomes_of_what_they_take_part_in(api: Caller, aurora: TenantInfo) -> None:
    plan(aurora)
    kept, other = make_customer(aurora), make_customer(aurora)
    sell(aurora, other)
    evening = gathering_of(aurora)
    registered(aurora, evening, kept), registered(aurora, evening, other)
    seen = api.post(f"/customers/{kept.id}/merge", {"from": {"id": str(other.id)}, "preview": True})
    effects = seen.json()["preview"]["effects"]
    assert (effects["plans"][0]["key"], effects["plans"][0]["into_ends_at"]) == ("socio", None)
    assert (effects["events"][0]["event"], effects["events"][0]["keeps"]) == (str(evening.id), "registered")
    assert (effects["referrals"], effects["referrals_moved"], effects["challenges"]) == ([], 0, [])


def test_the_old_id_answers_with_who_stays(api: Caller, aurora: TenantInfo) -> None:
    kept, other = make_customer(aurora, "Ana"), make_customer(aurora, "Ana S.", phone="11 98765-2222")
    sale = {"store": "centro", "amount_minor": 1_000, "external_id": "1", "customer": {"id": str(other.id)}}
    assert api.post("/purchases", sale).status_code == 201
    done = api.post(f"/customers/{kept.id}/merge", {"from": {"phone": "11 98765-2222"}})
    assert (done.status_code, done.json()["repeated"]) == (200, False)
    found = api.get(f"/customers/{other.id}").json()
    assert (found["id"], found["merged_into"]) == (str(kept.id), str(kept.id))
    assert api.get(f"/customers/{kept.id}").json()["merged_into"] is None
    for path in ("balances", "statement", "offers"):
        mine, old = (api.get(f"/customers/{each.id}/{path}") for each in (kept, other))
        assert mine.json().get("results", mine.json()) == old.json().get("results", old.json()), path
    again = api.post(f"/customers/{kept.id}/merge", {"from": {"id": str(other.id)}})
    assert again.json()["repeated"]
    assert api.post("/purchases", sale).status_code == 200
    sold = api.post("/purchases", sale | {"external_id": "2"})
    assert sold.json()["customer_id"] == str(kept.id) if "customer_id" in sold.json() else sold.status_code == 201


def test_what_is_refused(api: Caller, aurora: TenantInfo, boreal: TenantInfo) -> None:
    kept, foreign = make_customer(aurora, cpf="529.982.247-25"), make_customer(boreal)
    other = make_customer(aurora, cpf="168.995.350-09")
    problem(api.post(f"/customers/{kept.id}/merge", {"from": {"id": str(kept.id)}}), 400, "merge_same_customer", "from")
    problem(api.post(f"/customers/{kept.id}/merge", {"from": {"id": str(foreign.id)}}), 404, "customer_not_found")
    problem(api.post(f"/customers/{foreign.id}/merge", {"from": {"id": str(kept.id)}}), 404, "customer_not_found")
    problem(api.post(f"/customers/{kept.id}/merge", {"from": {"id": str(other.id)}}), 409, "merge_cpf_conflict")
    done = api.post(f"/customers/{kept.id}/merge", {"from": {"id": str(other.id)}, "cpf_of": "into"})
    assert done.status_code == 200
    assert get_customer(tenant=boreal.id, customer=foreign.id).id == foreign.id
