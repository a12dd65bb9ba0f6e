"""The programmes' statement on the hot path."""

INSERT_AWARDS = """
INSERT INTO programs_award (
    tenant_id, created_at, reversed, id, purchase_id, participation_id, customer_id, program_id, rule_version_id, unit,
    base, wanted, granted, rounding, facts, status, available_at)
SELECT %(tenant)s, %(now)s, 0, a.*
FROM unnest(
    %(ids)s::uuid[], %(purchases)s::uuid[], %(participations)s::uuid[], %(customers)s::uuid[], %(programs)s::uuid[],
    %(versions)s::uuid[], %(units)s::text[], %(bases)s::bigint[], %(wanted)s::bigint[], %(granted)s::bigint[],
    %(roundings)s::text[], %(facts)s::jsonb[], %(statuses)s::text[], %(available_at)s::timestamptz[]) AS a
"""
