"""A thousand attempts over thirty-two connections, at an application that is really served: as many succeed as it says.

Two processes of the application answer, each with threads of its own; nothing but PostgreSQL is between them.
"""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from smartbis.ledger.selectors import check_ledger
from smartbis.tenancy.selectors import TenantInfo
from smartbis.tenancy.services import create_api_key
from tests.factories import make_customer
from tests.served import Till, served
from tests.vouchers.shop import coupon_of, issued
from vouchers.selectors import get_coupon, get_voucher, redemptions_of_voucher
from vouchers.selectors.coupons import coupon_counts

ATTEMPTS, CONNECTIONS, USES = 1_000, 32, 7
BUSY = 503

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.no_cover,  # thousands of turns of what single tests go through
]


@dataclass(frozen=True)
class Tills:
    """Tills of a brand, and of another one whose keys open nothing here."""

    address: str
    secret: str
    foreign: str

    def all_try(self, attempt: Callable[[Till, Till, int], str]) -> Counter[str]:
        """What came of every attempt: each connection makes its share, one after the other."""
        told: list[str] = []

        def at_a_till(first: int) -> None:
            till, stranger = Till(self.address, self.secret), Till(self.address, self.foreign)
            try:
                for number in range(first, ATTEMPTS + 1, CONNECTIONS):
                    told.append(attempt(till, stranger, number))
            except Exception as fault:
                told.append(f"{type(fault).__name__}: {fault}")
            finally:
                till.close()
                stranger.close()

        threads = [threading.Thread(target=at_a_till, args=(number,)) for number in range(1, CONNECTIONS + 1)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
        return Counter(told)


@pytest.fixture(scope="module")
def address(django_db_setup: None) -> Iterator[str]:
    with served() as found:
        yield found


@pytest.fixture
def tills(address: str, aurora: TenantInfo, boreal: TenantInfo) -> Tills:
    own, foreign = (create_api_key(tenant=each.id, name="Caixas")[1] for each in (aurora, boreal))
    return Tills(address, own, foreign)


def code_of(till: Till, path: str, body: Any) -> str:
    """`done`, or the code of the refusal. Where a lock was not to be had in time a till says it again."""
    status, answer = till.post(path, body)
    if status == BUSY:
        return code_of(till, path, body)
    return "done" if status in (200, 201) else str(answer["code"])


def test_a_code_works_exactly_as_often_as_it_says(tills: Tills, aurora: TenantInfo) -> None:
    voucher = issued(aurora, coupon_of(aurora, uses=USES))
    body = {"store": "centro", "amount_minor": 5_000}

    def attempt(till: Till, stranger: Till, number: int) -> str:
        """Each twentieth is another brand's, each seventh only looks."""
        if number % 20 == 0:
            return code_of(stranger, f"/vouchers/{voucher.code}/redeem", body)
        if number % 7 == 0:
            status, answer = till.post(f"/vouchers/{voucher.code}/validate", body)
            return "looked" if status == 200 and (answer["valid"] or answer["reasons"]) else "neither"
        return code_of(till, f"/vouchers/{voucher.code}/redeem", body)

    told = tills.all_try(attempt)
    looked, foreign = told.pop("looked"), told.pop("voucher_not_found")
    assert told == {"done": USES, "voucher_already_redeemed": ATTEMPTS - looked - foreign - USES}
    assert (looked, foreign) == (135, 50)
    left = get_voucher(tenant=aurora.id, code=voucher.code)
    assert (left.uses_left, left.status) == (0, "redeemed")
    assert len(redemptions_of_voucher(tenant=aurora.id, voucher=voucher.id)) == USES


@pytest.mark.parametrize(
    ("terms", "given", "refusal"),
    [
        ({"stock": 11}, 11, "coupon_out_of_stock"),
        ({"limit_per_customer": 3}, 3, "coupon_limit_reached"),
        ({"budget_minor": 5_900}, 5, "budget_exhausted"),
    ],
    ids=["stock", "limit for each customer", "budget"],
)
def test_a_coupon_gives_exactly_what_it_has(
    tills: Tills, aurora: TenantInfo, terms: dict[str, Any], given: int, refusal: str
) -> None:
    customers = [make_customer(aurora) for _ in range(1 if "limit_per_customer" in terms else 16)]
    coupon = coupon_of(aurora, **terms)

    def attempt(till: Till, stranger: Till, number: int) -> str:
        customer = customers[number % len(customers)]
        body = {"customer": {"id": str(customer.id)}, "coupon": str(coupon.id)}
        return code_of(stranger if number % 20 == 0 else till, "/vouchers", body)

    told = tills.all_try(attempt)
    foreign = {name: told.pop(name) for name in list(told) if name in ("customer_not_found", "coupon_not_found")}
    assert sum(foreign.values()) == ATTEMPTS // 20
    assert told == {"done": given, refusal: ATTEMPTS - ATTEMPTS // 20 - given}
    assert coupon_counts(tenant=aurora.id)[coupon.id].issued == given
    left = get_coupon(tenant=aurora.id, coupon=coupon.id)
    assert left.stock_left in (None, 0)
    assert check_ledger(tenant=aurora.id).ok
