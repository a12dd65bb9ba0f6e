"""Corrections by hand: within a limit at once, above it by a second person, and never twice."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from programs.errors import (
    AdjustmentAboveLimit,
    AdjustmentConflict,
    AdjustmentDecided,
    AdjustmentNotFound,
    AdjustmentOwnRequest,
)
from programs.models import Adjustment
from programs.selectors import AdjustmentInfo, Limit, adjustment_lines, adjustments, customer_statement
from programs.services import (
    approve_adjustment,
    record_sale,
    refuse_adjustment,
    request_adjustment,
    set_adjustment_limits,
)
from smartbis.customers.errors import CustomerNotFound
from smartbis.customers.services import erase_customer
from smartbis.kernel.clock import frozen, now
from smartbis.kernel.errors import InvalidInput, PermissionMissing
from smartbis.kernel.ids import new_id
from smartbis.kernel.people import Actor
from smartbis.ledger.errors import InsufficientBalance
from smartbis.ledger.models import Transfer
from smartbis.ledger.selectors import balances, check_ledger
from smartbis.outbox.work import drain_queue
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo, audit_page
from tests.factories import make_brand, make_customer
from tests.programs.conftest import make_cashback
from tests.programs.test_record_sale import draft
from tests.programs.test_refund_sale import refund, spend
from tests.racing import race
from tests.unchanged import unchanged
from tests.vouchers.shop import events_of


def person(role: str) -> Actor:
    return Actor(kind="staff", role=role, id=new_id(), label=role.title())


OWNER, MANAGER, ATTENDANT = person("owner"), person("manager"), person("attendant")


def adjust(
    brand: TenantInfo, customer: UUID, amount: int, *, actor: Actor = MANAGER, key: str = "", unit: str = "BRL"
) -> AdjustmentInfo:
    return request_adjustment(
        tenant=brand.id,
        customer=customer,
        unit=unit,
        amount=amount,
        reason="goodwill",
        note="Esperou demais",
        key=key or str(new_id()),
        actor=actor,
    )


def available(brand: TenantInfo, customer: UUID, unit: str = "BRL") -> int:
    return sum(each.available for each in balances(tenant=brand.id, customer=customer) if each.unit == unit)


def test_within_the_limit_it_is_posted_at_once_and_once(aurora: TenantInfo, boreal: TenantInfo) -> None:
    customer = make_customer(aurora).id
    stranger = make_customer(boreal).id
    done = adjust(aurora, customer, 20_000, key="k")
    assert (done.state, done.transfer_id is not None, done.decided_at) == ("posted", True, None)
    assert adjust(aurora, customer, 20_000, key="k") == done
    assert available(aurora, customer) == 20_000
    with pytest.raises(AdjustmentConflict):
        adjust(aurora, customer, 19_999, key="k")
    assert adjust(boreal, stranger, 5, key="k").state == "posted", "another brand's keys are its own"
    assert available(boreal, stranger) == 5
    (line,) = customer_statement(tenant=aurora.id, customer=customer, locale="pt-br").items
    assert (line.title, line.explanation, line.amount) == ("Ajuste", "Cortesia da marca.", 20_000)
    actions = [row.action for row in audit_page(tenant=aurora.id).items]
    assert actions.count("adjustment.post") == 1
    assert check_ledger(tenant=aurora.id).ok


def test_above_the_limit_a_second_person_decides(aurora: TenantInfo) -> None:
    customer = make_customer(aurora).id
    asked = adjust(aurora, customer, 20_001)
    assert (asked.state, available(aurora, customer)) == ("requested", 0)
    with pytest.raises(AdjustmentOwnRequest):
        approve_adjustment(tenant=aurora.id, adjustment=asked.id, actor=MANAGER)
    with pytest.raises(AdjustmentAboveLimit):
        approve_adjustment(tenant=aurora.id, adjustment=asked.id, actor=person("manager"))
    with pytest.raises(PermissionMissing):
        approve_adjustment(tenant=aurora.id, adjustment=asked.id, actor=person("operator"))
    done = approve_adjustment(tenant=aurora.id, adjustment=asked.id, actor=OWNER)
    assert (done.state, done.decided_label, available(aurora, customer)) == ("posted", "Owner", 20_001)
    with pytest.raises(AdjustmentDecided):
        approve_adjustment(tenant=aurora.id, adjustment=asked.id, actor=OWNER)
    with pytest.raises(AdjustmentDecided):
        refuse_adjustment(tenant=aurora.id, adjustment=asked.id, actor=OWNER)
    assert available(aurora, customer) == 20_001
    assert check_ledger(tenant=aurora.id).ok


def test_a_refused_request_moves_nothing(aurora: TenantInfo, boreal: TenantInfo) -> None:
    customer = make_customer(aurora).id
    asked = adjust(aurora, customer, 50_000)
    with pytest.raises(AdjustmentNotFound):
        refuse_adjustment(tenant=boreal.id, adjustment=asked.id, actor=OWNER)
    with pytest.raises(AdjustmentOwnRequest):
        refuse_adjustment(tenant=aurora.id, adjustment=asked.id, actor=MANAGER)
    done = refuse_adjustment(tenant=aurora.id, adjustment=asked.id, note="Sem prova", actor=OWNER)
    assert (done.state, done.decision_note, done.transfer_id) == ("refused", "Sem prova", None)
    with pytest.raises(AdjustmentDecided):
        approve_adjustment(tenant=aurora.id, adjustment=asked.id, actor=OWNER)
    assert available(aurora, customer) == 0
    with tenant_scope(aurora.id):
        assert not Transfer.objects.exists()


def test_a_limit_is_not_met_in_slices(aurora: TenantInfo) -> None:
    customer, other = make_customer(aurora).id, make_customer(aurora, "Rui").id
    first = adjust(aurora, customer, 2_000, actor=ATTENDANT)
    second = adjust(aurora, customer, -1, actor=ATTENDANT)
    elsewhere = adjust(aurora, other, 2_000, actor=ATTENDANT)
    colleague = adjust(aurora, customer, 2_000, actor=person("attendant"))
    assert [each.state for each in (first, second, elsewhere, colleague)] == [
        "posted",
        "requested",
        "posted",
        "posted",
    ]
    with frozen(now() + timedelta(hours=25)):
        assert adjust(aurora, customer, 2_000, actor=ATTENDANT).state == "posted"


def test_taking_more_than_is_available_is_refused(aurora: TenantInfo) -> None:
    customer = make_customer(aurora).id
    adjust(aurora, customer, 100)
    with pytest.raises(InsufficientBalance):
        adjust(aurora, customer, -101)
    assert adjust(aurora, customer, -100).state == "posted"
    assert available(aurora, customer) == 0
    asked = adjust(aurora, customer, -90_000)
    with pytest.raises(InsufficientBalance):
        approve_adjustment(tenant=aurora.id, adjustment=asked.id, actor=OWNER)
    (waiting,) = adjustments(tenant=aurora.id, state="requested").items
    assert (waiting.id, waiting.decided_at) == (asked.id, None)


def test_what_is_owed_is_repaid_from_what_is_given(aurora: TenantInfo) -> None:
    make_cashback(aurora)
    customer = make_customer(aurora).id
    sale = record_sale(tenant=aurora.id, sale=draft(aurora, customer, 10_000, "1"))
    spend(aurora, customer, 2_000)
    refund(aurora, sale.purchase.id, 10_000, "r")
    adjust(aurora, customer, 2_500)
    (balance,) = balances(tenant=aurora.id, customer=customer)
    assert (balance.available, balance.owed) == (500, 0)
    assert check_ledger(tenant=aurora.id).ok


@pytest.mark.parametrize("role", ["operator", "partner", "analyst"])
def test_other_roles_do_not_adjust(aurora: TenantInfo, role: str) -> None:
    with pytest.raises(PermissionMissing):
        adjust(aurora, make_customer(aurora).id, 1, actor=person(role))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"amount": 0}, "amount"),
        ({"amount": 10**13}, "amount"),
        ({"unit": "USD"}, "unit"),
        ({"reason": "because"}, "reason"),
        ({"reason": "other", "note": " "}, "note"),
        ({"note": "x" * 301}, "note"),
        ({"key": ""}, "key"),
    ],
)
def test_what_cannot_be_is_refused(aurora: TenantInfo, change: dict[str, object], field: str) -> None:
    given = {"unit": "BRL", "amount": 5, "reason": "goodwill", "note": "", "key": "k"} | change
    with pytest.raises(InvalidInput) as refusal:
        request_adjustment(
            tenant=aurora.id,
            customer=make_customer(aurora).id,
            actor=OWNER,
            **given,  # type: ignore[arg-type]
        )
    assert list(refusal.value.errors) == [field]


def test_another_brands_customer_is_not_found(aurora: TenantInfo, boreal: TenantInfo) -> None:
    with pytest.raises(CustomerNotFound):
        adjust(aurora, make_customer(boreal).id, 5)


def test_nothing_is_given_to_who_was_erased_meanwhile(aurora: TenantInfo, boreal: TenantInfo) -> None:
    people = {brand.id: make_customer(brand).id for brand in (aurora, boreal)}
    asked = {brand.id: adjust(brand, people[brand.id], 50_000) for brand in (aurora, boreal)}
    assert {each.state for each in asked.values()} == {"requested"}
    erase_customer(tenant=aurora.id, customer=people[aurora.id], actor=OWNER)
    with pytest.raises(CustomerNotFound):
        approve_adjustment(tenant=aurora.id, adjustment=asked[aurora.id].id, actor=OWNER)
    approve_adjustment(tenant=boreal.id, adjustment=asked[boreal.id].id, actor=OWNER)
    assert [each.available for each in balances(tenant=aurora.id, customer=people[aurora.id])] in ([], [0])
    assert balances(tenant=boreal.id, customer=people[boreal.id])[0].available == 50_000


def test_each_brand_sets_its_limits(aurora: TenantInfo, boreal: TenantInfo) -> None:
    limits = {"attendant": Limit(0, 50), "owner": Limit(1_000, None)}
    set_adjustment_limits(tenant=aurora.id, limits=limits, actor=OWNER)
    customer, stranger = make_customer(aurora).id, make_customer(boreal).id
    assert adjust(aurora, customer, 1, actor=ATTENDANT).state == "requested"
    assert adjust(aurora, customer, 50, actor=ATTENDANT, unit="points").state == "posted"
    assert adjust(aurora, customer, 1_001, actor=OWNER).state == "requested"
    assert adjust(boreal, stranger, 2_000, actor=ATTENDANT).state == "posted"
    for limited in (ATTENDANT, MANAGER):
        with pytest.raises(PermissionMissing):
            set_adjustment_limits(tenant=aurora.id, limits=limits, actor=limited)
    with pytest.raises(InvalidInput):
        set_adjustment_limits(tenant=aurora.id, limits={"operator": Limit(1, 1)}, actor=OWNER)


def test_the_database_refuses_a_decision_on_ones_own(aurora: TenantInfo) -> None:
    asked = adjust(aurora, make_customer(aurora).id, 90_000)
    refusal = pytest.raises(IntegrityError, match="adjustment_decided_by_another")
    with refusal, tenant_scope(aurora.id), transaction.atomic():
        Adjustment.objects.filter(id=asked.id).update(state="refused", decided_by=MANAGER.id)


def test_the_list_says_who_may_decide(aurora: TenantInfo) -> None:
    customer = make_customer(aurora)
    adjust(aurora, customer.id, 90_000)
    for looker, expected in ((OWNER, (False, True)), (MANAGER, (True, False)), (ATTENDANT, (False, False))):
        (line,) = adjustment_lines(tenant=aurora.id, actor=looker).items
        assert (line.is_own, line.can_decide) == expected
        assert line.customer_name == customer.name


@pytest.mark.django_db(transaction=True)
def test_of_many_who_approve_at_once_one_does() -> None:
    brand = make_brand("aurora", "Café Aurora")
    customer = make_customer(brand).id
    asked = adjust(brand, customer, 90_000)
    approvers = [person("owner") for _ in range(8)]
    results = race(
        *[lambda who=who: approve_adjustment(tenant=brand.id, adjustment=asked.id, actor=who) for who in approvers]
    )
    assert sum(isinstance(each, AdjustmentInfo) for each in results) == 1
    assert sum(isinstance(each, AdjustmentDecided) for each in results) == 7
    assert available(brand, customer) == 90_000
    assert check_ledger(tenant=brand.id).ok


@pytest.mark.django_db(transaction=True)
def test_one_key_sent_by_many_adjusts_once() -> None:
    brand = make_brand("aurora", "Café Aurora")
    customer = make_customer(brand).id
    results = race(*[lambda: adjust(brand, customer, 700, key="k")] * 8)
    assert {each.id for each in results if isinstance(each, AdjustmentInfo)} == {results[0].id}  # type: ignore[union-attr]
    assert available(brand, customer) == 700


@pytest.mark.django_db(transaction=True)
def test_slices_at_once_stay_within_the_limit() -> None:
    brand = make_brand("aurora", "Café Aurora")
    customer = make_customer(brand).id
    results = race(*[lambda: adjust(brand, customer, 1_500, actor=ATTENDANT)] * 6)
    assert sorted(each.state for each in results if isinstance(each, AdjustmentInfo)) == ["posted"] + ["requested"] * 5
    assert available(brand, customer) == 1_500


def test_what_was_written_about_somebody_goes_with_them(aurora: TenantInfo, boreal: TenantInfo) -> None:
    people = {brand.id: make_customer(brand) for brand in (aurora, boreal)}
    for brand in (aurora, boreal):
        adjust(brand, people[brand.id].id, 500)
        waits = adjust(brand, people[brand.id].id, 5_000, actor=ATTENDANT)
        refuse_adjustment(tenant=brand.id, adjustment=waits.id, note="Liga todo dia", actor=MANAGER)
    told = events_of(aurora, "balance.adjusted.v1")
    assert [(each["customer_id"], each["amount"]) for each in told] == [(str(people[aurora.id].id), 500)]
    with unchanged(boreal, rooms=("programs", "customers")):
        erase_customer(tenant=aurora.id, customer=people[aurora.id].id, actor=OWNER)
        drain_queue("relay")
    assert {(each.note, each.decision_note) for each in adjustments(tenant=aurora.id).items} == {("", "")}
    assert {(each.note, each.decision_note) for each in adjustments(tenant=boreal.id).items} == {
        ("Esperou demais", ""),
        ("Esperou demais", "Liga todo dia"),
    }
    trail = " ".join(str(row) for row in audit_page(tenant=aurora.id).items)
    assert ("Esperou" in trail, "Liga" in trail) == (False, False)
