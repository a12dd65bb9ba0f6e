"""Walk-ins: a known customer at the door is registered and let in, both or neither."""

from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest

from programs.gatherings.errors import GatheringCancelled, GatheringFull, NotInvited, RegistrationUnpaid
from programs.gatherings.infos import Arrival, GatheringInfo
from programs.gatherings.selectors import get_gathering, registrations
from programs.gatherings.services import cancel_gathering, walk_in
from smartbis.customers.errors import CustomerNotFound
from smartbis.customers.infos import CustomerInfo
from smartbis.kernel.clock import frozen, now
from smartbis.kernel.errors import PermissionMissing, PriceChanged
from smartbis.ledger.errors import InsufficientBalance
from smartbis.tenancy.selectors import TenantInfo
from tests.counter.conftest import fields_of, sign_in, text_of
from tests.factories import actor, make_customer, make_member, store_of
from tests.gatherings.hall import MANAGER, OPERATOR, gathering_of, registered
from tests.programs.conftest import make_points
from tests.racing import race
from tests.vouchers.shop import available, events_of, everything, give

SOON = timedelta(hours=1)


def tonight(brand: TenantInfo, **terms: object) -> GatheringInfo:
    return gathering_of(brand, starts_at=now() + SOON, **terms)


def walks_in(brand: TenantInfo, gathering: GatheringInfo, customer: CustomerInfo, **more: object) -> Arrival:
    facts = {"store": store_of(brand).id, "key": uuid4().hex, "actor": OPERATOR} | more
    return walk_in(tenant=brand.id, gathering=gathering.id, customer=customer.id, **facts)  # type: ignore[arg-type]


def test_who_stands_at_the_door_is_put_on_the_list_let_in_and_earns(aurora: TenantInfo, boreal: TenantInfo) -> None:
    make_points(aurora)
    evening, ana, before = tonight(aurora, capacity=1), make_customer(aurora), everything(boreal)
    seen = walks_in(aurora, evening, ana, key="k")
    assert (seen.registration.status, seen.registration.channel, seen.repeated) == ("arrived", "door", False)
    assert (available(aurora, ana, "points"), get_gathering(tenant=aurora.id, gathering=evening.id).arrived) == (50, 1)
    again = walks_in(aurora, evening, ana, key="k")
    assert (again.repeated, again.registration.id) == (True, seen.registration.id)
    assert available(aurora, ana, "points") == 50
    assert len(events_of(aurora, "gathering.checked_in.v1")) == 1
    assert everything(boreal) == before


def test_a_place_must_be_free_and_nobody_is_left_in_the_line(aurora: TenantInfo) -> None:
    evening = tonight(aurora, capacity=1)
    registered(aurora, evening, make_customer(aurora, "Bia Reis"))
    ana = make_customer(aurora, "Ana Lima")
    before = everything(aurora)
    with pytest.raises(GatheringFull):
        walks_in(aurora, evening, ana)
    assert everything(aurora) == before
    assert [row.customer_name for row in registrations(tenant=aurora.id, gathering=evening.id)] == ["Bia Reis"]


def test_points_leave_the_balance_and_who_lacks_them_stays_outside(aurora: TenantInfo) -> None:
    evening, ana = tonight(aurora, price_unit="points", price_amount=30), make_customer(aurora)
    give(aurora, ana, 50, "points")
    walks_in(aurora, evening, ana)
    assert available(aurora, ana, "points") == 20
    bia = make_customer(aurora, "Bia Reis")
    with pytest.raises(InsufficientBalance):
        walks_in(aurora, evening, bia)
    assert len(registrations(tenant=aurora.id, gathering=evening.id)) == 1


def test_money_is_taken_first_and_at_the_price_that_was_shown(aurora: TenantInfo) -> None:
    evening, ana = tonight(aurora, price_unit="BRL", price_amount=3_000), make_customer(aurora)
    with pytest.raises(RegistrationUnpaid):
        walks_in(aurora, evening, ana)
    with pytest.raises(PriceChanged):
        walks_in(aurora, evening, ana, is_paid=True, expects_price=(2_000, "BRL"))
    assert registrations(tenant=aurora.id, gathering=evening.id) == []
    seen = walks_in(aurora, evening, ana, is_paid=True, expects_price=(3_000, "BRL"))
    assert (seen.registration.status, seen.registration.paid_to) == ("arrived", OPERATOR.label)


def test_who_is_on_the_list_already_is_only_let_in(aurora: TenantInfo) -> None:
    evening, ana = tonight(aurora), make_customer(aurora)
    place = registered(aurora, evening, ana)
    assert walks_in(aurora, evening, ana).registration.id == place.id


def test_guests_of_others_other_brands_and_of_nothing_are_refused(aurora: TenantInfo, boreal: TenantInfo) -> None:
    ana = make_customer(aurora)
    with pytest.raises(NotInvited):
        walks_in(aurora, tonight(aurora, tags=("vip",)), ana)
    with pytest.raises(CustomerNotFound):
        walks_in(aurora, tonight(aurora), make_customer(boreal))
    off = tonight(aurora)
    cancel_gathering(tenant=aurora.id, gathering=off.id, reason="Chuva", actor=MANAGER)
    with pytest.raises(GatheringCancelled):
        walks_in(aurora, off, ana)
    with pytest.raises(PermissionMissing):
        walks_in(aurora, tonight(aurora), ana, actor=actor("partner"))


@pytest.mark.django_db(transaction=True)
def test_the_last_place_goes_to_one_of_many(aurora: TenantInfo) -> None:
    evening = tonight(aurora, capacity=1)
    people = [make_customer(aurora, f"Ana {n}") for n in range(4)]
    outcomes = race(*[partial(walks_in, aurora, evening, each) for each in people])
    assert sum(isinstance(each, Arrival) for each in outcomes) == 1
    assert {type(each) for each in outcomes} == {Arrival, GatheringFull}
    assert get_gathering(tenant=aurora.id, gathering=evening.id).taken == 1


def test_the_door_finds_who_is_on_no_list_and_lets_them_in(aurora: TenantInfo, boreal: TenantInfo) -> None:
    make_points(aurora)
    evening = tonight(aurora, price_unit="BRL", price_amount=3_000)
    registered(aurora, evening, make_customer(aurora, "Ana Lima"))
    bia = make_customer(aurora, "Ana Reis")
    make_customer(boreal, "Ana Alheia")
    till = sign_in(aurora, make_member(aurora, "operator"))
    door = f"/counter/events/{evening.id}/"
    page = text_of(till.post(f"{door}check-ins/", {"key": "0123456789AB", "q": "ana"}))
    assert "Fora da lista Ana Reis" in page
    assert "Alheia" not in page
    shown = till.get(door, {"customer": str(bia.id)})
    assert "Recebi R$ 30,00: inscrever e deixar entrar" in text_of(shown)
    fields = fields_of(shown, f"{door}walk-ins/")
    for _ in range(2):
        done = text_of(till.post(f"{door}walk-ins/", fields))
        assert "ENTROU Ana Reis" in done
        assert "+50 pontos" in done
    assert get_gathering(tenant=aurora.id, gathering=evening.id).taken == 2
    assert "Chegou em" in text_of(till.get(door, {"customer": str(bia.id)}))
    assert till.get(door, {"customer": str(make_customer(boreal).id)}).status_code == 404


def test_a_full_door_says_so_and_an_event_that_is_over_offers_nobody(aurora: TenantInfo) -> None:
    evening = tonight(aurora, capacity=1)
    registered(aurora, evening, make_customer(aurora, "Bia Reis"))
    ana = make_customer(aurora, "Ana Lima")
    till = sign_in(aurora, make_member(aurora, "operator"))
    door = f"/counter/events/{evening.id}/"
    shown = till.get(door, {"customer": str(ana.id)})
    assert "não há lugar livre" in text_of(shown)
    assert "walk-ins" not in shown.content.decode()
    sent = {"key": "0123456789AB", "customer": str(ana.id), "price": "0", "unit": ""}
    refused = till.post(f"{door}walk-ins/", sent)
    assert (refused.status_code, "LOTADO" in text_of(refused)) == (422, True)
    with frozen(evening.ends_at):
        assert "Fora da lista" not in text_of(till.get(door, {"search": "ana"}))
