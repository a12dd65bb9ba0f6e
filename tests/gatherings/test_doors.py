"""Events at every door: portal, counter, desk and REST, in two brands."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from programs.gatherings.selectors import get_gathering, registrations
from smartbis.kernel.clock import frozen, now
from smartbis.tenancy.selectors import TenantInfo
from smartbis.tenancy.services import create_api_key
from tests.api.conftest import Caller
from tests.counter.conftest import fields_of, sign_in, text_of
from tests.dashboard.desk import sign_in as at_desk
from tests.factories import make_customer, make_member
from tests.gatherings.hall import gathering_of, registered
from tests.portal.conftest import enter
from tests.programs.conftest import make_points

__all__ = ["enter"]
Enter = Callable[..., Client]


def test_a_customer_registers_shows_the_entry_and_leaves(aurora: TenantInfo, boreal: TenantInfo, enter: Enter) -> None:
    evening, theirs = gathering_of(aurora, capacity=1), gathering_of(boreal, name="Alheio")
    ana = make_customer(aurora)
    client = enter(aurora, ana)
    here = f"/p/aurora/events/{evening.id}/"
    assert "Sarau" in text_of(client.get("/p/aurora/events/"))
    assert "Alheio" not in text_of(client.get("/p/aurora/events/"))
    assert client.get(f"/p/aurora/events/{theirs.id}/").status_code == 404
    assert client.post(f"/p/aurora/events/{theirs.id}/register/").status_code == 404
    assert client.post(f"{here}register/").status_code == 302
    page = text_of(client.get(here))
    assert "Sua inscrição está confirmada." in page
    (place,) = registrations(tenant=aurora.id, gathering=evening.id)
    assert "Entrada" in text_of(client.get(f"/p/aurora/vouchers/{place.voucher_id}/"))
    client.post(f"{here}leave/")
    assert get_gathering(tenant=aurora.id, gathering=evening.id).taken == 0


LETTERS = "ANAPMARSADKE"


@pytest.mark.parametrize("code", [None, LETTERS])
def test_the_counter_reads_a_code_finds_a_name_and_takes_back(
    aurora: TenantInfo, monkeypatch: pytest.MonkeyPatch, code: str | None
) -> None:
    if code:  # one code in ninety has no digit, and might be a name
        monkeypatch.setattr("vouchers.services.terms.new_code", lambda: code)
    make_points(aurora)
    evening = gathering_of(aurora, starts_at=now() + timedelta(hours=1))
    place = registered(aurora, evening, make_customer(aurora, "Ana Lima"))
    till = sign_in(aurora, make_member(aurora, "operator"))
    door = f"/counter/events/{evening.id}/"
    assert "Ana Lima" in text_of(till.get(f"{door}?registration={place.id}"))
    fields = fields_of(till.get(door), f"{door}check-ins/")
    assert "Ana Lima" in text_of(till.post(f"{door}check-ins/", fields | {"q": "lima"}))
    done = text_of(till.post(f"{door}check-ins/", fields | {"q": place.code}))
    assert "ENTROU" in done
    assert "+50 pontos" in done
    again = till.post(f"{door}check-ins/", {"key": "0123456789AC", "q": place.code})
    assert (again.status_code, "JÁ USADO" in text_of(again)) == (422, True)
    back = till.post(f"{door}check-ins/undo/", {"key": "0123456789AD", "registration": str(place.id)})
    assert "CHEGADA DESFEITA" in text_of(back)
    assert "Marcar chegada" in text_of(till.get(f"/counter/search/?q={place.code}"))


def test_the_desk_announces_enlists_and_calls_off(aurora: TenantInfo) -> None:
    desk = at_desk(aurora, "manager")
    start = (now() + timedelta(days=3)).strftime("%Y-%m-%dT19:00")
    end = (now() + timedelta(days=3)).strftime("%Y-%m-%dT22:00")
    form: dict[str, Any] = {"name": "Feira", "starts_at": start, "ends_at": end, "cost_unit": "", "publish": "1"}
    refused = desk.client.post("/dashboard/events/new/", form | {"ends_at": start})
    assert (refused.status_code, "O fim vem depois do início." in text_of(refused)) == (422, True)
    address = desk.client.post("/dashboard/events/new/", form).headers["Location"]
    make_customer(aurora, "Ana Lima", phone="+5511987654321")
    desk.client.post(f"{address}list/", {"action": "add", "who": "11 98765-4321"})
    assert "Ana Lima" in text_of(desk.client.get(address))
    assert "Ana Lima" in desk.client.get(f"{address}list.csv").content.decode()
    desk.client.post(f"{address}cancel/", {"reason": "Chuva"})
    assert "Este evento foi cancelado" in text_of(desk.client.get(address))


def test_the_desk_gives_a_free_place_at_a_running_event_to_who_waits(aurora: TenantInfo, boreal: TenantInfo) -> None:
    starts = now() + timedelta(hours=1)
    evening = gathering_of(aurora, capacity=1, starts_at=starts)
    first = registered(aurora, evening, make_customer(aurora, "Ana Lima"))
    bia = make_customer(aurora, "Bia Reis", phone="+5511987654321")
    registered(aurora, evening, bia)
    here = f"/dashboard/events/{evening.id}/"
    with frozen(starts + timedelta(minutes=10)):
        desk, rival = at_desk(aurora, "manager").client, at_desk(boreal, "manager").client
        remove = {"action": "remove", "registration": str(first.id)}
        assert rival.post(f"{here}list/", remove).status_code == 404
        desk.post(f"{here}list/", remove)
        assert "O evento já começou: para dar o lugar a alguém, inscreva a pessoa" in text_of(desk.get(here))
        desk.post(f"{here}list/", {"action": "add", "who": "11 98765-4321"})
        assert "Bia Reis tem lugar e já recebeu a entrada." in text_of(desk.get(here))
        assert get_gathering(tenant=aurora.id, gathering=evening.id).taken == 1


@pytest.mark.django_db
def test_rest_registers_once_and_checks_in(aurora: TenantInfo, boreal: TenantInfo) -> None:
    api = Caller(create_api_key(tenant=aurora.id, name="Caixa")[1])
    rival = Caller(create_api_key(tenant=boreal.id, name="Caixa")[1])
    terms = {
        "name": "Sarau",
        "starts_at": (now() + timedelta(hours=2)).isoformat(),
        "ends_at": (now() + timedelta(hours=4)).isoformat(),
        "capacity": 5,
    }
    event = api.post("/events", terms).json()
    assert (event["phase"], event["places_left"], event["price"]) == ("open", 5, None)
    ana = {"customer": {"id": str(make_customer(aurora).id)}}
    first = api.post(f"/events/{event['id']}/registrations", ana)
    again = api.post(f"/events/{event['id']}/registrations", ana)
    assert (first.status_code, again.status_code, first.json()["id"]) == (201, 200, again.json()["id"])
    assert rival.get(f"/events/{event['id']}").status_code == 404
    body = {"store": "centro", "code": first.json()["code"]}
    arrived = api.post(f"/events/{event['id']}/check-ins", body)
    assert (arrived.status_code, arrived.json()["registration"]["status"]) == (201, "arrived")
    twice = api.post(f"/events/{event['id']}/check-ins", body)
    assert (twice.status_code, twice.json()["code"]) == (409, "voucher_already_redeemed")
    undone = api.post(f"/registrations/{first.json()['id']}/undo-check-in")
    assert undone.json()["status"] == "registered"
    changed = api.patch(f"/events/{event['id']}", {"capacity": 9})
    assert changed.json()["capacity"] == 9
