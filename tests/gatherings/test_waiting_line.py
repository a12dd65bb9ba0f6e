"""Who waits in line: what they paid stands, who may move up, and who is let in once it has begun; two brands."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from programs.gatherings.infos import GatheringInfo, RegistrationInfo
from programs.gatherings.selectors import get_gathering, registrations
from programs.gatherings.services import cancel_gathering, change_gathering, leave, mark_paid
from smartbis.customers.infos import CustomerInfo
from smartbis.customers.services import end_membership, set_membership
from smartbis.kernel.clock import frozen, now
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import make_brand, make_customer
from tests.gatherings.hall import MANAGER, OPERATOR, gathering_of, registered, self_of
from tests.racing import race
from tests.vouchers.shop import available, everything, give


def row_of(brand: TenantInfo, gathering: GatheringInfo, customer: CustomerInfo) -> RegistrationInfo:
    found = registrations(tenant=brand.id, gathering=gathering.id)
    return next(each for each in found if each.customer_id == customer.id)


def test_what_was_paid_in_line_is_the_price(aurora: TenantInfo, boreal: TenantInfo) -> None:
    evening = gathering_of(aurora, capacity=1, price_unit="BRL", price_amount=3_000)
    ana, bia, caio = (make_customer(aurora, name) for name in ("Ana", "Bia", "Caio"))
    registered(aurora, evening, ana)
    line = registered(aurora, evening, bia)
    registered(aurora, evening, caio)
    mark_paid(tenant=aurora.id, registration=line.id, actor=OPERATOR)
    theirs = everything(boreal)
    dearer = replace(evening.as_draft(), price_amount=6_000, capacity=3)
    change_gathering(tenant=aurora.id, gathering=evening.id, draft=dearer, actor=MANAGER)
    paid, unpaid = row_of(aurora, evening, bia), row_of(aurora, evening, caio)
    assert (paid.status, paid.price_amount, paid.owes) == ("registered", 3_000, False)
    assert (unpaid.status, unpaid.price_amount, unpaid.owes) == ("registered", 6_000, True)
    assert everything(boreal) == theirs


def test_money_taken_with_the_registration_is_written_down_whatever_comes_of_it(aurora: TenantInfo) -> None:
    evening = gathering_of(aurora, capacity=1, price_unit="BRL", price_amount=3_000)
    ana, bia = make_customer(aurora, "Ana"), make_customer(aurora, "Bia")
    paid = {"actor": OPERATOR, "channel": "counter", "is_paid": True}
    first = registered(aurora, evening, ana)
    assert first.owes
    again = registered(aurora, evening, ana, **paid)
    assert (again.repeated, again.owes, again.paid_to) == (True, False, "Operator")
    assert registered(aurora, evening, ana, **paid | {"actor": MANAGER}).paid_to == "Operator"
    line = registered(aurora, evening, bia, **paid)
    assert (line.status, line.owes) == ("waiting", False)
    leave(tenant=aurora.id, registration=first.id, actor=MANAGER)
    moved = row_of(aurora, evening, bia)
    assert (moved.status, moved.owes, moved.paid_to) == ("registered", False, "Operator")


def test_customers_write_no_payment_of_their_own_down(aurora: TenantInfo) -> None:
    evening, ana = gathering_of(aurora, price_unit="BRL", price_amount=3_000), make_customer(aurora)
    for _ in range(2):
        assert registered(aurora, evening, ana, is_paid=True).owes


def test_who_is_a_member_no_more_does_not_move_up(aurora: TenantInfo, boreal: TenantInfo) -> None:
    evening = gathering_of(aurora, capacity=1, plans=("socio",))
    people = [make_customer(aurora, name) for name in ("Ana", "Bia", "Caio")]
    for each in people:
        set_membership(tenant=aurora.id, customer=each.id, kind="plan", key="socio")
    ana, bia, caio = people
    first = registered(aurora, evening, ana)
    for each in (bia, caio):
        registered(aurora, evening, each)
    end_membership(tenant=aurora.id, customer=bia.id, kind="plan", key="socio")
    theirs = everything(boreal)
    leave(tenant=aurora.id, registration=first.id, actor=self_of(ana))
    assert (row_of(aurora, evening, bia).status, row_of(aurora, evening, caio).status) == ("waiting", "registered")
    assert everything(boreal) == theirs


def test_once_it_has_begun_the_team_gives_a_free_place_to_who_is_there(aurora: TenantInfo, boreal: TenantInfo) -> None:
    starts = now() + timedelta(hours=1)
    evening = gathering_of(aurora, capacity=2, starts_at=starts, refund_hours=None)
    people = [make_customer(aurora, f"Pessoa {letter}") for letter in "ABCDE"]
    places = [registered(aurora, evening, each) for each in people[:4]]
    by_hand = {"actor": OPERATOR, "channel": "counter"}
    theirs = everything(boreal)
    with frozen(starts + timedelta(minutes=30)):
        assert registered(aurora, evening, people[4], **by_hand).status == "waiting"
        leave(tenant=aurora.id, registration=places[0].id, actor=MANAGER, reason="faltou")
        assert get_gathering(tenant=aurora.id, gathering=evening.id).places_left == 1
        third = registered(aurora, evening, people[3], **by_hand)
        assert (third.status, third.repeated) == ("registered", False)
        assert get_gathering(tenant=aurora.id, gathering=evening.id).places_left == 0
        still = registered(aurora, evening, people[2], **by_hand)
        assert (still.status, still.repeated) == ("waiting", True)
        leave(tenant=aurora.id, registration=places[1].id, actor=MANAGER, reason="faltou")
        walk_in = make_customer(aurora, "Pessoa F")
        assert registered(aurora, evening, walk_in, **by_hand).status == "registered"
    assert everything(boreal) == theirs


def test_at_the_door_too_nobody_pays_more_than_when_they_asked(aurora: TenantInfo) -> None:
    starts = now() + timedelta(hours=1)
    evening = gathering_of(aurora, capacity=1, starts_at=starts, price_unit="points", price_amount=10)
    ana, bia = make_customer(aurora, "Ana"), make_customer(aurora, "Bia")
    for each in (ana, bia):
        give(aurora, each, 100, "points")
    first = registered(aurora, evening, ana)
    registered(aurora, evening, bia)
    dearer = replace(evening.as_draft(), price_amount=90)
    change_gathering(tenant=aurora.id, gathering=evening.id, draft=dearer, actor=MANAGER)
    with frozen(starts + timedelta(minutes=5)):
        leave(tenant=aurora.id, registration=first.id, actor=MANAGER)
        asked = registered(aurora, evening, bia, actor=OPERATOR, channel="counter")
        assert (asked.status, available(aurora, bia, "points")) == ("waiting", 100)
        cancel_gathering(tenant=aurora.id, gathering=evening.id, reason="Chuva", actor=MANAGER)
        assert registered(aurora, evening, bia, actor=OPERATOR, channel="counter").status == "waiting"


@pytest.mark.django_db(transaction=True)
def test_two_who_leave_at_once_give_each_other_their_places() -> None:
    aurora = make_brand("aurora", "Café Aurora")
    for _ in range(4):
        ana, bia = make_customer(aurora, "Ana"), make_customer(aurora, "Bia")
        for each in (ana, bia):
            give(aurora, each, 100, "points")
        one, two = (gathering_of(aurora, capacity=1, price_unit="points", price_amount=10) for _ in range(2))
        first, second = registered(aurora, one, ana), registered(aurora, two, bia)
        registered(aurora, one, bia)
        registered(aurora, two, ana)
        answers = race(
            partial(leave, tenant=aurora.id, registration=first.id, actor=self_of(ana)),
            partial(leave, tenant=aurora.id, registration=second.id, actor=self_of(bia)),
        )
        assert [each.status for each in answers if isinstance(each, RegistrationInfo)] == ["left", "left"], answers
        assert (row_of(aurora, one, bia).status, row_of(aurora, two, ana).status) == ("registered", "registered")
        assert (available(aurora, ana, "points"), available(aurora, bia, "points")) == (90, 90)
