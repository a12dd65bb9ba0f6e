"""A sale comes in: what it earns, what it is told, and what a repeat does."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from programs.models import Award
from programs.rules import Percentage
from programs.services import publish_rule, record_participation, record_sale, record_sales
from smartbis.customers.errors import CustomerNotFound
from smartbis.customers.infos import CustomerInfo
from smartbis.customers.services import erase_customer, tag_customer, untag_customer
from smartbis.kernel.clock import frozen, now
from smartbis.ledger.selectors import balances, check_ledger
from smartbis.outbox.work import drain_queue
from smartbis.purchases.errors import CurrencyMismatch, PurchaseConflict
from smartbis.purchases.infos import SaleDraft
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo
from smartbis.tenancy.statements import check_keys
from tests.factories import actor, make_customer, store_of
from tests.programs.conftest import make_cashback, make_points
from tests.programs.earning import opened


def draft(brand: TenantInfo, customer: object, amount: int = 9_995, number: str = "1", **given: object) -> SaleDraft:
    given.setdefault("store", store_of(brand).id)
    return SaleDraft(customer=customer, amount_minor=amount, currency="BRL", external_id=number, **given)  # type: ignore[arg-type]


def test_twenty_percent_is_rounded_half_up_to_the_cent(aurora: TenantInfo, boreal: TenantInfo) -> None:
    make_cashback(aurora), make_cashback(boreal)
    customer, stranger = make_customer(aurora), make_customer(boreal)
    outcome = record_sale(tenant=aurora.id, sale=draft(aurora, customer.id, 1_003))
    (award,) = outcome.awards
    assert (award.unit, award.base, award.amount, award.status) == ("BRL", 1_003, 201, "available")
    assert [(each.unit, each.available) for each in outcome.balances] == [("BRL", 201)]
    assert award.rule is not None
    assert award.rule.effect == Percentage(2000)
    assert balances(tenant=boreal.id, customer=stranger.id) == []
    assert check_ledger(tenant=aurora.id).ok


def test_points_are_floored_to_whole_reais(aurora: TenantInfo) -> None:
    make_points(aurora)
    outcome = record_sale(tenant=aurora.id, sale=draft(aurora, make_customer(aurora).id, 9_999))
    assert [(award.unit, award.amount) for award in outcome.awards] == [("points", 99)]


def test_the_same_sale_again_has_one_effect_and_one_answer(aurora: TenantInfo) -> None:
    make_cashback(aurora)
    customer = make_customer(aurora)
    sale = draft(aurora, customer.id, occurred_at=now())
    first = record_sale(tenant=aurora.id, sale=sale)
    again = record_sale(tenant=aurora.id, sale=sale)
    assert again.repeated
    assert not first.repeated
    assert (again.purchase.id, again.awards, again.balances) == (first.purchase.id, first.awards, first.balances)
    with pytest.raises(PurchaseConflict):
        record_sale(tenant=aurora.id, sale=draft(aurora, customer.id, 1))
    assert balances(tenant=aurora.id, customer=customer.id)[0].available == 1_999


def test_a_minimum_and_a_store_filter_decide(aurora: TenantInfo) -> None:
    make_cashback(aurora, minimum_minor=5_000, stores=["moema"])
    customer = make_customer(aurora)
    moema = store_of(aurora, "moema").id
    assert record_sale(tenant=aurora.id, sale=draft(aurora, customer.id, 5_000, "1")).awards == ()
    assert record_sale(tenant=aurora.id, sale=draft(aurora, customer.id, 4_999, "2", store=moema)).awards == ()
    assert (
        record_sale(tenant=aurora.id, sale=draft(aurora, customer.id, 5_000, "3", store=moema)).awards[0].amount
        == 1_000
    )


def test_a_late_sale_earns_by_the_version_that_was_in_force(aurora: TenantInfo) -> None:
    program = make_cashback(aurora)
    customer, sold_at = make_customer(aurora), now()
    with frozen(sold_at + timedelta(days=2)):
        publish_rule(
            tenant=aurora.id,
            program=program.id,
            spec={"effect": {"kind": "percentage", "basis_points": 500}},
            actor=actor("owner"),
        )
        late = record_sale(tenant=aurora.id, sale=draft(aurora, customer.id, 10_000, "1", occurred_at=sold_at))
        new = record_sale(tenant=aurora.id, sale=draft(aurora, customer.id, 10_000, "2"))
    assert (late.awards[0].rule_version, late.awards[0].amount) == (1, 2_000)
    assert (new.awards[0].rule_version, new.awards[0].amount) == (2, 500)
    assert late.purchase.occurred_at == sold_at


def test_a_late_sale_earns_by_the_tag_of_its_time(aurora: TenantInfo, boreal: TenantInfo) -> None:
    earned = []
    for brand, after in ((aurora, 2), (boreal, 1)):
        opened(brand, {"when": {"tags": ["casa"]}})
        customer, began = make_customer(brand), now()
        tag_customer(tenant=brand.id, customer=customer.id, tag="casa", actor=actor("owner"))
        with frozen(began + timedelta(hours=after)):
            untag_customer(tenant=brand.id, customer=customer.id, tag="casa", actor=actor("owner"))
        with frozen(began + timedelta(hours=3)):
            sale = draft(brand, customer.id, 10_000, occurred_at=began + timedelta(hours=1, minutes=30))
            earned.append([award.amount for award in record_sale(tenant=brand.id, sale=sale).awards])
    assert earned == [[1_000], []]


def test_another_currency_changes_nothing(aurora: TenantInfo) -> None:
    make_cashback(aurora)
    customer = make_customer(aurora)
    foreign = SaleDraft(
        customer=customer.id, store=store_of(aurora).id, amount_minor=100, currency="USD", external_id="1"
    )
    with pytest.raises(CurrencyMismatch):
        record_sale(tenant=aurora.id, sale=foreign)
    assert balances(tenant=aurora.id, customer=customer.id) == []


def test_a_return_period_holds_the_award_until_it_ends(aurora: TenantInfo) -> None:
    make_cashback(aurora, hold_days=7)
    customer, sold_at = make_customer(aurora), now()
    (award,) = record_sale(tenant=aurora.id, sale=draft(aurora, customer.id, 10_000)).awards
    assert (award.status, award.available_at is not None) == ("pending", True)
    assert (balances(tenant=aurora.id, customer=customer.id)[0].pending) == 2_000
    with frozen(sold_at + timedelta(days=6)):
        drain_queue("relay")
        assert balances(tenant=aurora.id, customer=customer.id)[0].available == 0
    with frozen(sold_at + timedelta(days=7, seconds=5)):
        drain_queue("relay")
        (balance,) = balances(tenant=aurora.id, customer=customer.id)
    assert (balance.available, balance.pending) == (2_000, 0)
    assert check_ledger(tenant=aurora.id).ok


def test_participation_earns_once(aurora: TenantInfo) -> None:
    make_points(aurora)
    customer = make_customer(aurora)
    first = record_participation(tenant=aurora.id, customer=customer.id, kind="event", external_id="festa-1")
    again = record_participation(tenant=aurora.id, customer=customer.id, kind="event", external_id="festa-1")
    assert [award.amount for award in first.awards] == [50]
    assert (again.repeated, again.id, again.awards) == (True, first.id, first.awards)
    assert balances(tenant=aurora.id, customer=customer.id)[0].available == 50


def test_nobody_earns_for_somebody_erased(aurora: TenantInfo) -> None:
    make_points(aurora), make_cashback(aurora)
    customer = make_customer(aurora)
    erase_customer(tenant=aurora.id, customer=customer.id, actor=actor())
    with pytest.raises(CustomerNotFound):
        record_participation(tenant=aurora.id, customer=customer.id, kind="event", external_id="festa-1")
    with pytest.raises(CustomerNotFound):
        record_sale(tenant=aurora.id, sale=draft(aurora, customer.id))
    assert balances(tenant=aurora.id, customer=customer.id) == []


def test_a_batch_answers_each_sale_like_one_by_one(aurora: TenantInfo, boreal: TenantInfo) -> None:
    for brand in (aurora, boreal):
        make_cashback(brand), make_points(brand)
    ours = [make_customer(aurora) for _ in range(3)]
    theirs = [make_customer(boreal) for _ in range(3)]
    instant = now()

    def sales(brand: TenantInfo, people: list[CustomerInfo]) -> list[SaleDraft]:
        wanted = [(0, 1_003, "a"), (1, 50, "b"), (0, 999, "c"), (2, 1, "d"), (0, 1_003, "a"), (1, 0, "e")]
        return [draft(brand, people[p].id, amount, number, occurred_at=instant) for p, amount, number in wanted]

    together = record_sales(tenant=aurora.id, sales=sales(aurora, ours))
    assert [each.error.code if each.error else None for each in together] == [None] * 5 + ["invalid"]
    for sale in sales(boreal, theirs)[:5]:
        record_sale(tenant=boreal.id, sale=sale)
    for our, their in zip(ours, theirs, strict=True):
        assert balances(tenant=aurora.id, customer=our.id) == balances(tenant=boreal.id, customer=their.id)
    assert together[4].outcome is not None
    assert together[4].outcome.repeated
    assert check_ledger(tenant=aurora.id).ok
    assert check_ledger(tenant=boreal.id).ok


def test_a_voucher_used_before_the_sale_lowers_what_it_earns_alone_and_in_a_batch(aurora: TenantInfo) -> None:
    from vouchers.infos import CouponDraft
    from vouchers.services import create_coupon, issue_voucher, redeem_voucher

    make_cashback(aurora)
    customer, store = make_customer(aurora), store_of(aurora).id
    terms = CouponDraft(name="R$ 10", kind="amount", value_minor=1_000, holder="bearer")
    coupon = create_coupon(tenant=aurora.id, draft=terms, actor=actor("owner")).id
    for number in ("one", "two"):
        voucher = issue_voucher(
            tenant=aurora.id, customer=None, coupon=coupon, origin="manual", key=number, actor=actor()
        )
        redeem_voucher(
            tenant=aurora.id,
            code=voucher.code,
            store=store,
            key=f"use-{number}",
            actor=actor(),
            amount_minor=5_000,
            external_id=number,
        )
    alone = record_sale(tenant=aurora.id, sale=draft(aurora, customer.id, 5_000, "one"))
    (batched,) = record_sales(tenant=aurora.id, sales=[draft(aurora, customer.id, 5_000, "two")])
    assert batched.outcome is not None
    for outcome in (alone, batched.outcome):
        assert (outcome.purchase.paid_minor, outcome.awards[0].amount, len(outcome.vouchers)) == (4_000, 800, 1)


def test_no_award_names_the_version_of_another_programme(aurora: TenantInfo, boreal: TenantInfo) -> None:
    cashback, points, theirs = make_cashback(aurora), make_points(aurora), make_cashback(boreal)
    record_sale(tenant=aurora.id, sale=draft(aurora, make_customer(aurora).id))
    for other in (points, theirs):
        assert other.current is not None
        refusal = pytest.raises(IntegrityError, match="award_of_programs_version")
        with tenant_scope(aurora.id), refusal, transaction.atomic():
            Award.objects.filter(program_id=cashback.id).update(rule_version_id=other.current.id)
            check_keys()
