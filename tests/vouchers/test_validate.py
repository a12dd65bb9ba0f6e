"""Knowing whether a voucher can be used, without using it."""

from datetime import timedelta

import pytest

from smartbis.kernel.clock import frozen
from smartbis.kernel.errors import InvalidInput, PermissionMissing
from smartbis.tenancy.errors import StoreUnknown
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import actor, make_customer, store_of
from tests.vouchers.shop import NOON, coupon_of, everything, issued
from vouchers.errors import VoucherNotFound
from vouchers.services import validate_voucher


def test_a_good_voucher_tells_what_it_takes_off_and_changes_nothing(aurora: TenantInfo) -> None:
    voucher = issued(aurora, coupon_of(aurora, kind="percentage", value_minor=None, value_bp=1000))
    before = everything(aurora)
    centro = store_of(aurora).id
    known = validate_voucher(tenant=aurora.id, code=voucher.code, store=centro, amount_minor=9_995)
    assert (known.valid, known.discount_minor, known.needs_amount, known.reasons) == (True, 1_000, False, ())
    unknown = validate_voucher(tenant=aurora.id, code=voucher.code, store=centro)
    assert (unknown.valid, unknown.discount_minor, unknown.needs_amount) == (True, None, True)
    assert known.voucher.id == voucher.id
    assert everything(aurora) == before


def test_every_reason_is_told_at_once_the_most_telling_first(aurora: TenantInfo) -> None:
    owner = make_customer(aurora)
    coupon = coupon_of(
        aurora,
        holder="personal",
        valid_days=1,
        stores=(store_of(aurora, "moema").id,),
        weekdays=(1,),
        min_purchase_minor=5_000,
    )
    with frozen(NOON):
        voucher = issued(aurora, coupon, owner)
    with frozen(NOON + timedelta(days=2)):
        told = validate_voucher(tenant=aurora.id, code=voucher.code, store=store_of(aurora).id, amount_minor=3_850)
    assert told.valid is False
    assert [(reason.code, reason.message.replace("\xa0", " ")) for reason in told.reasons] == [
        ("voucher_expired", "Venceu em 19/11/2026."),
        ("voucher_wrong_customer", "Voucher pessoal: informe o cliente."),
        ("voucher_wrong_store", "Não vale nesta loja. Vale em: Loja Moema."),
        ("voucher_wrong_time", "Não vale agora. Vale: seg."),
        ("voucher_below_minimum", "Faltam R$ 11,50 para usar (mínimo R$ 50,00)."),
    ]


def test_a_minimum_is_not_judged_before_the_amount_is_known(aurora: TenantInfo) -> None:
    voucher = issued(aurora, coupon_of(aurora, min_purchase_minor=5_000))
    told = validate_voucher(tenant=aurora.id, code=voucher.code, store=store_of(aurora).id)
    assert (told.valid, told.needs_amount, told.discount_minor) == (True, True, 1_000)


def test_what_is_not_there_or_not_allowed(aurora: TenantInfo, boreal: TenantInfo) -> None:
    voucher, centro = issued(aurora, coupon_of(aurora)), store_of(aurora).id
    with pytest.raises(VoucherNotFound):
        validate_voucher(tenant=boreal.id, code=voucher.code, store=store_of(boreal).id)
    with pytest.raises(StoreUnknown):
        validate_voucher(tenant=aurora.id, code=voucher.code, store=store_of(boreal).id)
    with pytest.raises(PermissionMissing):
        validate_voucher(tenant=aurora.id, code=voucher.code, store=centro, actor=actor("analyst"))
    with pytest.raises(InvalidInput):
        validate_voucher(tenant=aurora.id, code=voucher.code, store=centro, amount_minor=0)
