"""A rule in one sentence, in Portuguese and English: in the editor, in statements, on the public page."""

from decimal import Decimal

from babel.numbers import format_decimal

from programs.rules.spec import Percentage, Rule
from smartbis.kernel.money import format_money

_WORDS = {
    "pt": {
        "percentage": "{rate}% de cashback em cada compra",
        "per_unit": "{points} a cada {money}",
        "minimum": "a partir de {money}",
        "stores": "nas lojas {stores}",
        "hold": "liberado após {days} dias",
        "participation": "{points} por {kind}",
        "point": ("1 ponto", "{n} pontos"),
    },
    "en": {
        "percentage": "{rate}% cashback on every purchase",
        "per_unit": "{points} for every {money}",
        "minimum": "from {money}",
        "stores": "at {stores}",
        "hold": "available after {days} days",
        "participation": "{points} for {kind}",
        "point": ("1 point", "{n} points"),
    },
}


def sentence(rule: Rule, *, currency: str, locale: str, stores: dict[str, str] | None = None) -> str:
    """The rule in one sentence of the locale; `stores` gives the names behind the codes."""
    words = _WORDS["pt" if locale.lower().startswith("pt") else "en"]
    babel = "pt_BR" if locale.lower().startswith("pt") else "en"

    def points(count: int) -> str:
        one, many = words["point"]
        return one if count == 1 else many.format(n=format_decimal(count, locale=babel))

    def word(name: str, **facts: str) -> str:
        text = words[name]
        assert isinstance(text, str)
        return text.format(**facts)

    if isinstance(rule.effect, Percentage):
        rate = format_decimal(Decimal(rule.effect.basis_points) / 100, locale=babel)
        parts = [word("percentage", rate=rate)]
    else:
        money = format_money(rule.effect.minor, currency, babel)
        parts = [word("per_unit", points=points(rule.effect.points), money=money)]
    if rule.minimum_minor:
        parts.append(word("minimum", money=format_money(rule.minimum_minor, currency, babel)))
    if rule.stores:
        names = ", ".join(sorted((stores or {}).get(code, code) for code in rule.stores))
        parts.append(word("stores", stores=names))
    if rule.hold_days:
        parts.append(word("hold", days=str(rule.hold_days)))
    parts += [word("participation", points=points(count), kind=kind) for kind, count in rule.participations.items()]
    return ", ".join(parts) + "."
