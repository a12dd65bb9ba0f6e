"""People register, wait, move up, leave, pay; nothing is promised twice."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from programs.gatherings.errors import (
    AlreadyArrived,
    GatheringCancelled,
    GatheringNotFound,
    NotInvited,
    RegistrationClosed,
    RegistrationNotFound,
)
from programs.gatherings.infos import DOORS_CLOSE
from programs.gatherings.selectors import gathering_for, gatherings_for, get_gathering, registrations
from programs.gatherings.services import (
    cancel_gathering,
    change_gathering,
    end_by_voucher,
    leave,
    mark_paid,
    settle_cancelled,
)
from smartbis.customers.services import erase_customer, set_membership
from smartbis.kernel.clock import frozen, now
from smartbis.kernel.errors import InvalidInput, PermissionMissing
from smartbis.ledger.accounts import Account
from smartbis.ledger.errors import InsufficientBalance
from smartbis.ledger.selectors import check_ledger
from smartbis.outbox.work import drain_queue
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import actor, make_customer
from tests.gatherings.hall import MANAGER, OPERATOR, gathering_of, let_in, registered, self_of
from tests.racing import race
from tests.vouchers.shop import account, available, events_of, everything, give
from vouchers.errors import CouponNotFound, CouponOutOfStock
from vouchers.selectors import coupons, find_voucher_by_id, vouchers_of
from vouchers.services import cancel_voucher, issue_entry, issue_voucher, lapse_voucher
from vouchers.services.ending import vouchers_to_lapse


def test_who_registers_has_an_entry_with_a_code(aurora: TenantInfo, boreal: TenantInfo) -> None:
    evening = gathering_of(aurora, capacity=10)
    ana = make_customer(aurora)
    before = everything(boreal)
    place = registered(aurora, evening, ana)
    assert (place.status, place.position, place.repeated, place.owes) == ("registered", 0, False, False)
    (entry,) = vouchers_of(tenant=aurora.id, customer=ana.id)
    assert (entry.kind, entry.status, entry.code, entry.is_personal) == ("entry", "issued", place.code, True)
    assert entry.valid_until == evening.ends_at + timedelta(hours=12)
    assert get_gathering(tenant=aurora.id, gathering=evening.id).places_left == 9
    assert events_of(aurora, "gathering.registered.v1") == [
        {
            "registration_id": str(place.id),
            "gathering_id": str(evening.id),
            "customer_id": str(ana.id),
            "from_waiting_list": False,
        }
    ]
    assert everything(boreal) == before


def test_registering_again_changes_nothing(aurora: TenantInfo) -> None:
    evening, ana = gathering_of(aurora), make_customer(aurora)
    first = registered(aurora, evening, ana)
    again = registered(aurora, evening, ana)
    assert again == replace(first, repeated=True)
    assert len(vouchers_of(tenant=aurora.id, customer=ana.id)) == 1


def test_another_brand_has_no_such_gathering(aurora: TenantInfo, boreal: TenantInfo) -> None:
    evening, ana = gathering_of(aurora), make_customer(boreal)
    with pytest.raises(GatheringNotFound):
        registered(boreal, evening, ana)


def test_nobody_registers_somebody_else(aurora: TenantInfo) -> None:
    evening, ana, bia = gathering_of(aurora), make_customer(aurora), make_customer(aurora, "Bia Reis")
    with pytest.raises(PermissionMissing):
        registered(aurora, evening, ana, actor=self_of(bia))
    with pytest.raises(PermissionMissing):
        registered(aurora, evening, ana, actor=actor("analyst"), channel="dashboard")


def test_the_price_in_points_is_taken_with_the_place(aurora: TenantInfo) -> None:
    evening = gathering_of(aurora, price_unit="points", price_amount=80)
    ana, bia = make_customer(aurora), make_customer(aurora, "Bia Reis")
    give(aurora, ana, 100, "points")
    registered(aurora, evening, ana)
    assert (available(aurora, ana, "points"), account(aurora, Account.VOUCHER_OUTSTANDING, "points")) == (20, 80)
    before = everything(aurora)
    with pytest.raises(InsufficientBalance):
        registered(aurora, evening, bia)
    assert everything(aurora) == before
    assert [each.customer_id for each in registrations(tenant=aurora.id, gathering=evening.id)] == [ana.id]


def test_points_come_back_to_who_leaves_in_time_and_not_later(aurora: TenantInfo) -> None:
    evening = gathering_of(aurora, price_unit="points", price_amount=80, refund_hours=24)
    ana, bia = make_customer(aurora), make_customer(aurora, "Bia Reis")
    for person in (ana, bia):
        give(aurora, person, 100, "points")
    first, second = registered(aurora, evening, ana), registered(aurora, evening, bia)
    with frozen(evening.starts_at - timedelta(hours=24)):
        leave(tenant=aurora.id, registration=first.id, actor=self_of(ana))
    with frozen(evening.starts_at - timedelta(hours=23)):
        left = leave(tenant=aurora.id, registration=second.id, actor=self_of(bia))
    assert (available(aurora, ana, "points"), available(aurora, bia, "points")) == (100, 20)
    assert account(aurora, Account.FORFEITED, "points") == 80
    assert account(aurora, Account.VOUCHER_OUTSTANDING, "points") == 0
    assert (left.status, [e["returned_points"] for e in events_of(aurora, "gathering.registration_ended.v1")]) == (
        "left",
        [80, 0],
    )


def test_money_is_written_down_by_the_team(aurora: TenantInfo) -> None:
    evening = gathering_of(aurora, price_unit="BRL", price_amount=3000, pay_words="Pix: sede@mare.example")
    ana = make_customer(aurora)
    place = registered(aurora, evening, ana)
    assert place.owes
    with pytest.raises(PermissionMissing):
        mark_paid(tenant=aurora.id, registration=place.id, actor=actor("partner"))
    paid = mark_paid(tenant=aurora.id, registration=place.id, actor=OPERATOR)
    assert (paid.owes, paid.paid_to) == (False, "Operator")
    assert mark_paid(tenant=aurora.id, registration=place.id, actor=MANAGER).paid_to == "Operator"


def test_the_first_in_line_gets_the_place_that_becomes_free(aurora: TenantInfo) -> None:
    evening = gathering_of(aurora, capacity=1)
    people = [make_customer(aurora, f"Pessoa {letter}") for letter in "ABC"]
    places = [registered(aurora, evening, person) for person in people]
    assert [(each.status, each.position) for each in places] == [("registered", 0), ("waiting", 1), ("waiting", 2)]
    leave(tenant=aurora.id, registration=places[0].id, actor=self_of(people[0]))
    states = {each.customer_id: each.status for each in registrations(tenant=aurora.id, gathering=evening.id)}
    assert states == {people[1].id: "registered", people[2].id: "waiting"}
    told = events_of(aurora, "gathering.registered.v1")
    assert [(each["customer_id"], each["from_waiting_list"]) for each in told] == [
        (str(people[0].id), False),
        (str(people[1].id), True),
    ]
    assert gathering_for(tenant=aurora.id, gathering=evening.id, customer=people[2].id).registration.position == 1  # type: ignore[union-attr]


def test_who_cannot_pay_now_keeps_the_line_and_the_next_has_the_turn(aurora: TenantInfo) -> None:
    evening = gathering_of(aurora, capacity=1, price_unit="points", price_amount=50)
    rich, poor, third = (make_customer(aurora, f"Pessoa {letter}") for letter in "ABC")
    for person in (rich, third):
        give(aurora, person, 50, "points")
    first = registered(aurora, evening, rich)
    registered(aurora, evening, poor)
    registered(aurora, evening, third)
    leave(tenant=aurora.id, registration=first.id, actor=self_of(rich))
    states = {each.customer_id: each.status for each in registrations(tenant=aurora.id, gathering=evening.id)}
    assert states == {poor.id: "waiting", third.id: "registered"}


def test_nobody_in_line_pays_more_than_when_they_asked(aurora: TenantInfo, boreal: TenantInfo) -> None:
    evenings = {
        brand.id: gathering_of(brand, capacity=1, price_unit="points", price_amount=50) for brand in (aurora, boreal)
    }
    evening = evenings[aurora.id]
    first, second = make_customer(aurora, "Ana Prado"), make_customer(aurora, "Bia Lopes")
    for person in (first, second):
        give(aurora, person, 500, "points")
        registered(aurora, evening, person)
    dearer = replace(evening.as_draft(), capacity=2, price_amount=400)
    info = change_gathering(tenant=aurora.id, gathering=evening.id, draft=dearer, actor=MANAGER)
    assert (info.taken, info.waiting, available(aurora, second, "points")) == (1, 1, 500)
    cheaper = replace(evening.as_draft(), capacity=2, price_amount=40)
    info = change_gathering(tenant=aurora.id, gathering=evening.id, draft=cheaper, actor=MANAGER)
    assert (info.taken, info.waiting, available(aurora, second, "points")) == (2, 0, 460)
    untouched = get_gathering(tenant=boreal.id, gathering=evenings[boreal.id].id)
    assert (untouched.capacity, untouched.price_amount) == (1, 50)


def test_more_places_let_the_line_move_up(aurora: TenantInfo) -> None:
    evening = gathering_of(aurora, capacity=1)
    people = [make_customer(aurora, f"Pessoa {letter}") for letter in "ABC"]
    for person in people:
        registered(aurora, evening, person)
    draft = replace(evening.as_draft(), capacity=3, ends_at=evening.ends_at + timedelta(hours=1))
    info = change_gathering(tenant=aurora.id, gathering=evening.id, draft=draft, actor=MANAGER)
    assert (info.taken, info.waiting, info.places_left) == (3, 0, 0)
    ends = {vouchers_of(tenant=aurora.id, customer=person.id)[0].valid_until for person in people}
    assert ends == {info.ends_at + timedelta(hours=12)}
    with pytest.raises(InvalidInput) as refusal:
        change_gathering(tenant=aurora.id, gathering=evening.id, draft=replace(draft, capacity=2), actor=MANAGER)
    assert list(refusal.value.errors) == ["capacity"]


def test_a_gathering_for_members_asks_for_one_of_each_kind(aurora: TenantInfo) -> None:
    evening = gathering_of(aurora, plans=("anual", "mensal"), tags=("coral",))
    ana = make_customer(aurora)
    set_membership(tenant=aurora.id, customer=ana.id, kind="plan", key="anual")
    with pytest.raises(NotInvited):
        registered(aurora, evening, ana)
    (seen,) = gatherings_for(tenant=aurora.id, customer=ana.id)
    assert (seen.can_register, seen.reasons) == (False, ("event_not_eligible",))
    set_membership(tenant=aurora.id, customer=ana.id, kind="tag", key="coral")
    assert registered(aurora, evening, ana).status == "registered"


def test_registration_has_its_period_which_the_team_may_pass(aurora: TenantInfo) -> None:
    opens, closes = now() + timedelta(hours=1), now() + timedelta(hours=5)
    evening = gathering_of(aurora, registers_from=opens, registers_until=closes)
    ana, bia = make_customer(aurora), make_customer(aurora, "Bia Reis")
    with pytest.raises(RegistrationClosed) as early:
        registered(aurora, evening, ana)
    assert early.value.params["from"] == opens.isoformat()
    with frozen(closes):
        with pytest.raises(RegistrationClosed):
            registered(aurora, evening, ana)
        assert registered(aurora, evening, bia, actor=OPERATOR, channel="counter").status == "registered"


def test_a_draft_is_nobodys_business(aurora: TenantInfo) -> None:
    evening, ana = gathering_of(aurora, status="draft"), make_customer(aurora)
    with pytest.raises(GatheringNotFound):
        registered(aurora, evening, ana)
    with pytest.raises(GatheringNotFound):
        gathering_for(tenant=aurora.id, gathering=evening.id, customer=ana.id)
    assert gatherings_for(tenant=aurora.id, customer=ana.id) == []


def test_nonsense_is_refused_field_by_field(aurora: TenantInfo) -> None:
    start = now() + timedelta(days=1)
    with pytest.raises(InvalidInput) as refusal:
        gathering_of(aurora, name=" ", starts_at=start, ends_at=start, capacity=0, price_unit="USD", price_amount=5)
    assert sorted(refusal.value.errors) == ["capacity", "ends_at", "name", "price"]


def test_calling_it_off_gives_everything_back_and_tells_everybody(aurora: TenantInfo, boreal: TenantInfo) -> None:
    evening = gathering_of(aurora, capacity=2, price_unit="points", price_amount=30, refund_hours=None)
    other = gathering_of(boreal)
    neighbour = registered(boreal, other, make_customer(boreal))
    people = [make_customer(aurora, f"Pessoa {letter}") for letter in "ABC"]
    for person in people:
        give(aurora, person, 30, "points")
        registered(aurora, evening, person)
    cancel_gathering(tenant=aurora.id, gathering=evening.id, reason="Chuva forte", actor=MANAGER)
    while settle_cancelled(tenant=aurora.id):
        pass
    assert [available(aurora, person, "points") for person in people] == [30, 30, 30]
    ended = events_of(aurora, "gathering.registration_ended.v1")
    assert sorted((each["reason"], each["returned_points"]) for each in ended) == [
        ("event_cancelled", 0),
        ("event_cancelled", 30),
        ("event_cancelled", 30),
    ]
    assert {each.status for each in registrations(tenant=aurora.id, gathering=evening.id, status="left")} == {"left"}
    with pytest.raises(GatheringCancelled):
        registered(aurora, evening, people[0])
    assert registrations(tenant=boreal.id, gathering=other.id)[0].id == neighbour.id
    settle_cancelled(tenant=aurora.id)
    assert len(events_of(aurora, "gathering.registration_ended.v1")) == 3


@pytest.mark.parametrize("is_swept", [False, True])
def test_called_off_after_its_end_it_gives_back_to_who_did_not_enter(
    aurora: TenantInfo, boreal: TenantInfo, is_swept: bool
) -> None:
    evening, theirs = (
        gathering_of(brand, capacity=2, price_unit="points", price_amount=30) for brand in (aurora, boreal)
    )
    came, missed, other = make_customer(aurora, "Ana"), make_customer(aurora, "Bia"), make_customer(boreal)
    for brand, event, person in ((aurora, evening, came), (aurora, evening, missed), (boreal, theirs, other)):
        give(brand, person, 30, "points")
        registered(brand, event, person)
    place = registrations(tenant=aurora.id, gathering=evening.id)[0]
    assert place.customer_id == came.id
    with frozen(evening.starts_at):
        let_in(aurora, evening, place.id)
    with frozen(evening.ends_at + DOORS_CLOSE + timedelta(hours=1)):
        if is_swept:
            for voucher in vouchers_to_lapse(tenant=aurora.id, limit=10):
                lapse_voucher(tenant=aurora.id, voucher=voucher)
            assert account(aurora, Account.FORFEITED, "points") == 30
        cancel_gathering(tenant=aurora.id, gathering=evening.id, reason="Chuva forte", actor=MANAGER)
        for _again in range(2):
            settle_cancelled(tenant=aurora.id)
            assert vouchers_to_lapse(tenant=aurora.id, limit=10) == []
    assert [available(aurora, person, "points") for person in (came, missed)] == [0, 30]
    assert account(aurora, Account.FORFEITED, "points") == 0
    assert [each["returned_points"] for each in events_of(aurora, "gathering.registration_ended.v1")] == [30]
    assert available(boreal, other, "points") == 0
    for brand in (aurora, boreal):
        assert check_ledger(tenant=brand.id).ok


def test_an_entry_cancelled_at_another_door_frees_its_place(aurora: TenantInfo) -> None:
    evening = gathering_of(aurora, capacity=1)
    ana, bia = make_customer(aurora), make_customer(aurora, "Bia Reis")
    place = registered(aurora, evening, ana)
    registered(aurora, evening, bia)
    assert place.voucher_id is not None
    cancel_voucher(tenant=aurora.id, voucher=place.voucher_id, reason="Engano", actor=MANAGER)
    end_by_voucher(tenant=aurora.id, voucher=place.voucher_id)
    states = {each.customer_id: each.status for each in registrations(tenant=aurora.id, gathering=evening.id)}
    assert states == {bia.id: "registered"}


def test_entries_are_no_offers(aurora: TenantInfo) -> None:
    """Nobody gets in past the list: the coupon behind is neither shown nor issued by itself."""
    evening, ana = gathering_of(aurora), make_customer(aurora)
    place = registered(aurora, evening, ana)
    assert coupons(tenant=aurora.id) == []
    entry = find_voucher_by_id(tenant=aurora.id, voucher=place.voucher_id)  # type: ignore[arg-type]
    assert entry is not None
    with pytest.raises(CouponNotFound):
        issue_voucher(
            tenant=aurora.id, customer=ana.id, coupon=entry.coupon_id, origin="manual", key="x", actor=MANAGER
        )


def test_who_is_in_cannot_leave_and_others_cannot_take_them_off(aurora: TenantInfo) -> None:
    evening = gathering_of(aurora, starts_at=now() + timedelta(hours=1))
    ana, bia = make_customer(aurora), make_customer(aurora, "Bia Reis")
    place = registered(aurora, evening, ana)
    with pytest.raises(RegistrationNotFound):
        leave(tenant=aurora.id, registration=place.id, actor=self_of(bia))
    let_in(aurora, evening, place.id)
    with pytest.raises(AlreadyArrived):
        leave(tenant=aurora.id, registration=place.id, actor=self_of(ana))


@pytest.mark.django_db(transaction=True)
def test_who_is_erased_takes_up_no_place(aurora: TenantInfo) -> None:
    evening, ana = gathering_of(aurora, capacity=1), make_customer(aurora)
    bia = make_customer(aurora, "Bia Reis")
    registered(aurora, evening, ana)
    registered(aurora, evening, bia)
    erase_customer(tenant=aurora.id, customer=ana.id, actor=MANAGER)
    drain_queue("relay")
    states = {each.customer_id: each.status for each in registrations(tenant=aurora.id, gathering=evening.id)}
    assert states == {bia.id: "registered"}


@pytest.mark.django_db(transaction=True)
def test_capacity_holds_to_the_last_place(aurora: TenantInfo, boreal: TenantInfo) -> None:
    """32 people at once for 10 places: ten entries, and a line of 22 in order."""
    evening = gathering_of(aurora, capacity=10, price_unit="points", price_amount=5)
    gathering_of(boreal, capacity=10)
    people = [make_customer(aurora, f"Pessoa {number}") for number in range(32)]
    for person in people:
        give(aurora, person, 5, "points")
    results = race(*[partial(registered, aurora, evening, person) for person in people])
    assert [each for each in results if isinstance(each, Exception)] == []
    assert sorted(each.status for each in results).count("registered") == 10  # type: ignore[union-attr]
    info = get_gathering(tenant=aurora.id, gathering=evening.id)
    assert (info.taken, info.waiting, info.places_left) == (10, 22, 0)
    assert account(aurora, Account.VOUCHER_OUTSTANDING, "points") == 50
    assert sorted(each.position for each in results if each.status == "waiting") == list(range(1, 23))  # type: ignore[union-attr]


@pytest.mark.django_db(transaction=True)
def test_leaving_and_registering_at_once_lose_no_place(aurora: TenantInfo) -> None:
    evening = gathering_of(aurora, capacity=4)
    first = [make_customer(aurora, f"Pessoa {number}") for number in range(4)]
    places = [registered(aurora, evening, person) for person in first]
    later = [make_customer(aurora, f"Outra {number}") for number in range(8)]
    leaving = [
        partial(leave, tenant=aurora.id, registration=place.id, actor=self_of(person))
        for place, person in zip(places, first, strict=True)
    ]
    coming = [partial(registered, aurora, evening, person) for person in later]
    results = race(*leaving, *coming)
    assert [each for each in results if isinstance(each, Exception)] == []
    info = get_gathering(tenant=aurora.id, gathering=evening.id)
    assert (info.taken, info.waiting) == (4, 4)


@pytest.mark.django_db(transaction=True)
def test_one_person_sent_by_many_has_one_place(aurora: TenantInfo) -> None:
    evening, ana = gathering_of(aurora, capacity=8), make_customer(aurora)
    results = race(*[partial(registered, aurora, evening, ana) for _ in range(8)])
    assert len({each.id for each in results}) == 1  # type: ignore[union-attr]
    assert get_gathering(tenant=aurora.id, gathering=evening.id).taken == 1


def test_stock_stands_behind_the_list(aurora: TenantInfo) -> None:
    """The entries' coupon has as many pieces as there are places."""
    evening = gathering_of(aurora, capacity=1)
    place = registered(aurora, evening, make_customer(aurora))
    entry = find_voucher_by_id(tenant=aurora.id, voucher=place.voucher_id)  # type: ignore[arg-type]
    assert entry is not None
    bia = make_customer(aurora, "Bia Reis")
    with pytest.raises(CouponOutOfStock):
        issue_entry(
            tenant=aurora.id,
            customer=bia.id,
            coupon=entry.coupon_id,
            key="past-the-list",
            actor=MANAGER,
            valid_until=evening.ends_at,
        )
