"""What people on an event's list are told, once each."""

from dataclasses import replace
from datetime import timedelta

from programs.gatherings.infos import GatheringInfo
from programs.gatherings.services import cancel_gathering, change_gathering, leave
from programs.workers import remind_of_next_gatherings
from smartbis.kernel.clock import frozen, now
from smartbis.tenancy.selectors import TenantInfo
from tests.automations.test_notices import told, work
from tests.factories import make_customer
from tests.gatherings.hall import MANAGER, gathering_of, let_in, registered, self_of
from tests.messaging.conftest import Line, enrol
from tests.messaging.graph import FakeGraph
from tests.vouchers.shop import NOON, events_of, give


def test_who_registers_is_sent_the_entry_and_nothing_else(line: Line, aurora: TenantInfo, graph: FakeGraph) -> None:
    ana = enrol(aurora.id)
    evening = gathering_of(aurora, starts_at=now() + timedelta(hours=2))
    place = registered(aurora, evening, ana)
    let_in(aurora, evening, place.id)
    work()
    assert told(aurora, "event_registered") == []  # they are in already
    other = registered(aurora, gathering_of(aurora, name="Feira"), ana)
    work()
    work()
    (message,) = told(aurora, "event_registered")
    assert "Sua inscrição em Feira está confirmada" in message.text
    assert other.code[:4] in message.text
    assert told(aurora, "voucher_issued") == [] == told(aurora, "voucher_redeemed")


def test_who_moves_up_is_told_of_the_place(line: Line, aurora: TenantInfo) -> None:
    bia, ana = make_customer(aurora, "Bia Reis"), enrol(aurora.id)
    evening = gathering_of(aurora, capacity=1)
    first = registered(aurora, evening, bia)
    registered(aurora, evening, ana)
    work()
    assert told(aurora, "event_place_freed") == []
    leave(tenant=aurora.id, registration=first.id, actor=self_of(bia))
    work()
    (message,) = told(aurora, "event_place_freed")
    assert "Abriu um lugar em Sarau e ele é seu" in message.text


def test_everybody_hears_that_it_is_off_and_what_came_back(line: Line, aurora: TenantInfo) -> None:
    ana = enrol(aurora.id)
    give(aurora, ana, 50, "points")
    evening = gathering_of(aurora, price_unit="points", price_amount=50)
    registered(aurora, evening, ana)
    cancel_gathering(tenant=aurora.id, gathering=evening.id, reason="Chuva forte", actor=MANAGER)
    work()
    (message,) = told(aurora, "event_cancelled")
    assert "Motivo informado: Chuva forte." in message.text
    assert "50 pontos voltaram ao saldo" in message.text


def test_who_is_taken_off_the_list_hears_what_came_back(
    line: Line, aurora: TenantInfo, boreal: TenantInfo, graph: FakeGraph
) -> None:
    ana = enrol(aurora.id)
    give(aurora, ana, 100, "points")
    evening = gathering_of(aurora, price_unit="points", price_amount=50)
    leave(tenant=aurora.id, registration=registered(aurora, evening, ana).id, actor=self_of(ana))
    work()
    assert told(aurora, "event_removed") == []  # they know
    taken_off = registered(aurora, evening, ana)
    work()
    leave(tenant=aurora.id, registration=taken_off.id, actor=MANAGER, reason="turma trocada")
    work()
    work()
    (message,) = told(aurora, "event_removed")
    assert "A sua inscrição em Sarau do dia" in message.text
    assert "50 pontos voltaram ao saldo" in message.text
    assert "turma trocada" not in message.text  # written for the team
    back = registered(aurora, evening, ana)
    leave(tenant=aurora.id, registration=back.id, actor=MANAGER)
    registered(aurora, evening, ana)
    work()
    assert len(told(aurora, "event_removed")) == 1  # they are on it again
    assert told(boreal, "event_removed") == []


def test_who_was_at_an_event_that_is_over_is_not_told(line: Line, aurora: TenantInfo) -> None:
    ana = enrol(aurora.id)
    evening = gathering_of(aurora, price_unit="BRL", price_amount=3_000)
    place, other = (
        registered(aurora, evening, ana),
        gathering_of(aurora, name="Feira", price_unit="BRL", price_amount=9),
    )
    paid = registered(aurora, other, ana, actor=MANAGER, channel="counter", is_paid=True)
    leave(tenant=aurora.id, registration=paid.id, actor=MANAGER)
    work()
    (message,) = told(aurora, "event_removed")
    assert "fale com a organização para receber de volta" in message.text
    with frozen(evening.ends_at):
        leave(tenant=aurora.id, registration=place.id, actor=MANAGER)
        work()
        assert len(told(aurora, "event_removed")) == 1


def test_without_consent_the_entry_waits(line: Line, aurora: TenantInfo, graph: FakeGraph) -> None:
    ana = enrol(aurora.id, utility=False)
    registered(aurora, gathering_of(aurora), ana)
    work()
    (message,) = told(aurora, "event_registered")
    assert (message.status, message.reason) == ("held", "no_consent")
    assert graph.sent == []


# An evening in São Paulo, three days after a noon.
EVENING = NOON + timedelta(days=3, hours=7)


def remind(brand: TenantInfo, *, before: GatheringInfo, days: int, hour: int) -> list[str]:
    """Let the workers run at an hour of the brand's day, so many days before; what was told by then."""
    with frozen(NOON.replace(day=before.starts_at.day) + timedelta(days=-days, hours=hour - 12)):
        while remind_of_next_gatherings(tenant=brand.id):
            pass
        work()
        return [message.text for message in told(brand, "event_starting")]


def test_who_has_a_place_is_reminded_once_on_the_morning_before(
    line: Line, aurora: TenantInfo, boreal: TenantInfo, graph: FakeGraph
) -> None:
    with frozen(NOON):
        evening = gathering_of(aurora, starts_at=EVENING, ends_at=EVENING + timedelta(hours=2))
        place = registered(aurora, evening, enrol(aurora.id))
        abroad = gathering_of(boreal, starts_at=EVENING, ends_at=EVENING + timedelta(hours=2))
        registered(boreal, abroad, make_customer(boreal))
    assert remind(aurora, before=evening, days=1, hour=8) == []
    (text,) = remind(aurora, before=evening, days=1, hour=9)
    assert "começa em 21/11/2026 19:00" in text
    assert "O local é este: Sede." in text
    assert place.code[:4] in text
    assert len(remind(aurora, before=evening, days=1, hour=18)) == 1
    assert len(remind(aurora, before=evening, days=0, hour=9)) == 1
    assert (told(boreal, "event_starting"), events_of(boreal, "gathering.starting.v1")) == ([], [])


def test_a_start_that_was_moved_is_told_of_once_more(line: Line, aurora: TenantInfo) -> None:
    with frozen(NOON):
        evening = gathering_of(aurora, starts_at=EVENING, ends_at=EVENING + timedelta(hours=2))
        registered(aurora, evening, enrol(aurora.id))
    assert len(remind(aurora, before=evening, days=1, hour=9)) == 1
    with frozen(EVENING - timedelta(days=1)):
        later = replace(evening.as_draft(), starts_at=EVENING + timedelta(hours=1))
        change_gathering(tenant=aurora.id, gathering=evening.id, draft=later, actor=MANAGER)
    texts = remind(aurora, before=evening, days=0, hour=9)
    assert ["20:00" in text for text in texts] == [True, False]


def test_who_waits_left_came_late_or_is_told_that_it_is_off_is_not_reminded(line: Line, aurora: TenantInfo) -> None:
    with frozen(NOON):
        evening = gathering_of(aurora, starts_at=EVENING, ends_at=EVENING + timedelta(hours=2), capacity=1)
        left = registered(aurora, evening, enrol(aurora.id, phone="11987654301"))
        leave(tenant=aurora.id, registration=left.id, actor=MANAGER)
        kept = registered(aurora, evening, enrol(aurora.id, phone="11987654302"))
        registered(aurora, evening, enrol(aurora.id, phone="11987654303"))
        off = gathering_of(aurora, name="Feira", starts_at=EVENING, ends_at=EVENING + timedelta(hours=2))
        registered(aurora, off, enrol(aurora.id, phone="11987654304"))
        cancel_gathering(tenant=aurora.id, gathering=off.id, reason="Chuva", actor=MANAGER)
    with frozen(EVENING - timedelta(days=1)):
        late = gathering_of(aurora, name="Oficina", starts_at=EVENING, ends_at=EVENING + timedelta(hours=2))
        registered(aurora, late, enrol(aurora.id, phone="11987654305"))
    remind(aurora, before=evening, days=1, hour=20)
    reminded = [each["registration_id"] for each in events_of(aurora, "gathering.starting.v1")]
    assert reminded == [str(kept.id)]


def test_a_reminder_that_comes_too_late_is_not_sent(line: Line, aurora: TenantInfo) -> None:
    with frozen(NOON):
        evening = gathering_of(aurora, starts_at=EVENING, ends_at=EVENING + timedelta(hours=2))
        place = registered(aurora, evening, enrol(aurora.id))
    with frozen(EVENING - timedelta(hours=30)):
        assert remind_of_next_gatherings(tenant=aurora.id)
        leave(tenant=aurora.id, registration=place.id, actor=MANAGER)
        work()
    assert told(aurora, "event_starting") == []
