"""A QR that changes is of this brand, of this voucher and of now, or it is nothing."""

from datetime import timedelta

from smartbis.kernel.clock import frozen
from smartbis.kernel.codes import new_token
from smartbis.tenancy.selectors import TenantInfo
from tests.vouchers.shop import NOON
from vouchers.rotating import Rotating, read_rotating, rotating_payload


def test_it_is_good_for_two_minutes_and_for_its_own_brand(aurora: TenantInfo, boreal: TenantInfo) -> None:
    token = new_token()
    with frozen(NOON + timedelta(seconds=10)):
        shown = rotating_payload(tenant=aurora.id, token=token)
    with frozen(NOON + timedelta(seconds=29)):
        assert rotating_payload(tenant=aurora.id, token=token) == shown
    with frozen(NOON + timedelta(seconds=30)):
        assert rotating_payload(tenant=aurora.id, token=token) != shown
    for seconds, is_fresh in ((0, True), (120, True), (121, False), (-31, False)):
        with frozen(NOON + timedelta(seconds=seconds)):
            assert read_rotating(tenant=aurora.id, text=f" {shown.lower()} ") == Rotating(token, is_fresh)
            assert read_rotating(tenant=boreal.id, text=shown) is None


def test_what_was_tampered_with_is_none(aurora: TenantInfo) -> None:
    with frozen(NOON):
        shown = rotating_payload(tenant=aurora.id, token=new_token())
        for place in (4, 30, 36, len(shown) - 1):
            other = "2" if shown[place] != "2" else "3"
            assert read_rotating(tenant=aurora.id, text=shown[:place] + other + shown[place + 1 :]) is None
        for text in ("", "SBV2", shown[:-1], shown + "0", shown.replace("SBV2", "SBV1"), "SBV2" + "U" * 46):
            assert read_rotating(tenant=aurora.id, text=text) is None
