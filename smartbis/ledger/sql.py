"""The ledger's statements on the hot path, each one round trip."""
# ruff: noqa: E501  (tables of columns read better unbroken)

# Locks and reads in one: a locked row is read in its newest version, however long the lock was waited for. The holder
# first: whoever waits does not see a unit that began meanwhile, and would otherwise want it while another has it.
LOCK_BALANCES = """
SELECT h.customer_id, h.id, b.merged_into_id, b.unit, b.available, b.pending, b.owed, b.held, b.number
FROM ledger_holder h JOIN ledger_holderbalance b ON b.tenant_id = h.tenant_id AND b.holder_id = h.id
WHERE h.tenant_id = %(tenant)s AND h.customer_id = ANY(%(customers)s)
ORDER BY b.holder_id, b.unit FOR NO KEY UPDATE OF h, b
"""

LOCK_HOLDERS = """
SELECT customer_id, id, merged_into_id FROM ledger_holder
WHERE tenant_id = %(tenant)s AND customer_id = ANY(%(customers)s) ORDER BY id FOR NO KEY UPDATE
"""

# The holders who stay, of customers who were merged.
SURVIVORS = """
SELECT h.customer_id, s.customer_id
FROM ledger_holder h JOIN ledger_holder s ON s.tenant_id = h.tenant_id AND s.id = h.merged_into_id
WHERE h.tenant_id = %(tenant)s AND h.customer_id = ANY(%(customers)s)
"""

ENSURE_HOLDERS = """
INSERT INTO ledger_holder (id, tenant_id, customer_id)
SELECT id, %(tenant)s, customer FROM unnest(%(ids)s::uuid[], %(customers)s::uuid[]) AS n(id, customer) ORDER BY customer
ON CONFLICT (tenant_id, customer_id) DO NOTHING
"""

ENSURE_BALANCES = """
INSERT INTO ledger_holderbalance (id, tenant_id, holder_id, unit, available, pending, owed, held, number)
SELECT id, %(tenant)s, holder, unit, 0, 0, 0, 0, 0
FROM unnest(%(ids)s::uuid[], %(holders)s::uuid[], %(units)s::text[]) AS n(id, holder, unit) ORDER BY holder, unit
ON CONFLICT (tenant_id, holder_id, unit) DO NOTHING
"""

# Nothing is recorded in a closed day: a clock that is behind counts as the day's end (see `closing.py`).
POST = """
WITH moved AS (
    UPDATE ledger_holderbalance b
    SET available = n.available, pending = n.pending, owed = n.owed, held = n.held, number = n.number,
        may_be_negative = (b.may_be_negative OR n.may_be_negative) AND n.available < 0
    FROM unnest(%(b_holders)s::uuid[], %(b_units)s::text[], %(b_available)s::bigint[], %(b_pending)s::bigint[],
                %(b_owed)s::bigint[], %(b_held)s::bigint[], %(b_number)s::bigint[], %(b_below_zero)s::boolean[])
         AS n(holder, unit, available, pending, owed, held, number, may_be_negative)
    WHERE b.tenant_id = %(tenant)s AND b.holder_id = n.holder AND b.unit = n.unit
      AND b.holder_id = ANY(%(b_holders)s::uuid[])
)
INSERT INTO ledger_transfer (
    tenant_id, recorded_at, id, holder_id, unit, number, debit, credit, amount, kind, explanation,
    available_after, pending_after, owed_after, held_after, occurred_at, effective_at,
    purchase_id, refund_id, award_id, voucher_id, import_batch, store_id, reverses_id)
SELECT %(tenant)s, greatest(%(now)s, (SELECT at FROM ledger_cutoff WHERE tenant_id = %(tenant)s)), t.*
FROM unnest(
    %(ids)s::uuid[], %(holders)s::uuid[], %(t_units)s::text[], %(numbers)s::bigint[], %(debits)s::text[], %(credits)s::text[],
    %(amounts)s::bigint[], %(kinds)s::text[], %(explanations)s::jsonb[], %(availables)s::bigint[],
    %(pendings)s::bigint[], %(oweds)s::bigint[], %(helds)s::bigint[], %(occurred)s::timestamptz[],
    %(effective)s::timestamptz[], %(purchase_id)s::uuid[], %(refund_id)s::uuid[], %(award_id)s::uuid[],
    %(voucher_id)s::uuid[], %(import_batch)s::uuid[], %(store_id)s::uuid[], %(reverses)s::uuid[]) AS t
"""

# A holder's sums over every transfer, beside the cached row: what `check_ledger` compares.
SUMS = """
WITH sums AS (
    SELECT holder_id, unit,
        sum(CASE WHEN credit = 'available' THEN amount WHEN debit = 'available' THEN -amount ELSE 0 END)::bigint AS available,
        sum(CASE WHEN credit = 'pending' THEN amount WHEN debit = 'pending' THEN -amount ELSE 0 END)::bigint AS pending,
        sum(CASE WHEN debit = 'receivable' THEN amount WHEN credit = 'receivable' THEN -amount ELSE 0 END)::bigint AS owed,
        sum(CASE WHEN credit = 'held' THEN amount WHEN debit = 'held' THEN -amount ELSE 0 END)::bigint AS held,
        count(*) AS number, max(number) AS last
    FROM ledger_transfer WHERE tenant_id = %(tenant)s GROUP BY holder_id, unit
)
SELECT coalesce(b.holder_id, s.holder_id), coalesce(b.unit, s.unit), NULL,
    coalesce(b.available, 0), coalesce(s.available, 0), coalesce(b.pending, 0), coalesce(s.pending, 0),
    coalesce(b.owed, 0), coalesce(s.owed, 0), coalesce(b.held, 0), coalesce(s.held, 0),
    coalesce(b.number, 0), coalesce(s.number, 0), coalesce(b.number, 0), coalesce(s.last, 0)
FROM (SELECT * FROM ledger_holderbalance WHERE tenant_id = %(tenant)s) b
FULL JOIN sums s ON s.holder_id = b.holder_id AND s.unit = b.unit
WHERE (coalesce(b.available, 0), coalesce(b.pending, 0), coalesce(b.owed, 0), coalesce(b.held, 0), coalesce(b.number, 0),
       coalesce(b.number, 0))
   IS DISTINCT FROM
      (coalesce(s.available, 0), coalesce(s.pending, 0), coalesce(s.owed, 0), coalesce(s.held, 0), coalesce(s.number, 0),
       coalesce(s.last, 0))
"""

# Each transfer's balances after it must be those before it, moved by it.
BROKEN_CHAIN = """
SELECT holder_id, unit, id,
    available_after, available_due, pending_after, pending_due, owed_after, owed_due, held_after, held_due
FROM (
    SELECT holder_id, unit, id, number, available_after, pending_after, owed_after, held_after,
        lag(available_after, 1, 0::bigint) OVER w
            + CASE WHEN credit = 'available' THEN amount WHEN debit = 'available' THEN -amount ELSE 0 END AS available_due,
        lag(pending_after, 1, 0::bigint) OVER w
            + CASE WHEN credit = 'pending' THEN amount WHEN debit = 'pending' THEN -amount ELSE 0 END AS pending_due,
        lag(owed_after, 1, 0::bigint) OVER w
            + CASE WHEN debit = 'receivable' THEN amount WHEN credit = 'receivable' THEN -amount ELSE 0 END AS owed_due,
        lag(held_after, 1, 0::bigint) OVER w
            + CASE WHEN credit = 'held' THEN amount WHEN debit = 'held' THEN -amount ELSE 0 END AS held_due
    FROM ledger_transfer t WHERE tenant_id = %(tenant)s
    WINDOW w AS (PARTITION BY holder_id, unit ORDER BY number)
) t
WHERE (available_after, pending_after, owed_after, held_after)
    IS DISTINCT FROM (available_due, pending_due, owed_due, held_due)
ORDER BY holder_id, unit, number LIMIT %(most)s
"""

# An award must never have more taken back than it gave, whichever kind of transfer did it.
OVER_REVERSED = """
SELECT award_id, min(unit), sum(CASE WHEN debit = 'issued' THEN amount WHEN credit = 'issued' THEN -amount ELSE 0 END)::bigint
FROM ledger_transfer
WHERE tenant_id = %(tenant)s AND award_id IS NOT NULL
GROUP BY award_id
HAVING sum(CASE WHEN debit = 'issued' THEN amount WHEN credit = 'issued' THEN -amount ELSE 0 END) < 0 LIMIT %(most)s
"""
