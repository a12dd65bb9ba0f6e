"""Whether what rooms above the ledger keep is what its transfers say: holds, vouchers that were paid for, awards."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from smartbis.ledger.differences import MOST_OF_A_KIND, Difference
from smartbis.ledger.patience import be_patient, told_if_too_large
from smartbis.ledger.selectors import LedgerCheck, check_ledger
from smartbis.tenancy.scope import tenant_scope

# What customers have set aside is what their open checkouts hold; who was merged has it where they went.
_HOLDS = """
WITH open AS (
    SELECT coalesce(h.merged_into_id, h.id) AS holder_id, c.currency AS unit, sum(c.balance_minor)::bigint AS amount
    FROM programs_checkout c LEFT JOIN ledger_holder h ON h.tenant_id = c.tenant_id AND h.customer_id = c.customer_id
    WHERE c.tenant_id = %(tenant)s AND c.state = 'open' AND c.balance_minor > 0
    GROUP BY 1, 2
), held AS (
    SELECT holder_id, unit, held AS amount FROM ledger_holderbalance WHERE tenant_id = %(tenant)s AND held <> 0
)
SELECT h.customer_id, coalesce(held.unit, open.unit), coalesce(held.amount, 0), coalesce(open.amount, 0), NULL
FROM held FULL JOIN open ON open.holder_id = held.holder_id AND open.unit = held.unit
LEFT JOIN ledger_holder h ON h.tenant_id = %(tenant)s AND h.id = coalesce(held.holder_id, open.holder_id)
WHERE coalesce(held.amount, 0) <> coalesce(open.amount, 0) LIMIT %(most)s
"""

# What was paid for a voucher and lies in it.
_VOUCHERS = """
WITH paid AS (
    SELECT voucher_id, unit,
        sum(CASE WHEN credit = 'voucher_outstanding' THEN amount ELSE -amount END)::bigint AS amount
    FROM ledger_transfer
    WHERE tenant_id = %(tenant)s AND (debit = 'voucher_outstanding' OR credit = 'voucher_outstanding')
    GROUP BY voucher_id, unit
), bought AS (
    SELECT id, customer_id, paid_unit, paid_left FROM vouchers_voucher
    WHERE tenant_id = %(tenant)s AND paid_amount > 0
)
SELECT v.customer_id, coalesce(v.paid_unit, paid.unit), coalesce(v.paid_left, 0), coalesce(paid.amount, 0),
    coalesce(v.id, paid.voucher_id)
FROM bought v FULL JOIN paid ON paid.voucher_id = v.id AND paid.unit = v.paid_unit
WHERE coalesce(v.paid_left, 0) <> coalesce(paid.amount, 0) LIMIT %(most)s
"""

# What an award has left is what was issued for it. Less than nothing is found by the ledger itself.
_AWARDS = """
WITH issued AS (
    SELECT award_id, min(unit) AS unit,
        sum(CASE WHEN debit = 'issued' THEN amount ELSE -amount END)::bigint AS amount
    FROM ledger_transfer
    WHERE tenant_id = %(tenant)s AND award_id IS NOT NULL AND (debit = 'issued' OR credit = 'issued')
    GROUP BY award_id
), given AS (
    SELECT id, customer_id, unit, granted - reversed AS amount FROM programs_award WHERE tenant_id = %(tenant)s
)
SELECT a.customer_id, coalesce(a.unit, issued.unit), coalesce(a.amount, 0), coalesce(issued.amount, 0),
    coalesce(a.id, issued.award_id)
FROM given a FULL JOIN issued ON issued.award_id = a.id
WHERE coalesce(a.amount, 0) <> coalesce(issued.amount, 0) AND coalesce(issued.amount, 0) >= 0 LIMIT %(most)s
"""

_COMPARED = (("hold", "held", _HOLDS), ("voucher", "paid_left", _VOUCHERS), ("award", "left", _AWARDS))


def check_books(*, tenant: UUID, patience: timedelta | None = None) -> LedgerCheck:
    """`check_ledger`, and what it cannot know: open checkouts hold what is held, bought vouchers what was paid into
    them, and awards were taken back as their transfers say.

    Each statement may take as long as `patience`, by default as long as a page waits. Raises LedgerTooLarge.
    """
    with told_if_too_large(), tenant_scope(tenant, read_only=True), connection.cursor() as cursor:
        if patience is not None:
            be_patient(cursor, patience)
        check = check_ledger(tenant=tenant)
        return replace(check, differences=(*check.differences, *_differences(cursor, tenant)))


def _differences(cursor: Any, tenant: UUID) -> Iterator[Difference]:
    for kind, part, statement in _COMPARED:
        cursor.execute(statement, {"tenant": tenant, "most": MOST_OF_A_KIND})
        for customer, unit, kept, counted, what in cursor.fetchall():
            yield Difference(kind, customer, unit, part, kept, counted, what)
