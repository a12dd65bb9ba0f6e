"""What transfers are and why they happened, in words of the active language."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext_lazy, ngettext

from programs.infos import AwardInfo
from programs.rules import Names, sentence
from programs.selectors.adjustments import reason_words
from programs.selectors.spoken import gettext as _
from smartbis.kernel.money import format_amount, format_money
from smartbis.kernel.units import TIER_POINTS, is_currency

EARNING = ("earn", "earn_pending")


_TITLES = {
    "release": gettext_lazy("Saldo liberado"),
    "reversal": gettext_lazy("Estorno por devolução"),
    "repayment": gettext_lazy("Acerto de estorno"),
    "write_off": gettext_lazy("Estorno assumido pela marca"),
    "voucher_issue": gettext_lazy("Troca por voucher"),
    "voucher_use": gettext_lazy("Voucher usado"),
    "voucher_return": gettext_lazy("Voucher devolvido ao saldo"),
    "voucher_forfeit": gettext_lazy("Voucher vencido"),
    "hold": gettext_lazy("Saldo reservado"),
    "hold_return": gettext_lazy("Reserva desfeita"),
    "spend": gettext_lazy("Saldo usado na compra"),
    "spend_return": gettext_lazy("Saldo usado devolvido"),
    "plan_buy": gettext_lazy("Plano pago com pontos"),
    "plan_return": gettext_lazy("Pontos de plano devolvidos"),
    "opening": gettext_lazy("Saldo inicial"),
    "undo": gettext_lazy("Importação desfeita"),
    "adjust": gettext_lazy("Ajuste"),
    "merged_in": gettext_lazy("Cadastros juntados"),
    "merged_away": gettext_lazy("Cadastros juntados"),
}
_TITLES_OF_MONEY = {
    "earn": gettext_lazy("Cashback recebido"),
    "earn_pending": gettext_lazy("Cashback a liberar"),
}
_TITLES_OF_POINTS = {
    "earn": gettext_lazy("Pontos recebidos"),
    "earn_pending": gettext_lazy("Pontos a liberar"),
}
_TITLES_OF_TIER_POINTS = {
    "earn": gettext_lazy("Pontos de nível recebidos"),
    "earn_pending": gettext_lazy("Pontos de nível a liberar"),
}
_WHY = {
    "release": gettext_lazy("O prazo de devolução terminou: o valor já pode ser usado."),
    "hold": gettext_lazy("Separado para uma compra em andamento."),
    "write_off": gettext_lazy("O que a devolução tirou já estava separado e pagou a compra: a marca assumiu."),
    "hold_return": gettext_lazy("A compra não foi concluída: o valor separado voltou."),
    "spend_return": gettext_lazy("A compra foi devolvida: o saldo usado nela voltou na mesma proporção."),
    "merged_in": gettext_lazy("O saldo do outro cadastro da mesma pessoa veio para este."),
    "merged_away": gettext_lazy("O saldo deste cadastro foi para o outro da mesma pessoa."),
}


def title(kind: str, unit: str) -> str:
    """What a transfer of `kind` is, in two or three words of the active language."""
    earned = _TITLES_OF_MONEY if is_currency(unit) else _TITLES_OF_POINTS
    if unit == TIER_POINTS:
        earned = _TITLES_OF_TIER_POINTS
    return str(earned.get(kind) or _TITLES.get(kind) or _("Movimento"))


def explain(kind: str, unit: str, amount: int, facts: dict[str, Any], locale: str) -> str:
    """Why a transfer of `amount` in `unit` happened, in a sentence or two of the active language."""
    if kind in EARNING:
        return _explain_award(unit, amount, facts, locale)
    if kind == "reversal":
        return _explain_reversal(unit, facts, locale)
    if kind == "repayment":
        return _explain_repayment(facts)
    if kind == "spend":
        return _("%(amount)s que estavam reservados pagaram a compra.") % {"amount": in_words(amount, unit, locale)}
    if facts.get("key") == "adjusted_by_hand":
        return f"{reason_words(facts.get('reason', ''))}."
    if kind.startswith(("voucher_", "plan_")):
        return " · ".join(part for part in (facts.get("plan"), facts["coupon"], facts["code"]) if part)
    return str(_WHY.get(kind) or facts.get("reason") or "")


def _explain_reversal(unit: str, facts: dict[str, Any], locale: str) -> str:
    if facts.get("key") == "participation_withdrawn":
        text = _("A participação foi desfeita: o que ela rendeu foi retirado.")
    elif facts.get("refund_minor") is None:
        text = _("A compra foi cancelada: o que ela rendeu foi retirado.")
    else:
        text = _("Devolução de %(refunded)s da compra que rendeu %(granted)s.") % {
            "refunded": format_money(facts["refund_minor"], facts["currency"], locale),
            "granted": in_words(facts["granted"], unit, locale),
        }
    shortfall = {
        "receivable": _("O saldo não bastava: fica a descontar dos próximos ganhos."),
        "written_off": _("O saldo não bastava: a marca assumiu a diferença."),
    }.get(facts.get("from", ""), "")
    return f"{text} {shortfall}".rstrip()


def award_facts(award: AwardInfo, *, currency: str, names: Names, took_part: Mapping[str, str]) -> dict[str, Any]:
    """What `explain` says of an award; `names` are those of its rule, `took_part` those of participations by kind."""
    kind = award.explanation.get("participation")
    named: dict[str, Any] = {"rule": award.rule, "names": names}
    if kind:
        named["participation"] = took_part.get(kind, kind)
        named["names"] = replace(names, participations={**names.participations, **took_part})
    return {"currency": currency, **award.explanation, **named}


def _explain_repayment(facts: dict[str, Any]) -> str:
    if facts.get("key") == "repaid_by_opening":
        return _("O saldo trazido cobriu primeiro um estorno anterior.")
    if facts.get("key") == "repaid_by_return" or facts.get("code"):
        return _("O que voltou do voucher cobriu primeiro um estorno anterior.")
    return _("O que você ganhou cobriu primeiro um estorno anterior.")


def _explain_award(unit: str, amount: int, facts: dict[str, Any], locale: str) -> str:
    took_part = facts.get("key") == "earned_by_participation"
    text = _("Participação: %(kind)s.") % {"kind": facts.get("participation", "")} if took_part else ""
    if facts.get("rule") is None:
        return text or str(facts.get("reason", ""))
    rule = sentence(facts["rule"], unit=unit, currency=facts["currency"], locale=locale, names=facts["names"])
    if took_part:
        text = f"{text} {rule}"
    else:
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
    """An amount with its unit: `R$ 20,00`, `38 pontos`, `38 pontos de nível`, in the active language."""
    text = format_amount(amount, unit, locale)
    if is_currency(unit):
        return text
    if unit == TIER_POINTS:
        return ngettext("%(count)s ponto de nível", "%(count)s pontos de nível", amount) % {"count": text}
    return ngettext("%(count)s ponto", "%(count)s pontos", amount) % {"count": text}
