"""Events out of the database: one ordered statement, read a few thousand rows at a time, no objects in between.

Everything comes from the brand's own tables under row-level security, in one snapshot. Sales that an import's undoing
took away are not read. Customer by customer, or all in the order of recording, as the rules need.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection
from psycopg.types.numeric import Int8BinaryLoader
from psycopg.types.string import ByteaBinaryLoader

from programs.backtest.events import BackEvent, Belonging, Event, KeptAward, SaleEvent
from programs.backtest.statements import ARTICLES, BUYERS, FIELD, MEMBERSHIPS, ROW, STORES, events_statement
from programs.rules import Line, Moment, lines_of
from programs.rules.needs import Needs
from programs.rules.refunds import ReturnedArticle
from smartbis.customers.selectors import birthdays_of
from smartbis.kernel.jsons import read_back
from smartbis.tenancy.scope import tenant_scope

ROWS_A_TRIP = 2_000
# One long statement in a process of its own. Should that end, the server notices and lets go of it.
_SETTINGS = """
SELECT set_config('work_mem', '64MB', true), set_config('cursor_tuple_fraction', '1', true),
    set_config('statement_timeout', '10min', true), set_config('client_connection_check_interval', '5s', true)
"""
_MICRO = 1_000_000
_MINUTE = 60 * _MICRO
_QUARTER = 15 * _MINUTE
# The server counts microseconds from the year 2000.
_SINCE_1970 = 946_684_800 * _MICRO
_NO_TAGS: frozenset[str] = frozenset()
_BELONGS_NOWHERE: Belonging = frozenset()
_NOTHING_TOLD: dict[str, Any] = {}
# Makes a named tuple in half the time that its own constructor takes.
_new = tuple.__new__


@dataclass(frozen=True)
class Reading:
    """What is to be read: whose sales, of which period (until excluded), which part of the customers.

    From `first` to `last` sales are read for what they use up of limits; inside the period they are replayed. With
    `compares` all that the ledger awarded comes along.
    """

    tenant: UUID
    program: UUID
    zone: str
    since: datetime
    until: datetime
    first: datetime
    last: datetime
    cutoff: datetime
    needs: Needs
    by_customer: bool
    compares: bool = True
    part: int = 0
    parts: int = 1

    @property
    def named(self) -> dict[str, Any]:
        """The statement's parameters."""
        return {
            name: getattr(self, name)
            for name in ("tenant", "program", "since", "until", "first", "last", "cutoff", "part", "parts")
        }


def reach(needs: Needs, *, since: datetime, until: datetime, counts_for_ever: bool) -> tuple[datetime, datetime]:
    """From when to when sales are to be read for a period, so that limits and counts begin as they stood."""
    if needs.nth or counts_for_ever:
        return datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)
    if needs.uses:
        return since - timedelta(days=38), until + timedelta(days=38)
    return since, until


@contextmanager
def one_snapshot(tenant: UUID) -> Iterator[None]:
    """The tenant's scope, read only, in which every statement sees the same instant."""
    is_nested = connection.in_atomic_block
    if not is_nested:
        with connection.cursor() as cursor:
            cursor.execute("SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    try:
        with tenant_scope(tenant, read_only=True):
            yield
    finally:
        if not is_nested:
            with connection.cursor() as cursor:
                cursor.execute("SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED")


def events(reading: Reading) -> Iterator[Event]:
    """The events in their order. Runs inside `one_snapshot`."""
    return _Reader(reading).events()


class _Reader:
    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._zone = ZoneInfo(reading.zone)
        self._moments: dict[int, Moment] = {}
        self._articles: dict[str, tuple[str, frozenset[str]]] = {}
        named = reading.named
        with connection.cursor() as cursor:
            cursor.execute(STORES, named)
            self._stores = {bytes(row[0]): row[1] for row in cursor.fetchall()}
            self._memberships = _memberships(cursor, named)
            if reading.needs.catalogue:
                self._articles = _articles(cursor, named)
            self._birthdays = _birthdays(cursor, reading) if reading.needs.birthday else {}

    def events(self) -> Iterator[Event]:
        """Row by row."""
        reading = self._reading
        statement = events_statement(
            lines=reading.needs.lines,
            by_customer=reading.by_customer,
            compares=reading.compares,
            uses=reading.needs.uses,
        )
        with _streaming(statement, reading.named) as cursor:
            while rows := cursor.fetchmany(ROWS_A_TRIP):
                for row in rows:
                    yield self._sale(row) if row[0] == 0 else _back(row)

    def _sale(self, row: tuple[Any, ...]) -> SaleEvent:
        (_, customer, purchase, store, channel, method, gross, paid, used, occurred, recorded, told, kept, *more) = row
        counts, comes_back = more
        at = occurred + _SINCE_1970
        moment = self._moment(at)
        belongs = self._belongs(customer, at)
        birthday = self._birthdays.get(customer) if self._birthdays else None
        nth = None
        awards = tuple([_kept(text) for text in kept.split(ROW)]) if kept else ()
        for each in awards:
            if facts := each.told:
                if "belongs" in facts:
                    belongs |= frozenset([(kind, key) for kind, key in facts["belongs"]])
                if facts.get("birthday"):
                    birthday = moment.day.month, moment.day.day
                if nth is None:
                    nth = facts.get("nth")
        articles: tuple[ReturnedArticle, ...] = ()
        lines: tuple[Line, ...] = ()
        if told:
            cells = [text.split(FIELD) for text in told.split(ROW)]
            if len(cells) > 1:
                cells.sort(key=_position)
            lines = lines_of([self._article(each) for each in cells], gross_minor=gross, paid_minor=paid)
            if comes_back:
                articles = tuple([ReturnedArticle(int(each[0]), int(each[1]), int(each[2]), 0) for each in cells])
        return _new(
            SaleEvent,
            (
                purchase,
                customer,
                self._stores.get(store, ""),
                channel,
                method,
                gross,
                paid,
                at,
                recorded + _SINCE_1970,
                moment,
                lines,
                articles,
                awards,
                nth,
                birthday,
                belongs,
                used,
                counts,
                comes_back,
            ),
        )

    def _moment(self, instant: int) -> Moment:
        """The moment on the brand's calendar; offsets change only at quarters of an hour.

        Where no rule asks for the hour, the quarter's beginning will do.
        """
        quarter = instant // _QUARTER
        known = self._moments.get(quarter)
        if known is None:
            local = datetime.fromtimestamp(quarter * _QUARTER // _MICRO, UTC).astimezone(self._zone)
            known = self._moments[quarter] = Moment(local.date(), local.hour * 60 + local.minute)
        if not self._reading.needs.hours:
            return known
        return Moment(known.day, known.minute + (instant - quarter * _QUARTER) // _MINUTE)

    def _article(self, cells: list[str]) -> tuple[str, str, frozenset[str], int, int]:
        _position, quantity, unit, sku, category = cells
        if self._articles and sku in self._articles:
            own, tags = self._articles[sku]
            return sku, category or own, tags, int(quantity), int(unit)
        return sku, category, _NO_TAGS, int(quantity), int(unit)

    def _belongs(self, customer: bytes, at: int) -> Belonging:
        found = self._memberships.get(customer)
        if found is None:
            return _BELONGS_NOWHERE
        return frozenset([pair for pair, since, until in found if since <= at and (until is None or until > at)])


@contextmanager
def _streaming(statement: str, named: dict[str, Any]) -> Iterator[Any]:
    """A cursor of the server's, in binary: nothing needs parsing. Ids come as bytes, instants as whole numbers."""
    connection.ensure_connection()
    raw: Any = connection.connection
    cursor = raw.cursor(name="backtest", scrollable=False)
    cursor.adapters.register_loader("uuid", ByteaBinaryLoader)
    cursor.adapters.register_loader("timestamptz", Int8BinaryLoader)
    cursor.itersize = ROWS_A_TRIP
    try:
        with connection.cursor() as settings:
            settings.execute(_SETTINGS)
        cursor.execute(statement, named, binary=True)
        yield cursor
    finally:
        cursor.close()


def _position(cells: list[str]) -> int:
    return int(cells[0])


def _kept(text: str) -> KeptAward:
    cells = text.split(FIELD)
    told = cells[5]
    return _new(KeptAward, (cells[0], int(cells[3]), cells, read_back(told) if told else _NOTHING_TOLD))


def _back(row: tuple[Any, ...]) -> BackEvent:
    what, customer, purchase, _store, _channel, _method, amount, refunded, gross, _at, _recorded, returned, *_more = row
    pairs = [text.split(FIELD) for text in returned.split(ROW)] if returned else []
    return BackEvent(
        purchase,
        customer,
        amount,
        refunded,
        tuple([(int(position), int(quantity)) for position, quantity in pairs]),
        what == 2,
        refunded >= gross,
    )


def _memberships(cursor: Any, named: dict[str, Any]) -> dict[bytes, list[tuple[tuple[str, str], int, int | None]]]:
    cursor.execute(MEMBERSHIPS, named)
    found: dict[bytes, list[tuple[tuple[str, str], int, int | None]]] = {}
    pairs: dict[tuple[str, str], tuple[str, str]] = {}
    while rows := cursor.fetchmany(ROWS_A_TRIP):
        for customer, kind, key, since, until in rows:
            pair = pairs.setdefault((kind, key), (kind, key))
            found.setdefault(bytes(customer), []).append((pair, since, until))
    return found


def _articles(cursor: Any, named: dict[str, Any]) -> dict[str, tuple[str, frozenset[str]]]:
    cursor.execute(ARTICLES, named)
    return {
        sku: (category, frozenset(json.loads(tags) if isinstance(tags, str) else tags))
        for sku, category, tags in cursor.fetchall()
    }


def _birthdays(cursor: Any, reading: Reading) -> dict[bytes, tuple[int, int]]:
    cursor.execute(BUYERS, reading.named)
    customers = [row[0] for row in cursor.fetchall()]
    found: dict[bytes, tuple[int, int]] = {}
    for start in range(0, len(customers), ROWS_A_TRIP):
        some = birthdays_of(tenant=reading.tenant, customers=customers[start : start + ROWS_A_TRIP])
        found |= {customer.bytes: day for customer, day in some.items()}
    return found
