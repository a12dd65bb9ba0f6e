"""Coupons and vouchers over REST: terms, issue, check, use, take back."""

from typing import Any

import pytest

from smartbis.kernel.ids import new_id
from smartbis.ledger.selectors import check_ledger
from smartbis.tenancy.selectors import TenantInfo
from tests.api.conftest import Caller
from tests.api.problems import problem
from tests.api.test_purchases import ANA, cashback, sale

__all__ = ["cashback"]  # a fixture
PHONE = {"phone": ANA["phone"]}
GIFT = {"name": "R$ 15", "kind": "amount", "value_minor": 1500, "cost": {"unit": "BRL", "amount": 1000}}


@pytest.fixture
def coupon(cashback: None, api: Caller) -> dict[str, Any]:
    """Aurora's coupon of R$ 15 for R$ 10 of balance; Ana has R$ 25,98."""
    assert api.post("/purchases", sale()).status_code == 201
    made = api.post("/coupons", GIFT)
    assert made.status_code == 201, made.content
    return dict(made.json())


def available(api: Caller) -> int:
    """Ana's balance."""
    (ana,) = api.get("/customers?phone=11987654321").json()["results"]
    return int(api.get(f"/customers/{ana['id']}/balances").json()["balances"][0]["available"])


def test_a_voucher_is_bought_checked_used_once_and_taken_back(
    aurora: TenantInfo, coupon: dict[str, Any], api: Caller
) -> None:
    made = api.post("/vouchers", {"customer": PHONE, "coupon": coupon["id"]})
    assert made.status_code == 201, made.content
    voucher = made.json()
    assert (voucher["status"], voucher["value_minor"], voucher["uses_left"]) == ("issued", 1500, 1)
    assert voucher["qr_payload"].startswith("SBV1")
    assert available(api) == 1598
    code = voucher["code"].lower().replace("-", " ")
    assert api.get(f"/vouchers/{code}").json() == voucher
    use = {"store": "centro", "customer": PHONE, "amount_minor": 5000, "external_id": "S-9"}
    verdict = api.post(f"/vouchers/{code}/validate", {key: use[key] for key in ("store", "customer", "amount_minor")})
    assert verdict.status_code == 200, verdict.content
    assert (verdict.json()["valid"], verdict.json()["discount_minor"], verdict.json()["reasons"]) == (True, 1500, [])
    used = api.post(f"/vouchers/{code}/redeem", use)
    assert used.status_code == 201, used.content
    assert (used.json()["discount_minor"], used.json()["store"], used.json()["uses_left"]) == (1500, "centro", 0)
    problem(api.post(f"/vouchers/{code}/redeem", use), 409, "voucher_already_redeemed")
    back = api.post(f"/redemptions/{used.json()['id']}/reverse", {"reason": "Engano"})
    assert back.status_code == 201, back.content
    assert back.json()["reversed_at"]
    problem(
        api.post(f"/redemptions/{used.json()['id']}/reverse", {"reason": "Engano"}), 409, "redemption_already_reversed"
    )
    assert api.get(f"/vouchers/{code}").json()["status"] == "issued"
    assert check_ledger(tenant=aurora.id).ok


def test_a_use_is_repeated_by_its_key(coupon: dict[str, Any], api: Caller) -> None:
    code = api.post("/vouchers", {"customer": PHONE, "coupon": coupon["id"]}, key="v").json()["code"]
    use = {"store": "centro", "customer": PHONE, "amount_minor": 5000}
    first = api.post(f"/vouchers/{code}/redeem", use, key="u")
    again = api.post(f"/vouchers/{code}/redeem", use, key="u")
    assert (first.status_code, again.content) == (201, first.content)
    assert again.headers["Idempotent-Replayed"] == "true"


def test_cashback_becomes_a_voucher(coupon: dict[str, Any], api: Caller) -> None:
    made = api.post("/vouchers", {"customer": PHONE, "balance_minor": 2500})
    assert made.status_code == 201, made.content
    assert made.json()["value_minor"] == 2500
    assert available(api) == 98
    problem(api.post("/vouchers", {"customer": PHONE, "balance_minor": 99}), 409, "insufficient_balance")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"status": "paused"}, "coupon_not_live"),
        ({"stock": 0}, "coupon_out_of_stock"),
        ({"plans": ["gold"]}, "coupon_not_eligible"),
    ],
)
def test_a_coupon_that_cannot_be_had_says_why(
    coupon: dict[str, Any], api: Caller, change: dict[str, Any], code: str
) -> None:
    changed = api.patch(f"/coupons/{coupon['id']}", change)
    assert changed.status_code == 200, changed.content
    problem(api.post("/vouchers", {"customer": PHONE, "coupon": coupon["id"]}), 409, code)
    assert available(api) == 2598


def test_offers_say_what_is_missing(coupon: dict[str, Any], api: Caller) -> None:
    api.patch(f"/coupons/{coupon['id']}", {"cost": {"unit": "BRL", "amount": 3000}})
    (ana,) = api.get("/customers?phone=11987654321").json()["results"]
    (offer,) = api.get(f"/customers/{ana['id']}/offers").json()["results"]
    assert (offer["can_have"], offer["missing_amount"]) == (False, 402)
    assert [each["code"] for each in offer["reasons"]] == ["insufficient_balance"]


def test_every_term_of_a_coupon_comes_back_as_it_was_sent(cashback: None, api: Caller) -> None:
    terms = {
        "name": "15 % às tardes",
        "kind": "percentage",
        "value_bp": 1500,
        "max_discount_minor": 3000,
        "min_purchase_minor": 2000,
        "cost": {"unit": "points", "amount": 150},
        "period": {"from": "2026-11-01T00:00:00Z", "until": "2027-11-01T00:00:00Z"},
        "usable_from": {"days": 2},
        "valid_days": 30,
        "holder": "personal",
        "stock": 10,
        "limit_per_customer": 2,
        "uses": 3,
        "stores": ["moema"],
        "weekdays": [1, 2, 3],
        "hours": [["14:00", "18:00"]],
        "plans": ["gold"],
        "tiers": ["silver"],
        "segment": "lapsed",
        "budget_minor": 90000,
        "on_lapse": "forfeit",
    }
    made = api.post("/coupons", terms)
    assert made.status_code == 201, made.content
    assert {name: made.json()[name] for name in terms} == terms
    assert api.get(f"/coupons/{made.json()['id']}").json() == made.json()
    assert api.get("/coupons?status=live").json()["results"] == [made.json()]
    free = api.patch(
        f"/coupons/{made.json()['id']}", {"cost": None, "on_lapse": "return", "period": None, "stores": []}
    )
    assert free.status_code == 200, free.content
    assert (free.json()["cost"], free.json()["period"], free.json()["stores"]) == (None, None, [])


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "gift"}, "kind"),
        ({"kind": "percentage"}, "value_bp"),
        ({"value_minor": "15"}, "value_minor"),
        ({"weekdays": [8]}, "weekdays.0"),
        ({"hours": [["9"]]}, "hours.0"),
        ({"hours": [["25:00", "26:00"]]}, "hours"),
        ({"stores": ["nowhere"]}, "stores"),
        ({"stock": 10**20}, "stock"),
        ({"period": {"from": "x"}}, "period.from"),
        ({"cost": {"unit": "USD", "amount": 1}}, "cost"),
        ({"usable_from": {"days": -1}}, "usable_from.days"),
    ],
)
def test_terms_that_cannot_be_are_named(cashback: None, api: Caller, change: dict[str, Any], field: str) -> None:
    body = problem(api.post("/coupons", GIFT | change), 400, "invalid")
    assert field in body["errors"], body


def test_refusals_at_the_till(coupon: dict[str, Any], api: Caller) -> None:
    api.patch(f"/coupons/{coupon['id']}", {"stores": ["centro"], "min_purchase_minor": 2000})
    code = api.post("/vouchers", {"customer": PHONE, "coupon": coupon["id"]}).json()["code"]
    use = {"store": "centro", "customer": PHONE, "amount_minor": 5000}
    path = f"/vouchers/{code}/redeem"
    problem(api.post(path, use | {"store": "moema"}), 409, "voucher_wrong_store")
    problem(api.post(path, use | {"store": "nowhere"}), 400, "store_unknown", "store")
    body = problem(api.post(path, use | {"amount_minor": 1500}), 409, "voucher_below_minimum")
    assert body["missing_minor"] == 500
    problem(api.post(path, {"store": "centro", "amount_minor": 5000}), 409, "voucher_wrong_customer")
    assert api.post(path, use).status_code == 201


@pytest.mark.parametrize("code", ["AAAA-AAAA-AAAA", "0", "x" * 500, "%00", "%F0%9F%98%80", "'--", "8F3K%202QZP%207XMA"])
def test_a_code_that_is_nobodys_is_not_found(cashback: None, api: Caller, code: str) -> None:
    for method, path, body in (
        ("GET", "", None),
        ("POST", "/validate", {"store": "centro"}),
        ("POST", "/redeem", {"store": "centro"}),
    ):
        answer = api.send(method, f"/vouchers/{code}{path}", body)
        assert answer.status_code == 404, answer.content
        assert answer.json()["code"] in ("voucher_not_found", "not_found")


def test_a_voucher_is_cancelled_once_and_its_price_returns(
    aurora: TenantInfo, coupon: dict[str, Any], api: Caller, rival: Caller
) -> None:
    code = api.post("/vouchers", {"customer": PHONE, "coupon": coupon["id"]}).json()["code"]
    assert available(api) == 1598
    problem(api.post(f"/vouchers/{code}/cancel", {}), 400, "invalid", "reason")
    problem(api.post(f"/vouchers/{code}/cancel", {"reason": "x"}, key=None), 400, "idempotency_key_missing")
    problem(rival.post(f"/vouchers/{code}/cancel", {"reason": "x"}), 404, "voucher_not_found")
    assert available(api) == 1598
    done = api.post(f"/vouchers/{code}/cancel", {"reason": "Emitido por engano"}, key="c")
    assert (done.status_code, done.json()["status"]) == (200, "cancelled")
    again = api.post(f"/vouchers/{code}/cancel", {"reason": "Emitido por engano"}, key="c")
    assert (again.content, again.headers["Idempotent-Replayed"]) == (done.content, "true")
    problem(api.post(f"/vouchers/{code}/cancel", {"reason": "De novo"}), 409, "voucher_cancelled")
    assert available(api) == 2598
    assert check_ledger(tenant=aurora.id).ok


def test_another_brands_voucher_is_not_found(coupon: dict[str, Any], api: Caller, rival: Caller) -> None:
    code = api.post("/vouchers", {"customer": PHONE, "coupon": coupon["id"]}).json()["code"]
    used = api.post(f"/vouchers/{code}/redeem", {"store": "centro", "customer": PHONE, "amount_minor": 5000}).json()
    for method, path, body in (
        ("GET", f"/vouchers/{code}", None),
        ("POST", f"/vouchers/{code}/redeem", {"store": "centro", "amount_minor": 5000}),
        ("POST", f"/redemptions/{used['id']}/reverse", {"reason": "x"}),
        ("GET", f"/coupons/{coupon['id']}", None),
        ("PATCH", f"/coupons/{coupon['id']}", {"name": "x"}),
    ):
        assert rival.send(method, path, body).status_code == 404, path


def test_odd_orders_are_400(coupon: dict[str, Any], api: Caller) -> None:
    problem(api.post("/vouchers", {"customer": PHONE}), 400, "invalid", "coupon")
    both = {"customer": PHONE, "coupon": coupon["id"], "balance_minor": 1}
    problem(api.post("/vouchers", both), 400, "invalid", "coupon")
    problem(api.post("/vouchers", {"customer": PHONE, "coupon": "x"}), 400, "invalid", "coupon")
    problem(api.post("/vouchers", {"customer": PHONE, "coupon": str(new_id())}), 404, "coupon_not_found")
    past = {"customer": PHONE, "balance_minor": 100, "valid_until": "2020-01-01T00:00:00Z"}
    problem(api.post("/vouchers", past), 400, "invalid", "valid_until")


def test_a_redeemed_voucher_lowers_what_its_sale_earns(coupon: dict[str, Any], api: Caller) -> None:
    code = api.post("/vouchers", {"customer": PHONE, "coupon": coupon["id"]}).json()["code"]
    api.post(
        f"/vouchers/{code}/redeem", {"store": "centro", "customer": PHONE, "amount_minor": 6500, "external_id": "S-7"}
    )
    body = api.post("/purchases", sale(7, amount_minor=6500)).json()
    assert (body["paid_minor"], body["awards"][0]["amount"], body["vouchers"]) == (5000, 1000, [code])
