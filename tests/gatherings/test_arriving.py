"""The door: an entry is used once and earns once; an arrival can be taken back with all that it gave."""

from datetime import timedelta
from functools import partial
from uuid import UUID

import pytest

from programs.gatherings.errors import (
    CheckInTooEarly,
    EntryOfAnother,
    NotArrived,
    RegistrationUnpaid,
    StillWaiting,
)
from programs.gatherings.infos import Arrival
from programs.gatherings.selectors import get_gathering, get_registration, registrations
from programs.gatherings.services import check_in, undo_check_in
from smartbis.kernel.clock import frozen, now
from smartbis.kernel.codes import qr_payload
from smartbis.kernel.errors import PermissionMissing
from smartbis.ledger.accounts import Account
from smartbis.ledger.selectors import balances
from smartbis.outbox.work import drain_queue
from smartbis.tenancy.errors import StoreUnknown
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import actor, make_customer, store_of
from tests.gatherings.hall import OPERATOR, gathering_of, let_in, registered
from tests.programs.conftest import make_points
from tests.programs.earning import opened
from tests.programs.holding import assert_holds
from tests.racing import race
from tests.vouchers.shop import account, available, coupon_of, events_of, everything, give
from vouchers.errors import EntryNeedsCheckIn, VoucherAlreadyRedeemed, VoucherNotFound
from vouchers.selectors import vouchers_of
from vouchers.services import redeem_voucher, reverse_redemption, validate_voucher

SOON = timedelta(hours=1)


def test_a_check_in_uses_the_entry_and_earns(aurora: TenantInfo, boreal: TenantInfo) -> None:
    make_points(aurora)
    evening = gathering_of(aurora, starts_at=now() + SOON)
    ana = make_customer(aurora)
    place, before = registered(aurora, evening, ana), everything(boreal)
    seen = let_in(aurora, evening, place.id)
    assert (seen.registration.status, [award.amount for award in seen.awards], seen.repeated) == (
        "arrived",
        [50],
        False,
    )
    assert available(aurora, ana, "points") == 50
    assert get_gathering(tenant=aurora.id, gathering=evening.id).arrived == 1
    (told,) = events_of(aurora, "gathering.checked_in.v1")
    assert told["registration_id"] == str(place.id)
    assert everything(boreal) == before


def test_code_and_qr_name_the_entry(aurora: TenantInfo) -> None:
    evening = gathering_of(aurora, starts_at=now() + SOON)
    names = {"tenant": aurora.id, "gathering": evening.id, "store": store_of(aurora).id, "actor": OPERATOR}
    first = registered(aurora, evening, make_customer(aurora))
    second = registered(aurora, evening, make_customer(aurora, "Bia Reis"))
    assert check_in(**names, key="1", code=first.code.lower()).registration.status == "arrived"  # type: ignore[arg-type]
    assert check_in(**names, key="2", code=qr_payload(second.qr_token)).registration.id == second.id  # type: ignore[arg-type]


def test_a_second_time_says_when_and_a_repeat_answers_the_same(aurora: TenantInfo) -> None:
    make_points(aurora)
    evening = gathering_of(aurora, starts_at=now() + SOON)
    ana = make_customer(aurora)
    place = registered(aurora, evening, ana)
    let_in(aurora, evening, place.id, key="k")
    again = let_in(aurora, evening, place.id, key="k")
    assert (again.repeated, [award.amount for award in again.awards]) == (True, [50])
    with pytest.raises(VoucherAlreadyRedeemed) as refusal:
        let_in(aurora, evening, place.id)
    assert refusal.value.params["by"] == "Operator"
    assert available(aurora, ana, "points") == 50


def test_the_wrong_door_the_line_and_the_early_bird(aurora: TenantInfo, boreal: TenantInfo) -> None:
    evening = gathering_of(aurora, capacity=1, starts_at=now() + SOON)
    other = gathering_of(aurora, name="Feira", starts_at=now() + SOON)
    ana, bia = make_customer(aurora), make_customer(aurora, "Bia Reis")
    place, waiting = registered(aurora, evening, ana), registered(aurora, evening, bia)
    before = everything(aurora, boreal)
    names = {"tenant": aurora.id, "store": store_of(aurora).id, "actor": OPERATOR, "key": "k"}
    with pytest.raises(EntryOfAnother) as refusal:
        check_in(**names, gathering=other.id, code=place.code)  # type: ignore[arg-type]
    assert refusal.value.params == {"event": "Sarau"}
    with pytest.raises(StillWaiting):
        let_in(aurora, evening, waiting.id)
    with pytest.raises(VoucherNotFound):
        check_in(**names, gathering=evening.id, code="0000-0000-0000")  # type: ignore[arg-type]
    with frozen(evening.starts_at - timedelta(hours=13)), pytest.raises(CheckInTooEarly):
        let_in(aurora, evening, place.id)
    with pytest.raises(PermissionMissing):
        let_in(aurora, evening, place.id, actor=actor("analyst"))
    with pytest.raises(StoreUnknown):
        let_in(aurora, evening, place.id, store=store_of(boreal).id)
    assert everything(aurora, boreal) == before


def test_who_has_not_paid_pays_at_the_door(aurora: TenantInfo) -> None:
    evening = gathering_of(aurora, price_unit="BRL", price_amount=2500, starts_at=now() + SOON)
    place = registered(aurora, evening, make_customer(aurora))
    with pytest.raises(RegistrationUnpaid) as refusal:
        let_in(aurora, evening, place.id)
    assert refusal.value.params == {"unit": "BRL", "amount": 2500}
    seen = let_in(aurora, evening, place.id, is_paid=True)
    assert (seen.registration.status, seen.registration.paid_to) == ("arrived", "Operator")


def test_an_arrival_taken_back_takes_back_a_gift_that_was_all_it_gave(aurora: TenantInfo, boreal: TenantInfo) -> None:
    for brand in (aurora, boreal):
        effect = {"kind": "voucher", "coupon": str(coupon_of(brand, holder="personal").id)}
        opened(brand, {"effect": effect, "when": {"participations": ["event"]}})
    evenings = {brand.id: gathering_of(brand, starts_at=now() + SOON) for brand in (aurora, boreal)}
    people = {brand.id: make_customer(brand) for brand in (aurora, boreal)}
    places = {brand.id: registered(brand, evenings[brand.id], people[brand.id]) for brand in (aurora, boreal)}
    for brand in (aurora, boreal):
        let_in(brand, evenings[brand.id], places[brand.id].id)
    drain_queue("relay")
    before = everything(boreal)
    undo_check_in(tenant=aurora.id, registration=places[aurora.id].id, key="u", actor=OPERATOR)
    given = [each for each in vouchers_of(tenant=aurora.id, customer=people[aurora.id].id) if each.origin == "rule"]
    assert [each.status for each in given] == ["cancelled"]
    assert everything(boreal) == before
    assert_holds(aurora)


def test_an_arrival_taken_back_takes_back_what_it_gave(aurora: TenantInfo) -> None:
    make_points(aurora)
    evening = gathering_of(aurora, price_unit="points", price_amount=20, starts_at=now() + SOON)
    ana = make_customer(aurora)
    give(aurora, ana, 20, "points")
    place = registered(aurora, evening, ana)
    let_in(aurora, evening, place.id)
    assert (available(aurora, ana, "points"), account(aurora, Account.REDEEMED, "points")) == (50, 20)
    back = undo_check_in(tenant=aurora.id, registration=place.id, key="u", actor=OPERATOR)
    assert (back.status, available(aurora, ana, "points")) == ("registered", 0)
    assert account(aurora, Account.VOUCHER_OUTSTANDING, "points") == 20
    with pytest.raises(NotArrived):
        undo_check_in(tenant=aurora.id, registration=place.id, key="u2", actor=OPERATOR)
    again = let_in(aurora, evening, place.id)
    assert ([award.amount for award in again.awards], available(aurora, ana, "points")) == ([50], 50)


def test_what_was_spent_meanwhile_is_owed(aurora: TenantInfo) -> None:
    make_points(aurora)
    evening = gathering_of(aurora, starts_at=now() + SOON)
    dear = gathering_of(aurora, name="Jantar", price_unit="points", price_amount=40)
    ana = make_customer(aurora)
    place = registered(aurora, evening, ana)
    let_in(aurora, evening, place.id)
    registered(aurora, dear, ana)
    undo_check_in(tenant=aurora.id, registration=place.id, key="u", actor=OPERATOR)
    assert available(aurora, ana, "points") == 0
    (held,) = balances(tenant=aurora.id, customer=ana.id)
    assert held.owed == 40


@pytest.mark.django_db(transaction=True)
def test_an_entry_is_used_at_its_door_alone(aurora: TenantInfo, boreal: TenantInfo) -> None:
    make_points(aurora)
    evening = gathering_of(aurora, price_unit="BRL", price_amount=2500, starts_at=now() + SOON)
    ana = make_customer(aurora)
    place = registered(aurora, evening, ana)
    till = {"tenant": aurora.id, "code": place.code, "store": store_of(aurora).id, "actor": OPERATOR}
    before = everything(aurora, boreal)
    for customer in (ana.id, None):
        with pytest.raises(EntryNeedsCheckIn) as refusal:
            redeem_voucher(**till, key="till", customer=customer)  # type: ignore[arg-type]
        assert (refusal.value.code, refusal.value.params) == ("entry_needs_check_in", {"event": "Sarau"})
        said = validate_voucher(**till, customer=customer)  # type: ignore[arg-type]
        assert (said.valid, said.reasons[0].code) == (False, "entry_needs_check_in")
    assert everything(aurora, boreal) == before
    let_in(aurora, evening, place.id, is_paid=True)
    assert available(aurora, ana, "points") == 50


@pytest.mark.django_db(transaction=True)
def test_an_arrival_whose_use_is_reversed_elsewhere_is_taken_back(aurora: TenantInfo, boreal: TenantInfo) -> None:
    make_points(aurora)
    evening = gathering_of(aurora, starts_at=now() + SOON)
    ana, before = make_customer(aurora), everything(boreal)
    place = registered(aurora, evening, ana)
    let_in(aurora, evening, place.id)
    (use,) = redemptions_of(aurora)
    reverse_redemption(tenant=aurora.id, redemption=use, reason="Engano", key="back", actor=OPERATOR)
    drain_queue("relay")
    assert get_registration(tenant=aurora.id, registration=place.id).status == "registered"
    assert available(aurora, ana, "points") == 0
    assert everything(boreal) == before


def redemptions_of(brand: TenantInfo) -> list[UUID]:
    return [UUID(each["redemption_id"]) for each in events_of(brand, "voucher.redeemed.v1")]


@pytest.mark.django_db(transaction=True)
def test_one_entry_at_sixteen_doors_lets_in_one(aurora: TenantInfo) -> None:
    make_points(aurora)
    evening = gathering_of(aurora, starts_at=now() + SOON)
    ana = make_customer(aurora)
    place = registered(aurora, evening, ana)
    results = race(*[partial(let_in, aurora, evening, place.id) for _ in range(16)])
    assert sum(isinstance(each, Arrival) for each in results) == 1
    assert sum(isinstance(each, VoucherAlreadyRedeemed) for each in results) == 15
    assert available(aurora, ana, "points") == 50


def test_the_list_is_searched_by_name_phone_and_code(aurora: TenantInfo) -> None:
    evening = gathering_of(aurora, starts_at=now() + SOON)
    ana = make_customer(aurora, "Ana Lima", phone="+5511987654321")
    bia = make_customer(aurora, "Bia Reis")
    first, second = registered(aurora, evening, ana), registered(aurora, evening, bia)
    let_in(aurora, evening, second.id)

    def found(**asked: str) -> list[str]:
        return [each.customer_name for each in registrations(tenant=aurora.id, gathering=evening.id, **asked)]  # type: ignore[arg-type]

    assert found() == ["Ana Lima", "Bia Reis"]
    assert found(search="lim") == found(search="11 98765-4321") == found(search=first.code) == ["Ana Lima"]
    assert (found(status="arrived"), found(status="registered")) == (["Bia Reis"], ["Ana Lima"])
    assert found(search="nobody") == []
