"""A usual brand's year, made by SQL: purchases of one to three lines, awards of three programmes, refunds, tiers."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

import psycopg

from benchmarks.brand import World

PURCHASES_A_CUSTOMER = 20
LIVE = {
    "rules": [
        {
            "key": "base",
            "effect": {"kind": "percentage", "basis_points": 500},
            "limits": {"per_customer": {"month": 10_000_000}},
        },
        {"key": "wine", "effect": {"kind": "percentage", "basis_points": 300}, "when": {"categories": ["c1"]}},
        {"key": "gold", "effect": {"kind": "percentage", "basis_points": 200}, "when": {"tiers": ["gold"]}},
    ]
}
_TABLES = ("purchases_purchase", "purchases_purchaseitem", "purchases_refund", "programs_award")
POINTS = {"effect": {"kind": "per_unit", "points": 1, "minor": 100}}
_CUSTOMER = "(lpad(to_hex({n}), 8, '0') || '-bbbb-7000-8000-' || lpad(to_hex({n} * 7919), 12, '0'))::uuid"
_OWN = "tenant_id = %(tenant)s AND external_id LIKE 'bt-%%'"
_AWARD = """
    INSERT INTO programs_award (
        tenant_id, id, purchase_id, customer_id, program_id, rule_version_id, rule_key, unit, base, wanted, granted,
        reversed, rounding, facts, status, available_at, created_at)
    SELECT %(tenant)s, gen_random_uuid(), id, customer_id, {program}, {version}, {key}, {unit}, base, granted, granted,
        round(granted * refunded_minor::numeric / amount_minor), 'half_up', facts, 'available', recorded_at, recorded_at
    FROM ({found}) found WHERE granted > 0
"""
_CASHBACK = {"program": "%(program)s", "version": "%(program_version)s", "unit": "'BRL'"}
_MADE = (
    f"""
    INSERT INTO customers_customer SELECT made.*
    FROM (SELECT * FROM customers_customer WHERE tenant_id = %(tenant)s LIMIT 1) c, generate_series(1, %(people)s) n,
        LATERAL jsonb_populate_record(NULL::customers_customer,
            to_jsonb(c) || jsonb_build_object('id', {_CUSTOMER.format(n="n")})) made
    """,
    f"""
    INSERT INTO customers_membership (tenant_id, id, customer_id, kind, key, valid_from)
    SELECT %(tenant)s, gen_random_uuid(), {_CUSTOMER.format(n="n")}, 'tier', 'gold',
        %(start)s::timestamptz - interval '1 year' FROM generate_series(10, %(people)s, 10) n
    """,
    f"""
    INSERT INTO purchases_purchase (
        tenant_id, id, customer_id, store_id, external_id, channel, status, currency, amount_minor,
        voucher_discount_minor, balance_used_minor, paid_minor, refunded_minor, content_hash, operator_kind,
        occurred_at, recorded_at)
    SELECT %(tenant)s, gen_random_uuid(), {_CUSTOMER.format(n="w")}, %(store)s,
        'bt-' || n, 'store', 'confirmed', 'BRL', amount, 0, 0, amount, CASE WHEN n %% 20 = 0 THEN amount / 2 ELSE 0 END,
        '\\x00', '', at, at
    FROM (SELECT n, 1 + (n::bigint * 48271 %% %(people)s)::int AS w, 1000 + (n * 7 %% 30000) AS amount,
        %(start)s::timestamptz + n * (interval '360 days' / %(rows)s) AS at FROM generate_series(1, %(rows)s) n) s
    """,
    f"""
    INSERT INTO purchases_purchaseitem (
        tenant_id, id, purchase_id, position, sku, name, category, quantity, unit_minor, refunded_quantity)
    SELECT tenant_id, gen_random_uuid(), id, l, 's' || (amount_minor + l) %% 900, '', 'c' || (amount_minor + l) %% 5, 1,
        CASE WHEN l = 0 THEN amount_minor - amount_minor / 4 * (lines - 1) ELSE amount_minor / 4 END, 0
    FROM (SELECT *, 1 + amount_minor %% 3 AS lines FROM purchases_purchase WHERE {_OWN}) p,
        generate_series(0, p.lines - 1) l
    """,
    _AWARD.format(
        **_CASHBACK,
        key="'base'",
        found=f"""SELECT *, paid_minor AS base, round(paid_minor * 0.05) AS granted, jsonb_build_object(
            'key', 'earned', 'program', 'Cashback', 'version', 1, 'base', paid_minor, 'rounding', 'half_up',
            'currency', 'BRL', 'counted_on', (occurred_at AT TIME ZONE 'America/Sao_Paulo')::date) AS facts
            FROM purchases_purchase WHERE {_OWN}""",
    ),
    _AWARD.format(
        **_CASHBACK,
        key="'wine'",
        found="""SELECT p.id, p.customer_id, p.refunded_minor, p.amount_minor, p.recorded_at, i.base,
            round(i.base * 0.03) AS granted, jsonb_build_object('key', 'earned', 'program', 'Cashback', 'version', 1,
            'base', i.base, 'rounding', 'half_up', 'currency', 'BRL', 'lines', i.lines) AS facts
            FROM purchases_purchase p JOIN (SELECT purchase_id, sum(unit_minor) AS base,
                jsonb_agg(jsonb_build_array(position, unit_minor)) AS lines
                FROM purchases_purchaseitem WHERE tenant_id = %(tenant)s AND category = 'c1' GROUP BY 1) i
            ON i.purchase_id = p.id WHERE p.tenant_id = %(tenant)s AND p.external_id LIKE 'bt-%%'""",
    ),
    _AWARD.format(
        **_CASHBACK,
        key="'gold'",
        found=f"""SELECT *, paid_minor AS base, round(paid_minor * 0.02) AS granted, jsonb_build_object(
            'key', 'earned', 'program', 'Cashback', 'version', 1, 'base', paid_minor, 'rounding', 'half_up',
            'currency', 'BRL', 'belongs', '[["tier", "gold"]]'::jsonb) AS facts
            FROM purchases_purchase p WHERE {_OWN}
            AND EXISTS (SELECT FROM customers_membership m WHERE m.tenant_id = p.tenant_id
                AND m.customer_id = p.customer_id)""",
    ),
    *(
        _AWARD.format(
            program=f"%({name})s",
            version=f"%({name}_version)s",
            key="'base'",
            unit="'points'",
            found=f"SELECT *, paid_minor AS base, paid_minor / 100 AS granted, '{{}}'::jsonb AS facts "
            f"FROM purchases_purchase WHERE {_OWN}",
        )
        for name in ("second", "third")
    ),
    f"""
    INSERT INTO purchases_refund (
        tenant_id, id, purchase_id, external_id, amount_minor, refunded_after_minor, content_hash, actor_kind,
        occurred_at, recorded_at)
    SELECT tenant_id, gen_random_uuid(), id, 'r', refunded_minor, refunded_minor, '\\x00', '', recorded_at,
        recorded_at + interval '1 hour'
    FROM purchases_purchase WHERE {_OWN} AND refunded_minor > 0
    """,
)


def make_history(world: World, rows: int) -> UUID:
    """Make `rows` purchases over 360 days up to three days ago, and what three programmes gave; the first one's id.

    What the first programme gave is what its rules give, to the cent.
    """
    named: dict[str, Any] = {
        "tenant": world.tenant,
        "store": world.store,
        "rows": rows,
        "people": max(10, rows // PURCHASES_A_CUSTOMER),
        "start": datetime.now(UTC) - timedelta(days=363),
    }
    _ladder(world)
    named["program"], named["program_version"] = _programme(world, "Year", "cashback", LIVE)
    for name in ("second", "third"):
        named[name], named[f"{name}_version"] = _programme(world, f"Year {name}", "points", POINTS)
    with world.database.as_owner() as connection, _without_foreign_keys(connection):
        for statement in _MADE:
            connection.execute(statement, named)
            connection.execute("ANALYZE")
    world.database.settle()
    found: UUID = named["program"]
    return found


@contextmanager
def _without_foreign_keys(connection: psycopg.Connection[Any]) -> Iterator[None]:
    """Check the rows that come in together afterwards: one by one it takes many times as long."""
    found = connection.execute(
        "SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname), "
        "format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', conrelid::regclass, conname, pg_get_constraintdef(oid)) "
        "FROM pg_constraint WHERE contype = 'f' AND conrelid = ANY(%s::regclass[])",
        [list(_TABLES)],
    ).fetchall()
    for drop, _add in found:
        connection.execute(drop)
    yield
    for _drop, add in found:
        connection.execute(add)


def _ladder(world: World) -> None:
    """The tier that the rules name."""
    from programs.services import set_ladder
    from programs.tiers import Tier

    set_ladder(
        tenant=world.tenant,
        tiers=[Tier("gold", "Gold", 1_000_000)],
        measure="spend",
        window="calendar_year",
        keep="period_end",
        fall="earned",
        actor=_owner(),
    )


def _owner() -> Any:
    from smartbis.kernel.people import Actor

    return Actor(kind="staff", role="owner", label="Owner")


def _programme(
    world: World, name: str, kind: Literal["cashback", "points"], rules: dict[str, Any]
) -> tuple[UUID, UUID]:
    from programs.services import open_program

    made = open_program(tenant=world.tenant, name=name, kind=kind, spec=rules, actor=_owner())
    if made.current is None:
        raise RuntimeError("the programme has no rules in force")
    return made.id, made.current.id
