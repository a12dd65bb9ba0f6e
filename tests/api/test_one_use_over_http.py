"""One use is one use: sixty-four tills send the same code over HTTP at the same moment."""

import time
from collections import Counter
from typing import Any

import pytest
import requests
from pytest_django.live_server_helper import LiveServer

from smartbis.kernel.ids import new_id
from smartbis.kernel.people import SYSTEM
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo
from smartbis.tenancy.services import create_api_key
from tests.racing import race
from vouchers.infos import CouponDraft
from vouchers.selectors import redemptions_of_voucher
from vouchers.services import create_coupon, issue_voucher

TILLS = 64


@pytest.mark.django_db(transaction=True)
def test_sixty_four_tills_use_one_code_once(
    aurora: TenantInfo, boreal: TenantInfo, live_server: LiveServer, settings: Any
) -> None:
    settings.API_RATE_PER_SECOND = settings.API_RATE_BURST = 10_000
    _, secret = create_api_key(tenant=aurora.id, name="Caixas")
    _, foreign = create_api_key(tenant=boreal.id, name="Caixas")
    terms = CouponDraft(name="R$ 10", kind="amount", value_minor=1_000, holder="bearer")
    coupon = create_coupon(tenant=aurora.id, draft=terms, actor=SYSTEM)
    voucher = issue_voucher(tenant=aurora.id, customer=None, coupon=coupon.id, origin="manual", key="one", actor=SYSTEM)
    address = f"{live_server.url}/api/v1/vouchers/{voucher.code}/redeem"

    def redeem(key: str = secret) -> requests.Response:
        """As a till does: a line that breaks is tried again with the same key."""
        headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": str(new_id())}
        body = {"store": "centro", "amount_minor": 5_000}
        for pause in (0.1, 0.3, 1.0, 3.0):
            try:
                return requests.post(address, json=body, headers=headers, timeout=60)
            except requests.ConnectionError:  # the test server lets only a few callers wait at its door
                time.sleep(pause)
        return requests.post(address, json=body, headers=headers, timeout=60)

    answers: list[Any] = race(*[redeem for _ in range(TILLS)])
    assert Counter(each.status_code for each in answers) == {201: 1, 409: TILLS - 1}
    assert {each.json()["code"] for each in answers if each.status_code == 409} == {"voucher_already_redeemed"}
    stranger = redeem(foreign)
    assert (stranger.status_code, stranger.json()["code"]) == (404, "voucher_not_found")
    with tenant_scope(aurora.id):
        assert len(redemptions_of_voucher(tenant=aurora.id, voucher=voucher.id)) == 1
