"""What customers read: refusals, values and terms, said to them and not about them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language, ngettext, to_locale
from django.utils.translation import gettext as _

from programs.gatherings.infos import GatheringForCustomer
from programs.selectors.explanations import in_words
from programs.selectors.obstacles import why_not_usable
from smartbis.kernel.errors import DomainError
from smartbis.kernel.money import format_money
from vouchers.infos import Reason


def locale() -> str:
    """The active language as Babel names it: `pt_BR`, `en`."""
    return to_locale(get_language() or "pt-br")


def amount_words(amount: int, unit: str) -> str:
    """`R$ 18,50`, `1 ponto`, `38 pontos`, `38 pontos de nível`."""
    return in_words(amount, unit, locale())


def short_money(minor: int, currency: str) -> str:
    """Money without cents that are zero: `R$ 10`, `R$ 9,90`."""
    text = format_money(minor, currency, locale())
    return text[:-3] if text.endswith((",00", ".00")) else text


def day(at: datetime) -> str:
    """A day of the brand's calendar: `12/12/2026`."""
    return date_format(localtime(at), "SHORT_DATE_FORMAT")


def moment(at: datetime) -> str:
    """A day and a time of the brand's calendar: `12/12/2026 14:05`."""
    return date_format(localtime(at), "SHORT_DATETIME_FORMAT")


def span(start: datetime, end: datetime) -> str:
    """From when to when: `sábado, 12/12/2026, das 19:00 às 22:00`."""
    first, last = localtime(start), localtime(end)
    facts = {
        "day": f"{date_format(first, 'l')}, {date_format(first, 'SHORT_DATE_FORMAT')}",
        "from": date_format(first, "H:i"),
    }
    if first.date() == last.date():
        return _("%(day)s, das %(from)s às %(until)s") % (facts | {"until": date_format(last, "H:i")})
    return _("%(day)s %(from)s a %(until)s") % (facts | {"until": moment(end)})


# -- refusals -------------------------------------------------------------------------------------------------------


def why_not(reason: Reason) -> str:
    """Why a customer cannot have an offer, in a short sentence to them."""
    facts = reason.params
    if reason.code == "insufficient_balance":
        return _("Faltam %(amount)s.") % {"amount": amount_words(facts["missing"], facts["unit"])}
    if reason.code == "coupon_limit_reached" and facts.get("per") == "day":
        return _("Você já pegou o de hoje. Amanhã tem mais.")
    if reason.code == "coupon_not_eligible" and (told := _whom(facts)):
        return told
    if reason.code == "coupon_limit_reached":
        limit = facts.get("limit") or 1
        return ngettext("Você já pegou o seu.", "Você já pegou os %(limit)s a que tem direito.", limit) % {
            "limit": limit
        }
    if reason.code == "coupon_not_live" and facts.get("from"):
        return _("A partir de %(day)s.") % {"day": day(datetime.fromisoformat(facts["from"]))}
    if told := why_not_usable(reason.code, facts, locale()):
        return told
    return _REFUSALS().get(reason.code, _("Não disponível agora."))


def _whom(facts: dict[str, Any]) -> str:
    """For whom an offer is, where that can be told without names of groups."""
    first = (facts.get("lacking") or [""])[0]
    if first == "birthday":
        return {
            "day": _("É um presente para o dia do seu aniversário."),
            "week": _("É um presente para a semana do seu aniversário."),
            "month": _("É um presente para o mês do seu aniversário."),
        }[facts["birthday"]]
    if first == "new":
        return _("É para quem acabou de chegar.")
    return _("É para quem está há tempo sem comprar.") if first == "inactive" else ""


def refusal(error: DomainError) -> str:
    """Why something a customer asked for was not done, and what to do."""
    if error.code == "insufficient_balance":
        return _("Seu saldo não é suficiente. Nada foi descontado.")
    if told := why_not_usable(error.code, error.params, locale()):
        return told
    return _REFUSALS().get(error.code) or _("Não foi possível agora. Nada foi descontado: tente de novo.")


def _REFUSALS() -> dict[str, str]:  # noqa: N802 - a table, read at each call for the language's sake
    return {
        "coupon_out_of_stock": _("Esgotado."),
        "coupon_limit_reached": _("Você já pegou todos a que tem direito."),
        "coupon_not_eligible": _("Esta oferta é para outro grupo de clientes."),
        "coupon_not_live": _("Esta oferta não está mais disponível."),
        "budget_exhausted": _("Esgotado por enquanto."),
        "plan_closed": _("Este plano não é mais vendido. Nada foi descontado."),
        "plan_already_paid": _("Seu plano já vale até o último dia. Nada foi descontado."),
        "plan_not_for_points": _("Este plano não se paga com pontos."),
        "challenge_closed": _("Este desafio se encerrou."),
        "event_cancelled": _("Este evento foi cancelado."),
        "event_not_eligible": _("Este evento é para outro grupo de pessoas."),
        "registration_closed": _("As inscrições não estão abertas."),
        "registration_ended": _("O evento já começou: fale com a equipe."),
        "already_arrived": _("Sua chegada já foi marcada."),
        "price_changed": _("O preço mudou. Nada foi descontado: confira e confirme de novo."),
        "idempotency_key_reused": _("Esta página ficou velha. Confira e confirme de novo."),
        "request_in_progress": _("Seu pedido já está em andamento."),
    }


def event_reason(code: str, seen: GatheringForCustomer) -> str:
    """Why a customer cannot register, in a short sentence to them."""
    info = seen.gathering
    if code == "insufficient_balance":
        return _("Faltam %(amount)s.") % {"amount": amount_words(seen.missing, info.price_unit)}
    if code == "registration_closed" and info.phase() == "soon" and info.registers_from:
        return _("As inscrições abrem em %(moment)s.") % {"moment": moment(info.registers_from)}
    if code == "registration_closed":
        return _("As inscrições se encerraram.")
    if code == "event_not_eligible":
        groups = ", ".join((*info.plans, *info.tiers, *info.tags))
        return _("Só para: %(groups)s.") % {"groups": groups}
    return _REFUSALS().get(code, _("Não disponível agora."))


def referral_state(status: str) -> str:
    """Where a friend stands, to who brought them; that somebody has to look is nobody's business."""
    return {
        "waiting": _("falta a primeira compra"),
        "held": _("em análise"),
        "settling": _("comprou: aguardando o prazo"),
        "settled": _("premiada"),
        "refused": _("não premiada"),
    }.get(status, status)


def goal_words(goal: str, number: int, category: str, currency: str) -> str:
    """What has to be done, in a sentence."""
    facts = {"n": number, "category": category, "money": short_money(number, currency) if goal == "spend" else ""}
    return {
        "purchases": ngettext("Faça %(n)s compra", "Faça %(n)s compras", number),
        "spend": _("Some %(money)s em compras"),
        "stores": ngettext("Compre em %(n)s loja", "Compre em %(n)s lojas diferentes", number),
        "category": ngettext("Compre %(category)s %(n)s vez", "Compre %(category)s %(n)s vezes", number),
        "events": ngettext("Participe de %(n)s evento", "Participe de %(n)s eventos", number),
    }.get(goal, "") % facts


def goal_progress(goal: str, value: int, number: int, currency: str) -> str:
    """`2 de 3`, `R$ 120 de R$ 300`."""
    if goal == "spend":
        return _("%(value)s de %(all)s") % {
            "value": short_money(value, currency),
            "all": short_money(number, currency),
        }
    return _("%(value)s de %(all)s") % {"value": value, "all": number}


# -- values and terms -----------------------------------------------------------------------------------------------


class Valued(Protocol):
    """What gives something: a coupon or a voucher."""

    @property
    def kind(self) -> str: ...
    @property
    def currency(self) -> str: ...
    @property
    def value_minor(self) -> int | None: ...
    @property
    def value_bp(self) -> int | None: ...
    @property
    def max_discount_minor(self) -> int | None: ...
    @property
    def min_purchase_minor(self) -> int | None: ...
    @property
    def stores(self) -> tuple[UUID, ...]: ...
    @property
    def weekdays(self) -> tuple[int, ...]: ...
    @property
    def hours(self) -> tuple[tuple[str, str], ...]: ...


def stub_of(terms: Valued) -> dict[str, Any]:
    """What stands on the stub of a ticket: a value of a few characters, or an icon."""
    if terms.kind == "amount" and terms.value_minor:
        return {"stub": short_money(terms.value_minor, terms.currency), "stub_icon": "", "stub_note": _("desconto")}
    if terms.kind == "percentage":
        return {"stub": percentage(terms.value_bp or 0), "stub_icon": "", "stub_note": _("desconto")}
    if terms.kind == "freebie":
        return {"stub": "", "stub_icon": "gift", "stub_note": _("grátis")}
    if terms.kind == "entry":
        return {"stub": "", "stub_icon": "calendar", "stub_note": _("entrada")}
    return {"stub": "", "stub_icon": "crown", "stub_note": _("benefício")}


def value_text(terms: Valued) -> str:
    """What it gives, in words: `R$ 10 de desconto`, `20% de desconto`."""
    if terms.kind == "amount" and terms.value_minor:
        return _("%(value)s de desconto") % {"value": short_money(terms.value_minor, terms.currency)}
    if terms.kind == "percentage":
        return _("%(value)s de desconto") % {"value": percentage(terms.value_bp or 0)}
    if terms.kind == "entry":
        return _("Entrada")
    return _("Grátis") if terms.kind == "freebie" else _("Benefício")


def percentage(basis_points: int) -> str:
    """`20%`, `12,5%`."""
    whole, rest = divmod(basis_points, 100)
    separator = "." if locale().startswith("en") else ","
    return f"{whole}{separator}{rest:02d}".rstrip("0") + "%" if rest else f"{whole}%"


def terms_of(terms: Valued, store_names: dict[UUID, str], *, everywhere: str = "") -> list[str]:
    """Where, when and from how much something may be used, one sentence each."""
    found = []
    if terms.min_purchase_minor:
        found.append(
            _("Em compras a partir de %(money)s.") % {"money": short_money(terms.min_purchase_minor, terms.currency)}
        )
    if terms.max_discount_minor and terms.kind == "percentage":
        found.append(_("Desconto de até %(money)s.") % {"money": short_money(terms.max_discount_minor, terms.currency)})
    names = sorted(store_names[store] for store in terms.stores if store in store_names)
    if names:
        found.append(_("Vale em: %(stores)s.") % {"stores": ", ".join(names)})
    elif everywhere:
        found.append(everywhere)
    if terms.weekdays or terms.hours:
        found.append(_("Vale %(when)s.") % {"when": when_words(terms.weekdays, terms.hours)})
    return found


def when_words(weekdays: Sequence[int], hours: Sequence[tuple[str, str]]) -> str:
    """`seg, ter, qua, das 14:00 às 18:00`."""
    names = (_("seg"), _("ter"), _("qua"), _("qui"), _("sex"), _("sáb"), _("dom"))
    parts = [", ".join(names[number - 1] for number in sorted(weekdays))] if weekdays else []
    parts += [_("das %(start)s às %(end)s") % {"start": start, "end": end} for start, end in hours]
    return "; ".join(parts)


def how_long(at: datetime | None, instant: datetime) -> str:
    """Until when something is good, with how soon that is: `Vale até 12/12/2026`, `Vence hoje`."""
    if at is None:
        return _("Sem prazo para usar")
    days = (localtime(at).date() - localtime(instant).date()).days
    if days < 0:
        return _("Venceu em %(day)s") % {"day": day(at)}
    if days == 0:
        return _("Vence hoje")
    if days == 1:
        return _("Vence amanhã")
    if days <= 7:
        return ngettext("Vence em %(days)s dia", "Vence em %(days)s dias", days) % {"days": days}
    return _("Vale até %(day)s") % {"day": day(at)}
