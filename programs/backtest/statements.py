"""The statements of a backtest's reading. Everything is read once, in sets; nothing is looked up row by row.

Texts within a row are parted by the characters 30 and 31.
"""

FIELD, ROW = "\x1f", "\x1e"

# The sales of the part, and those outside the period that limits and counts of purchases need. The part is written as
# an inequality: of that the planner expects many rows; of an equality next to none, and looks up what belongs to each.
_CHOSEN = """
chosen AS MATERIALIZED (
    SELECT p.id, p.customer_id, p.store_id, p.channel, p.payment_method, p.status, p.amount_minor, p.paid_minor,
        p.balance_used_minor, p.refunded_minor, p.recorded_at, p.decided_at, p.occurred_at,
        p.occurred_at >= %(since)s AND p.occurred_at < %(until)s AS counts
    FROM purchases_purchase p
    WHERE p.tenant_id = %(tenant)s AND p.customer_id IS NOT NULL AND p.undone_at IS NULL
      AND p.recorded_at <= %(cutoff)s AND p.occurred_at >= %(first)s AND p.occurred_at < %(last)s
      AND (%(parts)s = 1 OR abs(get_byte(uuid_send(p.customer_id), 15) %% %(parts)s - %(part)s) < 1)
)"""
# OFFSET 0 keeps the texts where they are made, before rows are brought together: they are shorter than what they tell.
_ITEMS = """
items AS (
    SELECT each.purchase_id, string_agg(each.told, chr(30)) AS lines FROM (
        SELECT i.purchase_id, concat_ws(chr(31), i.position, i.quantity, i.unit_minor, i.sku, i.category) AS told
        FROM purchases_purchaseitem i JOIN chosen ON chosen.id = i.purchase_id
        WHERE i.tenant_id = %(tenant)s OFFSET 0) each
    GROUP BY each.purchase_id
)"""
# What was taken back after the backtest was asked for is not replayed. What limits counted of an award matters only
# outside the period: inside, the replay counts for itself. Awards are made under the lock on the customer's
# accounts: of two sales that came in at once, they say which was first. Sales of one batch have one instant and their
# own order.
_AWARDS = """
awards AS (
    SELECT each.purchase_id, string_agg(each.told, chr(30)) AS kept, min(each.created_at) AS given_at FROM (
        SELECT a.purchase_id, a.created_at, CASE WHEN {told} THEN concat_ws(
            chr(31), a.rule_key, v.version, a.base, a.granted,
            CASE WHEN a.reversed = 0 THEN 0 ELSE a.reversed - coalesce((
                SELECT sum(x.amount) FROM programs_awardreversal x
                WHERE x.tenant_id = a.tenant_id AND x.award_id = a.id AND x.created_at > %(cutoff)s), 0) END,
            CASE WHEN {remembers} THEN a.facts::text ELSE '' END) END AS told
        FROM programs_award a
        JOIN programs_ruleversion v ON v.tenant_id = a.tenant_id AND v.id = a.rule_version_id
        JOIN chosen ON chosen.id = a.purchase_id
        WHERE a.tenant_id = %(tenant)s AND a.program_id = %(program)s OFFSET 0) each
    GROUP BY each.purchase_id
)"""
_REMEMBERS = "a.facts ?| array['nth', 'birthday', 'belongs']"
_OUTSIDE = f"{_REMEMBERS} OR NOT chosen.counts"
# What had come back of a sale is summed up here: what a refund remembers of it counts refunds that an import undid.
_BACK = """
back AS (
    SELECT r.id, r.purchase_id, r.amount_minor, r.recorded_at,
        (sum(r.amount_minor) OVER (PARTITION BY r.purchase_id ORDER BY r.recorded_at, r.id))::int8 AS so_far_minor,
        (SELECT string_agg(concat_ws(chr(31), i.position, ri.quantity), chr(30))
         FROM purchases_refunditem ri JOIN purchases_purchaseitem i ON i.tenant_id = ri.tenant_id AND i.id = ri.item_id
         WHERE ri.tenant_id = r.tenant_id AND ri.refund_id = r.id) AS returned
    FROM purchases_refund r
    WHERE r.tenant_id = %(tenant)s AND r.undone_at IS NULL AND r.recorded_at <= %(cutoff)s
)"""
_EVENTS = """
SELECT what, customer, purchase, store, channel, payment_method, first_minor, second_minor, third_minor, occurred_at,
    at, lines, kept, counts, comes_back
FROM (
    SELECT 0::int4 AS what, c.customer_id AS customer, c.id AS purchase, c.store_id AS store, c.channel,
        c.payment_method, c.amount_minor AS first_minor, c.paid_minor AS second_minor,
        c.balance_used_minor AS third_minor, c.occurred_at, c.recorded_at AS at, {lines} AS lines, awards.kept,
        c.counts, c.refunded_minor > 0 OR c.status = 'cancelled' AS comes_back, c.id AS number,
        coalesce(max(awards.given_at) OVER (PARTITION BY c.recorded_at), c.recorded_at) AS turn
    FROM chosen c LEFT JOIN awards ON awards.purchase_id = c.id {items}
    UNION ALL
    SELECT 1, c.customer_id, c.id, NULL, '', '', b.amount_minor, b.so_far_minor, c.amount_minor, NULL,
        b.recorded_at, b.returned, NULL, c.counts, false, b.id, b.recorded_at
    FROM chosen c JOIN back b ON b.purchase_id = c.id
    UNION ALL
    SELECT 2, c.customer_id, c.id, NULL, '', '', c.amount_minor - c.refunded_minor, c.amount_minor, c.amount_minor,
        NULL, coalesce(c.decided_at, c.recorded_at), NULL, NULL, c.counts, false, c.id,
        coalesce(c.decided_at, c.recorded_at)
    FROM chosen c WHERE c.status = 'cancelled' AND coalesce(c.decided_at, c.recorded_at) <= %(cutoff)s
) events
ORDER BY {order}
"""

MEMBERSHIPS = """
SELECT uuid_send(m.customer_id), m.kind, m.key, (extract(epoch FROM m.valid_from) * 1000000)::int8,
    (extract(epoch FROM m.valid_until) * 1000000)::int8
FROM customers_membership m
WHERE m.tenant_id = %(tenant)s
  AND (%(parts)s = 1 OR abs(get_byte(uuid_send(m.customer_id), 15) %% %(parts)s - %(part)s) < 1)
ORDER BY m.kind, m.key
"""
BUYERS = """
SELECT DISTINCT p.customer_id FROM purchases_purchase p
WHERE p.tenant_id = %(tenant)s AND p.customer_id IS NOT NULL AND p.undone_at IS NULL
  AND p.occurred_at >= %(since)s AND p.occurred_at < %(until)s
  AND (%(parts)s = 1 OR abs(get_byte(uuid_send(p.customer_id), 15) %% %(parts)s - %(part)s) < 1)
"""
STORES = "SELECT uuid_send(id), code FROM tenancy_store WHERE tenant_id = %(tenant)s"
ARTICLES = """
SELECT DISTINCT ON (sku) sku, category, tags FROM programs_article
WHERE tenant_id = %(tenant)s AND undone_at IS NULL ORDER BY sku, recorded_at DESC, id DESC
"""


def events_statement(*, lines: bool, by_customer: bool, compares: bool, uses: bool) -> str:
    """The events in their order: with the sales' lines or without, customer by customer or all in the order recorded.

    What awards came to is told where the ledger is to be compared with; else only of those that remember something, and
    where limits ask for their `uses` of those outside the period.
    """
    remembers = _OUTSIDE if uses else _REMEMBERS
    awards = _AWARDS.format(remembers=remembers, told="true" if compares else remembers)
    parts = [_CHOSEN, *([_ITEMS] if lines else []), awards, _BACK]
    return f"WITH {', '.join(parts)}" + _EVENTS.format(
        lines="items.lines" if lines else "NULL",
        items="LEFT JOIN items ON items.purchase_id = c.id" if lines else "",
        order="customer, turn, number, what" if by_customer else "turn, number, what",
    )
