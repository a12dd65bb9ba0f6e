"""Sales over REST: recorded once, awarded, answered again, confirmed, cancelled, refunded."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from programs.services import open_program
from smartbis.customers.selectors import find_customer
from smartbis.kernel.clock import now
from smartbis.kernel.ids import new_id
from smartbis.kernel.people import SYSTEM
from smartbis.ledger.selectors import check_ledger
from smartbis.tenancy.selectors import TenantInfo
from tests.api.conftest import Caller
from tests.api.problems import problem
from tests.vouchers.shop import coupon_of, issued, redeemed

CASHBACK = {"effect": {"kind": "percentage", "basis_points": 2000}}
POINTS = {"effect": {"kind": "per_unit", "points": 1, "minor": 100}, "participations": {"event": 50}}
NOTHING_COMES = {"next_amount": 0, "next_at": None}
ANA = {"phone": "11 98765-4321", "name": "Ana Souza"}


def sale(number: object = 1, **changes: Any) -> dict[str, Any]:
    """A sale of R$ 129,90 to Ana."""
    return {"customer": ANA, "store": "centro", "amount_minor": 12990, "external_id": f"S-{number}"} | changes


@pytest.fixture
def cashback(aurora: TenantInfo) -> None:
    """Aurora gives 20 %."""
    open_program(tenant=aurora.id, name="Cashback", kind="cashback", spec=CASHBACK, actor=SYSTEM)


def test_a_sale_enrols_awards_and_says_what_to_print(aurora: TenantInfo, cashback: None, api: Caller) -> None:
    made = api.post("/purchases", sale())
    assert made.status_code == 201, made.content
    body = made.json()
    (award,) = body["awards"]
    assert (award["program"], award["unit"], award["amount"], award["status"]) == ("Cashback", "BRL", 2598, "available")
    assert "R$" in award["explanation"]
    assert body["balances"] == [{"unit": "BRL", "available": 2598, "pending": 0, "owed": 0}]
    assert body["vouchers"] == []
    assert "25,98" in body["receipt_text"]
    assert body["receipt_qr"] == "http://testserver/p/aurora/"
    found = api.get("/customers?phone=11987654321").json()["results"]
    assert [each["id"] for each in found] == [body["customer_id"]]
    balances = api.get(f"/customers/{body['customer_id']}/balances").json()
    assert balances == {"balances": [body["balances"][0] | NOTHING_COMES]}
    (line,) = api.get(f"/customers/{body['customer_id']}/statement").json()["results"]
    assert (line["kind"], line["amount"], line["balance_after"]) == ("earn", 2598, 2598)
    assert line["purchase_id"] == body["id"]
    assert line["explanation"]
    assert check_ledger(tenant=aurora.id).ok


def test_balances_are_what_can_be_spent(aurora: TenantInfo, api: Caller) -> None:
    effects = {"points": POINTS["effect"], "tiers": {"kind": "tier_points", "points": 1, "minor": 100}}
    spec = {"rules": [{"key": key, "effect": effect} for key, effect in effects.items()]}
    open_program(tenant=aurora.id, name="Clube", kind="points", spec=spec, actor=SYSTEM)
    made = api.post("/purchases", sale()).json()
    assert [award["unit"] for award in made["awards"]] == ["points", "tier_points"]
    assert made["balances"] == [{"unit": "points", "available": 129, "pending": 0, "owed": 0}]
    assert api.get(f"/customers/{made['customer_id']}/balances").json()["balances"] == [
        made["balances"][0] | NOTHING_COMES
    ]
    back = api.post(f"/purchases/{made['id']}/refunds", {"external_id": "R", "amount_minor": 12990}).json()
    assert [each["unit"] for each in back["balances"]] == ["points"]


def test_the_same_sale_again_is_200_with_the_first_answer(cashback: None, api: Caller) -> None:
    first = api.post("/purchases", sale()).json()
    again = api.post("/purchases", sale())
    assert again.status_code == 200
    assert again.json() == first
    assert "Idempotent-Replayed" not in again.headers
    problem(api.post("/purchases", sale(amount_minor=12991)), 409, "purchase_conflict")
    assert api.get(f"/customers/{first['customer_id']}/balances").json()["balances"][0]["available"] == 2598


def test_the_same_number_in_another_store_is_another_sale(cashback: None, api: Caller) -> None:
    ids = {api.post("/purchases", sale(store=code)).json()["id"] for code in ("centro", "moema")}
    assert len(ids) == 2


def test_a_key_gives_the_first_answer_byte_by_byte(cashback: None, api: Caller) -> None:
    first = api.post("/purchases", sale(), key="k1")
    again = api.post("/purchases", sale(), key="k1")
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["Idempotent-Replayed"] == "true"
    problem(api.post("/purchases", sale(2), key="k1"), 422, "idempotency_key_reused")


@pytest.mark.parametrize("path", ["/purchases", "/purchases/batch", "/participations", "/vouchers"])
def test_what_moves_value_needs_a_key(api: Caller, path: str) -> None:
    problem(api.post(path, {}, key=None), 400, "idempotency_key_missing")


def test_an_anonymous_sale_earns_nothing_and_invites(cashback: None, api: Caller) -> None:
    body = api.post("/purchases", {key: value for key, value in sale().items() if key != "customer"}).json()
    assert (body["customer_id"], body["awards"], body["balances"]) == (None, [], [])
    assert body["receipt_qr"] == "http://testserver/p/aurora/join/?store=centro"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"amount_minor": 0}, "amount_minor"),
        ({"amount_minor": -1}, "amount_minor"),
        ({"amount_minor": 10**12 + 1}, "amount_minor"),
        ({"amount_minor": 10**40}, "amount_minor"),
        ({"amount_minor": "129.90"}, "amount_minor"),
        ({"amount_minor": 129.9}, "amount_minor"),
        ({"amount_minor": True}, "amount_minor"),
        ({"amount_minor": None}, "amount_minor"),
        ({"external_id": ""}, "external_id"),
        ({"external_id": "x" * 101}, "external_id"),
        ({"external_id": {"a": 1}}, "external_id"),
        ({"store": None}, "store"),
        ({"occurred_at": "yesterday"}, "occurred_at"),
        ({"occurred_at": "2026-11-21T15:00:00"}, "occurred_at"),
        ({"occurred_at": "0001-01-01T00:00:00+14:00"}, "occurred_at"),
        ({"occurred_at": "9999-12-31T23:59:59-14:00"}, "occurred_at"),
        ({"status": "paid"}, "status"),
        ({"channel": "x" * 21}, "channel"),
        ({"items": "none"}, "items"),
        ({"items": [{"sku": "1", "unit_minor": 1, "quantity": 0}]}, "items.0.quantity"),
        ({"items": [{"sku": "1", "unit_minor": 1}, {"unit_minor": 1}]}, "items.1.sku"),
        ({"customer": "Ana"}, "customer"),
        ({"customer": {}}, "customer"),
        ({"customer": {"phone": "11987654321", "cpf": "52998224725"}}, "customer"),
        ({"customer": {"id": "x"}}, "customer.id"),
    ],
)
def test_a_field_that_cannot_be_is_named(cashback: None, api: Caller, change: dict[str, Any], field: str) -> None:
    problem(api.post("/purchases", sale(**change)), 400, "invalid", field)
    assert api.get("/purchases").json()["results"] == []


def test_the_future_is_refused_beyond_a_tills_clock(cashback: None, api: Caller) -> None:
    soon, later = (now() + timedelta(minutes=minutes) for minutes in (4, 6))
    assert api.post("/purchases", sale(occurred_at=soon.isoformat())).status_code == 201
    problem(api.post("/purchases", sale(2, occurred_at=later.isoformat())), 400, "invalid", "occurred_at")


def test_unknown_stores_currencies_and_phones_have_codes(cashback: None, api: Caller) -> None:
    problem(api.post("/purchases", sale(store="nowhere")), 400, "store_unknown", "store")
    problem(api.post("/purchases", sale(currency="USD")), 400, "currency_mismatch", "currency")
    problem(api.post("/purchases", sale(customer={"phone": "12"})), 400, "phone_invalid", "customer.phone")
    problem(api.post("/purchases", sale(customer={"phone": "11912345678"})), 404, "customer_not_found")
    problem(api.post("/purchases", sale(customer={"id": str(new_id())})), 404, "customer_not_found")
    assert api.get("/customers").json()["results"] == [], "a refused sale enrols nobody"


def test_another_brands_customer_and_sale_are_unknown(cashback: None, api: Caller, rival: Caller) -> None:
    theirs = rival.post("/purchases", sale()).json()
    nobody = str(new_id())
    foreign = api.post("/purchases", sale(customer={"id": theirs["customer_id"]}))
    assert foreign.content == api.post("/purchases", sale(customer={"id": nobody})).content
    for path, body in (
        ("", None),
        ("/confirm", None),
        ("/cancel", None),
        ("/refunds", {"external_id": "R", "amount_minor": 1}),
    ):
        method = "POST" if path else "GET"
        answer = api.send(method, f"/purchases/{theirs['id']}{path}", body)
        problem(answer, 404, "purchase_not_found")
        assert answer.content == api.send(method, f"/purchases/{nobody}{path}", body).content


def test_a_pending_sale_earns_when_it_is_confirmed(cashback: None, api: Caller) -> None:
    made = api.post("/purchases", sale(status="pending")).json()
    assert made["awards"][0]["status"] == "pending"
    assert made["balances"] == [{"unit": "BRL", "available": 0, "pending": 2598, "owed": 0}]
    for _ in range(2):
        done = api.post(f"/purchases/{made['id']}/confirm")
        assert done.status_code == 200, done.content
        assert done.json()["balances"] == [{"unit": "BRL", "available": 2598, "pending": 0, "owed": 0}]
    problem(api.post(f"/purchases/{made['id']}/cancel"), 409, "purchase_not_pending")


def test_a_cancelled_sale_leaves_nothing(cashback: None, api: Caller) -> None:
    made = api.post("/purchases", sale(status="pending")).json()
    done = api.post(f"/purchases/{made['id']}/cancel").json()
    assert done["status"] == "cancelled"
    assert done["balances"] == [{"unit": "BRL", "available": 0, "pending": 0, "owed": 0}]
    problem(
        api.post(f"/purchases/{made['id']}/refunds", {"external_id": "R", "amount_minor": 1}), 409, "purchase_cancelled"
    )


def test_refunds_in_any_split_leave_exactly_zero(aurora: TenantInfo, cashback: None, api: Caller) -> None:
    made = api.post("/purchases", sale(amount_minor=9999)).json()
    path = f"/purchases/{made['id']}/refunds"
    for number, amount in enumerate((3333, 1, 6665)):
        done = api.post(path, {"external_id": f"R-{number}", "amount_minor": amount})
        assert done.status_code == 201, done.content
    assert done.json()["refunded_minor"] == 9999
    assert done.json()["balances"] == [{"unit": "BRL", "available": 0, "pending": 0, "owed": 0}]
    again = api.post(path, {"external_id": "R-2", "amount_minor": 6665})
    assert again.status_code == 200
    problem(api.post(path, {"external_id": "R-2", "amount_minor": 1}), 409, "refund_conflict")
    body = problem(api.post(path, {"external_id": "R-3", "amount_minor": 1}), 409, "refund_exceeds_purchase")
    assert body["left_minor"] == 0
    assert check_ledger(tenant=aurora.id).ok


def test_a_refund_under_a_new_key_has_the_same_answer(aurora: TenantInfo, cashback: None, api: Caller) -> None:
    redeemed(aurora, issued(aurora, coupon_of(aurora)), amount_minor=12990, external_id="S-1")
    made = api.post("/purchases", sale()).json()
    path, body = f"/purchases/{made['id']}/refunds", {"external_id": "R", "amount_minor": 12990}
    first, again = api.post(path, body), api.post(path, body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert (len(first.json()["returned"]), first.json()["money_due_minor"]) == (1, 11990)
    assert again.json() == first.json()


@pytest.mark.parametrize(
    "refund",
    [
        {},
        {"external_id": "R"},
        {"external_id": "R", "amount_minor": 1, "items": [{"sku": "1"}]},
        {"external_id": "R", "amount_minor": 0},
        {"external_id": "R", "items": [{"sku": "1", "quantity": -1}]},
    ],
)
def test_an_odd_refund_is_400(cashback: None, api: Caller, refund: dict[str, Any]) -> None:
    made = api.post("/purchases", sale()).json()
    problem(api.post(f"/purchases/{made['id']}/refunds", refund), 400, "invalid")


def test_a_batch_answers_each_sale_at_its_place(aurora: TenantInfo, cashback: None, api: Caller) -> None:
    rows = [
        sale(1),
        sale(2, store="nowhere"),
        sale(3, amount_minor=0),
        sale(1),
        sale(1, amount_minor=5),
        sale(4, currency="USD"),
        "not a sale",
        sale(5, customer=None),
        sale(6, customer={"phone": "11911111111"}),
    ]
    made = api.post("/purchases/batch", {"purchases": rows}, key="night")
    assert made.status_code == 200, made.content
    results = made.json()["results"]
    assert [each["status"] for each in results] == [201, 400, 400, 200, 409, 400, 400, 201, 404]
    codes = [each.get("problem", {}).get("code") for each in results]
    assert codes == [
        None,
        "store_unknown",
        "invalid",
        None,
        "purchase_conflict",
        "currency_mismatch",
        "invalid",
        None,
        "customer_not_found",
    ]
    assert results[0]["purchase"]["awards"][0]["amount"] == 2598
    assert results[3]["purchase"]["id"] == results[0]["purchase"]["id"]
    again = api.post("/purchases/batch", {"purchases": rows}, key="night")
    assert again.content == made.content
    assert again.headers["Idempotent-Replayed"] == "true"
    assert check_ledger(tenant=aurora.id).ok


def test_nobody_is_enrolled_for_a_sale_in_another_currency(aurora: TenantInfo, cashback: None, api: Caller) -> None:
    who = {"phone": "11911111111", "name": "Nova Pessoa", "consents": {"utility": True, "marketing": False}}
    problem(api.post("/purchases", sale(1, customer=who, currency="USD")), 400, "currency_mismatch", "currency")
    told = api.post("/purchases/batch", {"purchases": [sale(2, customer=who, currency="USD")]}).json()["results"]
    assert (told[0]["status"], told[0]["problem"]["code"]) == (400, "currency_mismatch")
    assert find_customer(tenant=aurora.id, phone="11911111111") is None


def test_a_batch_is_up_to_a_thousand(api: Caller) -> None:
    problem(api.post("/purchases/batch", {"purchases": [1] * 1001}), 413, "batch_too_large")
    odd_ones: list[Any] = [{}, {"purchases": {}}, {"purchases": []}, [], "x"]
    for odd in odd_ones:
        problem(api.post("/purchases/batch", odd), 400, "invalid", "purchases")


def test_sales_are_listed_and_found_by_number(cashback: None, api: Caller) -> None:
    made = [api.post("/purchases", sale(number)).json()["id"] for number in range(3)]
    assert sorted(each["id"] for each in api.get("/purchases").json()["results"]) == sorted(made)
    (found,) = api.get("/purchases?store=centro&external_id=S-1").json()["results"]
    assert (found["id"], found["store"]) == (made[1], "centro")
    assert api.get(f"/purchases/{made[1]}").json() == found
    problem(api.get("/purchases?external_id=S-1"), 400, "invalid", "store")


def test_taking_part_earns_once(aurora: TenantInfo, api: Caller, caller: Callable[..., Caller]) -> None:
    open_program(tenant=aurora.id, name="Pontos", kind="points", spec=POINTS, actor=SYSTEM)
    api.post("/customers", {"name": "Ana", "external_id": "S-101"})
    given = {"customer": {"external_id": "S-101"}, "kind": "event", "external_id": "congress"}
    first = api.post("/participations", given)
    assert first.status_code == 201, first.content
    assert [(each["unit"], each["amount"]) for each in first.json()["awards"]] == [("points", 50)]
    assert [each["explanation"] for each in first.json()["awards"]] == [
        "Participação: evento. 50 pontos por participação (evento)."
    ]
    assert first.json()["balances"] == [{"unit": "points", "available": 50, "pending": 0, "owed": 0}]
    again = api.post("/participations", given)
    assert (again.status_code, again.json()) == (200, first.json())
    problem(api.post("/participations", given | {"customer": {"external_id": "S-102"}}), 404, "customer_not_found")


def test_words_follow_the_language_asked_for(cashback: None, api: Caller) -> None:
    made = api.post("/purchases", sale(), Accept_Language="en")
    assert "R$25.98" in made.json()["receipt_text"].replace("\xa0", "")


def test_programmes_are_listed_with_their_rule_in_words(cashback: None, api: Caller) -> None:
    (program,) = api.get("/programs").json()["results"]
    assert program["current"]["version"] == 1
    assert "20%" in program["current"]["sentence"]
    assert program["upcoming"] is None


def test_a_sale_is_explained_rule_by_rule_in_the_language_asked_for(
    aurora: TenantInfo, boreal: TenantInfo, api: Caller
) -> None:
    rules = [
        {"key": "base", "effect": CASHBACK["effect"], "limits": {"per_purchase": 2000}},
        {"key": "wine", "effect": CASHBACK["effect"], "when": {"products": ["wine"]}},
    ]
    open_program(tenant=aurora.id, name="Cashback", kind="cashback", spec={"rules": rules}, actor=SYSTEM)
    open_program(tenant=boreal.id, name="Theirs", kind="cashback", spec=CASHBACK, actor=SYSTEM)
    made = api.post("/purchases", sale()).json()
    answer = api.get(f"/purchases/{made['id']}/explanation", Accept_Language="en")
    assert answer.status_code == 200, answer.content
    body = answer.json()
    assert (body["id"], body["customer_id"], body["currency"]) == (made["id"], made["customer_id"], "BRL")
    (program,) = body["programs"]
    assert (program["program"], program["version"], program["nothing"], program["gifts"]) == ("Cashback", 1, None, [])
    (applied,) = program["applied"]
    assert applied["rule_key"] == "base"
    assert (applied["base_minor"], applied["wanted"], applied["amount"], applied["lines"]) == (12990, 2598, 2000, [])
    assert applied["cut"] == {"code": "per_purchase", "message": "The limit for a purchase cut it."}
    (missed,) = program["not_applied"]
    assert (missed["rule_key"], missed["reason"]["code"], missed["is_sure"]) == ("wine", "no_such_article", True)
    assert missed["limits"] == []


def test_an_explanation_of_no_customer_or_of_another_brand(
    aurora: TenantInfo, boreal: TenantInfo, api: Caller, caller: Callable[..., Caller]
) -> None:
    open_program(tenant=aurora.id, name="Cashback", kind="cashback", spec=CASHBACK, actor=SYSTEM)
    made = api.post("/purchases", sale(customer=None)).json()
    (program,) = api.get(f"/purchases/{made['id']}/explanation").json()["programs"]
    assert (program["nothing"]["code"], program["not_applied"]) == ("no_customer", [])
    problem(caller(boreal).get(f"/purchases/{made['id']}/explanation"), 404, "purchase_not_found")
