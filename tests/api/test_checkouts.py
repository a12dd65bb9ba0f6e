"""Quote, commit and cancel over REST: as the contract says, whatever is repeated, late or changed."""

from datetime import timedelta
from typing import Any

import pytest

from smartbis.kernel.clock import frozen, now
from smartbis.tenancy.selectors import TenantInfo
from tests.api.conftest import Caller
from tests.api.problems import problem
from tests.api.test_purchases import ANA, cashback, sale

__all__ = ["cashback"]  # a fixture
PHONE = {"phone": ANA["phone"]}


@pytest.fixture
def code(cashback: None, api: Caller) -> str:
    """A voucher of R$ 15 for Ana, who has R$ 25,98."""
    assert api.post("/purchases", sale()).status_code == 201
    coupon = api.post("/coupons", {"name": "R$ 15", "kind": "amount", "value_minor": 1500}).json()
    return str(api.post("/vouchers", {"customer": PHONE, "coupon": coupon["id"]}).json()["code"])


def basket(**more: Any) -> dict[str, Any]:
    return {"customer": PHONE, "store": "centro", "amount_minor": 10_000, **more}


def said(quote: dict[str, Any]) -> list[str]:
    """The explanation, with plain blanks."""
    return [line.replace("\N{NO-BREAK SPACE}", " ") for line in quote["explanation"]]


def balance(api: Caller) -> int:
    (ana,) = api.get("/customers?phone=11987654321").json()["results"]
    return int(api.get(f"/customers/{ana['id']}/balances").json()["balances"][0]["available"])


def test_a_quote_is_held_explained_and_committed_once(aurora: TenantInfo, code: str, api: Caller) -> None:
    made = api.post("/checkouts", basket(vouchers=[code]), key="q")
    assert made.status_code == 201, made.content
    quote = made.json()
    figures = (quote["discount_minor"], quote["balance_used_minor"], quote["due_minor"])
    assert figures == (1_500, 2_598, 5_902)
    assert said(quote) == [
        "R$ 15: −R$ 15,00.",
        "Saldo: −R$ 25,98, de R$ 25,98 que o cliente tem.",
        "A pagar: R$ 59,02.",
    ]
    assert [(each["code"], each["discount_minor"]) for each in quote["vouchers"]] == [(code, 1_500)]
    assert [each["amount"] for each in quote["earns"]] == [1_180]
    assert balance(api) == 0
    assert api.post("/checkouts", basket(vouchers=[code]), key="q").json() == quote
    assert api.get(f"/checkouts/{quote['id']}").json() == quote
    refused = api.post(f"/vouchers/{code}/redeem", {"store": "centro", "customer": PHONE, "amount_minor": 5_000})
    problem(refused, 409, "voucher_held")
    sold = api.post(f"/checkouts/{quote['id']}/commit", {"external_id": "Q-1"}, key="c")
    assert sold.status_code == 201, sold.content
    assert (sold.json()["paid_minor"], sold.json()["vouchers"]) == (5_902, [code])
    assert [each["amount"] for each in sold.json()["awards"]] == [1_180]
    again = api.post(f"/checkouts/{quote['id']}/commit", {"external_id": "Q-1"})
    assert (again.status_code, again.json()["id"]) == (200, sold.json()["id"])
    assert api.get(f"/checkouts/{quote['id']}").json()["purchase_id"] == sold.json()["id"]
    back = api.post(f"/purchases/{sold.json()['id']}/refunds", {"external_id": "D-1", "amount_minor": 10_000})
    assert (back.json()["balance_returned_minor"], back.json()["returned"]) == (2_598, [code])
    assert balance(api) == 2_598


def test_a_cancel_releases_at_once(aurora: TenantInfo, code: str, api: Caller) -> None:
    quote = api.post("/checkouts", basket(vouchers=[code])).json()
    for _ in range(2):
        gone = api.post(f"/checkouts/{quote['id']}/cancel")
        assert (gone.status_code, gone.json()["state"]) == (200, "cancelled")
    assert balance(api) == 2_598
    problem(api.post(f"/checkouts/{quote['id']}/commit", {"external_id": "Q-1"}), 409, "checkout_closed")


def test_an_expired_quote_is_refused(aurora: TenantInfo, code: str, api: Caller) -> None:
    quote = api.post("/checkouts", basket()).json()
    with frozen(now() + timedelta(minutes=11)):
        late = api.post(f"/checkouts/{quote['id']}/commit", {"external_id": "Q-1"})
    problem(late, 409, "checkout_expired")


def test_another_basket_brings_a_new_quote(aurora: TenantInfo, code: str, api: Caller) -> None:
    quote = api.post("/checkouts", basket(vouchers=[code])).json()
    changed = {"external_id": "Q-1", "amount_minor": 3_000}
    first, again = (api.post(f"/checkouts/{quote['id']}/commit", changed) for _ in range(2))
    new = problem(first, 409, "checkout_changed")["quote"]
    assert (new["amount_minor"], new["discount_minor"], new["due_minor"]) == (3_000, 1_500, 0)
    assert problem(again, 409, "checkout_changed")["quote"]["id"] == new["id"] != quote["id"]
    sold = api.post(f"/checkouts/{new['id']}/commit", changed)
    assert (sold.status_code, sold.json()["paid_minor"]) == (201, 0)


def test_wishes_for_balance(aurora: TenantInfo, code: str, api: Caller) -> None:
    none = api.post("/checkouts", basket(use_balance="none")).json()
    assert (none["balance_used_minor"], none["due_minor"]) == (0, 10_000)
    assert "O saldo não foi usado: R$ 25,98 continuam lá." in said(none)
    some = api.post("/checkouts", basket(use_balance={"amount_minor": 1_000})).json()
    assert some["balance_used_minor"] == 1_000
    refused = api.post("/checkouts", basket(use_balance={"amount_minor": 1_599}))
    problem(refused, 409, "insufficient_balance")
    best = api.post("/checkouts", basket(vouchers="auto", use_balance="auto")).json()
    assert (best["discount_minor"], best["balance_used_minor"]) == (1_500, 1_598)
    for bad in ("all", 5, {"amount_minor": 0}, {"amount_minor": 1, "x": 1}):
        assert api.post("/checkouts", basket(use_balance=bad)).status_code == 400
    english = api.post("/checkouts", basket(use_balance="none"), Accept_Language="en").json()
    assert said(english)[-1] == "To pay: R$100.00."


def test_vouchers_need_their_scope_and_strangers_find_nothing(
    aurora: TenantInfo, boreal: TenantInfo, code: str, api: Caller, caller: Any
) -> None:
    till = caller(aurora, "purchases:write")
    problem(till.post("/checkouts", basket(vouchers=[code])), 403, "scope_missing")
    quote = till.post("/checkouts", basket()).json()
    stranger = caller(boreal)
    for door in ("commit", "cancel"):
        refused = stranger.post(f"/checkouts/{quote['id']}/{door}", {"external_id": "Q-1"})
        problem(refused, 404, "checkout_not_found")
    assert stranger.get(f"/checkouts/{quote['id']}").status_code == 404
    problem(api.post("/checkouts", basket(), key=None), 400, "idempotency_key_missing")
