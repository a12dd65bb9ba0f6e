"""Everything a brand keeps about a person, for that person."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from insights.selectors import rule_names
from programs.selectors import PeriodInfo, StatementLine, customer_plans, customer_statement, tier_card
from programs.selectors.personal import personal_history
from smartbis.customers.selectors import export_person
from smartbis.ledger.selectors import balances
from smartbis.purchases.infos import PurchaseInfo
from smartbis.purchases.selectors import purchases_page
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo, stores
from vouchers.infos import VoucherInfo
from vouchers.selectors import vouchers_of

PAGE = 500
MANY = 100_000


def export_for_person(*, brand: TenantInfo, customer: UUID, locale: str) -> dict[str, Any]:
    """Who they are, what they agreed to, balances, every movement, purchases, vouchers, and what they took part in."""
    with tenant_scope(brand.id, read_only=True):
        names = {store.id: store.name for store in stores(tenant=brand.id, active_only=False)}
        return {
            "brand": brand.name,
            "person": export_person(tenant=brand.id, customer=customer),
            "balances": [asdict(row) for row in balances(tenant=brand.id, customer=customer)],
            "statement": [_movement(line) for line in _all_lines(brand, customer, locale)],
            "purchases": [_purchase(row, names) for row in _all_purchases(brand, customer)],
            "plans": [_period(row) for row in _periods(brand, customer)],
            "tier": _tier(brand, customer),
            **personal_history(tenant=brand.id, customer=customer),
            "vouchers": [_voucher(row) for row in vouchers_of(tenant=brand.id, customer=customer, limit=MANY)],
        }


def _periods(brand: TenantInfo, customer: UUID) -> tuple[PeriodInfo, ...]:
    return customer_plans(tenant=brand.id, customer=customer, with_periods=True).periods


def _period(row: PeriodInfo) -> dict[str, Any]:
    return {
        "plan": row.plan,
        "cause": row.cause,
        "bought_at": row.bought_at,
        "from": row.starts_at,
        "until": row.ends_at,
        "taken_back": row.taken_back,
        "amount_minor": row.amount_minor,
        "points": row.points,
        "reference": row.reference,
        "reason": row.reason,
    }


def _tier(brand: TenantInfo, customer: UUID) -> dict[str, Any] | None:
    card = tier_card(tenant=brand.id, customer=customer, changes=MANY)
    if card is None:
        return None
    return {
        "tier": card.tier.name if card.tier else "",
        "reached_at": card.reached_at,
        "kept_until": card.keep_until,
        "figure": card.figure,
        "history": [asdict(change) for change in card.changes],
    }


def _all_lines(brand: TenantInfo, customer: UUID, locale: str) -> list[StatementLine]:
    lines: list[StatementLine] = []
    cursor = None
    while True:
        page = customer_statement(
            tenant=brand.id, customer=customer, locale=locale, cursor=cursor, limit=PAGE, names_of=rule_names
        )
        lines += page.items
        cursor = page.next_cursor
        if cursor is None:
            return lines


def _all_purchases(brand: TenantInfo, customer: UUID) -> list[PurchaseInfo]:
    rows: list[PurchaseInfo] = []
    cursor = None
    while True:
        page = purchases_page(tenant=brand.id, customer=customer, cursor=cursor, limit=PAGE)
        rows += page.items
        cursor = page.next_cursor
        if cursor is None:
            return rows


def _movement(line: StatementLine) -> dict[str, Any]:
    return {
        "at": line.at,
        "occurred_at": line.occurred_at,
        "kind": line.kind,
        "unit": line.unit,
        "amount": line.amount,
        "pending_change": line.pending_change,
        "owed_change": line.owed_change,
        "balance_after": line.balance_after,
        "title": line.title,
        "explanation": line.explanation,
        "store": line.store,
    }


def _purchase(row: PurchaseInfo, names: dict[UUID, str]) -> dict[str, Any]:
    return {
        "occurred_at": row.occurred_at,
        "store": names.get(row.store_id, ""),
        "number": row.external_id,
        "status": row.status,
        "amount_minor": row.amount_minor,
        "paid_minor": row.paid_minor,
        "refunded_minor": row.refunded_minor,
        "currency": row.currency,
    }


def _voucher(row: VoucherInfo) -> dict[str, Any]:
    return {
        "name": row.coupon_name,
        "code": row.code_grouped,
        "status": row.status,
        "issued_at": row.issued_at,
        "valid_until": row.valid_until,
        "used_at": row.used_at,
    }
