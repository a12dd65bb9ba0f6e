"""What must hold of a brand's value at every committed moment, counted anew from the rows that say why."""

from collections import Counter as Tally
from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Q

from programs.models import Award, AwardReversal, Checkout, RuleGift, RuleUse
from programs.rules import PointValue, Rule, money_of, period_key
from programs.rules.spec import PERIODS
from programs.selectors.books import check_books
from programs.selectors.catalogue import version_rules
from smartbis.customers.models import Customer
from smartbis.kernel.clock import now
from smartbis.kernel.money import half_up
from smartbis.kernel.units import TIER_POINTS
from smartbis.ledger.accounts import Account
from smartbis.ledger.closes import verify_closes
from smartbis.ledger.models import Holder, HolderBalance, Transfer
from smartbis.purchases.models import Purchase, Refund
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo
from vouchers.models import Voucher

_TABLES = (
    "ledger_transfer",
    "ledger_holderbalance",
    "programs_award",
    "programs_awardreversal",
    "programs_ruleuse",
    "programs_rulegift",
    "programs_adjustment",
    "programs_checkout",
    "programs_participation",
    "programs_planperiod",
    "purchases_purchase",
    "purchases_refund",
    "vouchers_voucher",
    "vouchers_redemption",
    "vouchers_reversal",
    "customers_customer",
    "outbox_event",
)


def faults_of(brand: TenantInfo) -> list[str]:
    """Everything that does not hold, in words; empty when all does."""
    with tenant_scope(brand.id, read_only=True):
        return [
            *check_books(tenant=brand.id).problems,
            *([] if (days := verify_closes(tenant=brand.id)).ok else [f"closed days: {days.problem}"]),
            *_balances(),
            *_awards(),
            *_sales(),
            *_checkouts(),
            *_vouchers(),
            *_limits(),
        ]


def assert_holds(*brands: TenantInfo) -> None:
    """Fail with all that does not hold."""
    for brand in brands:
        faults = faults_of(brand)
        assert not faults, faults


def value_of(brand: TenantInfo) -> list[tuple[Any, ...]]:
    """A print of every row that bears the brand's value: equal prints, and nothing has changed."""
    parts = " UNION ALL ".join(
        f"SELECT '{table}', count(*), md5(string_agg(t::text, '|' ORDER BY t.id)) FROM {table} t WHERE tenant_id = %s"
        for table in _TABLES
    )
    with tenant_scope(brand.id, read_only=True), connection.cursor() as cursor:
        cursor.execute(parts, [brand.id] * len(_TABLES))
        return list(cursor.fetchall())


def _balances() -> Iterator[str]:
    for row in HolderBalance.objects.all():
        if min(row.pending, row.owed, row.held) < 0 or (row.available < 0 and not row.may_be_negative):
            yield f"balance below zero: {row.available}, {row.pending}, {row.owed}, {row.held} {row.unit}"
        if row.merged_into_id and (row.available, row.pending, row.owed, row.held) != (0, 0, 0, 0):
            yield f"somebody who was merged still has {row.unit}"
    sums: Tally[tuple[str, str]] = Tally()
    for unit, debit, credit, amount in Transfer.objects.values_list("unit", "debit", "credit", "amount"):
        sums[unit, debit] -= amount
        sums[unit, credit] += amount
    yield from (
        f"{unit} left between two customers" for (unit, name), sum_ in sums.items() if name == "merged" and sum_
    )
    held: Tally[str] = Tally()
    for unit, left in Voucher.objects.values_list("paid_unit", "paid_left"):
        held[unit] += left
    for unit in {unit for unit, _ in sums}:
        if sums[unit, Account.VOUCHER_OUTSTANDING.value] != held[unit]:
            yield f"vouchers hold {held[unit]} {unit}, the ledger {sums[unit, Account.VOUCHER_OUTSTANDING.value]}"


def _awards() -> Iterator[str]:
    reversed_by: Tally[Any] = Tally()
    for award, amount in AwardReversal.objects.values_list("award_id", "amount"):
        reversed_by[award] += amount
    moved: Tally[Any] = Tally()
    of_awards = Transfer.objects.filter(award_id__isnull=False)
    for moved_by, kind, amount in of_awards.values_list("award_id", "kind", "amount"):
        moved[moved_by, kind] += amount
    pending: Tally[Any] = Tally()
    holders = {row.customer_id: row.merged_into_id or row.id for row in Holder.objects.all()}
    for row in Award.objects.all():
        if not 0 <= row.reversed <= row.granted or row.reversed != reversed_by[row.id]:
            yield f"award of {row.granted}: reversed {row.reversed}, its reversals {reversed_by[row.id]}"
        given = moved[row.id, "earn"] + moved[row.id, "earn_pending"]
        back = moved[row.id, "reversal"]
        if (given, back) != (row.granted, row.reversed):
            yield f"award of {row.granted} less {row.reversed}: the ledger gave {given} and took {back}"
        if row.status == Award.Status.PENDING:
            pending[holders[row.customer_id], row.unit] += row.granted - row.reversed
    for balance in HolderBalance.objects.all():
        if balance.pending != pending[balance.holder_id, balance.unit]:
            awarded = pending[balance.holder_id, balance.unit]
            yield f"pending is {balance.pending} {balance.unit}, of awards {awarded}"


def _sales() -> Iterator[str]:
    refunded: Tally[Any] = Tally()
    for purchase, amount in Refund.objects.filter(undone_at=None).values_list("purchase_id", "amount_minor"):
        refunded[purchase] += amount
    for sale in Purchase.objects.filter(undone_at=None):
        if sale.refunded_minor != refunded[sale.id] or sale.refunded_minor > sale.amount_minor:
            yield f"sale {sale.external_id}: refunded {sale.refunded_minor}, its refunds {refunded[sale.id]}"
        is_gone = sale.status == Purchase.Status.CANCELLED or sale.refunded_minor == sale.amount_minor
        for award in Award.objects.filter(purchase=sale) if is_gone else ():
            if award.reversed != award.granted:
                yield f"sale {sale.external_id} is gone: {award.reversed} of {award.granted} were taken back"
        for gift in RuleGift.objects.filter(purchase=sale, status__in=("waiting", "given")) if is_gone else ():
            had = Voucher.objects.filter(key__startswith=f"gift:{gift.id}:")
            # One whose use came back later is cancelled, and a worker takes its gift back.
            is_over = Q(uses_left=0) | Q(valid_until__lte=now()) | ~Q(revoked_reason="")
            if not had.filter(is_over, ~Q(status=Voucher.Status.CANCELLED) | ~Q(revoked_reason="")).exists():
                yield f"sale {sale.external_id} is gone: its {gift.kind} stands, {gift.status}"
    merged = set(Customer.objects.filter(status=Customer.Status.MERGED).values_list("id", flat=True))
    for model in (Purchase, Award, RuleGift, Voucher):
        if model.objects.filter(customer_id__in=merged).exists():
            yield f"a {model.__name__} of somebody who was merged"


def _checkouts() -> Iterator[str]:
    """What is held is what open checkouts hold; what was spent of it comes back with the sale's share."""
    open_now: Tally[Any] = Tally()
    holders = {row.customer_id: row.merged_into_id or row.id for row in Holder.objects.all()}
    for row in Checkout.objects.filter(state=Checkout.State.OPEN):
        if row.balance_minor and row.customer_id:
            open_now[holders[row.customer_id], row.currency] += row.balance_minor
    for balance in HolderBalance.objects.all():
        if balance.held != open_now[balance.holder_id, balance.unit]:
            yield f"held is {balance.held} {balance.unit}, by checkouts {open_now[balance.holder_id, balance.unit]}"
    spent: Tally[Any] = Tally()
    # An import's undo spends again what its refunds had given back.
    again = Q(kind="undo", credit=Account.REDEEMED.value, purchase_id__isnull=False)
    moves = Transfer.objects.filter(Q(kind__in=("spend", "spend_return")) | again)
    for sale, kind, amount in moves.values_list("purchase_id", "kind", "amount"):
        spent[sale] += -amount if kind == "spend_return" else amount
    for sold in Purchase.objects.filter(undone_at=None):
        used = sold.balance_used_minor
        left = 0 if sold.status == "cancelled" else used - half_up(used * sold.refunded_minor, sold.amount_minor)
        if spent[sold.id] != left:
            yield f"sale {sold.external_id} of {used} balance: the ledger says {spent[sold.id]} is spent, not {left}"


def _vouchers() -> Iterator[str]:
    for row in Voucher.objects.all():
        if not 0 <= row.uses_left <= row.uses_total or not 0 <= row.paid_left <= row.paid_amount:
            yield f"voucher {row.code}: {row.uses_left} of {row.uses_total} uses, {row.paid_left} of {row.paid_amount}"
        if row.status in ("cancelled", "lapsed") and row.paid_left:
            yield f"voucher {row.code} is over and still holds {row.paid_left}"


def _limits() -> Iterator[str]:
    """The counters say exactly what stands of awards and gifts; none is passed (but for what a merge added up)."""
    had = _counted()
    kept: Tally[Any] = Tally()
    for row in RuleUse.objects.all():
        name = (row.program_id, row.rule_key, row.customer_id, row.period)
        kept[*name, "amount"] += row.amount
        kept[*name, "times"] += row.times
    for name in sorted(had.keys() | kept.keys(), key=str):
        if kept[name] != had[name]:
            yield f"{name[1]} in {name[3]} for {name[2] or 'all'}: counted {kept[name]}, had {had[name]} ({name[4]})"
    stays = set(Customer.objects.filter(merged_into_id__isnull=False).values_list("merged_into_id", flat=True))
    for rule, program in _limited_rules():
        for (of, key, customer, period, what), amount in had.items():
            if (of, key) == (program, rule.key) and customer not in stays:
                most = _most(rule, customer, period, what)
                if most is not None and amount > most:
                    yield f"{key} in {period}: {amount} of {most}"


def _counted() -> Tally[Any]:
    had: Tally[Any] = Tally()
    for award in Award.objects.select_related("rule_version"):
        rules = version_rules(award.rule_version)
        rule = rules.rule(award.rule_key)
        if rule and award.facts.get("counted_on"):
            value = None if award.unit == TIER_POINTS else rules.point_value
            day = date.fromisoformat(award.facts["counted_on"])
            _count(had, award, rule, value, day, award.granted - award.reversed)
    for gift in RuleGift.objects.filter(status__in=("waiting", "given"), counted_on__isnull=False):
        rule = version_rules(gift.rule_version).rule(gift.rule_key)
        if rule and gift.counted_on:
            _count(had, gift, rule, None, gift.counted_on, gift.quantity)
    return had


def _count(
    had: Tally[Any], row: Award | RuleGift, rule: Rule, value: PointValue | None, day: date, amount: int
) -> None:
    for period in PERIODS:
        if period in rule.limits.per_customer or period in rule.limits.times_per_customer:
            name = (row.program_id, rule.key, row.customer_id, period_key(period, day))
            had[*name, "amount"] += amount
            had[*name, "times"] += amount > 0
        if period in rule.limits.per_rule:
            had[row.program_id, rule.key, None, period_key(period, day), "amount"] += amount
    if rule.limits.budget_minor is not None:
        had[row.program_id, rule.key, None, "budget", "amount"] += money_of(amount, value)


def _limited_rules() -> Iterator[tuple[Rule, Any]]:
    from programs.models import RuleVersion

    for version in RuleVersion.objects.order_by("program_id", "-version").distinct("program_id"):
        yield from ((rule, version.program_id) for rule in version_rules(version).rules if rule.limits.counts)


def _most(rule: Rule, customer: Any, period: str, what: str) -> int | None:
    kinds = [each for each in PERIODS if _is_of(each, period)]
    if period == "budget":
        return rule.limits.budget_minor
    if customer is None:
        limits = rule.limits.per_rule
    else:
        limits = rule.limits.times_per_customer if what == "times" else rule.limits.per_customer
    return limits.get(kinds[0]) if kinds else None


def _is_of(kind: str, period: str) -> bool:
    shapes = {"day": (10, False), "week": (8, True), "month": (7, False), "life": (4, False)}
    return kind == period if kind == "life" else (len(period), "W" in period) == shapes[kind]
