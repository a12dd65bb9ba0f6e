"""The rows that count what limited rules gave. Every function runs inside the tenant's scope and is undone with it."""

import secrets
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from programs.models import RuleUse
from smartbis.kernel.ids import new_id
from smartbis.tenancy.statements import prepared_cursor

SHARDS = 8

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
# Customers' accounts are locked by now, so nobody else moves these rows.
_ADD = """
WITH change AS (
    SELECT * FROM unnest(%(ids)s::uuid[], %(programs)s::uuid[], %(rules)s::text[], %(customers)s::uuid[],
        %(periods)s::text[], %(amounts)s::bigint[], %(times)s::bigint[])
        AS c(id, program, rule, customer, period, amount, times)
), moved AS (
    UPDATE programs_ruleuse u SET amount = greatest(0, u.amount + c.amount), times = greatest(0, u.times + c.times)
    FROM change c
    WHERE u.tenant_id = %(tenant)s AND u.program_id = c.program AND u.rule_key = c.rule AND u.customer_id = c.customer
      AND u.period = c.period AND u.shard = 0
    RETURNING c.id
)
INSERT INTO programs_ruleuse (id, tenant_id, program_id, rule_key, customer_id, period, shard, amount, times)
SELECT id, %(tenant)s, program, rule, customer, period, 0, greatest(0, amount), greatest(0, times)
FROM change WHERE id NOT IN (SELECT id FROM moved)
"""
# A row may give up to its part of the limit. Where one gave more (the limit was lowered), all are looked at together.
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
SELECT id, shard, amount FROM programs_ruleuse
WHERE tenant_id = %(tenant)s AND program_id = %(program)s AND rule_key = %(rule)s AND period = %(period)s
  AND customer_id IS NULL
ORDER BY shard FOR NO KEY UPDATE
"""
_SET = """
UPDATE programs_ruleuse u SET amount = n.amount FROM unnest(%(ids)s::uuid[], %(amounts)s::bigint[]) AS n(id, amount)
WHERE u.tenant_id = %(tenant)s AND u.id = n.id
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
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_FROM_ONE, named)
        if cursor.fetchone() is not None:
            return amount
        rows = _locked(cursor, named)
        got = max(0, min(amount, counter.limit - sum(given for _, _, given in rows)))
        _set(cursor, named, _spread(rows, counter.limit, got))
        return got


def count(*, tenant: UUID, counter: Counter, amount: int) -> None:
    """Count what was given all the same, also past the limit: `take` gives nothing until there is room again."""
    named = _named(tenant, counter, amount)
    with connection.cursor() as cursor:
        _set(cursor, named, _spread(_locked(cursor, named), counter.limit, amount))


def give_back(*, tenant: UUID, counter: Counter, amount: int) -> None:
    """Put back what a counter gave, never below zero."""
    if amount <= 0:
        return
    named = _named(tenant, counter, amount)
    with connection.cursor() as cursor:
        cursor.execute(_GIVE_TO_ONE, named)
        if cursor.fetchone() is not None:
            return
        after, left = {}, amount
        for row, _shard, given in _locked(cursor, named):
            back = min(given, left)
            after[row] = given - back
            left -= back
        _set(cursor, named, after)


def _locked(cursor: Any, named: dict[str, Any]) -> list[tuple[UUID, int, int]]:
    cursor.execute(_LOCK, named)
    rows = cursor.fetchall()
    if len(rows) < SHARDS:
        cursor.execute(_MAKE, named | {"ids": [new_id() for _ in range(SHARDS)], "numbers": list(range(SHARDS))})
        cursor.execute(_LOCK, named)
        rows = cursor.fetchall()
    found: list[tuple[UUID, int, int]] = rows
    return found


def _spread(rows: Sequence[tuple[UUID, int, int]], limit: int, amount: int) -> dict[UUID, int]:
    """Give each row what its part of the limit still holds; what then is left over goes to the first."""
    after, left = {row: given for row, _, given in rows}, amount
    for row, shard, given in rows:
        part = limit // SHARDS + (shard < limit % SHARDS)
        taken = max(0, min(left, part - given))
        after[row] += taken
        left -= taken
    if left and rows:
        after[rows[0][0]] += left
    return after


def _set(cursor: Any, named: dict[str, Any], after: dict[UUID, int]) -> None:
    if after:
        cursor.execute(_SET, named | {"ids": list(after), "amounts": list(after.values())})


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
