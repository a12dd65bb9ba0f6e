"""A quote in sentences of the active language: each line of its explanation, and what to tell the customer."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from programs.checkouts.infos import CheckoutInfo, Line
from programs.selectors.explanations import in_words
from programs.selectors.obstacles import why_not_usable
from smartbis.kernel.money import format_money


def quote_sentences(quote: CheckoutInfo, locale: str) -> list[str]:
    """The explanation, line by line, ending with what is due."""
    due = _("A pagar: %(amount)s.") % {"amount": format_money(quote.due_minor, quote.currency, locale)}
    return [text for line in quote.lines if (text := line_words(line, quote.currency, locale))] + [due]


def line_words(line: Line, currency: str, locale: str) -> str:
    """One line; `locale` formats its money."""
    facts: dict[str, Any] = {**line.facts}
    for name in ("amount", "available"):
        if name in facts:
            facts[name] = format_money(facts[name], currency, locale)
    if line.code == "balance_limited":
        return why_not_usable(line.facts["code"], line.facts, locale)
    if line.code == "voucher" and line.facts["kind"] not in ("amount", "percentage"):
        return _("%(name)s: entregue com a compra.") % facts
    words = _WORDS.get(line.code)
    return words() % facts if words else ""


def told_to_customer(quote: CheckoutInfo, locale: str) -> str:
    """What an operator says aloud: what is taken off, what is due, what the sale earns."""
    due = format_money(quote.due_minor, quote.currency, locale)
    off = quote.discount_minor + quote.balance_minor
    parts = []
    if off:
        facts = {"off": format_money(off, quote.currency, locale), "due": due}
        parts.append(_("Você economiza %(off)s e paga %(due)s.") % facts)
    else:
        parts.append(_("Você paga %(due)s.") % {"due": due})
    earned = [in_words(each.amount, each.unit, locale) for each in quote.earns]
    if earned:
        parts.append(_("E ganha %(earned)s com esta compra.") % {"earned": " + ".join(earned)})
    return " ".join(parts)


_WORDS: dict[str, Callable[[], str]] = {
    "used_before": lambda: _("Vouchers já usados nesta venda: −%(amount)s."),
    "voucher": lambda: _("%(name)s: −%(amount)s."),
    "voucher_left_out": lambda: _("%(name)s ficou de fora: %(message)s"),
    "not_together": lambda: _("%(name)s não vale junto com outro voucher: foi escolhido o que deixa menos a pagar."),
    "limit_reached": lambda: _("%(name)s ficou de fora: o cliente chegou ao limite deste cupom."),
    "share_reached": lambda: _(
        "%(name)s ficou de fora: o saldo e os vouchers de saldo já pagam o que podem desta compra."
    ),
    "not_needed": lambda: _("%(name)s não foi preciso e continua guardado."),
    "balance": lambda: _("Saldo: −%(amount)s, de %(available)s que o cliente tem."),
    "balance_saved": lambda: _("O cliente guarda o saldo: %(available)s continuam lá."),
    "balance_not_asked": lambda: _("O saldo não foi usado: %(available)s continuam lá."),
    "balance_not_needed": lambda: _("O saldo não foi preciso: %(available)s continuam lá."),
    "balance_share_reached": lambda: _("O saldo e os vouchers de saldo já pagam o que podem desta compra."),
    "balance_not_with_voucher": lambda: _("O saldo não vale junto com este voucher: %(available)s continuam lá."),
}
