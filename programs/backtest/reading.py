"""Events out of the database: one ordered statement, read a few thousand rows at a time, no objects in between.

Everything comes from the brand's own tables under row-level security, in one snapshot. Sales that an import's undoing
took away are not read. Customer by customer, or all in the order of recording, as the rules need.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection

from programs.backtest.events import BackEvent, Event, KeptAward, SaleEvent
from programs.rules import Article, Line, Moment, lines_of
from programs.rules.needs import Needs
from programs.rules.refunds import ReturnedArticle
from smartbis.customers.selectors import birthdays_of
from smartbis.tenancy.scope import tenant_scope

ROWS_A_TRIP = 2_000
_FIELD, _ROW = "\x1f", "\x1e"
_MICRO = 1_000_000
_QUARTER = 900
_NO_TAGS: frozenset[str] = frozenset()
_BELONGS_NOWHERE: frozenset[tuple[str, str]] = frozenset()

# The sales of the part, and those outside the period that limits and counts of purchases need.
_CHOSEN = """
chosen AS (
    SELECT p.id, p.customer_id, p.store_id, p.channel, p.payment_method, p.status, p.amount_minor, p.paid_minor,
        p.balance_used_minor, p.refunded_minor, p.recorded_at, p.decided_at, p.occurred_at,
        p.occurred_at >= %(since)s AND p.occurred_at < %(until)s AS counts
    FROM purchases_purchase p
    WHERE p.tenant_id = %(tenant)s AND p.customer_id IS NOT NULL AND p.undone_at IS NULL
      AND p.recorded_at <= %(cutoff)s AND p.occurred_at >= %(first)s AND p.occurred_at < %(last)s
      AND (%(parts)s = 1 OR get_byte(uuid_send(p.customer_id), 15) %% %(parts)s = %(part)s)
)"""
_ITEMS = """
items AS (
    SELECT i.purchase_id, string_agg(concat_ws(chr(31), i.position, i.quantity, i.unit_minor, i.sku, i.category),
        chr(30) ORDER BY i.position) AS lines
    FROM purchases_purchaseitem i JOIN chosen ON chosen.id = i.purchase_id
    WHERE i.tenant_id = %(tenant)s GROUP BY i.purchase_id
)"""
_AWARDS = """
awards AS (
    SELECT a.purchase_id, string_agg(concat_ws(chr(31), a.rule_key, v.version, a.base, a.granted, a.reversed,
        CASE WHEN a.facts ?| array['nth', 'birthday', 'belongs', 'counted_on'] THEN a.facts::text ELSE '' END),
        chr(30) ORDER BY a.id) AS kept
    FROM programs_award a
    JOIN programs_ruleversion v ON v.tenant_id = a.tenant_id AND v.id = a.rule_version_id
    JOIN chosen ON chosen.id = a.purchase_id
    WHERE a.tenant_id = %(tenant)s AND a.program_id = %(program)s GROUP BY a.purchase_id
)"""
_BACK = """
back AS (
    SELECT r.id, r.purchase_id, r.amount_minor, r.refunded_after_minor, r.recorded_at,
        (SELECT string_agg(concat_ws(chr(31), i.position, ri.quantity), chr(30))
         FROM purchases_refunditem ri JOIN purchases_purchaseitem i ON i.tenant_id = ri.tenant_id AND i.id = ri.item_id
         WHERE ri.tenant_id = r.tenant_id AND ri.refund_id = r.id) AS returned
    FROM purchases_refund r
    WHERE r.tenant_id = %(tenant)s AND r.undone_at IS NULL AND r.recorded_at <= %(cutoff)s
)"""
_EVENTS = """
SELECT 0::int4 AS what, uuid_send(c.customer_id) AS customer, uuid_send(c.id) AS purchase, uuid_send(c.store_id),
    c.channel, c.payment_method, c.amount_minor, c.paid_minor, c.balance_used_minor,
    (extract(epoch FROM c.occurred_at) * 1000000)::int8, (extract(epoch FROM c.recorded_at) * 1000000)::int8,
    {lines}, awards.kept, c.counts, c.refunded_minor > 0 OR c.status = 'cancelled',
    {by_customer} AS whose, c.recorded_at AS at, c.id AS number
FROM chosen c LEFT JOIN awards ON awards.purchase_id = c.id {items}
UNION ALL
SELECT 1, uuid_send(c.customer_id), uuid_send(c.id), NULL, '', '', b.amount_minor, b.refunded_after_minor,
    c.amount_minor, 0, 0, b.returned, NULL, c.counts, false, {by_customer}, b.recorded_at, b.id
FROM chosen c JOIN back b ON b.purchase_id = c.id
UNION ALL
SELECT 2, uuid_send(c.customer_id), uuid_send(c.id), NULL, '', '', c.amount_minor, c.amount_minor,
    c.amount_minor, 0, 0, NULL, NULL, c.counts, false, {by_customer}, coalesce(c.decided_at, c.recorded_at), c.id
FROM chosen c WHERE c.status = 'cancelled'
ORDER BY whose, at, number, what
"""
_MEMBERSHIPS = """
SELECT uuid_send(m.customer_id), m.kind, m.key, (extract(epoch FROM m.valid_from) * 1000000)::int8,
    (extract(epoch FROM m.valid_until) * 1000000)::int8
FROM customers_membership m
WHERE m.tenant_id = %(tenant)s AND (%(parts)s = 1 OR get_byte(uuid_send(m.customer_id), 15) %% %(parts)s = %(part)s)
ORDER BY m.kind, m.key
"""
_BUYERS = """
SELECT DISTINCT p.customer_id FROM purchases_purchase p
WHERE p.tenant_id = %(tenant)s AND p.customer_id IS NOT NULL AND p.undone_at IS NULL
  AND p.occurred_at >= %(since)s AND p.occurred_at < %(until)s
  AND (%(parts)s = 1 OR get_byte(uuid_send(p.customer_id), 15) %% %(parts)s = %(part)s)
"""


@dataclass(frozen=True)
class Reading:
    """What is to be read: whose sales, of which period (until excluded), which part of the customers.

    From `first` to `last` sales are read for what they use up of limits; inside the period they are replayed.
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
        self._moments: dict[int, tuple[date, int]] = {}
        self._articles: dict[str, tuple[str, frozenset[str]]] = {}
        named = reading.named
        with connection.cursor() as cursor:
            cursor.execute("SELECT uuid_send(id), code FROM tenancy_store WHERE tenant_id = %(tenant)s", named)
            self._stores = {bytes(row[0]): row[1] for row in cursor.fetchall()}
            self._memberships = _memberships(cursor, named)
            if reading.needs.catalogue:
                self._articles = _articles(cursor, named)
            self._birthdays = _birthdays(cursor, reading) if reading.needs.birthday else {}

    def events(self) -> Iterator[Event]:
        """Row by row."""
        with _streaming(self._statement(), self._reading.named) as cursor:
            while rows := cursor.fetchmany(ROWS_A_TRIP):
                for row in rows:
                    yield self._sale(row) if row[0] == 0 else _back(row)

    def _statement(self) -> str:
        parts = [_CHOSEN, _AWARDS, _BACK]
        has_lines = self._reading.needs.lines
        if has_lines:
            parts.insert(1, _ITEMS)
        return f"WITH {', '.join(parts)}" + _EVENTS.format(
            lines="items.lines" if has_lines else "NULL",
            items="LEFT JOIN items ON items.purchase_id = c.id" if has_lines else "",
            by_customer="c.customer_id" if self._reading.by_customer else "NULL::uuid",
        )

    def _sale(self, row: tuple[Any, ...]) -> SaleEvent:
        (_, customer, purchase, store, channel, method, gross, paid, used, occurred, recorded, lines, kept, *more) = row
        counts, comes_back = more[0], more[1]
        awards = tuple([_kept(text) for text in kept.split(_ROW)]) if kept else ()
        belongs = self._belongs(customer, occurred)
        if awards:
            for each in awards:
                if each.belongs:
                    belongs |= frozenset(each.belongs)
        articles: tuple[ReturnedArticle, ...] = ()
        earning: tuple[Line, ...] = ()
        if lines:
            rows = [text.split(_FIELD) for text in lines.split(_ROW)]
            earning = lines_of([self._article(each) for each in rows], gross_minor=gross, paid_minor=paid)
            if comes_back:
                articles = tuple([ReturnedArticle(int(each[0]), int(each[1]), int(each[2]), 0) for each in rows])
        return SaleEvent(
            purchase,
            customer,
            self._stores.get(store, ""),
            channel,
            method,
            gross,
            paid,
            occurred,
            recorded,
            self._moment(occurred),
            earning,
            articles,
            awards,
            self._birthdays.get(customer),
            belongs,
            used,
            counts,
            comes_back,
        )

    def _moment(self, instant: int) -> Moment:
        """The moment on the brand's calendar; offsets change only at quarters of an hour."""
        seconds = instant // _MICRO
        quarter = seconds // _QUARTER
        known = self._moments.get(quarter)
        if known is None:
            local = datetime.fromtimestamp(quarter * _QUARTER, UTC).astimezone(self._zone)
            known = self._moments[quarter] = (local.date(), local.hour * 60 + local.minute)
        return Moment(known[0], known[1] + (seconds - quarter * _QUARTER) // 60)

    def _article(self, cells: list[str]) -> Article:
        _position, quantity, unit, sku, category = cells
        if self._articles and sku in self._articles:
            own, tags = self._articles[sku]
            return Article(sku, category or own, tags, int(quantity), int(unit))
        return Article(sku, category, _NO_TAGS, int(quantity), int(unit))

    def _belongs(self, customer: bytes, at: int) -> frozenset[tuple[str, str]]:
        found = self._memberships.get(customer)
        if found is None:
            return _BELONGS_NOWHERE
        return frozenset([pair for pair, since, until in found if since <= at and (until is None or until > at)])


@contextmanager
def _streaming(statement: str, named: dict[str, Any]) -> Iterator[Any]:
    """A cursor of the server's, in binary: numbers and bytes need no parsing."""
    connection.ensure_connection()
    raw: Any = connection.connection
    cursor = raw.cursor(name="backtest", scrollable=False)
    cursor.itersize = ROWS_A_TRIP
    try:
        with connection.cursor() as settings:
            settings.execute(
                "SELECT set_config('work_mem', '64MB', true), set_config('cursor_tuple_fraction', '1', true)"
            )
        cursor.execute(statement, named, binary=True)
        yield cursor
    finally:
        cursor.close()


def _kept(text: str) -> KeptAward:
    rule, version, base, granted, taken, facts = text.split(_FIELD)
    if not facts:
        return KeptAward(rule, int(version), int(base), int(granted), int(taken))
    told = json.loads(facts)
    return KeptAward(
        rule,
        int(version),
        int(base),
        int(granted),
        int(taken),
        told.get("nth"),
        bool(told.get("birthday")),
        tuple([(kind, key) for kind, key in told.get("belongs", ())]),
        told.get("counted_on", ""),
        tuple([(position, part) for position, part in told.get("lines", ())]),
    )


def _back(row: tuple[Any, ...]) -> BackEvent:
    what, customer, purchase, _store, _channel, _method, amount, refunded, gross, _o, _r, returned, *_more = row
    pairs = [text.split(_FIELD) for text in returned.split(_ROW)] if returned else []
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
    cursor.execute(_MEMBERSHIPS, named)
    found: dict[bytes, list[tuple[tuple[str, str], int, int | None]]] = {}
    pairs: dict[tuple[str, str], tuple[str, str]] = {}
    while rows := cursor.fetchmany(ROWS_A_TRIP):
        for customer, kind, key, since, until in rows:
            pair = pairs.setdefault((kind, key), (kind, key))
            found.setdefault(bytes(customer), []).append((pair, since, until))
    return found


def _articles(cursor: Any, named: dict[str, Any]) -> dict[str, tuple[str, frozenset[str]]]:
    cursor.execute(
        "SELECT DISTINCT ON (sku) sku, category, tags FROM programs_article "
        "WHERE tenant_id = %(tenant)s AND undone_at IS NULL ORDER BY sku, recorded_at DESC, id DESC",
        named,
    )
    return {
        sku: (category, frozenset(json.loads(tags) if isinstance(tags, str) else tags))
        for sku, category, tags in cursor.fetchall()
    }


def _birthdays(cursor: Any, reading: Reading) -> dict[bytes, tuple[int, int]]:
    cursor.execute(_BUYERS, reading.named)
    customers = [row[0] for row in cursor.fetchall()]
    found: dict[bytes, tuple[int, int]] = {}
    for start in range(0, len(customers), ROWS_A_TRIP):
        some = birthdays_of(tenant=reading.tenant, customers=customers[start : start + ROWS_A_TRIP])
        found |= {customer.bytes: day for customer, day in some.items()}
    return found
