"""How balance may be used, in sentences of Portuguese or English."""

from collections.abc import Iterator
from decimal import Decimal

from babel.numbers import format_decimal

from programs.rules.sentences import NO_NAMES, Names
from programs.rules.spec import MAX_BASIS_POINTS, Spending
from programs.rules.words import of
from smartbis.kernel.money import format_money

_PORTUGUESE = {
    "balance": "O saldo pode ser usado a partir de {money}.",
    "sale": "Vale em compras a partir de {money}.",
    "share": "Paga até {share}% de cada compra.",
    "stores": "Não vale em {names}.",
    "products": "Não paga os produtos {names}.",
    "categories": "Não paga {names}.",
}
_ENGLISH = {
    "balance": "The balance can be used from {money} on.",
    "sale": "It counts for purchases from {money} on.",
    "share": "It pays at most {share}% of each purchase.",
    "stores": "It does not count at {names}.",
    "products": "It does not pay for the products {names}.",
    "categories": "It does not pay for {names}.",
}


def spending_sentences(spending: Spending, *, currency: str, locale: str, names: Names = NO_NAMES) -> list[str]:
    """A sentence for each rule of using balance that is set; none where balance may be used freely."""
    return list(_sentences(spending, currency, locale, names))


def _sentences(spending: Spending, currency: str, locale: str, names: Names) -> Iterator[str]:
    babel = of(locale).babel
    said = _PORTUGUESE if babel == "pt_BR" else _ENGLISH
    if spending.minimum_balance:
        yield said["balance"].format(money=format_money(spending.minimum_balance, currency, babel))
    if spending.minimum_sale_minor:
        yield said["sale"].format(money=format_money(spending.minimum_sale_minor, currency, babel))
    if spending.maximum_share_bp < MAX_BASIS_POINTS:
        share = format_decimal(Decimal(spending.maximum_share_bp) / 100, locale=babel)
        yield said["share"].format(share=share)
    stores = sorted(names.stores.get(code, code) for code in spending.excluded_stores)
    for key, listed in (
        ("stores", stores),
        ("products", sorted(spending.excluded_products)),
        ("categories", sorted(spending.excluded_categories)),
    ):
        if listed:
            yield said[key].format(names=", ".join(listed))
