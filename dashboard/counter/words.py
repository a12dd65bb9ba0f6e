"""What a till says: each refusal of the contract in colour and words, the reason first and then what to do."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext as _

from programs.selectors import MemberInfo
from programs.selectors.explanations import in_words
from programs.selectors.obstacles import why_not_usable
from smartbis.kernel.clock import now
from smartbis.kernel.money import format_money
from smartbis.kernel.numerals import money_in_words
from vouchers.infos import RedemptionInfo, VoucherInfo

Tone = Literal["ok", "warn", "bad"]


@dataclass(frozen=True)
class Words:
    """A result that can be read from two metres: colour, headline, and what to do."""

    tone: Tone
    headline: str
    text: str = ""


def locale() -> str:
    """The active language as Babel names it: `pt_BR`, `en`."""
    return to_locale(get_language() or "pt-br")


def money(minor: int, currency: str) -> str:
    """`R$ 18,50` in the active language."""
    return format_money(minor, currency, locale())


def amount(value: int, unit: str, *, sign: bool = False) -> str:
    """An amount with its unit: `R$ 18,50`, `38 pontos`, `38 pontos de nível`; with `sign`, `+38 pontos`."""
    words = in_words(value, unit, locale())
    return f"+{words}" if sign and value > 0 else words


def day(at: datetime) -> str:
    """`12/11`, with the year when it is another one."""
    local = localtime(at)
    return date_format(local, "MONTH_DAY_FORMAT" if local.year == localtime(now()).year else "SHORT_DATE_FORMAT")


def payment_methods() -> list[tuple[str, str]]:
    """How a sale may be paid: what the till sends, and what the operator reads."""
    return [("cash", _("Dinheiro")), ("debit", _("Débito")), ("credit", _("Crédito")), ("pix", _("Pix"))]


def last_visit(at: datetime | None) -> str:
    """When somebody was here last, in words; nothing for somebody who never was."""
    if at is None:
        return ""
    days = (localtime(now()).date() - localtime(at).date()).days
    if days <= 0:
        return _("Já comprou hoje")
    if days == 1:
        return _("Última compra ontem")
    if days < 31:
        return _("Última compra há %(days)s dias") % {"days": days}
    return _("Última compra em %(day)s") % {"day": date_format(localtime(at), "SHORT_DATE_FORMAT")}


def plan_of(member: MemberInfo) -> str:
    """`Sócio até 12/12/2026`; within its grace, that it has ended."""
    last = localtime(member.ends_at - timedelta(microseconds=1))
    facts = {"plan": member.plan.name, "day": date_format(last, "SHORT_DATE_FORMAT")}
    if member.state == "grace":
        return _("%(plan)s terminou em %(day)s: renove para continuar") % facts
    return _("%(plan)s até %(day)s") % facts


# -- vouchers -------------------------------------------------------------------------------------------------------


def value_of(voucher: VoucherInfo) -> str:
    """What a voucher gives: `R$ 15,00 de desconto`, `10% de desconto até R$ 30,00`, or the thing itself."""
    if voucher.kind == "amount":
        return _("%(money)s de desconto") % {"money": money(voucher.value_minor or 0, voucher.currency)}
    if voucher.kind == "entry":
        return _("Entrada: %(event)s") % {"event": voucher.coupon_name}
    if voucher.kind == "percentage":
        share = percentage(voucher.value_bp or 0)
        if voucher.max_discount_minor is None:
            return _("%(share)s de desconto") % {"share": share}
        most = money(voucher.max_discount_minor, voucher.currency)
        return _("%(share)s de desconto até %(most)s") % {"share": share, "most": most}
    return voucher.coupon_name


def percentage(basis_points: int) -> str:
    """`10%`, `7,5%`."""
    whole, part = divmod(basis_points, 100)
    if not part:
        return f"{whole}%"
    separator = "." if locale().startswith("en") else ","
    return f"{whole}{separator}{part:02d}".rstrip("0") + "%"


def deadline_of(voucher: VoucherInfo) -> str:
    """`vence hoje`, `vale até 12/12`; nothing without an end."""
    if voucher.valid_until is None:
        return ""
    if localtime(voucher.valid_until).date() == localtime(now()).date():
        return _("vence hoje")
    return _("vale até %(day)s") % {"day": day(voucher.valid_until)}


def minimum_of(voucher: VoucherInfo) -> str:
    """`em compras a partir de R$ 50,00`; nothing without a minimum."""
    if not voucher.min_purchase_minor:
        return ""
    return _("em compras a partir de %(money)s") % {"money": money(voucher.min_purchase_minor, voucher.currency)}


def used(use: RedemptionInfo) -> str:
    """What a use gave: `−R$ 15,00`, or the thing that was handed over."""
    if use.discount_minor:
        return f"\N{MINUS SIGN}{money(use.discount_minor, use.currency)}"
    return use.coupon_name


# -- refusals -------------------------------------------------------------------------------------------------------

Facts = dict[str, Any]


def refused(code: str, facts: Facts, message: str) -> Words:
    """A refusal's code and facts as a result; `message` is the room's own sentence, for what has no words here."""
    words = _REFUSALS.get(code)
    if told := why_not_usable(code, facts, locale()):
        return Words("warn", _("SALDO NÃO VALE AQUI"), told)
    return words(facts, message) if words else Words("bad", _("NÃO FOI FEITO"), message)


def refused_at_door(code: str, facts: Facts, message: str) -> Words:
    """A refusal at an event's door."""
    words = {
        "entry_of_another_event": lambda: Words(
            "bad", _("É DE OUTRO EVENTO"), _("Entrada para: %(event)s.") % {"event": facts.get("event", "")}
        ),
        "registration_waiting": lambda: Words("warn", _("EM ESPERA"), _("Está na lista de espera, sem lugar.")),
        "registration_ended": lambda: Words("bad", _("FORA DA LISTA"), _("Esta inscrição foi cancelada.")),
        "registration_not_found": lambda: Words("bad", _("NÃO É UMA ENTRADA"), _("Este código é de outro voucher.")),
        "registration_unpaid": lambda: Words("warn", _("FALTA PAGAR"), _("Receba antes de deixar entrar.")),
        "event_cancelled": lambda: Words("bad", _("EVENTO CANCELADO"), _("Ninguém entra: o evento foi cancelado.")),
        "event_full": lambda: Words("bad", _("LOTADO"), _("Não há lugar livre, ou alguém da espera vem antes.")),
        "event_not_eligible": lambda: Words("bad", _("NÃO É PARA ESTE CLIENTE"), _("O evento é só para convidados.")),
        "registration_closed": lambda: Words(
            "bad", _("INSCRIÇÕES ENCERRADAS"), _("Este evento não recebe mais ninguém.")
        ),
        "insufficient_balance": lambda: Words("bad", _("FALTAM PONTOS"), _("O saldo não paga o preço do evento.")),
        "price_changed": lambda: Words("warn", _("O PREÇO MUDOU"), _("Procure a pessoa de novo e confira o preço.")),
        "not_arrived": lambda: Words("warn", _("JÁ DESFEITO"), _("Não há chegada para desfazer.")),
        "check_in_too_early": lambda: Words(
            "warn",
            _("AINDA NÃO"),
            _("A porta abre às %(time)s.") % {"time": date_format(_at(facts["from"]), "MONTH_DAY_TIME_FORMAT")},
        ),
    }.get(code)
    return words() if words else refused(code, facts, message)


def unknown_code(text: str) -> Words:
    """A code that is no voucher's here."""
    check = _("Confira: %(code)s") % {"code": text} if text else _("Este QR não é de um voucher desta marca.")
    return Words("bad", _("CÓDIGO NÃO ENCONTRADO"), check)


def old_picture() -> Words:
    """A QR that is not of now."""
    return Words("warn", _("QR ANTIGO"), _("Peça ao cliente para abrir o voucher no portal agora, ou digite o código."))


def too_many_codes() -> Words:
    """Somebody tries codes."""
    return Words("warn", _("ESPERE"), _("Muitos códigos errados seguidos. Tente de novo em alguns minutos."))


def _at(text: str) -> datetime:
    return localtime(datetime.fromisoformat(text))


def _already_redeemed(facts: Facts, message: str) -> Words:
    if not facts.get("at"):
        return Words("bad", _("JÁ USADO"), _("Não entregue de novo."))
    at = _at(facts["at"])
    when = {"day": day(at), "time": at.strftime("%H:%M"), "store": facts.get("store", ""), "by": facts.get("by", "")}
    is_today = at.date() == localtime(now()).date()
    headline = _("JÁ USADO hoje às %(time)s") if is_today else _("JÁ USADO em %(day)s às %(time)s")
    text = _("%(store)s, por %(by)s. Não entregue de novo.") if when["by"] else _("%(store)s. Não entregue de novo.")
    return Words("bad", headline % when, text % when)


def _expired(facts: Facts, message: str) -> Words:
    headline = _("VENCEU em %(day)s") % {"day": day(_at(facts["until"]))} if facts.get("until") else _("VENCEU")
    return Words("bad", headline, _("Não pode mais ser usado."))


def _not_yet_valid(facts: Facts, message: str) -> Words:
    if facts.get("next_sale"):
        return Words("warn", _("VALE NA PRÓXIMA COMPRA"), _("Foi ganho nesta compra: use na próxima."))
    return Words("warn", _("VALE A PARTIR de %(day)s") % {"day": day(_at(facts["from"]))}, _("Ainda não entregue."))


def _wrong_store(facts: Facts, message: str) -> Words:
    stores = ", ".join(facts.get("stores") or ())
    return Words("bad", _("NÃO VALE nesta loja"), _("Vale em: %(stores)s.") % {"stores": stores} if stores else "")


def _wrong_time(facts: Facts, message: str) -> Words:
    names = (_("segunda"), _("terça"), _("quarta"), _("quinta"), _("sexta"), _("sábado"), _("domingo"))
    days = ", ".join(names[number - 1] for number in sorted(facts.get("weekdays") or ()))
    hours = [_("das %(start)s às %(end)s") % {"start": pair[0], "end": pair[1]} for pair in facts.get("hours") or ()]
    when = "; ".join(part for part in (days, *hours) if part)
    return Words("warn", _("NÃO VALE agora"), _("Vale: %(when)s.") % {"when": when} if when else message)


def _below_minimum(facts: Facts, message: str) -> Words:
    missing = money(facts["missing_minor"], facts["currency"])
    minimum = money(facts["minimum_minor"], facts["currency"])
    return Words(
        "warn",
        _("FALTAM %(missing)s") % {"missing": missing},
        _("Para usar, a compra precisa ser de %(minimum)s ou mais.") % {"minimum": minimum},
    )


def _wrong_customer(facts: Facts, message: str) -> Words:
    if facts.get("is_named"):
        return Words("bad", _("É DE OUTRO CLIENTE"), _("Só quem ganhou este voucher pode usar."))
    return Words("warn", _("DE QUEM É?"), _("Voucher pessoal: procure o cliente primeiro."))


def _cancelled(facts: Facts, message: str) -> Words:
    when = _("pela marca em %(day)s") % {"day": day(_at(facts["at"]))} if facts.get("at") else _("pela marca")
    return Words("bad", _("CANCELADO"), when[:1].upper() + when[1:] + ".")


def _plain(tone: Tone, headline: Callable[[], str]) -> Callable[[Facts, str], Words]:
    return lambda facts, message: Words(tone, headline(), message)


def _fixed(tone: Tone, headline: Callable[[], str], text: Callable[[], str]) -> Callable[[Facts, str], Words]:
    return lambda facts, message: Words(tone, headline(), text())


_REFUSALS: dict[str, Callable[[Facts, str], Words]] = {
    "voucher_already_redeemed": _already_redeemed,
    "voucher_expired": _expired,
    "voucher_not_yet_valid": _not_yet_valid,
    "voucher_wrong_store": _wrong_store,
    "voucher_wrong_time": _wrong_time,
    "voucher_below_minimum": _below_minimum,
    "voucher_wrong_customer": _wrong_customer,
    "voucher_cancelled": _cancelled,
    "voucher_held": _plain("warn", lambda: _("RESERVADO")),
    "voucher_limit_reached": _plain("bad", lambda: _("LIMITE ATINGIDO")),
    "voucher_not_combinable": _plain("warn", lambda: _("NÃO SOMA")),
    "voucher_sale_refunded": _plain("warn", lambda: _("COMPRA DEVOLVIDA")),
    "entry_needs_check_in": _plain("warn", lambda: _("ENTRADA DE EVENTO")),
    "voucher_not_found": lambda facts, message: unknown_code(facts.get("code", "")),
    "idempotency_key_reused": _fixed(
        "warn", lambda: _("JÁ FOI FEITO"), lambda: _("Esta tela já foi usada com outros dados. Comece de novo.")
    ),
    "checkout_closed": _fixed(
        "warn", lambda: _("JÁ ENCERRADA"), lambda: _("Esta compra já foi registrada ou cancelada. Confira as últimas.")
    ),
    "checkout_expired": _fixed(
        "warn", lambda: _("A RESERVA VENCEU"), lambda: _("Nada foi usado. Comece de novo pelo cliente.")
    ),
    "checkout_changed": _fixed(
        "warn", lambda: _("O VALOR MUDOU"), lambda: _("Nada foi usado. Comece de novo pelo cliente.")
    ),
    "purchase_changed": _fixed(
        "warn", lambda: _("JÁ FOI REGISTRADA"), lambda: _("Há uma venda com este número. Confira as últimas.")
    ),
    "purchase_conflict": _fixed(
        "warn", lambda: _("NÚMERO REPETIDO"), lambda: _("Já há outra venda com este número. Confira as últimas.")
    ),
    "undo_too_late": _fixed(
        "warn",
        lambda: _("NÃO DÁ MAIS PARA DESFAZER"),
        lambda: _("Passou de um minuto. Se o cliente devolveu a compra, registre a devolução."),
    ),
    "refund_exceeds_purchase": _fixed(
        "warn", lambda: _("JÁ DEVOLVIDA"), lambda: _("Não resta nada desta venda para devolver.")
    ),
    "redemption_already_reversed": _fixed("warn", lambda: _("JÁ DESFEITO"), lambda: _("O voucher já pode ser usado.")),
}


# -- asking once more -----------------------------------------------------------------------------------------------


def unusual(minor: int, currency: str) -> str:
    """Asks whether an amount that the store hardly ever sees is right, with the number in words."""
    facts = {"money": money(minor, currency), "words": money_in_words(minor, currency, locale())}
    return _("Valor fora do comum: %(money)s, %(words)s. É isso mesmo?") % facts


def again(at: datetime, minor: int, currency: str) -> str:
    """Asks whether the same sale is meant twice."""
    facts = {"money": money(minor, currency), "time": localtime(at).strftime("%H:%M")}
    return _("De novo? Uma venda de %(money)s para este cliente foi registrada às %(time)s.") % facts
