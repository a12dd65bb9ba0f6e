"""Statements of the daily close: what moved between two instants, and a digest of every transfer of that time."""
# ruff: noqa: E501  (tables of columns read better unbroken)

ANNOUNCE = """
INSERT INTO ledger_cutoff (id, tenant_id, at, horizon) VALUES (%(id)s, %(tenant)s, %(at)s, NULL)
ON CONFLICT (tenant_id) DO UPDATE SET at = excluded.at, horizon = NULL WHERE ledger_cutoff.at < excluded.at
"""

OBSERVE = """
UPDATE ledger_cutoff SET horizon = pg_snapshot_xmax(pg_current_snapshot())::text::bigint
WHERE tenant_id = %(tenant)s AND horizon IS NULL
"""

# Nobody before the horizon is still at work, but for those of whom it is known that they work in another database.
DRAINED = """
SELECT at FROM ledger_cutoff
WHERE tenant_id = %(tenant)s AND horizon IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM pg_snapshot_xip(pg_current_snapshot()) AS running (xid)
    WHERE running.xid::text::bigint < horizon AND NOT EXISTS (
        SELECT 1 FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
        WHERE l.locktype = 'transactionid' AND l.mode = 'ExclusiveLock' AND l.granted
            AND l.transactionid = running.xid::xid
            AND a.datid <> (SELECT oid FROM pg_database WHERE datname = current_database())))
"""

FIGURES = """
SELECT unit,
    coalesce(sum(amount) FILTER (WHERE debit = 'issued'), 0)::bigint,
    coalesce(sum(amount) FILTER (WHERE credit = 'issued'), 0)::bigint,
    coalesce(sum(amount) FILTER (WHERE credit = 'redeemed'), 0)::bigint,
    coalesce(sum(amount) FILTER (WHERE debit = 'redeemed'), 0)::bigint,
    sum(CASE WHEN debit = 'adjusted' THEN amount WHEN credit = 'adjusted' THEN -amount ELSE 0 END)::bigint,
    sum(CASE WHEN credit = 'forfeited' THEN amount WHEN debit = 'forfeited' THEN -amount ELSE 0 END)::bigint,
    sum(CASE WHEN debit = 'written_off' THEN amount WHEN credit = 'written_off' THEN -amount ELSE 0 END)::bigint,
    sum(CASE WHEN credit = 'available' THEN amount WHEN debit = 'available' THEN -amount ELSE 0 END)::bigint,
    sum(CASE WHEN credit = 'pending' THEN amount WHEN debit = 'pending' THEN -amount ELSE 0 END)::bigint,
    sum(CASE WHEN credit = 'held' THEN amount WHEN debit = 'held' THEN -amount ELSE 0 END)::bigint,
    sum(CASE WHEN credit = 'voucher_outstanding' THEN amount WHEN debit = 'voucher_outstanding' THEN -amount ELSE 0 END)::bigint,
    sum(CASE WHEN debit = 'receivable' THEN amount WHEN credit = 'receivable' THEN -amount ELSE 0 END)::bigint,
    count(*)
FROM ledger_transfer
WHERE tenant_id = %(tenant)s AND recorded_at >= %(since)s AND recorded_at < %(until)s
GROUP BY unit ORDER BY unit
"""

# Instants as microseconds, so that no setting of the session changes the text; the explanation last, since only it is
# free text. A digest of the digests keeps memory at 32 bytes a transfer.
DIGEST = """
SELECT encode(sha256(coalesce(string_agg(sha256(convert_to(concat_ws('|',
    id, holder_id, unit, number, debit, credit, amount, kind, available_after, pending_after, owed_after, held_after,
    (extract(epoch FROM occurred_at) * 1000000)::bigint, (extract(epoch FROM recorded_at) * 1000000)::bigint,
    (extract(epoch FROM effective_at) * 1000000)::bigint,
    coalesce(purchase_id::text, '-'), coalesce(refund_id::text, '-'), coalesce(award_id::text, '-'),
    coalesce(voucher_id::text, '-'), coalesce(import_batch::text, '-'), coalesce(store_id::text, '-'),
    coalesce(reverses_id::text, '-'), explanation), 'UTF8')), ''::bytea ORDER BY recorded_at, id), ''::bytea)), 'hex')
FROM ledger_transfer
WHERE tenant_id = %(tenant)s AND recorded_at >= %(since)s AND recorded_at < %(until)s
"""
