"""A customer's statement in words: every cent with its sale, store, rule and rounding."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from programs.infos import AwardInfo
from programs.rules import Names, sentence
from programs.selectors.adjustments import reason_words
from programs.selectors.awards import awards_by_ids
from smartbis.kernel.codes import group_code
from smartbis.kernel.money import format_amount, format_money
from smartbis.kernel.pages import Page
from smartbis.kernel.units import is_currency
from smartbis.ledger.selectors import StatementRow, statement
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import get_tenant, stores
from vouchers.selectors import vouchers_by_ids

EARNING = ("earn", "earn_pending")


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
) -> Page[StatementLine]:
    """The customer's transfers in words of `locale`, the newest first. Six queries, however long."""
    with tenant_scope(tenant, read_only=True), translation.override(locale):
        page = statement(tenant=tenant, customer=customer, unit=unit, cursor=cursor, limit=limit)
        names = {store.id: store.name for store in stores(tenant=tenant, active_only=False)}
        codes = {store.code: store.name for store in stores(tenant=tenant, active_only=False)}
        currency = get_tenant(tenant=tenant).currency
        wanted = {row.voucher_id for row in page.items if row.voucher_id}
        vouchers = vouchers_by_ids(tenant=tenant, vouchers=wanted) if wanted else {}
        earning = {row.award_id for row in page.items if row.award_id and row.kind in EARNING}
        awards = awards_by_ids(tenant=tenant, awards=earning) if earning else {}
        lines = []
        for row in page.items:
            voucher = vouchers.get(row.voucher_id) if row.voucher_id else None
            award = awards.get(row.award_id) if row.award_id else None
            facts = {
                **row.explanation,
                **(award_facts(award, currency=currency, stores=codes) if award else {}),
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


def title(kind: str, unit: str) -> str:
    """What a transfer of `kind` is, in two or three words of the active language."""
    earned = _("Cashback recebido") if is_currency(unit) else _("Pontos recebidos")
    titles = {
        "earn": earned,
        "earn_pending": _("Cashback a liberar") if is_currency(unit) else _("Pontos a liberar"),
        "release": _("Saldo liberado"),
        "reversal": _("Estorno por devolução"),
        "repayment": _("Acerto de estorno"),
        "voucher_issue": _("Troca por voucher"),
        "voucher_use": _("Voucher usado"),
        "voucher_return": _("Voucher devolvido ao saldo"),
        "voucher_forfeit": _("Voucher vencido"),
        "plan_buy": _("Plano pago com pontos"),
        "plan_return": _("Pontos de plano devolvidos"),
        "opening": _("Saldo inicial"),
        "undo": _("Importação desfeita"),
        "adjust": _("Ajuste"),
        "merged_in": _("Cadastros juntados"),
        "merged_away": _("Cadastros juntados"),
    }
    return titles.get(kind, _("Movimento"))


def explain(kind: str, unit: str, amount: int, facts: dict[str, Any], locale: str) -> str:
    """Why a transfer of `amount` in `unit` happened, in one sentence of the active language."""
    parts: list[str] = []
    if kind in EARNING:
        parts.append(_explain_award(unit, amount, facts, locale))
    elif kind == "reversal" and facts.get("refund_minor") is not None:
        refunded = format_money(facts["refund_minor"], facts["currency"], locale)
        granted = in_words(facts["granted"], unit, locale)
        sentence_ = _("Devolução de %(refunded)s da compra que rendeu %(granted)s.")
        parts.append(sentence_ % {"refunded": refunded, "granted": granted})
        if facts.get("from") == "receivable":
            parts.append(_("O saldo não bastava: fica a descontar dos próximos ganhos."))
        elif facts.get("from") == "written_off":
            parts.append(_("O saldo não bastava: a marca assumiu a diferença."))
    elif kind == "reversal":
        parts.append(_("A compra foi cancelada: o que ela rendeu foi retirado."))
    elif kind == "release":
        parts.append(_("O prazo de devolução terminou: o valor já pode ser usado."))
    elif kind == "repayment":
        parts.append(_explain_repayment(facts))
    elif kind == "merged_in":
        parts.append(_("O saldo do outro cadastro da mesma pessoa veio para este."))
    elif kind == "merged_away":
        parts.append(_("O saldo deste cadastro foi para o outro da mesma pessoa."))
    elif facts.get("key") == "adjusted_by_hand":
        parts.append(f"{reason_words(facts.get('reason', ''))}.")
    elif kind.startswith(("voucher_", "plan_")):
        parts.append(" · ".join(part for part in (facts.get("plan"), facts["coupon"], facts["code"]) if part))
    elif facts.get("reason"):
        parts.append(str(facts["reason"]))
    return " ".join(part for part in parts if part)


def award_facts(award: AwardInfo, *, currency: str, stores: dict[str, str]) -> dict[str, Any]:
    """What `explain` says of an award; `stores` gives names by code."""
    return {"currency": currency, **award.explanation, "rule": award.rule, "names": Names(stores=stores)}


def _explain_repayment(facts: dict[str, Any]) -> str:
    if facts.get("key") == "repaid_by_opening":
        return _("O saldo trazido cobriu primeiro um estorno anterior.")
    if facts.get("key") == "repaid_by_return" or facts.get("code"):
        return _("O que voltou do voucher cobriu primeiro um estorno anterior.")
    return _("O que você ganhou cobriu primeiro um estorno anterior.")


def _explain_award(unit: str, amount: int, facts: dict[str, Any], locale: str) -> str:
    if facts.get("key") == "earned_by_participation":
        return _("Participação: %(kind)s.") % {"kind": facts.get("participation", "")}
    if facts.get("rule") is None:
        return str(facts.get("reason", ""))
    rule = sentence(facts["rule"], unit=unit, currency=facts["currency"], locale=locale, names=facts["names"])
    text = _("%(base)s × %(rule)s = %(amount)s") % {
        "base": format_money(facts["base"], facts["currency"], locale),
        "rule": f"{rule[:1].lower()}{rule[1:]}".rstrip("."),
        "amount": in_words(amount, unit, locale),
    }
    if facts.get("cut_by"):
        wanted = in_words(facts["wanted"], unit, locale)
        text += " " + _("(seriam %(wanted)s: o limite da regra foi alcançado)") % {"wanted": wanted}
    return text


def in_words(amount: int, unit: str, locale: str) -> str:
    """An amount with its unit: `R$ 20,00`, `38 pontos`, in the active language."""
    text = format_amount(amount, unit, locale)
    if is_currency(unit):
        return text
    return ngettext("%(count)s ponto", "%(count)s pontos", amount) % {"count": text}
