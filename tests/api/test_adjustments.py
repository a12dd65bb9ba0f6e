"""Corrections by hand over REST."""

from programs.selectors import Limit
from programs.services import request_adjustment, set_adjustment_limits
from smartbis.kernel.ids import new_id
from smartbis.kernel.people import Actor
from smartbis.ledger.selectors import balances
from smartbis.tenancy.selectors import TenantInfo
from tests.api.conftest import Caller
from tests.api.problems import problem
from tests.factories import make_customer

OWNER = Actor(kind="staff", role="owner", id=new_id(), label="Clara")
BODY = {"unit": "BRL", "amount": 2500, "reason": "service_failure", "note": "Pedido 8812"}


def test_a_key_asks_and_a_person_decides(aurora: TenantInfo, api: Caller, rival: Caller) -> None:
    customer = make_customer(aurora)
    answer = api.post(f"/customers/{customer.id}/adjustments", BODY, key="k")
    assert (answer.status_code, answer.json()["state"], answer.json()["decided_at"]) == (201, "requested", None)
    again = api.post(f"/customers/{customer.id}/adjustments", BODY, key="k")
    assert (again.json(), again.headers["Idempotent-Replayed"]) == (answer.json(), "true")
    problem(rival.post(f"/customers/{customer.id}/adjustments", BODY), 404, "customer_not_found")
    waiting = f"/adjustments/{answer.json()['id']}"
    problem(api.post(f"{waiting}/approve"), 409, "adjustment_own_request")
    problem(rival.post(f"{waiting}/approve"), 404, "adjustment_not_found")
    assert [row["id"] for row in api.get("/adjustments?state=requested").json()["results"]] == [answer.json()["id"]]
    assert rival.get("/adjustments").json()["results"] == []
    assert balances(tenant=aurora.id, customer=customer.id) == []


def test_within_the_keys_limit_it_is_posted(aurora: TenantInfo, api: Caller) -> None:
    set_adjustment_limits(tenant=aurora.id, limits={"api_key": Limit(2_500, 0)}, actor=OWNER)
    customer = make_customer(aurora)
    assert api.post(f"/customers/{customer.id}/adjustments", BODY).json()["state"] == "posted"
    assert balances(tenant=aurora.id, customer=customer.id)[0].available == 2_500
    short = api.post(f"/customers/{customer.id}/adjustments", BODY | {"amount": -1, "unit": "points"})
    assert short.json()["state"] == "requested"
    (row, *_) = api.get(f"/customers/{customer.id}/statement").json()["results"]
    assert (row["kind"], row["amount"]) == ("adjust", 2_500)


def test_a_key_decides_on_what_people_asked_within_its_limit(aurora: TenantInfo, api: Caller) -> None:
    customer = make_customer(aurora)
    asked = [
        request_adjustment(
            tenant=aurora.id,
            customer=customer.id,
            unit="BRL",
            amount=amount,
            reason="goodwill",
            key=str(amount),
            actor=Actor(kind="staff", role="attendant", id=new_id(), label="Rui"),
        ).id
        for amount in (3_000, 4_000)
    ]
    problem(api.post(f"/adjustments/{asked[0]}/approve"), 409, "adjustment_above_limit")
    set_adjustment_limits(tenant=aurora.id, limits={"api_key": Limit(5_000, 0)}, actor=OWNER)
    assert api.post(f"/adjustments/{asked[0]}/approve").json()["state"] == "posted"
    refused = api.post(f"/adjustments/{asked[1]}/refuse", {"note": "Sem prova"}).json()
    assert (refused["state"], refused["decision_note"], refused["decided_by"]) == ("refused", "Sem prova", "Caixa")
    problem(api.post(f"/adjustments/{asked[1]}/approve"), 409, "adjustment_decided")
    assert balances(tenant=aurora.id, customer=customer.id)[0].available == 3_000


def test_what_cannot_be_says_which_field(aurora: TenantInfo, api: Caller, caller: object) -> None:
    customer = make_customer(aurora)
    path = f"/customers/{customer.id}/adjustments"
    for change, field in (({"amount": "5"}, "amount"), ({"reason": "x"}, "reason"), ({"unit": "USD"}, "unit")):
        assert field in problem(api.post(path, BODY | change), 400, "invalid")["errors"]
    problem(api.post(path, BODY, key=None), 400, "idempotency_key_missing")
    reader = caller(aurora, "adjustments:read")  # type: ignore[operator]
    problem(reader.post(path, BODY), 403, "scope_missing")


def test_who_may_adjust_is_read_and_only_the_owner_says_so(aurora: TenantInfo, api: Caller, rival: Caller) -> None:
    set_adjustment_limits(tenant=aurora.id, limits={"attendant": Limit(500, None)}, actor=OWNER)
    limits = {
        each["role"]: (each["money_minor"], each["points"]) for each in api.get("/adjustments/limits").json()["results"]
    }
    usual = {"owner": (None, None), "manager": (20_000, 20_000), "api_key": (0, 0)}
    assert limits == usual | {"attendant": (500, None)}
    others = {each["role"]: each["money_minor"] for each in rival.get("/adjustments/limits").json()["results"]}
    assert others["attendant"] == 2_000
    problem(api.send("PUT", "/adjustments/limits", {"api_key": {"money_minor": None}}), 405, "method_not_allowed")


def test_reading_the_limits_needs_the_scope(aurora: TenantInfo, caller: object) -> None:
    writer = caller(aurora, "adjustments:write")  # type: ignore[operator]
    problem(writer.get("/adjustments/limits"), 403, "scope_missing")
