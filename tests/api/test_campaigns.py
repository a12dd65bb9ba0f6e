"""Campaigns, vouchers for many, codes of other companies and reports on vouchers over REST."""

from typing import Any

import pytest

from smartbis.tenancy.selectors import TenantInfo
from smartbis.tenancy.services import add_partner, add_store
from tests.api.conftest import Caller
from tests.api.problems import problem
from tests.factories import make_customer
from vouchers.services.strangers import misses_today
from vouchers.workers import issue_to_many

TEN = {"name": "Dez", "kind": "amount", "value_minor": 1000}


@pytest.fixture
def api(caller: Any, aurora: TenantInfo, boreal: TenantInfo) -> Caller:
    made: Caller = caller(aurora)
    return made


def test_a_coupon_says_every_term_and_belongs_to_a_campaign(api: Caller) -> None:
    natal = api.post("/campaigns", {"name": "Natal", "ends_at": "2027-01-01T00:00:00Z"}).json()
    problem(api.post("/campaigns", {"name": "Natal"}), 400, "invalid", "name")
    terms = {
        "campaign": natal["id"],
        "conditions": "Letra miúda",
        "communities": ["corrida"],
        "tags": ["vip"],
        "birthday": "month",
        "new_within_days": 30,
        "inactive_for_days": 60,
        "limit_per_day": 1,
        "is_divisible": True,
        "rotates_code": True,
        "stacks_with_vouchers": False,
        "stacks_with_balance": False,
        "notice_days": [7, 1],
        "grace_days": 3,
        "funded_by": "store",
        "period": {"from": "2030-01-01T00:00:00Z", "until": None},
    }
    made = api.post("/coupons", TEN | terms)
    assert made.status_code == 201, made.content
    body = made.json()
    assert {name: body[name] for name in terms if name != "period"} == {
        name: value for name, value in terms.items() if name != "period"
    }
    assert (body["status"], body["phase"]) == ("live", "scheduled")
    assert api.get(f"/campaigns/{natal['id']}").json()["coupons"] == 1
    changed = api.send("PUT", f"/campaigns/{natal['id']}", {"name": "Natal 2026"})
    assert changed.json()["name"] == "Natal 2026"
    unknown = "0199a3f2-8b22-7e3f-9a01-3c4d5e6f7081"
    problem(api.get(f"/campaigns/{unknown}"), 404, "campaign_not_found")
    problem(api.patch(f"/coupons/{body['id']}", {"campaign": unknown}), 400, "invalid", "campaign")


def test_vouchers_go_to_many_and_codes_to_each(api: Caller, aurora: TenantInfo) -> None:
    ana = make_customer(aurora, phone="11987654321")
    make_customer(aurora)
    coupon = api.post("/coupons", TEN | {"uses_pool": True}).json()
    added = api.post(f"/coupons/{coupon['id']}/codes", {"codes": ["CINE-1", "cine-1", "CINE-2"]})
    assert (added.status_code, added.json()) == (201, {"added": 2, "known": 0})
    order = {"coupon": coupon["id"], "audience": "customers", "customers": [{"phone": "11987654321"}], "reason": "x"}
    started = api.post("/issuances", order)
    assert started.status_code == 202, started.content
    issuance = started.json()
    assert (issuance["status"], issuance["total"]) == ("running", 1)
    assert api.post(f"/issuances/{issuance['id']}", {"do": "pause"}).json()["status"] == "paused"
    assert api.post(f"/issuances/{issuance['id']}", {"do": "resume"}).json()["status"] == "running"
    issue_to_many(tenant=aurora.id)
    assert api.get(f"/issuances/{issuance['id']}").json()["issued"] == 1
    problem(api.post(f"/issuances/{issuance['id']}", {"do": "stop"}), 409, "issuance_ended")
    assert [each["id"] for each in api.get("/issuances").json()["results"]] == [issuance["id"]]
    problem(api.post("/issuances", order | {"customers": []}), 400, "invalid", "list")
    assert ana.id


def test_reports_and_guesses(api: Caller, aurora: TenantInfo) -> None:
    friend = add_partner(tenant=aurora.id, name="Cinema")
    add_store(tenant=aurora.id, code="cinema", name="Cinema Um", kind="partner", partner=friend.id)
    customer = make_customer(aurora)
    coupon = api.post("/coupons", TEN | {"stores": ["cinema"], "holder": "bearer"}).json()
    voucher = api.post("/vouchers", {"customer": {"id": str(customer.id)}, "coupon": coupon["id"]}).json()
    used = api.post(f"/vouchers/{voucher['code']}/redeem", {"store": "cinema", "amount_minor": 4000})
    assert used.status_code == 201, used.content
    report = api.get("/reports/vouchers?by=partner").json()
    assert (report["whole"]["used"], report["whole"]["sales_minor"]) == (1, 4000)
    assert [(row["name"], row["used"]) for row in report["rows"]] == [("Cinema", 1)]
    statement = api.get("/reports/partners").json()
    (total,) = statement["partners"]
    assert (total["partner"], total["uses"], total["due_minor"]) == ("Cinema", 1, 1000)
    file = api.get("/reports/partners", Accept="text/csv").content.decode()
    assert "Cinema,Cinema Um,Dez,brand,BRL,1,0,1000,1000" in file
    assert misses_today(tenant=aurora.id) == 0
    problem(api.get("/vouchers/0000-0000-0000"), 404, "voucher_not_found")
    problem(api.post("/vouchers/X/redeem", {"store": "cinema"}), 404, "voucher_not_found")
    assert misses_today(tenant=aurora.id) == 2
