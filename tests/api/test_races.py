"""Many callers at once, each with a connection of its own."""

from collections import Counter
from typing import Any

import pytest

from programs.services import open_program
from smartbis.kernel.people import SYSTEM
from smartbis.ledger.selectors import balances, check_ledger
from smartbis.tenancy.selectors import TenantInfo
from tests.api.conftest import Caller
from tests.api.test_purchases import CASHBACK, sale
from tests.racing import race

pytestmark = pytest.mark.django_db(transaction=True)
TILLS = 8


def test_one_sale_sent_at_once_is_one_sale(aurora: TenantInfo, api: Caller) -> None:
    """With keys of their own, as tills without a memory send them: one 201, the others 200, one award."""
    open_program(tenant=aurora.id, name="Cashback", kind="cashback", spec=CASHBACK, actor=SYSTEM)
    customer = api.post("/customers", {"name": "Ana", "external_id": 1}).json()["id"]
    body = sale(customer={"id": customer})
    answers: list[Any] = race(*[lambda: Caller(api.secret).post("/purchases", body) for _ in range(TILLS)])
    assert Counter(each.status_code for each in answers) == {201: 1, 200: TILLS - 1}
    assert len({each.json()["id"] for each in answers}) == 1
    (row,) = balances(tenant=aurora.id, customer=customer)
    assert row.available == 2598
    assert check_ledger(tenant=aurora.id).ok


def test_one_key_at_once_is_one_effect(aurora: TenantInfo, api: Caller) -> None:
    """The others hear that the first is running, or get its answer."""
    open_program(tenant=aurora.id, name="Cashback", kind="cashback", spec=CASHBACK, actor=SYSTEM)
    answers: list[Any] = race(*[lambda: Caller(api.secret).post("/purchases", sale(), key="one") for _ in range(TILLS)])
    codes = Counter(each.status_code for each in answers)
    assert set(codes) <= {201, 409}
    assert codes[201] >= 1
    done = [each for each in answers if each.status_code == 201]
    assert len({each.content for each in done}) == 1
    assert sum("Idempotent-Replayed" not in each.headers for each in done) == 1
    assert {each.json()["code"] for each in answers if each.status_code == 409} <= {"request_in_progress"}


def test_tills_that_enrol_one_newcomer_at_once_enrol_one(aurora: TenantInfo, api: Caller) -> None:
    open_program(tenant=aurora.id, name="Cashback", kind="cashback", spec=CASHBACK, actor=SYSTEM)
    bodies = [sale(number) for number in range(TILLS)]
    answers: list[Any] = race(*[lambda body=body: Caller(api.secret).post("/purchases", body) for body in bodies])
    assert [each.status_code for each in answers] == [201] * TILLS, [each.content for each in answers]
    (customer,) = {each.json()["customer_id"] for each in answers}
    (row,) = balances(tenant=aurora.id, customer=customer)
    assert row.available == TILLS * 2598
    assert check_ledger(tenant=aurora.id).ok
