"""A voucher kept for an open checkout."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from smartbis.kernel.clock import frozen
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import store_of
from tests.vouchers.shop import MANAGER, NOON, OPERATOR, coupon_of, everything, issued, redeemed
from vouchers import errors
from vouchers.selectors import get_voucher
from vouchers.services import cancel_voucher, hold_voucher, release_hold, validate_voucher
from vouchers.workers import lapse_vouchers

END = NOON + timedelta(minutes=10)


def test_a_held_voucher_is_for_its_own_checkout_only(aurora: TenantInfo, boreal: TenantInfo) -> None:
    mine, other, centro = uuid4(), uuid4(), store_of(aurora).id
    facts: dict[str, Any] = {"tenant": aurora.id, "store": centro, "until": END, "actor": OPERATOR}
    with frozen(NOON):
        voucher = issued(aurora, coupon_of(aurora))
        hold_voucher(code=voucher.code, hold=mine, **facts)
        hold_voucher(code=voucher.code, hold=mine, **facts)
        before = everything(aurora)
        with pytest.raises(errors.VoucherHeld) as refusal:
            redeemed(aurora, voucher)
        assert refusal.value.params == {"until": END.isoformat()}
        assert refusal.value.detail == "Reservado por uma compra em andamento até 12:10."
        with pytest.raises(errors.VoucherHeld):
            hold_voucher(code=voucher.code, hold=other, **facts)
        with pytest.raises(errors.VoucherHeld):
            cancel_voucher(tenant=aurora.id, voucher=voucher.id, reason="engano", actor=MANAGER)
        with pytest.raises(errors.VoucherNotFound):
            hold_voucher(code=voucher.code, hold=mine, **facts | {"tenant": boreal.id, "store": store_of(boreal).id})
        told = validate_voucher(tenant=aurora.id, code=voucher.code, store=centro)
        assert [reason.code for reason in told.reasons] == ["voucher_held"]
        assert release_hold(tenant=boreal.id, hold=mine) == 0
        assert everything(aurora) == before
        assert redeemed(aurora, voucher, hold=mine).uses_left == 0


def test_a_hold_ends_by_release_or_by_time(aurora: TenantInfo) -> None:
    hold, centro = uuid4(), store_of(aurora).id
    with frozen(NOON):
        one, two = (issued(aurora, coupon_of(aurora)) for _ in range(2))
        for voucher in (one, two):
            hold_voucher(tenant=aurora.id, code=voucher.code, store=centro, hold=hold, until=END, actor=OPERATOR)
    with frozen(END):
        redeemed(aurora, one)
        assert release_hold(tenant=aurora.id, hold=hold) == 1
        redeemed(aurora, two)


def test_the_sweep_passes_over_a_held_voucher_until_its_hold_ends(aurora: TenantInfo) -> None:
    with frozen(NOON):
        voucher = issued(aurora, coupon_of(aurora), valid_until=NOON + timedelta(minutes=5))
        hold_voucher(
            tenant=aurora.id, code=voucher.code, store=store_of(aurora).id, hold=uuid4(), until=END, actor=OPERATOR
        )
    with frozen(NOON + timedelta(minutes=6)):
        lapse_vouchers(tenant=aurora.id)
        assert get_voucher(tenant=aurora.id, code=voucher.code).ended_at is None
    with frozen(END):
        lapse_vouchers(tenant=aurora.id)
        assert get_voucher(tenant=aurora.id, code=voucher.code).ended_at == END
