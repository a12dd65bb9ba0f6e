"""A thousand attempts on one code over thirty-two connections, through the API: as many succeed as it says."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from smartbis.tenancy.selectors import TenantInfo
from smartbis.tenancy.services import create_api_key
from tests.api.conftest import Caller
from tests.vouchers.shop import coupon_of, issued
from vouchers.selectors import get_voucher, redemptions_of_voucher

ATTEMPTS, CONNECTIONS, USES = 1_000, 32, 7
BUSY = 503


@pytest.mark.django_db(transaction=True)
def test_a_code_works_exactly_as_often_as_it_says(aurora: TenantInfo, boreal: TenantInfo, settings: Any) -> None:
    settings.API_RATE_PER_SECOND = settings.API_RATE_BURST = 100_000
    caller = Caller(create_api_key(tenant=aurora.id, name="Caixas")[1])
    stranger = Caller(create_api_key(tenant=boreal.id, name="Caixas")[1])
    voucher = issued(aurora, coupon_of(aurora, uses=USES))
    body = {"store": "centro", "amount_minor": 5_000}

    def attempt(number: int) -> str:
        """Each twentieth is another brand's, each seventh only looks."""
        if number % 20 == 0:
            return str(stranger.post(f"/vouchers/{voucher.code}/redeem", body).json()["code"])
        if number % 7 == 0:
            answer = caller.post(f"/vouchers/{voucher.code}/validate", body).json()
            return "looked" if answer["valid"] or answer["reasons"] else "neither"
        answer = caller.post(f"/vouchers/{voucher.code}/redeem", body, key=f"till-{number}")
        if (
            answer.status_code == BUSY
        ):  # a lock was not to be had in time: nothing has changed, and a till says it again
            return attempt(number)
        return "used" if answer.status_code == 201 else str(answer.json()["code"])

    def at_a_till(number: int) -> str:
        try:
            return attempt(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(CONNECTIONS) as tills:
        told = Counter(tills.map(at_a_till, range(1, ATTEMPTS + 1)))
    looked, foreign = told.pop("looked"), told.pop("voucher_not_found")
    assert told == {"used": USES, "voucher_already_redeemed": ATTEMPTS - looked - foreign - USES}
    assert (looked, foreign) == (135, 50)
    left = get_voucher(tenant=aurora.id, code=voucher.code)
    assert (left.uses_left, left.status) == (0, "redeemed")
    assert len(redemptions_of_voucher(tenant=aurora.id, voucher=voucher.id)) == USES
