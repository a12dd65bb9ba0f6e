"""A customer's statement in words: every cent with its sale, store, rule and rounding."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from programs.selectors.awards import awards_by_ids
from programs.selectors.explanations import EARNING, award_facts, explain, title
from programs.selectors.names import NamesOf, award_names, rule_names
from programs.selectors.participation_words import participations_of
from programs.selectors.spoken import speaking
from smartbis.kernel.codes import group_code
from smartbis.kernel.pages import Page
from smartbis.ledger.selectors import StatementRow, statement
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import get_tenant, stores
from vouchers.selectors import vouchers_by_ids


@dataclass(frozen=True)
class StatementLine:
    """One line of a statement, for people: `title` says what, `explanation` why and from what."""

    id: UUID
    at: datetime
    occurred_at: datetime
    kind: str
    unit: str
    amount: int
    pending_change: int
    owed_change: int
    balance_after: int
    title: str
    explanation: str
    store: str
    purchase_id: UUID | None
    voucher_id: UUID | None
    voucher_code: str


def customer_statement(
    *,
    tenant: UUID,
    customer: UUID,
    locale: str,
    unit: str | None = None,
    cursor: str | None = None,
    limit: int = 50,
    names_of: NamesOf = rule_names,
) -> Page[StatementLine]:
    """The customer's transfers in words of `locale`, the newest first; `names_of` knows what rules name.

    Twelve queries at most, however long.
    """
    with tenant_scope(tenant, read_only=True), speaking(locale):
        page = statement(tenant=tenant, customer=customer, unit=unit, cursor=cursor, limit=limit)
        names = {store.id: store.name for store in stores(tenant=tenant, active_only=False)}
        currency = get_tenant(tenant=tenant).currency
        wanted = {row.voucher_id for row in page.items if row.voucher_id}
        vouchers = vouchers_by_ids(tenant=tenant, vouchers=wanted) if wanted else {}
        earning = {row.award_id for row in page.items if row.award_id and row.kind in EARNING}
        awards = awards_by_ids(tenant=tenant, awards=earning) if earning else {}
        ruled = award_names(tenant=tenant, awards=awards.values(), names_of=names_of)
        took_part = participations_of(tenant=tenant, awards=awards.values())
        lines = []
        for row in page.items:
            voucher = vouchers.get(row.voucher_id) if row.voucher_id else None
            award = awards.get(row.award_id) if row.award_id else None
            facts = {
                **row.explanation,
                **(award_facts(award, currency=currency, names=ruled, took_part=took_part) if award else {}),
                "coupon": voucher.coupon_name if voucher else "",
                "code": group_code(voucher.code) if voucher else "",
                "store": names.get(row.store_id, "") if row.store_id else "",
                "currency": row.explanation.get("currency", currency),
            }
            lines.append(_line(row, facts, locale))
        return Page(tuple(lines), page.next_cursor)


def _line(row: StatementRow, facts: dict[str, Any], locale: str) -> StatementLine:
    return StatementLine(
        id=row.id,
        at=row.at,
        occurred_at=row.occurred_at,
        kind=row.kind,
        unit=row.unit,
        amount=row.amount,
        pending_change=row.pending_change,
        owed_change=row.owed_change,
        balance_after=row.balance_after,
        title=title(row.kind, row.unit),
        explanation=_joined(row, explain(row.kind, row.unit, row.moved, facts, locale)),
        store=facts["store"],
        purchase_id=row.purchase_id,
        voucher_id=row.voucher_id,
        voucher_code=facts["code"],
    )


def _joined(row: StatementRow, explanation: str) -> str:
    """The explanation; what happened under another record of the same person says so."""
    if row.merged_from is None or row.kind == "merged_away":
        return explanation
    return " ".join(part for part in (explanation, _("Veio do outro cadastro desta pessoa.")) if part)
