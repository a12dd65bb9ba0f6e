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
