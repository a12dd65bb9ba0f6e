"""Plans and tiers over REST, with another brand beside."""

from typing import Any

from programs.services import PlanTerms, create_plan
from programs.services.standings import walk
from smartbis.kernel.ids import new_id
from smartbis.tenancy.selectors import TenantInfo
from tests.api.conftest import Caller
from tests.api.problems import problem
from tests.factories import actor, make_customer

PLAN = {"key": "socio", "name": "Sócio", "price_minor": 12_000, "skus": ["ANUIDADE"], "benefits": ["Café", "Sala"]}
LADDER = {
    "tiers": [{"key": "all", "name": "Todos", "threshold": 0}, {"key": "gold", "name": "Ouro", "threshold": 50_000}],
    "measure": "spend",
    "window": "rolling",
    "keep": "for_ever",
    "fall": "earned",
}


def test_a_plan_is_opened_changed_and_closed(aurora: TenantInfo, boreal: TenantInfo, caller: Any) -> None:
    ours, theirs = caller(aurora), caller(boreal)
    opened = ours.post("/plans", PLAN)
    assert (opened.status_code, opened.json()["benefits"]) == (201, ["Café", "Sala"])
    assert ours.post("/plans", PLAN | {"skus": []}).json()["code"] == "slug_taken"
    assert theirs.get("/plans/socio").json()["code"] == "plan_not_found"
    assert theirs.get("/plans").json()["results"] == []
    changed = ours.patch("/plans/socio", {"grace_days": 5}).json()
    assert changed == opened.json() | {"grace_days": 5}
    assert ours.patch("/plans/socio", {"status": "closed"}).json()["status"] == "closed"
    refused = ours.post("/plans", {"key": "Ó", "name": "x"})
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["key"])
    other = ours.post("/plans", {"key": "outro", "name": "Outro", "skus": ["ANUIDADE"]})
    assert (other.status_code, list(other.json()["errors"])) == (400, ["skus"])


def test_a_payment_is_confirmed_once_and_a_gift_by_its_key(aurora: TenantInfo, boreal: TenantInfo, caller: Any) -> None:
    create_plan(tenant=aurora.id, key="socio", terms=PlanTerms(name="Sócio"), actor=actor("owner"))
    ours, theirs = caller(aurora), caller(boreal)
    ana = make_customer(aurora)
    path = f"/customers/{ana.id}/plans"
    pix = {"plan": "socio", "payment": {"amount_minor": 12_000, "reference": "E1823"}}
    first = ours.post(path, pix)
    assert (first.status_code, first.json()["plans"][0]["state"]) == (201, "active")
    assert ours.post(path, pix).json() == first.json()
    assert len(ours.get(path).json()["periods"]) == 1
    refused = ours.post(path, {"plan": "socio", "payment": {"amount_minor": 1, "reference": "E1823"}})
    assert (refused.status_code, refused.json()["code"]) == (409, "plan_source_conflict")
    gift = {"plan": "socio", "reason": "fundadora", "periods": 2}
    key = str(new_id())
    assert ours.post(path, gift, key=key).json() == ours.post(path, gift, key=key).json()
    assert len(ours.get(path).json()["periods"]) == 3
    assert ours.post(path, gift, key=None).json()["code"] == "idempotency_key_missing"
    assert ours.post(path, {"plan": "socio"}).status_code == 400
    assert ours.post(path, {"plan": "no", "reason": "porque"}).json()["code"] == "plan_not_found"
    assert ours.post(path, {"plan": "socio", "with_points": True}).json()["code"] == "plan_not_for_points"
    assert theirs.get(path).status_code == theirs.post(path, gift).status_code == 404
    assert caller(aurora, "customers:read").post(path, gift).json()["code"] == "scope_missing"


def test_the_ladder_is_put_whole_and_tells_where_a_customer_stands(
    aurora: TenantInfo, boreal: TenantInfo, caller: Any
) -> None:
    ours, theirs = caller(aurora), caller(boreal)
    ana = make_customer(aurora)
    assert ours.get("/tiers").json()["code"] == ours.get(f"/customers/{ana.id}/tier").json()["code"] == "no_tiers"
    put = ours.send("PUT", "/tiers", LADDER)
    assert (put.status_code, put.json()["judged_at"], put.json()["to_judge"]) == (200, None, 1)
    while walk(tenant=aurora.id):
        pass
    ladder = ours.get("/tiers").json()
    assert (ladder["customers"], ladder["judged"], ladder["version"]) == ({"all": 1}, 1, 1)
    stands = ours.get(f"/customers/{ana.id}/tier").json()
    assert (stands["tier"]["key"], stands["next"]["key"], stands["to_next"]) == ("all", "gold", 50_000)
    assert theirs.get(f"/customers/{ana.id}/tier").json()["code"] == "customer_not_found"
    assert theirs.get("/tiers").json()["code"] == "no_tiers"
    refused = ours.send("PUT", "/tiers", LADDER | {"keep": "period_end"})
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["keep"])


def test_what_was_booked_for_the_wrong_customer_is_taken_back(
    aurora: TenantInfo, boreal: TenantInfo, api: Caller, rival: Caller, caller: Any
) -> None:
    create_plan(tenant=aurora.id, key="socio", terms=PlanTerms(name="Sócio"), actor=actor("owner"))
    ana, stranger = make_customer(aurora), make_customer(boreal)
    paid = {"plan": "socio", "periods": 2, "payment": {"amount_minor": 12_000, "reference": "E18"}}
    held = api.post(f"/customers/{ana.id}/plans", paid).json()
    (origin,) = {each["origin"] for each in held["periods"]}
    path, body = f"/customers/{ana.id}/plans/withdraw", {"origin": origin, "reason": "Pago por outro"}
    problem(api.post(path, body, key=None), 400, "idempotency_key_missing")
    problem(api.post(path, body | {"reason": "x"}), 400, "invalid", "reason")
    problem(api.post(path, body | {"origin": "payment:other"}), 404, "plan_period_not_found")
    problem(rival.post(path, body), 404, "customer_not_found")
    problem(rival.post(f"/customers/{stranger.id}/plans/withdraw", body), 404, "plan_period_not_found")
    problem(caller(aurora, "customers:write").post(path, body), 403, "scope_missing")
    left = api.post(path, body).json()
    assert (left["plans"], {each["taken_back"] for each in left["periods"]}) == ([], {"withdrawn"})
    assert api.post(path, body).json() == left


def test_who_has_a_plan_is_listed_by_its_end(
    aurora: TenantInfo, boreal: TenantInfo, api: Caller, rival: Caller, caller: Any
) -> None:
    for brand in (aurora, boreal):
        create_plan(tenant=brand.id, key="socio", terms=PlanTerms(name="Sócio"), actor=actor("owner"))
    people = [make_customer(aurora), make_customer(aurora)]
    for months, person in zip((2, 1), people, strict=True):
        assert (
            api.post(
                f"/customers/{person.id}/plans", {"plan": "socio", "periods": months, "reason": "Brinde"}
            ).status_code
            == 201
        )
    first = api.get("/plans/socio/members?limit=1").json()
    (soonest,) = first["results"]
    assert (soonest["customer_id"], soonest["state"]) == (str(people[1].id), "active")
    second = api.get("/plans/socio/members?" + first["next"].partition("?")[2]).json()
    assert ([each["customer_id"] for each in second["results"]], second["next"]) == ([str(people[0].id)], None)
    assert api.get("/plans/socio/members?which=lapsed").json()["results"] == []
    problem(api.get("/plans/socio/members?which=some"), 400, "invalid", "which")
    problem(api.get("/plans/none/members"), 404, "plan_not_found")
    assert rival.get("/plans/socio/members").json()["results"] == []
    problem(caller(aurora, "programs:read").get("/plans/socio/members"), 403, "scope_missing")


def test_who_is_in_a_tier_is_listed(aurora: TenantInfo, boreal: TenantInfo, api: Caller, rival: Caller) -> None:
    problem(api.get("/tiers/all/members"), 404, "no_tiers")
    people = [make_customer(aurora), make_customer(boreal)]
    for brand, caller in ((aurora, api), (boreal, rival)):
        caller.send("PUT", "/tiers", LADDER)
        while walk(tenant=brand.id):
            pass
    (member,) = api.get("/tiers/all/members").json()["results"]
    assert (member["customer_id"], member["figure"], member["missing"]) == (str(people[0].id), 0, 0)
    assert api.get("/tiers/gold/members").json()["results"] == []
    problem(api.get("/tiers/none/members"), 404, "not_found")
    problem(api.get("/tiers/all/members?cursor=x"), 400, "cursor_invalid")
