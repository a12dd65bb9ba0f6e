"""Plans and tiers in words and states, for the pages that show them."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dashboard.brand import words
from dashboard.brand.requests import DeskRequest
from dashboard.brand.states import State
from programs.selectors import MemberInfo, PeriodInfo, PlanInfo, TierCard, customer_plans, tier_card
from programs.tiers import Ladder


def figure(value: int, measure: str, currency: str) -> str:
    """A figure of a ladder: `R$ 500`, `300 pontos`, `4 compras`."""
    if measure == "spend":
        return words.short_money(value, currency)
    if measure == "purchases":
        return ngettext("%(number)s compra", "%(number)s compras", value) % {"number": words.number(value)}
    return words.amount(value, measure)


def measured(ladder: Ladder) -> str:
    """What a ladder counts, and in which window: `gasto nos últimos 90 dias`."""
    what = {
        "spend": _("gasto"),
        "points": _("pontos ganhos"),
        "tier_points": _("pontos de nível"),
        "purchases": _("compras"),
    }[ladder.measure]
    if ladder.window == "calendar_year":
        return _("%(what)s no ano corrente") % {"what": what}
    return _("%(what)s nos últimos %(days)s dias") % {"what": what, "days": ladder.window_days}


def kept(ladder: Ladder) -> str:
    """What happens to a tier that is no longer earned, in one sentence."""
    if ladder.keep == "for_ever":
        return _("Quem chega a um nível fica nele para sempre.")
    if ladder.keep == "while_earned":
        return _("O nível vale só enquanto é merecido.")
    to = _("desce um degrau") if ladder.fall == "one_step" else _("vai para o nível que merece")
    if ladder.keep == "period_end":
        return _("O nível vale até o fim do ano; quem não o merece mais então %(to)s.") % {"to": to}
    return _("O nível vale %(days)s dias; quem não o merece mais então %(to)s.") % {"days": ladder.keep_days, "to": to}


def last_day(end: datetime) -> str:
    """The last day of something that ends just before an instant."""
    return words.day(end - timedelta(microseconds=1))


def price(plan: PlanInfo, currency: str) -> str:
    """What a plan costs: `R$ 120 ou 500 pontos`."""
    parts = []
    if plan.price_minor is not None:
        parts.append(words.short_money(plan.price_minor, currency))
    if plan.price_points is not None:
        parts.append(words.amount(plan.price_points, "points"))
    return _(" ou ").join(parts) or _("sem preço")


def member_state(member: MemberInfo) -> State:
    """Where a member stands."""
    if member.state == "lapsed":
        return State(_("encerrado"), "", "circle-x")
    if member.state == "grace":
        return State(_("em tolerância"), "warn", "hourglass")
    if member.days_left <= 30:
        return State(_("termina em breve"), "warn", "hourglass")
    return State(_("ativo"), "ok", "circle-check")


def period_line(period: PeriodInfo, currency: str) -> dict[str, Any]:
    """One period for the customer's page: what, why, from when to when, and how it ended if it did."""
    causes = {
        "sale": _("venda"),
        "payment": _("pagamento confirmado"),
        "points": _("pago com pontos"),
        "grant": _("dado pela marca"),
        "rule": _("por regra"),
    }
    ended = {"refund": _("devolvido"), "withdrawn": _("desfeito"), "merged": _("passou a outro cadastro")}
    details = [causes.get(period.cause, period.cause)]
    if period.amount_minor is not None:
        details.append(words.amount(period.amount_minor, currency))
    if period.points:
        details.append(words.amount(period.points, "points"))
    details += [text for text in (period.reference, period.reason, period.actor) if text]
    if period.vouchers_kept:
        details.append(vouchers_kept(period.vouchers_kept))
    return {
        "plan": period.plan,
        "from": words.day(period.starts_at) if period.starts_at else "",
        "until": last_day(period.ends_at) if period.ends_at else "",
        "details": " · ".join(details),
        "ended": ended.get(period.taken_back, ""),
        "source": period.source if period.can_withdraw else "",
        "sale_url": reverse("dashboard:purchase", args=[period.purchase_id]) if period.purchase_id else "",
    }


def vouchers_kept(count: int) -> str:
    """What is said of vouchers that came with a period that was taken back, and had been used by then."""
    return ngettext(
        "%(count)s voucher que veio junto já tinha sido usado",
        "%(count)s vouchers que vieram junto já tinham sido usados",
        count,
    ) % {"count": words.number(count)}


def tier_box(card: TierCard | None, currency: str) -> dict[str, Any] | None:
    """Where a customer stands and why, for their page."""
    if card is None:
        return None
    measure = card.ladder.measure
    facts = [f"{figure(card.figure, measure, currency)} · {measured(card.ladder)}"]
    if card.tier and card.reached_at:
        facts.append(_("Chegou a %(tier)s em %(day)s.") % {"tier": card.tier.name, "day": words.day(card.reached_at)})
    if card.tier and card.keep_until:
        until = last_day(card.keep_until)
        facts.append(
            _("Faltam %(missing)s até %(day)s para continuar.")
            % {"missing": figure(card.to_keep, measure, currency), "day": until}
            if card.to_keep
            else _("Garantido até %(day)s.") % {"day": until}
        )
    ways = {"facts": _("pelas compras"), "time": _("pelo prazo"), "ladder": _("os níveis mudaram")}
    return {
        "tier": card.tier,
        "facts": facts,
        "next": card.next.name if card.next else "",
        "share": card.share,
        "missing": figure(card.to_next, measure, currency),
        "changes": [
            {
                "day": words.day(each.at),
                "before": each.before or _("nenhum"),
                "after": each.after or _("nenhum"),
                "why": f"{figure(each.figure, measure, currency)}, {ways.get(each.cause, each.cause)}",
            }
            for each in card.changes
        ],
    }


def boxes(request: DeskRequest, customer: UUID, *, is_active: bool) -> dict[str, Any]:
    """What the page of a customer shows of their tier and plans, and what may be done about them."""
    currency = request.brand.currency
    found = customer_plans(tenant=request.tenant, customer=customer, with_periods=True)
    may_give = is_active and request.may("plan.confirm")
    may_withdraw = is_active and request.may("plan.change")
    return {
        "tier_box": tier_box(tier_card(tenant=request.tenant, customer=customer, changes=10), currency)
        if is_active
        else None,
        "plan_lines": [
            {
                "name": member.plan.name,
                "since": words.day(member.started_at),
                "until": last_day(member.ends_at),
                "state": member_state(member),
            }
            for member in found.members
        ],
        "period_lines": [period_line(period, currency) for period in found.periods],
        "give_url": reverse("dashboard:customer_plan", args=[customer]) if may_give else "",
        "withdraw_url": reverse("dashboard:customer_plan_withdraw", args=[customer]) if may_withdraw else "",
    }
