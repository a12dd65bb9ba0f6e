"""The programmes' statements on the hot path."""

INSERT_AWARDS = """
INSERT INTO programs_award (
    tenant_id, created_at, reversed, id, purchase_id, participation_id, customer_id, program_id, rule_version_id,
    rule_key, unit, base, wanted, granted, rounding, facts, status, available_at)
SELECT %(tenant)s, %(now)s, 0, a.*
FROM unnest(
    %(ids)s::uuid[], %(purchases)s::uuid[], %(participations)s::uuid[], %(customers)s::uuid[], %(programs)s::uuid[],
    %(versions)s::uuid[], %(rule_keys)s::text[], %(units)s::text[], %(bases)s::bigint[], %(wanted)s::bigint[],
    %(granted)s::bigint[], %(roundings)s::text[], %(facts)s::jsonb[], %(statuses)s::text[],
    %(available_at)s::timestamptz[]) AS a
"""

# The awards are locked: what was read still holds.
ADD_REVERSED = """
UPDATE programs_award a SET reversed = n.reversed
FROM unnest(%(awards)s::uuid[], %(reversed)s::bigint[]) AS n(id, reversed)
WHERE a.tenant_id = %(tenant)s AND a.id = n.id AND a.id = ANY(%(awards)s::uuid[])
"""

INSERT_REVERSALS = """
INSERT INTO programs_awardreversal (
    tenant_id, created_at, id, award_id, refund_id, amount, from_pending, from_available, owed, written_off)
SELECT %(tenant)s, %(now)s, r.*
FROM unnest(
    %(ids)s::uuid[], %(awards)s::uuid[], %(refunds)s::uuid[], %(amounts)s::bigint[], %(pending)s::bigint[],
    %(available)s::bigint[], %(owed)s::bigint[], %(written_off)s::bigint[]) AS r
"""
