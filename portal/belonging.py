"""Tiers and plans as the portal's pages show them, in words to the customer."""

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal import words
from programs.selectors import LadderInfo, MemberInfo, PlanInfo, TierCard
from programs.selectors.plan_words import plan_length
from programs.tiers import Ladder, Tier
from smartbis.tenancy.selectors import TenantInfo


def figure(value: int, measure: str, currency: str) -> str:
    """A figure of the ladder: `R$ 500`, `300 pontos`, `4 compras`."""
    if measure == "spend":
        return words.short_money(value, currency)
    if measure == "purchases":
        return ngettext("%(number)s compra", "%(number)s compras", value) % {"number": value}
    return words.amount_words(value, measure)


def last_day(end: datetime) -> str:
    """The last day of something that ends just before an instant."""
    return words.day(end - timedelta(microseconds=1))


def tier_progress(card: TierCard | None, currency: str) -> dict[str, Any] | None:
    """The tier, the way to the next, and what keeping it asks for."""
    if card is None:
        return None
    measure = card.ladder.measure
    text = kept = ""
    if card.next:
        facts = {"missing": figure(card.to_next, measure, currency), "tier": card.next.name}
        text = _("Faltam %(missing)s para %(tier)s") % facts
    if card.tier and card.keep_until:
        facts = {"day": last_day(card.keep_until), "missing": figure(card.to_keep, measure, currency)}
        facts["tier"] = card.tier.name
        kept = (
            _("Faltam %(missing)s até %(day)s para continuar %(tier)s")
            if card.to_keep
            else _("%(tier)s garantido até %(day)s")
        ) % facts
    return {"tier": card.tier, "next": card.next, "share": card.share, "text": text, "kept": kept}


def steps(ladder: Ladder, currency: str, here: Tier | None = None) -> list[dict[str, Any]]:
    """Every tier with what it asks for and gives."""
    return [
        {
            "tier": tier,
            "from": _("a partir de %(figure)s") % {"figure": figure(tier.threshold, ladder.measure, currency)}
            if tier.threshold
            else _("para todos"),
            "benefits": [line.strip() for line in tier.benefits.splitlines() if line.strip()],
            "is_here": here is not None and tier.key == here.key,
        }
        for tier in ladder.tiers
    ]


def counted(ladder: Ladder) -> str:
    """What counts, and for how long, in one sentence."""
    what = {
        "spend": _("Conta o que você gastou"),
        "points": _("Contam os pontos que você ganhou"),
        "tier_points": _("Contam os pontos de nível que você ganhou"),
        "purchases": _("Contam as suas compras"),
    }[ladder.measure]
    if ladder.window == "calendar_year":
        return _("%(what)s neste ano.") % {"what": what}
    return _("%(what)s nos últimos %(days)s dias.") % {"what": what, "days": ladder.window_days}


def public_ladder(info: LadderInfo | None, brand: TenantInfo) -> dict[str, Any] | None:
    """The ladder for anybody."""
    if info is None:
        return None
    return {"steps": steps(info.ladder, brand.currency), "counted": counted(info.ladder)}


def price(plan: PlanInfo, currency: str) -> str:
    """What a plan costs: `R$ 120 ou 500 pontos`; empty when it is not for sale by itself."""
    parts = []
    if plan.price_minor is not None:
        parts.append(words.short_money(plan.price_minor, currency))
    if plan.price_points is not None:
        parts.append(words.amount_words(plan.price_points, "points"))
    return _(" ou ").join(parts)


def plan_offer(plan: PlanInfo, currency: str) -> dict[str, Any]:
    """A plan for anybody: what it gives, costs and how long it lasts."""
    return {
        "key": plan.key,
        "name": plan.name,
        "description": plan.description,
        "benefits": plan.benefits,
        "price": price(plan, currency),
        "length": plan_length(plan),
    }


def plan_short(member: MemberInfo) -> dict[str, Any]:
    """A plan that the customer has, in one line."""
    until = last_day(member.ends_at)
    text = _("Até %(day)s") % {"day": until}
    if member.state == "grace":
        text = _("Terminou em %(day)s: renove para não perder") % {"day": until}
    elif member.days_left <= 30:
        left = ngettext("Falta %(count)s dia: até %(day)s", "Faltam %(count)s dias: até %(day)s", member.days_left)
        text = left % {"count": member.days_left, "day": until}
    return {"name": member.plan.name, "text": text, "is_urgent": member.state == "grace" or member.days_left <= 30}
