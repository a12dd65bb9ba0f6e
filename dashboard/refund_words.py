"""What of a refund is handed back, in words for the till and the dashboard."""

from collections.abc import Callable

from django.utils.translation import gettext as _

from programs.infos import RefundOutcome

InWords = Callable[[int, str], str]


def shares_in_words(outcome: RefundOutcome, amount: InWords) -> list[str]:
    """Sentences on what is handed back and what is not; none where all of the refund had been paid in money."""
    if outcome.money_minor == outcome.refund.amount_minor:
        return []

    def said(minor: int) -> str:
        return amount(minor, outcome.purchase.currency)

    sentences = [_("A devolver do que foi pago: %(money)s.") % {"money": said(outcome.money_minor)}]
    if outcome.balance_minor:
        sentences.append(_("Voltou ao saldo: %(balance)s.") % {"balance": said(outcome.balance_minor)})
    if outcome.discount_minor:
        sentences.append(_("Era desconto: %(discount)s.") % {"discount": said(outcome.discount_minor)})
    return sentences
