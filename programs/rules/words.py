"""The words that rules are told in, by language."""

from collections.abc import Mapping
from dataclasses import dataclass

from programs.rules.spec import Birthday, Period

Forms = tuple[str, str]


@dataclass(frozen=True)
class Words:
    """One language: texts with places for what they tell; pairs are for one and for many."""

    babel: str
    percentage: str
    every_sale: str
    per_sale: str
    per_unit: str
    cashback: str
    multiplier: str
    factors: Mapping[int, str]
    voucher: str
    plan: str
    taking_part: str
    on: str
    products: str
    categories: str
    item_tags: str
    both: str
    either: str
    minimum: str
    stores: str
    channels: str
    payment_methods: str
    on_weekdays: str
    weekdays: tuple[str, ...]
    hours: str
    between: str
    since: str
    until: str
    first_purchase: str
    nth_purchase: str
    from_nth: str
    nth_range: str
    birthdays: Mapping[Birthday, str]
    belonging: Mapping[str, str]
    per_purchase: str
    per_customer: Mapping[Period, str]
    per_rule: Mapping[Period, str]
    budget: str
    gross: str
    hold: str
    best: str
    exclusive: str
    points: Forms
    tier_points: Forms
    pieces: Forms
    periods: Forms
    times: Forms
    days: Forms
    channel_names: Mapping[str, str]
    method_names: Mapping[str, str]
    kinds: Mapping[str, str]

    def ordinal(self, number: int) -> str:
        """`5ª`, `5th`."""
        if self.babel == "pt_BR":
            return f"{number}ª"
        end = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
        return f"{number}{end}"


def of(locale: str) -> Words:
    """The words of a locale: Portuguese for `pt` of any country, else English."""
    return PORTUGUESE if locale.lower().startswith("pt") else ENGLISH


PORTUGUESE = Words(
    babel="pt_BR",
    percentage="{rate}% de cashback {what}",
    every_sale="em cada compra",
    per_sale="por compra",
    per_unit="{points} a cada {money}",
    cashback="{money} de cashback",
    multiplier="ganhos multiplicados por {factor}",
    factors={20_000: "ganhos em dobro", 30_000: "ganhos em triplo"},
    voucher="um voucher de {coupon}",
    plan="{periods} do plano {plan}",
    taking_part="por participação ({kinds})",
    on="em {what}",
    products="produtos {names}",
    categories="{names}",
    item_tags="itens com a etiqueta {names}",
    both="e",
    either="ou",
    minimum="a partir de {money}",
    stores="em {names}",
    channels="comprando por {names}",
    payment_methods="pagando com {names}",
    on_weekdays="",
    weekdays=(
        "às segundas",
        "às terças",
        "às quartas",
        "às quintas",
        "às sextas",
        "aos sábados",
        "aos domingos",
    ),
    hours="das {start} às {end}",
    between="de {since} a {until}",
    since="a partir de {day}",
    until="até {day}",
    first_purchase="na primeira compra",
    nth_purchase="na {nth} compra",
    from_nth="a partir da {nth} compra",
    nth_range="da {since} à {until} compra",
    birthdays={
        "day": "no dia do aniversário",
        "week": "na semana do aniversário",
        "month": "no mês do aniversário",
    },
    belonging={
        "plan": "para quem tem o plano {names}",
        "tier": "para o nível {names}",
        "segment": "para o grupo {names}",
        "community": "para a comunidade {names}",
        "tag": "para clientes com a etiqueta {names}",
    },
    per_purchase="até {amount} por compra",
    per_customer={
        "day": "até {amount} por cliente por dia",
        "week": "até {amount} por cliente por semana",
        "month": "até {amount} por cliente por mês",
        "life": "até {amount} por cliente ao todo",
    },
    per_rule={
        "day": "limitado a {amount} por dia no total",
        "week": "limitado a {amount} por semana no total",
        "month": "limitado a {amount} por mês no total",
        "life": "limitado a {amount} no total",
    },
    budget="enquanto durar a verba",
    gross="sobre o valor cheio",
    hold="liberado após {days}",
    best="das regras assim vale só a que der mais",
    exclusive="não soma com outras regras",
    points=("1 ponto", "{n} pontos"),
    tier_points=("1 ponto de nível", "{n} pontos de nível"),
    pieces=("1 unidade", "{n} unidades"),
    periods=("1 período", "{n} períodos"),
    times=("1 vez", "{n} vezes"),
    days=("1 dia", "{n} dias"),
    channel_names={"store": "loja", "online": "site", "whatsapp": "WhatsApp", "app": "aplicativo"},
    method_names={"cash": "dinheiro", "credit": "crédito", "debit": "débito", "pix": "Pix"},
    kinds={"event": "evento", "renewal": "renovação", "referral": "indicação", "referred": "ser indicado"},
)

ENGLISH = Words(
    babel="en",
    percentage="{rate}% cashback {what}",
    every_sale="on every purchase",
    per_sale="for each purchase",
    per_unit="{points} for every {money}",
    cashback="{money} of cashback",
    multiplier="gains times {factor}",
    factors={20_000: "double gains", 30_000: "triple gains"},
    voucher="a voucher for {coupon}",
    plan="{periods} of the {plan} plan",
    taking_part="for taking part ({kinds})",
    on="on {what}",
    products="products {names}",
    categories="{names}",
    item_tags="items tagged {names}",
    both="and",
    either="or",
    minimum="from {money}",
    stores="at {names}",
    channels="buying by {names}",
    payment_methods="paying by {names}",
    on_weekdays="on ",
    weekdays=("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays"),
    hours="from {start} to {end}",
    between="from {since} to {until}",
    since="from {day} on",
    until="until {day}",
    first_purchase="on the first purchase",
    nth_purchase="on the {nth} purchase",
    from_nth="from the {nth} purchase on",
    nth_range="from the {since} to the {until} purchase",
    birthdays={"day": "on the birthday", "week": "in the birthday week", "month": "in the birthday month"},
    belonging={
        "plan": "for members of the plan {names}",
        "tier": "for the tier {names}",
        "segment": "for the group {names}",
        "community": "for the community {names}",
        "tag": "for customers tagged {names}",
    },
    per_purchase="at most {amount} a purchase",
    per_customer={
        "day": "at most {amount} a customer and day",
        "week": "at most {amount} a customer and week",
        "month": "at most {amount} a customer and month",
        "life": "at most {amount} a customer in all",
    },
    per_rule={
        "day": "limited to {amount} a day in all",
        "week": "limited to {amount} a week in all",
        "month": "limited to {amount} a month in all",
        "life": "limited to {amount} in all",
    },
    budget="while the budget lasts",
    gross="on the full amount",
    hold="available after {days}",
    best="of rules like this only the one that gives most counts",
    exclusive="not combined with other rules",
    points=("1 point", "{n} points"),
    tier_points=("1 tier point", "{n} tier points"),
    pieces=("1 piece", "{n} pieces"),
    periods=("1 period", "{n} periods"),
    times=("once", "{n} times"),
    days=("1 day", "{n} days"),
    channel_names={"store": "store", "online": "site", "whatsapp": "WhatsApp", "app": "app"},
    method_names={"cash": "cash", "credit": "credit card", "debit": "debit card", "pix": "Pix"},
    kinds={"event": "event", "renewal": "renewal", "referral": "referral", "referred": "being referred"},
)
