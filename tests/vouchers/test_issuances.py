"""Vouchers for many at once."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from smartbis.customers.services import erase_customer, set_membership
from smartbis.kernel.clock import frozen
from smartbis.kernel.errors import DomainError, InvalidInput
from smartbis.tenancy.errors import KeyReused
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import make_customer
from tests.vouchers.shop import MANAGER, NOON, OPERATOR, at_once, coupon_of, events_of, everything, issued
from vouchers.infos import CouponInfo, IssuanceInfo
from vouchers.models import Voucher
from vouchers.selectors import get_coupon
from vouchers.selectors.issuances import get_issuance, issued_codes
from vouchers.services import (
    add_codes,
    bulk_issuing,
    change_coupon,
    pause_issuance,
    resume_issuance,
    set_coupon_status,
    start_issuance,
    stop_issuance,
)
from vouchers.services.bulk_issuing import issue_next_part
from vouchers.workers import issue_to_many


def start(brand: TenantInfo, coupon: CouponInfo, **more: Any) -> IssuanceInfo:
    facts: dict[str, Any] = {"audience": "everybody", "reason": "Natal", "key": uuid4().hex, "actor": MANAGER} | more
    return start_issuance(tenant=brand.id, coupon=coupon.id, **facts)


def work(brand: TenantInfo, issuance: IssuanceInfo) -> IssuanceInfo:
    while issue_to_many(tenant=brand.id):
        pass
    return get_issuance(tenant=brand.id, issuance=issuance.id)


def holders(brand: TenantInfo, coupon: CouponInfo) -> list[UUID]:
    with tenant_scope(brand.id):
        rows = Voucher.objects.filter(coupon_id=coupon.id)
        return sorted(each for each in rows.values_list("customer_id", flat=True) if each)


def test_everybody_gets_one_and_only_one(
    aurora: TenantInfo, boreal: TenantInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk_issuing, "PART", 2)
    customers = sorted(make_customer(aurora).id for _ in range(5))
    make_customer(boreal)
    coupon = coupon_of(aurora, valid_days=10, holder="personal")
    order = start(aurora, coupon, key="natal")
    assert (order.total, order.issued, order.status) == (5, 0, "running")
    done = work(aurora, order)
    assert (done.issued, done.refused, done.status, done.percent) == (5, 0, "done", 100)
    assert holders(aurora, coupon) == customers
    assert start(aurora, coupon, key="natal").id == order.id
    work(aurora, order)
    assert holders(aurora, coupon) == customers
    told = [each["customer_id"] for each in events_of(aurora, "voucher.issued.v1")]
    assert sorted(told) == sorted(str(each) for each in customers)
    assert events_of(boreal, "voucher.issued.v1") == []
    with pytest.raises(KeyReused):
        start(aurora, coupon_of(aurora), key="natal")


def test_a_segment_and_a_list_name_whom_and_who_may_not_is_told_why(aurora: TenantInfo, boreal: TenantInfo) -> None:
    ana = make_customer(aurora, phone="11987654321")
    bia = make_customer(aurora, phone="11987654322")
    gone = make_customer(aurora, phone="11987654323")
    make_customer(aurora)
    coupon = coupon_of(aurora, holder="personal", limit_per_customer=1, tags=("vip",))
    for each in (ana, gone):
        set_membership(tenant=aurora.id, customer=each.id, kind="tag", key="vip")
    for each in (ana, bia, gone):
        set_membership(tenant=aurora.id, customer=each.id, kind="segment", key="fas")
    order = start(aurora, coupon, audience="segment", segment="fas")
    erase_customer(tenant=aurora.id, customer=gone.id, actor=MANAGER)
    done = work(aurora, order)
    assert (done.total, done.issued, done.refused) == (3, 1, 2)
    assert done.refusals == {"coupon_not_eligible": 1, "customer_gone": 1}
    again = work(aurora, start(aurora, coupon, audience="list", lines=["11 98765-4321", "nobody", ""]))
    assert (again.total, again.issued, again.refusals) == (1, 0, {"coupon_limit_reached": 1})
    assert holders(aurora, coupon) == [ana.id]


def test_what_runs_out_lets_it_rest_and_it_goes_on_where_it_was(aurora: TenantInfo, boreal: TenantInfo) -> None:
    for _ in range(5):
        make_customer(aurora)
    coupon = coupon_of(aurora, stock=3, budget_minor=100_000)
    order = start(aurora, coupon)
    rests = work(aurora, order)
    assert (rests.status, rests.stopped_by, rests.issued) == ("paused", "coupon_out_of_stock", 3)
    info = get_coupon(tenant=aurora.id, coupon=coupon.id)
    assert (info.stock_left, info.budget_left_minor) == (0, 97_000)
    change_coupon(tenant=aurora.id, coupon=coupon.id, draft=replace(info.as_draft(), stock=9), actor=MANAGER)
    resume_issuance(tenant=aurora.id, issuance=order.id, actor=MANAGER)
    done = work(aurora, order)
    assert (done.status, done.issued) == ("done", 5)
    assert len(set(holders(aurora, coupon))) == 5
    assert get_coupon(tenant=aurora.id, coupon=coupon.id).stock_left == 4
    with pytest.raises(DomainError) as refused:
        pause_issuance(tenant=aurora.id, issuance=order.id, actor=MANAGER)
    assert refused.value.code == "issuance_ended"


def test_who_was_refused_behind_the_last_piece_is_not_asked_again(aurora: TenantInfo, boreal: TenantInfo) -> None:
    *others, last = sorted(make_customer(aurora).id for _ in range(5))
    coupon = coupon_of(aurora, stock=1)
    order = start(aurora, coupon)
    erase_customer(tenant=aurora.id, customer=last, actor=MANAGER)
    rests = work(aurora, order)
    assert (rests.status, rests.issued, rests.refused) == ("paused", 1, 1)
    assert holders(aurora, coupon) == others[:1]
    for stock, had, status in ((3, 3, "paused"), (9, 4, "done")):
        draft = replace(get_coupon(tenant=aurora.id, coupon=coupon.id).as_draft(), stock=stock)
        change_coupon(tenant=aurora.id, coupon=coupon.id, draft=draft, actor=MANAGER)
        resume_issuance(tenant=aurora.id, issuance=order.id, actor=MANAGER)
        done = work(aurora, order)
        assert (done.status, done.issued, done.refused) == (status, had, 1)
        assert holders(aurora, coupon) == others[:had]
    assert done.refusals == {"customer_gone": 1}


def test_it_can_be_held_gone_on_with_and_stopped(
    aurora: TenantInfo, boreal: TenantInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk_issuing, "PART", 2)
    for _ in range(6):
        make_customer(aurora)
    coupon = coupon_of(aurora)
    order = start(aurora, coupon)
    assert issue_next_part(tenant=aurora.id)
    pause_issuance(tenant=aurora.id, issuance=order.id, actor=MANAGER)
    assert not issue_next_part(tenant=aurora.id)
    assert len(holders(aurora, coupon)) == 2
    resume_issuance(tenant=aurora.id, issuance=order.id, actor=MANAGER)
    assert issue_next_part(tenant=aurora.id)
    stopped = stop_issuance(tenant=aurora.id, issuance=order.id, actor=MANAGER)
    assert (stopped.status, stopped.issued) == ("stopped", 4)
    assert not issue_next_part(tenant=aurora.id)
    with pytest.raises(DomainError):
        resume_issuance(tenant=aurora.id, issuance=order.id, actor=MANAGER)
    with pytest.raises(DomainError):
        get_issuance(tenant=boreal.id, issuance=order.id)


def test_a_paused_coupon_lets_its_order_rest(aurora: TenantInfo, boreal: TenantInfo) -> None:
    make_customer(aurora)
    coupon = coupon_of(aurora)
    order = start(aurora, coupon)
    set_coupon_status(tenant=aurora.id, coupon=coupon.id, status="paused", actor=MANAGER)
    assert work(aurora, order).stopped_by == "coupon_not_live"
    assert holders(aurora, coupon) == []


def test_codes_without_a_customer_are_for_bearers(aurora: TenantInfo, boreal: TenantInfo) -> None:
    coupon = coupon_of(aurora, valid_days=5)
    order = start(aurora, coupon, audience="codes", count=7)
    assert work(aurora, order).issued == 7
    codes = list(issued_codes(tenant=aurora.id, issuance=order.id))
    assert len({code for code, _qr, _until in codes}) == 7
    assert all(qr.startswith("SBV1") and until for _code, qr, until in codes)
    with pytest.raises(InvalidInput):
        start(aurora, coupon_of(aurora, holder="personal"), audience="codes", count=7)


def test_a_days_limit_counts_what_was_had_today(aurora: TenantInfo, boreal: TenantInfo) -> None:
    with frozen(NOON):
        ana, bia = make_customer(aurora), make_customer(aurora)
        coupon = coupon_of(aurora, limit_per_day=1, limit_per_customer=5)
        issued(aurora, coupon, ana)
        done = work(aurora, start(aurora, coupon))
        assert (done.issued, done.refusals) == (1, {"coupon_limit_reached": 1})
    with frozen(NOON + timedelta(days=1)):
        assert work(aurora, start(aurora, coupon)).issued == 2
    assert holders(aurora, coupon) == sorted([ana.id, ana.id, bia.id, bia.id])


def test_codes_of_others_go_out_one_by_one(aurora: TenantInfo, boreal: TenantInfo) -> None:
    coupon = coupon_of(aurora, uses_pool=True)
    filled = add_codes(
        tenant=aurora.id, coupon=coupon.id, codes=["cine-1", "CINE-1 ", "cine-2", "", "cine-3"], actor=MANAGER
    )
    assert (filled.added, filled.known) == (3, 0)
    assert add_codes(tenant=aurora.id, coupon=coupon.id, codes=["cine-3"], actor=MANAGER).known == 1
    assert get_coupon(tenant=aurora.id, coupon=coupon.id).stock_left == 3
    first = issued(aurora, coupon)
    for _ in range(4):
        make_customer(aurora)
    done = work(aurora, start(aurora, coupon))
    assert (done.issued, done.status, done.stopped_by) == (2, "paused", "coupon_out_of_stock")
    with tenant_scope(aurora.id):
        given = list(Voucher.objects.filter(coupon_id=coupon.id).values_list("legacy_code", flat=True))
    assert sorted(filter(None, given)) == ["CINE-1", "CINE-2", "CINE-3"]
    assert first.legacy_code in given
    with pytest.raises(DomainError) as refused:
        issued(aurora, coupon)
    assert refused.value.code == "coupon_out_of_stock"
    with pytest.raises(InvalidInput):
        add_codes(tenant=aurora.id, coupon=coupon_of(aurora).id, codes=["x"], actor=MANAGER)


def test_who_may_not_changes_nothing(aurora: TenantInfo, boreal: TenantInfo) -> None:
    make_customer(aurora)
    coupon = coupon_of(aurora)
    before = everything(aurora, boreal)
    for wrong in ({"actor": OPERATOR}, {"reason": " "}, {"audience": "segment", "segment": "none"}):
        with pytest.raises(DomainError):
            start(aurora, coupon, **wrong)
    with pytest.raises(DomainError):
        start(boreal, coupon)
    assert everything(aurora, boreal) == before


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_serve_each_customer_once(
    aurora: TenantInfo, boreal: TenantInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk_issuing, "PART", 3)
    customers = sorted(make_customer(aurora).id for _ in range(12))
    coupon = coupon_of(aurora, limit_per_customer=1, stock=50)
    order = start(aurora, coupon)
    outcome = at_once([lambda: work(aurora, order)] * 6)
    assert set(outcome) == {"done"}
    while issue_next_part(tenant=aurora.id):
        pass
    assert holders(aurora, coupon) == customers
    assert get_coupon(tenant=aurora.id, coupon=coupon.id).stock_left == 38


def test_a_voucher_of_an_order_is_like_one_that_is_given_alone(aurora: TenantInfo, boreal: TenantInfo) -> None:
    """To the last column, but for what each has of its own."""
    terms: dict[str, Any] = {"uses": 3, "budget_minor": 90_000, "valid_days": 9, "min_purchase_minor": 700}
    coupon = coupon_of(aurora, **terms, limit_per_customer=5)
    ana, bia = make_customer(aurora, "Ana Prado"), make_customer(aurora, "Bia Prado")
    with frozen(NOON):
        alone = issued(aurora, coupon, ana, origin="campaign", actor=MANAGER)
        order = start(aurora, coupon)
        issue_to_many(tenant=aurora.id)
    own = {"id", "code", "qr_token", "key", "customer_id", "batch_id", "issued_by_id", "issued_by_kind"}
    with tenant_scope(aurora.id):
        rows: dict[UUID, dict[str, Any]] = {row["id"]: dict(row) for row in Voucher.objects.values()}
    like = {name: value for name, value in rows.pop(alone.id).items() if name not in own}
    assert [{name: row[name] for name in like} for row in rows.values()] == [like, like]
    assert {row["customer_id"] for row in rows.values()} == {ana.id, bia.id}
    assert {row["batch_id"] for row in rows.values()} == {order.id}
    for name in ("code", "qr_token", "key"):
        assert len({row[name] for row in rows.values()}) == 2
