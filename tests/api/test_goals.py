"""Referrals and challenges over REST, with another brand beside."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from programs.referrals.infos import ReferralTermsDraft
from programs.referrals.services import bind_referral, code_of, set_terms
from programs.services import record_sale
from smartbis.customers.infos import CustomerInfo
from smartbis.kernel.clock import now
from smartbis.kernel.ids import new_id
from smartbis.kernel.people import Actor
from smartbis.outbox.work import drain_queue
from smartbis.purchases.infos import SaleDraft
from smartbis.tenancy.selectors import TenantInfo
from tests.api.conftest import Caller
from tests.api.problems import problem
from tests.factories import actor, make_customer, store_of
from tests.programs.conftest import make_points


def challenge(**terms: Any) -> dict[str, Any]:
    starts, ends = now() - timedelta(days=1), now() + timedelta(days=30)
    whole = {"key": "tres", "name": "Três visitas", "goal": "purchases", "number": 3, "reward_words": "60 pontos"}
    return whole | {"starts_at": starts.isoformat(), "ends_at": ends.isoformat()} | terms


def buys(brand: TenantInfo, customer: CustomerInfo) -> None:
    draft = SaleDraft(
        customer=customer.id, amount_minor=5_000, external_id=uuid4().hex, store=store_of(brand).id, currency="BRL"
    )
    record_sale(tenant=brand.id, sale=draft)
    drain_queue("relay")


def bring(brand: TenantInfo, referrer: CustomerInfo, name: str) -> CustomerInfo:
    friend = make_customer(brand, name)
    code = code_of(tenant=brand.id, customer=referrer.id)
    bind_referral(tenant=brand.id, code=code, friend=friend.id, channel="portal", actor=Actor(kind="customer"))
    return friend


def test_a_customer_s_code_and_what_it_led_to(aurora: TenantInfo, boreal: TenantInfo, caller: Any) -> None:
    make_points(aurora, participations={"referral": 100})
    set_terms(tenant=aurora.id, draft=ReferralTermsDraft(is_live=True), actor=actor("manager"))
    ana = make_customer(aurora)
    ours, theirs = caller(aurora), caller(boreal)
    path = f"/customers/{ana.id}/referral"
    nothing = {"code": "", "link": "", "invited": 0, "waiting": 0, "settled": 0, "settled_this_month": 0}
    assert ours.get(path).json() == nothing
    bia, _caio = bring(aurora, ana, "Bia Reis"), bring(aurora, ana, "Caio Luz")
    buys(aurora, bia)
    found = ours.get(path).json()
    assert found["link"].endswith(f"/p/aurora/i/{found['code']}/")
    assert (found["invited"], found["waiting"], found["settled"], found["settled_this_month"]) == (2, 1, 1, 1)
    listed = ours.get("/referrals").json()
    assert [each["status"] for each in listed["results"]] == ["waiting", "settled"]
    assert listed["next"] is None
    (settled,) = ours.get("/referrals?status=settled").json()["results"]
    assert (settled["referrer"], settled["friend"], settled["channel"]) == (str(ana.id), str(bia.id), "portal")
    assert ours.get("/referrals?status=lost").json()["errors"].keys() == {"status"}
    assert theirs.get(path).json()["code"] == "customer_not_found"
    assert theirs.get("/referrals").json()["results"] == []
    assert caller(aurora, "programs:read").get("/referrals").json()["code"] == "scope_missing"


def hold(brand: TenantInfo, name: str) -> str:
    """The id of a referral that waits for a person: referrer and friend have one browser."""
    referrer, friend = make_customer(brand, f"De {name}"), make_customer(brand, name)
    code = code_of(tenant=brand.id, customer=referrer.id)
    seen, who = (referrer.id,), Actor(kind="customer")
    bound = bind_referral(tenant=brand.id, code=code, friend=friend.id, channel="portal", actor=who, seen_here=seen)
    assert bound is not None
    assert bound.status == "held"
    return str(bound.id)


def test_a_held_referral_is_decided_once(aurora: TenantInfo, api: Caller, rival: Caller, caller: Any) -> None:
    set_terms(tenant=aurora.id, draft=ReferralTermsDraft(is_live=True), actor=actor("manager"))
    good, bad = hold(aurora, "Bia Reis"), hold(aurora, "Caio Luz")
    read = api.get(f"/referrals/{good}").json()
    assert (read["status"], read["reasons"], read["decided_by"]) == ("held", ["same_device"], "")
    for path in (f"/referrals/{good}/accept", f"/referrals/{good}/refuse"):
        problem(rival.post(path), 404, "referral_not_found")
        problem(caller(aurora, "customers:read", "customers:write").post(path), 403, "scope_missing")
        problem(api.post(path, key=None), 400, "idempotency_key_missing")
    problem(rival.get(f"/referrals/{good}"), 404, "referral_not_found")
    accepted = api.post(f"/referrals/{good}/accept", key="once")
    assert (accepted.json()["status"], accepted.json()["decided_by"]) == ("waiting", "Caixa")
    assert api.post(f"/referrals/{good}/accept", key="once").json() == accepted.json()
    problem(api.post(f"/referrals/{good}/refuse"), 409, "referral_decided")
    assert api.post(f"/referrals/{bad}/refuse").json()["status"] == "refused"
    assert {each["id"]: each["status"] for each in api.get("/referrals").json()["results"]} == {
        good: "waiting",
        bad: "refused",
    }


def test_the_terms_of_referrals_are_set_whole_by_each_brand(
    aurora: TenantInfo, api: Caller, rival: Caller, caller: Any
) -> None:
    at_first = {"is_live": False, "minimum_minor": 0, "wait_days": 0, "month_cap": None, "life_cap": None}
    assert api.get("/referrals/terms").json() == at_first | {"rewards_friend": False}
    terms = {"is_live": True, "minimum_minor": 5_000, "wait_days": 7, "month_cap": 10, "rewards_friend": True}
    whole = at_first | terms
    assert api.send("PUT", "/referrals/terms", terms).json() == whole
    assert (api.get("/referrals/terms").json(), rival.get("/referrals/terms").json()["is_live"]) == (whole, False)
    for change, field in (
        ({"month_cap": 0}, "month_cap"),
        ({"wait_days": 366}, "wait_days"),
        ({"minimum_minor": -1}, "minimum_minor"),
        ({"is_live": None}, "is_live"),
    ):
        problem(api.send("PUT", "/referrals/terms", terms | change), 400, "invalid", field)
    problem(caller(aurora, "programs:read").send("PUT", "/referrals/terms", terms), 403, "scope_missing")
    assert api.get("/referrals/terms").json() == whole


def test_a_challenge_is_announced_once_and_progress_is_read(
    aurora: TenantInfo, boreal: TenantInfo, caller: Any
) -> None:
    ours, theirs = caller(aurora), caller(boreal)
    ana = make_customer(aurora)
    key = str(new_id())
    made = ours.post("/challenges", challenge(), key=key)
    assert (made.status_code, made.json()["participation"], made.json()["status"]) == (201, "challenge:tres", "live")
    again = ours.post("/challenges", challenge())
    assert (again.status_code, again.json()["code"]) == (409, "slug_taken")
    buys(aurora, ana)
    (listed,) = ours.get("/challenges").json()["results"]
    assert (listed["id"], listed["takers"], listed["reached"]) == (made.json()["id"], 1, 0)
    (progress,) = ours.get(f"/customers/{ana.id}/challenges").json()["results"]
    assert (progress["key"], progress["value"], progress["number"], progress["done"]) == ("tres", 1, 3, 0)
    assert theirs.get("/challenges").json()["results"] == []
    assert theirs.get(f"/customers/{ana.id}/challenges").json()["code"] == "customer_not_found"
    assert theirs.post("/challenges", challenge()).status_code == 201
    assert len(ours.get("/challenges").json()["results"]) == 1


def test_a_customer_is_given_a_code_once(aurora: TenantInfo, api: Caller, rival: Caller, caller: Any) -> None:
    path = f"/customers/{make_customer(aurora).id}/referral"
    made = api.post(path).json()
    assert made["link"].endswith(f"/p/aurora/i/{made['code']}/")
    assert api.post(path).json() == api.get(path).json() == made
    problem(rival.post(path), 404, "customer_not_found")
    problem(caller(aurora, "customers:read").post(path), 403, "scope_missing")


def test_a_challenge_is_changed_and_ended_but_not_what_was_promised(
    aurora: TenantInfo, api: Caller, rival: Caller, caller: Any
) -> None:
    made = api.post("/challenges", challenge()).json()
    path = f"/challenges/{made['id']}"
    later = (now() + timedelta(days=60)).replace(microsecond=0)
    changed = api.patch(path, {"name": "Quatro", "times": 2, "ends_at": later.isoformat()}).json()
    assert changed == made | {"name": "Quatro", "times": 2, "ends_at": changed["ends_at"]}
    assert changed["ends_at"] != made["ends_at"]
    problem(api.patch(path, {"goal": "spend"}), 400, "invalid", "goal")
    problem(api.patch(path, {"ends_at": (now() - timedelta(days=9)).isoformat()}), 400, "invalid", "ends_at")
    problem(api.patch(path, {"status": "forgotten"}), 400, "invalid", "status")
    assert api.get(path).json() == changed
    problem(rival.get(path), 404, "challenge_not_found")
    problem(rival.patch(path, {"status": "ended"}), 404, "challenge_not_found")
    problem(caller(aurora, "programs:read").patch(path, {"status": "ended"}), 403, "scope_missing")
    ended = api.patch(path, {"status": "ended"}).json()
    assert (ended["status"], ended["name"]) == ("ended", "Quatro")
    buys(aurora, make_customer(aurora))
    assert api.get(path).json()["takers"] == 0


def test_days_for_each_customer_and_an_end_do_not_go_together(api: Caller) -> None:
    both = challenge(days=30) | {"starts_at": None}
    problem(api.post("/challenges", both), 400, "invalid", "period")
    rolling = api.post("/challenges", challenge(days=30, starts_at=None, ends_at=None)).json()
    end = (now() + timedelta(days=9)).isoformat()
    problem(api.patch(f"/challenges/{rolling['id']}", {"ends_at": end}), 400, "invalid", "period")


def test_a_customer_joins_a_challenge_that_asks_for_it(
    aurora: TenantInfo, boreal: TenantInfo, api: Caller, rival: Caller, caller: Any
) -> None:
    ana, stranger = make_customer(aurora), make_customer(boreal)
    goal = {"challenge": api.post("/challenges", challenge(opt_in=True)).json()["id"]}
    buys(aurora, ana)
    path = f"/customers/{ana.id}/challenges"
    assert [each["joined"] for each in api.get(path).json()["results"]] == [False]
    problem(api.post(path, goal, key=None), 400, "idempotency_key_missing")
    problem(caller(aurora, "customers:read").post(path, goal), 403, "scope_missing")
    problem(rival.post(path, goal), 404, "customer_not_found")
    problem(rival.post(f"/customers/{stranger.id}/challenges", goal), 404, "challenge_not_found")
    problem(api.post(path, {"challenge": "x"}), 400, "invalid", "challenge")
    (joined,) = api.post(path, goal).json()["results"]
    assert (joined["joined"], joined["value"]) == (True, 1)
    assert api.post(path, goal).json()["results"] == [joined]
    api.patch(f"/challenges/{goal['challenge']}", {"status": "ended"})
    problem(api.post(path, goal), 409, "challenge_closed")


def test_a_challenge_that_cannot_be_is_refused_and_nothing_is_kept(
    aurora: TenantInfo, boreal: TenantInfo, caller: Any
) -> None:
    ours = caller(aurora)
    for body, field in (
        (challenge(number=0), "number"),
        (challenge(goal="dance"), "goal"),
        (challenge(ends_at=(now() - timedelta(days=2)).isoformat()), "ends_at"),
        (challenge(goal="category"), "category"),
        (challenge(key="Ó!"), "key"),
    ):
        refused = ours.post("/challenges", body)
        assert (refused.status_code, list(refused.json()["errors"])) == (400, [field])
    assert caller(aurora, "programs:read").post("/challenges", challenge()).json()["code"] == "scope_missing"
    assert ours.get("/challenges").json()["results"] == caller(boreal).get("/challenges").json()["results"] == []
