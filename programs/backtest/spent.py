"""Past uses of balance beyond a sale's own: vouchers that were bought from it, and those of them used on sales."""

from datetime import datetime
from typing import Any

from django.db import connection

from programs.backtest.replay import note_spending
from programs.backtest.run import days
from programs.backtest.tallies import Tally
from programs.models import Backtest, Program
from programs.rules import Article, RuleSet, Spending, lines_of, read_rules, spendable
from programs.rules.spending import may_leave, of_the_sale
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import get_tenant

_BOUGHT = """
SELECT amount, available_after + amount FROM ledger_transfer
WHERE tenant_id = %(tenant)s AND unit = %(unit)s AND kind = 'voucher_issue'
  AND recorded_at >= %(since)s AND recorded_at < %(until)s AND recorded_at <= %(cutoff)s
"""
_USED = """
SELECT r.discount_minor, p.amount_minor, s.code,
    (SELECT array_agg(ARRAY[i.sku, i.category, i.quantity::text, i.unit_minor::text] ORDER BY i.position)
     FROM purchases_purchaseitem i WHERE i.tenant_id = p.tenant_id AND i.purchase_id = p.id)
FROM vouchers_redemption r
JOIN vouchers_voucher v ON v.tenant_id = r.tenant_id AND v.id = r.voucher_id
JOIN vouchers_coupon c ON c.tenant_id = v.tenant_id AND c.id = v.coupon_id AND c.is_balance
JOIN purchases_purchase p ON p.tenant_id = r.tenant_id AND p.store_id = r.store_id AND p.external_id = r.external_id
    AND p.undone_at IS NULL AND p.status <> 'cancelled'
JOIN tenancy_store s ON s.tenant_id = p.tenant_id AND s.id = p.store_id
WHERE r.tenant_id = %(tenant)s
  AND NOT EXISTS (SELECT FROM vouchers_reversal x WHERE x.tenant_id = r.tenant_id AND x.redemption_id = r.id)
  AND p.occurred_at >= %(since)s AND p.occurred_at < %(until)s AND p.recorded_at <= %(cutoff)s
"""


def spent_by_vouchers(row: Backtest, tally: Tally) -> None:
    """Count vouchers bought from balance in the period, and used on its sales, by the draft's spending rules."""
    rules = read_rules(row.draft).spending
    if rules == RuleSet(()).spending:
        return
    with tenant_scope(row.tenant_id, read_only=True), connection.cursor() as cursor:
        since, until = days(get_tenant(tenant=row.tenant_id).timezone, row)
        unit = Program.objects.get(id=row.program_id).unit
        named = _named(row, unit, since, until)
        cursor.execute(_BOUGHT, named)
        for amount, before in cursor.fetchall():
            allowed = amount if may_leave(rules, before) else 0
            note_spending(tally, "conversions", amount, allowed, ("below_minimum_balance",))
        cursor.execute(_USED, named)
        for discount, sale, store, lines in cursor.fetchall():
            _note_use(tally, rules, discount, sale, store, lines)


def _note_use(tally: Tally, rules: Spending, discount: int, sale: int, store: str, lines: Any) -> None:
    articles = [
        Article(sku, category, frozenset(), int(count), int(unit)) for sku, category, count, unit in lines or ()
    ]
    # What left the balance has left it: here only the sale decides.
    found = spendable(
        of_the_sale(rules),
        available_minor=discount,
        sale_minor=sale,
        store=store,
        lines=lines_of(articles, gross_minor=sale, paid_minor=sale),
    )
    note_spending(tally, "vouchers", discount, found.amount_minor, found.obstacles)


def _named(row: Backtest, unit: str, since: datetime, until: datetime) -> dict[str, Any]:
    return {"tenant": row.tenant_id, "unit": unit, "since": since, "until": until, "cutoff": row.created_at}
