"""Strangers who ask about a code, and who guess."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from smartbis.kernel.clock import frozen
from smartbis.kernel.errors import TooManyAttempts
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import make_customer
from tests.vouchers.shop import MANAGER, NOON, coupon_of, events_of, issued, redeemed
from vouchers.services import cancel_voucher, strangers
from vouchers.services.strangers import ask_about, count_miss, misses_today

WRONG = "0000-0000-0000"


def answer(brand: TenantInfo, code: str, address: str = "192.0.2.1") -> Any:
    return ask_about(tenant=brand.id, code=code, address=address).voucher


def test_only_a_bearers_voucher_that_is_good_now_is_known(aurora: TenantInfo, boreal: TenantInfo) -> None:
    with frozen(NOON - timedelta(days=5)):
        lapsed = issued(aurora, coupon_of(aurora, valid_days=1))
    with frozen(NOON):
        good = issued(aurora, coupon_of(aurora))
        personal = issued(aurora, coupon_of(aurora, holder="personal"), make_customer(aurora))
        early = issued(aurora, coupon_of(aurora, usable_from_days=2))
        used, cancelled = issued(aurora, coupon_of(aurora)), issued(aurora, coupon_of(aurora))
        redeemed(aurora, used)
        cancel_voucher(tenant=aurora.id, voucher=cancelled.id, reason="x", actor=MANAGER)
        found = answer(aurora, good.code_grouped.lower())
        assert found is not None
        assert found.id == good.id
        assert answer(aurora, good.qr_payload).id == good.id
        for number, bad in enumerate((lapsed, personal, early, used, cancelled)):
            assert answer(aurora, bad.code, f"192.0.2.{number + 10}") is None
        assert answer(boreal, good.code, "192.0.2.50") is None
        assert (misses_today(tenant=aurora.id), misses_today(tenant=boreal.id)) == (5, 1)


def test_who_keeps_trying_is_slowed_and_then_locked(aurora: TenantInfo, boreal: TenantInfo) -> None:
    moment = NOON
    with frozen(NOON):
        good = issued(aurora, coupon_of(aurora))
    for _ in range(3):
        with frozen(moment):
            assert answer(aurora, WRONG) is None
    for number in range(7):
        moment = NOON + timedelta(seconds=10 * (number + 1))
        with frozen(moment):
            assert answer(aurora, WRONG) is None
            with pytest.raises(TooManyAttempts) as slowed:
                answer(aurora, WRONG)
            assert slowed.value.params["retry_after"] <= 10 or number == 6
    with frozen(moment + timedelta(seconds=30)):
        with pytest.raises(TooManyAttempts) as locked:
            answer(aurora, good.code)  # the right code is no way round
        assert locked.value.params["retry_after"] > 60
        assert answer(aurora, good.code, "198.51.100.7").id == good.id
        assert answer(boreal, WRONG) is None
    with frozen(NOON + timedelta(hours=1)):
        assert answer(aurora, good.code).id == good.id


def test_the_brand_is_told_once_of_many_guesses(
    aurora: TenantInfo, boreal: TenantInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(strangers, "BRAND_LOCK_AFTER", 40)
    with frozen(NOON):
        for number in range(40):
            answer(aurora, WRONG, f"192.0.2.{number}")
        assert [each["misses"] for each in events_of(aurora, "voucher.guessed.v1")] == [30]
        with pytest.raises(TooManyAttempts):
            answer(aurora, WRONG, "203.0.113.9")
        answer(boreal, WRONG)
        for _ in range(30):
            count_miss(tenant=boreal.id, whose="key:1", actor=MANAGER)
        assert [each["asker"] for each in events_of(boreal, "voucher.guessed.v1")] == ["staff"]


def test_the_page_says_the_same_of_every_code_that_is_not_good(aurora: TenantInfo, boreal: TenantInfo) -> None:
    good, used = issued(aurora, coupon_of(aurora, name="Presente")), issued(aurora, coupon_of(aurora))
    redeemed(aurora, used)
    browser = Client(headers={"Accept-Language": "pt-br"})
    assert "Presente" in browser.post("/p/aurora/check/", {"code": good.code}).content.decode()
    pages = {browser.post("/p/aurora/check/", {"code": code}).content for code in (used.code, WRONG)}
    told = {page.decode().split("<form class")[0].split("aria-live")[1] for page in pages}
    assert len(told) == 1
    for _ in range(2):
        last = browser.post("/p/aurora/check/", {"code": WRONG})
    assert last.status_code in (200, 429)
    slowed = browser.post("/p/aurora/check/", {"code": good.code})
    assert slowed.status_code == 429
    assert re.search(r"Tente de novo em \d+ segundos?\.", slowed.content.decode())
