"""Vouchers that another system issued."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from smartbis.kernel.clock import frozen
from smartbis.kernel.errors import InvalidInput, PermissionMissing
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import make_customer, store_of
from tests.vouchers.shop import MANAGER, NOON, OPERATOR, everything, redeemed
from vouchers.errors import VoucherCancelled, VoucherNotFound
from vouchers.infos import OpenVoucherDraft
from vouchers.selectors import get_voucher, vouchers_of
from vouchers.services import import_open_vouchers, redeem_voucher, undo_imported_vouchers
from vouchers.workers import lapse_vouchers


def moved_in(brand: TenantInfo, *drafts: OpenVoucherDraft, batch: UUID | None = None, **more: Any) -> dict[str, UUID]:
    facts = {"coupon": None, "batch": batch or uuid4(), "actor": MANAGER} | more
    return import_open_vouchers(tenant=brand.id, drafts=drafts, **facts)


def draft(key: str, code: str, customer: UUID | None = None, **more: Any) -> OpenVoucherDraft:
    return OpenVoucherDraft(**{"key": key, "customer": customer, "code": code, "value_minor": 1_500} | more)


def test_an_imported_voucher_works_by_its_printed_code_and_by_ours(aurora: TenantInfo, boreal: TenantInfo) -> None:
    customer = make_customer(aurora)
    before = everything(boreal)
    moved_in(aurora, draft("1", " natal 10", customer.id), draft("2", "NATAL-11"))
    voucher = get_voucher(tenant=aurora.id, code="Natal10")
    assert (voucher.value_minor, voucher.status, voucher.origin) == (1_500, "issued", "import")
    assert [each.id for each in vouchers_of(tenant=aurora.id, customer=customer.id)] == [voucher.id]
    use = redeem_voucher(tenant=aurora.id, code="natal 10", store=store_of(aurora).id, key="k", actor=OPERATOR)
    assert use.discount_minor == 1_500
    redeemed(aurora, get_voucher(tenant=aurora.id, code="NATAL-11"))
    with pytest.raises(VoucherNotFound):
        get_voucher(tenant=boreal.id, code="NATAL-11")
    assert everything(boreal) == before


def test_a_second_import_changes_nothing(aurora: TenantInfo) -> None:
    first = moved_in(aurora, draft("1", "A"), draft("2", "B"))
    before = everything(aurora)
    assert moved_in(aurora, draft("1", "A"), draft("2", "B")) == first
    assert moved_in(aurora, draft("3", "B")) == {}
    assert everything(aurora)["aurora Voucher"] == before["aurora Voucher"]


def test_undo_cancels_what_was_not_used_and_lets_it_come_again(aurora: TenantInfo, boreal: TenantInfo) -> None:
    batch = uuid4()
    moved_in(aurora, draft("1", "A"), draft("2", "B"), batch=batch)
    used, unused = get_voucher(tenant=aurora.id, code="A"), get_voucher(tenant=aurora.id, code="B")
    redeemed(aurora, used)
    assert undo_imported_vouchers(tenant=boreal.id, batch=batch, actor=MANAGER) == 0
    assert undo_imported_vouchers(tenant=aurora.id, batch=batch, actor=MANAGER) == 1
    assert undo_imported_vouchers(tenant=aurora.id, batch=batch, actor=MANAGER) == 0
    with pytest.raises(VoucherCancelled):
        redeemed(aurora, unused)
    assert list(moved_in(aurora, draft("1", "A"), draft("2", "B"))) == ["1", "2"]
    redeemed(aurora, get_voucher(tenant=aurora.id, code="B"))


def test_imported_vouchers_lapse_like_others(aurora: TenantInfo) -> None:
    with frozen(NOON):
        moved_in(aurora, draft("1", "A", valid_until=NOON + timedelta(days=1)))
    with frozen(NOON + timedelta(days=2)):
        lapse_vouchers(tenant=aurora.id)
        assert get_voucher(tenant=aurora.id, code="A").ended_at is not None


def test_rows_without_sense_are_named_and_nothing_comes_in(aurora: TenantInfo) -> None:
    before = everything(aurora)
    with pytest.raises(InvalidInput) as refusal:
        moved_in(
            aurora,
            draft("good", "A"),
            draft("free", "B", value_minor=0),
            draft("nameless", "  "),
            draft("zoneless", "C", valid_until=NOON.replace(tzinfo=None)),
        )
    assert sorted(refusal.value.errors) == ["free", "nameless", "zoneless"]
    with pytest.raises(PermissionMissing):
        moved_in(aurora, draft("good", "A"), actor=OPERATOR)
    assert everything(aurora) == before
