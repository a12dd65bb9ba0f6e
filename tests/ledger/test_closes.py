"""Closed days: they add up, nothing joins them later, and any change is found."""

import threading
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from programs.management.commands import check_ledger as checking
from smartbis.kernel.clock import frozen
from smartbis.ledger import closing
from smartbis.ledger.accounts import HOLDER_ACCOUNTS, Account
from smartbis.ledger.closes import closes, verify_closes
from smartbis.ledger.closing import close_days
from smartbis.ledger.errors import LedgerTooLarge
from smartbis.ledger.figures import Day, next_day
from smartbis.ledger.models import Cutoff, DayClose, DayFigures, Transfer
from smartbis.ledger.selectors import check_ledger
from smartbis.ledger.services import Move, lock_holder, post
from smartbis.outbox.work import drain_queue
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo, find_tenant_by_slug, get_tenant
from smartbis.tenancy.services import change_brand
from tests.database import as_owner
from tests.factories import actor, make_brand, make_customer
from tests.ledger.waiting import close_until
from tests.racing import race

pytestmark = pytest.mark.django_db(transaction=True)

NOON = datetime(2026, 11, 3, 15, tzinfo=UTC)  # noon of the third in São Paulo
DAY = timedelta(days=1)


def movement(debit: str, credit: str, amount: int, *, unit: str = "BRL", kind: str = "earn") -> Move:
    return Move(unit=unit, debit=Account(debit), credit=Account(credit), amount=amount, kind=kind)


def move(brand: TenantInfo, customer: UUID, at: datetime, *moves: Move) -> None:
    with frozen(at), tenant_scope(brand.id):
        post(tenant=brand.id, holder=lock_holder(tenant=brand.id, customer=customer), moves=moves)


def days_of(brand: TenantInfo) -> list[tuple[date, int, int]]:
    found = closes(tenant=brand.id, limit=200).items
    return [(each.day, each.figures[0].opening, each.figures[0].closing) for each in reversed(found)]


@pytest.fixture
def lively() -> tuple[TenantInfo, UUID]:
    """A brand with three days of movements, beside another with one."""
    brand, other = make_brand("aurora", "Café Aurora"), make_brand("boreal", "Clube Boreal")
    customer = make_customer(brand).id
    move(other, make_customer(other).id, NOON, movement("issued", "available", 7))
    move(brand, customer, NOON, movement("issued", "available", 1_000), movement("issued", "pending", 500))
    move(brand, customer, NOON + DAY, movement("pending", "available", 500, kind="release"))
    move(brand, customer, NOON + DAY, movement("available", "voucher_outstanding", 600, kind="voucher_issue"))
    move(brand, customer, NOON + DAY, movement("issued", "available", 30, unit="points"))
    move(brand, customer, NOON + 2 * DAY, movement("voucher_outstanding", "redeemed", 600, kind="voucher_use"))
    move(brand, customer, NOON + 2 * DAY, movement("receivable", "issued", 90, kind="reversal"))
    move(brand, customer, NOON + 2 * DAY, movement("written_off", "issued", 10, kind="reversal"))
    move(brand, customer, NOON + 2 * DAY, movement("available", "adjusted", 50, kind="adjust"))
    return brand, customer


def test_opening_and_movements_are_the_closing(lively: tuple[TenantInfo, UUID]) -> None:
    brand, _ = lively
    close_until(brand, NOON + 4 * DAY)
    assert days_of(brand) == [
        (date(2026, 11, 3), 0, 1_500),
        (date(2026, 11, 4), 1_500, 1_500),
        (date(2026, 11, 5), 1_500, 760),
        (date(2026, 11, 6), 760, 760),
    ]
    quiet, third, second, first = closes(tenant=brand.id).items
    (money, points) = third.figures
    assert (money.issued, money.spent, money.reversed, money.adjusted, money.written_off) == (0, 600, 100, -50, 10)
    assert (money.available, money.pending, money.in_vouchers, money.owed) == (850, 0, 0, 90)
    assert (points.unit, points.opening, points.closing, points.transfers) == ("points", 30, 30, 0)
    assert [each.unit for each in first.figures] == ["BRL"]
    assert second.figures[0].in_vouchers == 600
    assert (quiet.transfers, third.transfers, second.transfers, first.transfers) == (0, 4, 3, 2)
    assert (first.previous_hash, second.previous_hash) == ("0" * 64, first.hash)
    assert verify_closes(tenant=brand.id).ok


def test_a_day_ends_at_the_brands_midnight_and_is_closed_once(lively: tuple[TenantInfo, UUID]) -> None:
    brand, _ = lively
    midnight = datetime(2026, 11, 4, 3, tzinfo=UTC)
    close_until(brand, midnight + timedelta(minutes=9))
    assert days_of(brand) == []
    close_until(brand, midnight + timedelta(minutes=11))
    close_until(brand, midnight + timedelta(minutes=12))
    assert [day for day, _, _ in days_of(brand)] == [date(2026, 11, 3)]


def test_closing_stops_anywhere_and_goes_on(lively: tuple[TenantInfo, UUID]) -> None:
    brand, _ = lively
    with frozen(NOON + 4 * DAY):
        for _ in range(1_500):
            close_days(tenant=brand.id, limit=1)
            if len(days_of(brand)) == 1:
                break
            time.sleep(0.05)
    close_until(brand, NOON + 4 * DAY)
    assert len(days_of(brand)) == 4
    assert verify_closes(tenant=brand.id).ok


def test_closers_at_once_close_each_day_once(lively: tuple[TenantInfo, UUID]) -> None:
    brand, _ = lively
    assert not [each for each in race(*[lambda: close_until(brand, NOON + 4 * DAY)] * 4) if each is not None]
    assert len(days_of(brand)) == 4
    assert verify_closes(tenant=brand.id).ok


def test_a_clock_that_is_behind_writes_on_the_next_day(lively: tuple[TenantInfo, UUID]) -> None:
    brand, customer = lively
    close_until(brand, NOON + 3 * DAY)
    move(brand, customer, NOON, movement("issued", "available", 5))
    with tenant_scope(brand.id):
        assert Transfer.objects.get(amount=5).recorded_at == datetime(2026, 11, 6, 3, tzinfo=UTC)
    assert verify_closes(tenant=brand.id).ok
    close_until(brand, NOON + 4 * DAY)
    assert days_of(brand)[-1] == (date(2026, 11, 6), 760, 765)


@pytest.fixture
def slow_till(lively: tuple[TenantInfo, UUID]) -> Iterator[tuple[threading.Event, threading.Thread]]:
    """Somebody who has recorded on the third day, and does not commit."""
    brand, customer = lively
    written, go = threading.Event(), threading.Event()

    def till() -> None:
        with frozen(NOON + 2 * DAY), tenant_scope(brand.id):
            holder = lock_holder(tenant=brand.id, customer=customer)
            post(tenant=brand.id, holder=holder, moves=[movement("issued", "available", 40)])
            written.set()
            go.wait(20)
        connection.close()

    thread = threading.Thread(target=till)
    thread.start()
    assert written.wait(10)
    yield go, thread
    go.set()
    thread.join(20)


def test_the_close_waits_for_who_has_not_committed(
    lively: tuple[TenantInfo, UUID], slow_till: tuple[threading.Event, threading.Thread]
) -> None:
    brand, _ = lively
    go, thread = slow_till
    with frozen(NOON + 3 * DAY):
        assert close_days(tenant=brand.id), "there is more to do"
    assert days_of(brand) == []
    go.set()
    thread.join(20)
    close_until(brand, NOON + 3 * DAY)
    assert days_of(brand)[-1] == (date(2026, 11, 5), 1_500, 800)
    assert verify_closes(tenant=brand.id).ok


def test_the_worker_catches_up_and_asks_for_the_next_midnight(lively: tuple[TenantInfo, UUID]) -> None:
    from smartbis.ledger.workers import close_ended_days

    brand, _ = lively
    with frozen(NOON + 4 * DAY):
        for _ in range(1_500):
            close_ended_days(tenant=brand.id)
            if len(days_of(brand)) == 4:
                break
            time.sleep(0.05)
        with connection.cursor() as cursor:
            cursor.execute("SELECT due_at FROM outbox_wakeup WHERE owner = %s AND due_at > %s", [brand.id, NOON])
            assert datetime(2026, 11, 8, 3, 10, tzinfo=UTC) in [row[0] for row in cursor.fetchall()]
        assert drain_queue("bulk", seconds=5) >= 0


def change_as_owner(*statements: str, tables: tuple[str, ...]) -> None:
    """What only somebody can do who has the owner's login."""
    with as_owner(), transaction.atomic(), connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER append_only")
    with as_owner(), transaction.atomic(), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    with as_owner(), transaction.atomic(), connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER append_only")


def test_the_number_of_transfers_on_a_close_is_vouched_for(lively: tuple[TenantInfo, UUID]) -> None:
    brand, _ = lively
    close_until(brand, NOON + 4 * DAY)
    change_as_owner("UPDATE ledger_dayclose SET transfers = 999 WHERE day = '2026-11-05'", tables=("ledger_dayclose",))
    for since in (None, date(2027, 1, 1)):
        check = verify_closes(tenant=brand.id, recount_since=since)
        assert (check.first_bad, check.problem) == (date(2026, 11, 5), "figures")


@pytest.mark.parametrize("target", ["ledger_transfer", "ledger_dayclose", "ledger_dayfigures"])
def test_what_the_owner_changes_is_found(lively: tuple[TenantInfo, UUID], target: str) -> None:
    brand, _ = lively
    close_until(brand, NOON + 4 * DAY)
    change = {
        "ledger_transfer": "UPDATE ledger_transfer SET store_id = id WHERE amount = 600 AND credit = 'redeemed'",
        "ledger_dayclose": "UPDATE ledger_dayclose SET hash = repeat('a', 64) WHERE day = '2026-11-05'",
        "ledger_dayfigures": "UPDATE ledger_dayfigures f SET issued = issued + 1, closing = closing + 1,"
        " available = available + 1 FROM ledger_dayclose c WHERE c.id = f.close_id AND c.day = '2026-11-05'",
    }[target]
    change_as_owner(change, tables=(target,))
    check = verify_closes(tenant=brand.id)
    assert check.first_bad == date(2026, 11, 5)
    assert check.problem == {"ledger_transfer": "transfers", "ledger_dayclose": "chain"}.get(target, "figures")
    if target != "ledger_transfer":
        assert verify_closes(tenant=brand.id, recount_since=date(2027, 1, 1)).first_bad is not None


@pytest.mark.parametrize("first_gone", [date(2026, 11, 3), date(2026, 11, 5)])
def test_closed_days_that_are_gone_are_missed_and_not_closed_anew(
    lively: tuple[TenantInfo, UUID], first_gone: date
) -> None:
    brand, _ = lively
    found = find_tenant_by_slug("boreal")
    assert found is not None
    other = get_tenant(tenant=found)
    for each in (brand, other):
        close_until(each, NOON + 4 * DAY)
    gone = f"SELECT id FROM ledger_dayclose WHERE tenant_id = '{brand.id}' AND day >= '{first_gone}'"
    change_as_owner(
        f"DELETE FROM ledger_dayfigures WHERE close_id IN ({gone})",
        f"DELETE FROM ledger_dayclose WHERE tenant_id = '{brand.id}' AND day >= '{first_gone}'",
        "UPDATE ledger_transfer SET store_id = id WHERE amount = 600 AND credit = 'redeemed'",
        tables=("ledger_dayfigures", "ledger_dayclose", "ledger_transfer"),
    )
    left = days_of(brand)
    close_until(brand, NOON + 6 * DAY)
    assert days_of(brand) == left
    for since in (None, date(2027, 1, 1)):
        check = verify_closes(tenant=brand.id, recount_since=since)
        assert (check.first_bad, check.problem, check.ok) == (first_gone, "missing", False)
    close_until(other, NOON + 6 * DAY)
    assert verify_closes(tenant=other.id).ok


def test_days_closed_before_their_newest_hash_was_kept_go_on(lively: tuple[TenantInfo, UUID]) -> None:
    brand, _ = lively
    close_until(brand, NOON + 3 * DAY)
    with tenant_scope(brand.id):
        Cutoff.objects.update(last_hash="")
    assert verify_closes(tenant=brand.id).ok
    close_until(brand, NOON + 4 * DAY)
    with tenant_scope(brand.id):
        assert Cutoff.objects.get().last_hash == closes(tenant=brand.id).items[0].hash
    assert verify_closes(tenant=brand.id).ok


@pytest.mark.parametrize("change", ["UPDATE ledger_dayclose SET hash = ''", "DELETE FROM ledger_dayfigures"])
def test_closes_cannot_be_changed(lively: tuple[TenantInfo, UUID], change: str) -> None:
    brand, _ = lively
    close_until(brand, NOON + 4 * DAY)
    with pytest.raises(DatabaseError, match="permission denied"), tenant_scope(brand.id):
        connection.cursor().execute(change)


def test_a_brand_that_moves_to_another_zone_loses_no_instant(lively: tuple[TenantInfo, UUID]) -> None:
    brand, customer = lively
    close_until(brand, NOON + 1 * DAY)
    change_brand(tenant=brand.id, actor=actor("owner"), timezone="Asia/Tokyo")
    close_until(brand, NOON + 3 * DAY)
    change_brand(tenant=brand.id, actor=actor("owner"), timezone="America/Rio_Branco")
    move(brand, customer, NOON + 4 * DAY, movement("issued", "available", 1))
    close_until(brand, NOON + 6 * DAY)
    found = list(reversed(closes(tenant=brand.id).items))
    assert all(after.since == before.until for before, after in pairwise(found))
    assert found[-1].figures[0].closing == 761
    assert verify_closes(tenant=brand.id).ok


def test_the_next_day_is_never_before_the_last() -> None:
    last = Day(date(2026, 11, 3), NOON, datetime(2026, 11, 4, 12, tzinfo=UTC))
    day = next_day(last, NOON, ZoneInfo("Pacific/Kiritimati"))
    assert (day.day, day.since, day.until) == (date(2026, 11, 5), last.until, datetime(2026, 11, 5, 10, tzinfo=UTC))


def test_each_brand_has_its_own_days(lively: tuple[TenantInfo, UUID]) -> None:
    brand, _ = lively
    close_until(brand, NOON + 4 * DAY)
    other = find_tenant_by_slug("boreal")
    assert other is not None
    assert closes(tenant=other).items == ()
    with tenant_scope(other):
        assert (DayClose.objects.count(), DayFigures.objects.count()) == (0, 0)
    assert check_ledger(tenant=brand.id).ok


def test_pages_of_closes_neither_skip_nor_repeat(lively: tuple[TenantInfo, UUID]) -> None:
    brand, _ = lively
    close_until(brand, NOON + 6 * DAY)
    first = closes(tenant=brand.id, limit=4)
    rest = closes(tenant=brand.id, limit=4, cursor=first.next_cursor)
    assert [each.day.day for each in (*first.items, *rest.items)] == [8, 7, 6, 5, 4, 3]
    assert rest.next_cursor is None


def test_every_account_is_in_the_figures() -> None:
    # `merged` is empty again at the end of every merge.
    named = {"merged", "issued", "redeemed", "adjusted", "forfeited", "written_off", "voucher_outstanding"}
    assert {each.value for each in Account} - {each.value for each in HOLDER_ACCOUNTS} == named


def test_transfers_are_written_by_one_statement_only() -> None:
    """The cutoff is kept by that statement: another one would need it too."""
    root = Path(__file__).parents[2]
    rooms = ["smartbis", "vouchers", "messaging", "programs", "insights", "automations", "dashboard", "portal", "api"]
    sources = [path for room in rooms for path in (root / room).rglob("*") if path.suffix in (".py", ".sql")]
    writers = {path.relative_to(root).as_posix() for path in sources if "INTO ledger_transfer" in path.read_text()}
    assert writers == {"smartbis/ledger/sql.py"}


def test_the_command_says_whether_days_are_unchanged(lively: tuple[TenantInfo, UUID], capsys: Any) -> None:
    brand, _ = lively
    close_until(brand, NOON + 4 * DAY)
    call_command("check_ledger", "aurora")
    assert "aurora: 4 closed days, unchanged" in capsys.readouterr().out
    forged = "UPDATE ledger_dayclose SET hash = repeat('a', 64) WHERE day = '2026-11-05'"
    change_as_owner(forged, tables=("ledger_dayclose",))
    with pytest.raises(CommandError):
        call_command("check_ledger", "aurora")
    assert "2026-11-05 differs: chain" in capsys.readouterr().out


def test_a_large_day_may_take_its_time_to_be_closed(
    lively: tuple[TenantInfo, UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    brand, _ = lively
    monkeypatch.setattr(closing, "DIGEST", "SELECT current_setting('statement_timeout'), %(tenant)s")
    close_until(brand, NOON + 1 * DAY)
    assert [each.transfers_digest for each in closes(tenant=brand.id).items] == ["15min"]


def test_the_command_says_that_a_day_was_too_large(
    lively: tuple[TenantInfo, UUID], monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    brand, _ = lively
    close_until(brand, NOON + 4 * DAY)
    monkeypatch.setattr(closing, "DIGEST", "SELECT pg_sleep(0.3), %(tenant)s")
    monkeypatch.setattr(checking, "LONG", timedelta(milliseconds=100))
    with pytest.raises(CommandError, match="does not add up"):
        call_command("check_ledger", "aurora", "boreal")
    told = capsys.readouterr().out
    assert "aurora: closed days: not checked" in told
    assert "boreal: 0 closed days, unchanged" in told
    with pytest.raises(LedgerTooLarge):
        verify_closes(tenant=brand.id, patience=timedelta(milliseconds=100))
