"""The rows that count what limited rules gave. Every function runs inside the tenant's scope and is undone with it."""

import secrets
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from programs.models import RuleUse
from smartbis.kernel.ids import new_id
from smartbis.tenancy.statements import prepared_cursor

# More than processes that sell at one instant: who finds none free waits for all of them.
SHARDS = 32

Use = tuple[UUID, str, UUID | None, str, int, int]


class Counter(NamedTuple):
    """What all customers share of a rule in one period, and how much that is at most."""

    program: UUID
    rule: str
    period: str
    limit: int


_USES = """
SELECT program_id, rule_key, customer_id, period, sum(amount)::bigint, sum(times)::bigint
FROM programs_ruleuse
WHERE tenant_id = %(tenant)s AND program_id = ANY(%(programs)s) AND rule_key = ANY(%(rules)s)
  AND period = ANY(%(periods)s) AND (customer_id IS NULL OR customer_id = ANY(%(customers)s))
GROUP BY program_id, rule_key, customer_id, period
"""
# Customers' accounts are locked by now, so nobody else moves these rows, but for a version that is being published.
_ADD = """
WITH change AS (
    SELECT * FROM unnest(%(ids)s::uuid[], %(programs)s::uuid[], %(rules)s::text[], %(customers)s::uuid[],
        %(periods)s::text[], %(amounts)s::bigint[], %(times)s::bigint[])
        AS c(id, program, rule, customer, period, amount, times)
), moved AS (
    UPDATE programs_ruleuse u SET amount = greatest(0, u.amount + c.amount), times = greatest(0, u.times + c.times)
    FROM change c
    WHERE u.tenant_id = %(tenant)s AND u.program_id = c.program AND u.rule_key = c.rule AND u.customer_id = c.customer
      AND u.period = c.period AND u.shard = 0 AND u.customer_id = ANY(%(customers)s::uuid[])
    RETURNING c.id
)
INSERT INTO programs_ruleuse (id, tenant_id, program_id, rule_key, customer_id, period, shard, amount, times)
SELECT id, %(tenant)s, program, rule, customer, period, 0, greatest(0, amount), greatest(0, times)
FROM change WHERE id NOT IN (SELECT id FROM moved)
ON CONFLICT (tenant_id, program_id, rule_key, period, customer_id, shard) DO UPDATE
SET amount = programs_ruleuse.amount + excluded.amount, times = programs_ruleuse.times + excluded.times
"""
# A row gives up to its part of the limit. Where one gave more (the limit was lowered), all are looked at and levelled.
_TAKE_FROM_ONE = """
UPDATE programs_ruleuse SET amount = amount + %(amount)s
WHERE id = (
    SELECT id FROM programs_ruleuse
    WHERE tenant_id = %(tenant)s AND program_id = %(program)s AND rule_key = %(rule)s AND period = %(period)s
      AND customer_id IS NULL
      AND amount + %(amount)s <= (%(limit)s / %(shards)s + CASE WHEN shard < %(limit)s %% %(shards)s THEN 1 ELSE 0 END)
      AND NOT EXISTS (
        SELECT FROM programs_ruleuse
        WHERE tenant_id = %(tenant)s AND program_id = %(program)s AND rule_key = %(rule)s AND period = %(period)s
          AND customer_id IS NULL
          AND amount > (%(limit)s / %(shards)s + CASE WHEN shard < %(limit)s %% %(shards)s THEN 1 ELSE 0 END))
    ORDER BY (shard + %(start)s) %% %(shards)s LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED)
RETURNING id
"""
_MAKE = """
INSERT INTO programs_ruleuse (id, tenant_id, program_id, rule_key, customer_id, period, shard, amount, times)
SELECT id, %(tenant)s, %(program)s, %(rule)s, NULL, %(period)s, shard, 0, 0
FROM unnest(%(ids)s::uuid[], %(numbers)s::int[]) AS n(id, shard)
ON CONFLICT (tenant_id, program_id, rule_key, period, customer_id, shard) DO NOTHING
"""
_LOCK = """
SELECT id, amount FROM programs_ruleuse
WHERE tenant_id = %(tenant)s AND program_id = %(program)s AND rule_key = %(rule)s AND period = %(period)s
  AND customer_id IS NULL
ORDER BY shard FOR NO KEY UPDATE
"""
_SET = """
UPDATE programs_ruleuse u SET amount = n.amount FROM unnest(%(ids)s::uuid[], %(amounts)s::bigint[]) AS n(id, amount)
WHERE u.tenant_id = %(tenant)s AND u.id = n.id AND u.id = ANY(%(ids)s::uuid[])
"""
_GIVE_TO_ONE = """
UPDATE programs_ruleuse SET amount = amount - %(amount)s
WHERE id = (
    SELECT id FROM programs_ruleuse
    WHERE tenant_id = %(tenant)s AND program_id = %(program)s AND rule_key = %(rule)s AND period = %(period)s
      AND customer_id IS NULL AND amount >= %(amount)s
    ORDER BY (shard + %(start)s) %% %(shards)s LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED)
RETURNING id
"""


def uses(
    *, tenant: UUID, rules: Collection[tuple[UUID, str]], customers: Collection[UUID], periods: Collection[str]
) -> list[Use]:
    """What rules gave in periods: to each of these customers, and to all together (customer None). One query."""
    named = {
        "tenant": tenant,
        "programs": [program for program, _ in rules],
        "rules": [rule for _, rule in rules],
        "customers": list(customers),
        "periods": list(periods),
    }
    with prepared_cursor() as cursor:
        cursor.execute(_USES, named)
        return [row for row in cursor.fetchall() if (row[0], row[1]) in rules]


def add_uses(*, tenant: UUID, uses: Sequence[Use]) -> None:
    """Add to (or take from, never below zero) what customers had; their accounts are locked."""
    if not uses:
        return
    named = {
        "tenant": tenant,
        "ids": [new_id() for _ in uses],
        "programs": [use[0] for use in uses],
        "rules": [use[1] for use in uses],
        "customers": [use[2] for use in uses],
        "periods": [use[3] for use in uses],
        "amounts": [use[4] for use in uses],
        "times": [use[5] for use in uses],
    }
    with prepared_cursor() as cursor:
        cursor.execute(_ADD, named)


def join_uses(*, tenant: UUID, merged: UUID, into: UUID) -> None:
    """Count what a merged customer had for the one who stays; the accounts of both are locked."""
    rows = RuleUse.objects.select_for_update(no_key=True).filter(customer_id=merged).order_by("id")
    moved = [(row.program_id, row.rule_key, into, row.period, row.amount, row.times) for row in rows]
    add_uses(tenant=tenant, uses=moved)
    RuleUse.objects.filter(customer_id=merged).update(amount=0, times=0)


def take(*, tenant: UUID, counter: Counter, amount: int) -> int:
    """Take as much of a counter as there is, up to `amount`; how much it was."""
    named = _named(tenant, counter, amount)
    with prepared_cursor() as cursor:
        cursor.execute(_TAKE_FROM_ONE, named)
        if cursor.fetchone() is not None:
            return amount
        rows = _locked(cursor, named)
        given = sum(rows.values())
        got = max(0, min(amount, counter.limit - given))
        _level(cursor, named, rows, given + got)
        return got


def count(*, tenant: UUID, counter: Counter, amount: int) -> None:
    """Count what was given all the same, also past the limit: `take` gives nothing until there is room again."""
    named = _named(tenant, counter, amount)
    with prepared_cursor() as cursor:
        rows = _locked(cursor, named)
        _level(cursor, named, rows, sum(rows.values()) + amount)


def give_back(*, tenant: UUID, counter: Counter, amount: int) -> None:
    """Put back what a counter gave, never below zero."""
    if amount <= 0:
        return
    named = _named(tenant, counter, amount)
    with prepared_cursor() as cursor:
        cursor.execute(_GIVE_TO_ONE, named)
        if cursor.fetchone() is None:
            rows = _locked(cursor, named)
            _level(cursor, named, rows, max(0, sum(rows.values()) - amount))


def _locked(cursor: Any, named: dict[str, Any]) -> dict[UUID, int]:
    """All rows of a counter, by number, and what each gave; they are made with its first use."""
    cursor.execute(_LOCK, named)
    rows = cursor.fetchall()
    if len(rows) < SHARDS:
        cursor.execute(_MAKE, named | {"ids": [new_id() for _ in range(SHARDS)], "numbers": list(range(SHARDS))})
        cursor.execute(_LOCK, named)
        rows = cursor.fetchall()
    return dict(rows)


def _level(cursor: Any, named: dict[str, Any], rows: dict[UUID, int], total: int) -> None:
    """Spread what was given evenly: no row is past its part while the whole is not past the limit."""
    part, over = divmod(total, len(rows))
    after = {row: part + (place < over) for place, row in enumerate(rows)}
    changed = {row: amount for row, amount in after.items() if amount != rows[row]}
    if changed:
        cursor.execute(_SET, named | {"ids": list(changed), "amounts": list(changed.values())})


def _named(tenant: UUID, counter: Counter, amount: int) -> dict[str, Any]:
    return {
        "tenant": tenant,
        "program": counter.program,
        "rule": counter.rule,
        "period": counter.period,
        "limit": counter.limit,
        "amount": amount,
        "start": secrets.randbelow(SHARDS),
        "shards": SHARDS,
    }
