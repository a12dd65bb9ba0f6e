"""How facts are put into the values of messages, in the language of the person they go to.

Values describe the member's own account and name no offer, so that the templates stay service notices.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime

from programs.infos import AwardInfo
from programs.selectors import MemberInfo
from smartbis.kernel.money import format_amount
from smartbis.kernel.units import TIER_POINTS, is_currency
from smartbis.ledger.selectors import BalanceInfo
from vouchers.infos import Offer


@dataclass(frozen=True)
class Phrases:
    """The words of one language."""

    point: str
    points: str
    tier_point: str
    tier_points: str
    join: str
    available_from: str
    more_pending: str
    owed: str
    usable: str
    reached: str
    missing: str
    pending: str
    follow: str
    until: str
    no_end: str
    customer: str
    already_member: str
    stopped: str
    purchase: str
    purchases: str
    pix: str
    link: str
    with_points: str
    at_the_till: str
    with_the_team: str
    not_renewed: str
    returned: str
    paid_in_money: str
    nothing_paid: str
    place_on_page: str


PHRASES = {
    "pt_BR": Phrases(
        point="{amount} ponto",
        points="{amount} pontos",
        tier_point="{amount} ponto de nível",
        tier_points="{amount} pontos de nível",
        join="{first} e {last}",
        available_from="{amount} (disponível em {date})",
        more_pending="{amount} (mais {pending} a liberar)",
        owed="{amount} serão compensados nos próximos créditos",
        usable="{amount} já podem ser usados no caixa",
        reached="o saldo já alcança um benefício do clube",
        missing="faltam {amount} para o próximo benefício do clube",
        pending="o crédito fica disponível em {date}",
        follow="tudo em dia",
        until="até {date}",
        no_end="sem data final",
        customer="cliente",
        purchase="{amount} compra",
        purchases="{amount} compras",
        pix="por Pix, com a chave {key}",
        link="pelo link {link}",
        with_points="com {amount} na página da sua conta",
        at_the_till="no caixa, na próxima visita",
        with_the_team="fale com a equipe na próxima visita",
        not_renewed="fale com a equipe, porque a renovação não está aberta por enquanto",
        returned="{amount} voltaram ao saldo",
        paid_in_money="fale com a organização para receber de volta",
        nothing_paid="nada foi cobrado",
        place_on_page="veja na página do evento",
        already_member="Você já participa de {brand}. Veja o seu saldo e os seus vouchers aqui: {link}",
        stopped="Pronto: {brand} não envia mais avisos nem ofertas a você. Para voltar, escreva QUERO PARTICIPAR.",
    ),
    "en": Phrases(
        point="{amount} point",
        points="{amount} points",
        tier_point="{amount} tier point",
        tier_points="{amount} tier points",
        join="{first} and {last}",
        available_from="{amount} (available on {date})",
        more_pending="{amount} (plus {pending} to be released)",
        owed="{amount} will be set off against your next credits",
        usable="{amount} can be used at the till now",
        reached="your balance already reaches a club benefit",
        missing="{amount} to go until the next club benefit",
        pending="the credit becomes available on {date}",
        follow="all up to date",
        until="until {date}",
        no_end="with no end date",
        customer="customer",
        purchase="{amount} purchase",
        purchases="{amount} purchases",
        pix="by Pix, with the key {key}",
        link="by the link {link}",
        with_points="with {amount} on the page of your account",
        at_the_till="at the till, on your next visit",
        with_the_team="ask the team on your next visit",
        not_renewed="ask the team, since renewal is not open for now",
        returned="{amount} are back on your balance",
        paid_in_money="ask the organisers to pay you back",
        nothing_paid="nothing was charged",
        place_on_page="see the page of the event",
        already_member="You are already a member of {brand}. See your balance and vouchers here: {link}",
        stopped="Done: {brand} sends you no more notices or offers. To come back, write I WANT TO JOIN.",
    ),
}


@dataclass(frozen=True)
class Wording:
    """A language and the brand's time zone."""

    language: str
    zone: str

    @property
    def phrases(self) -> Phrases:
        """The words of the language."""
        return PHRASES[self.language]

    def amount(self, amount: int, unit: str) -> str:
        """An amount with its unit: `R$ 18,50`, `1 ponto`, `30 pontos`, `30 pontos de nível`."""
        text = format_amount(amount, unit, self.language)
        if is_currency(unit):
            return text
        said = self.phrases
        one, many = (said.tier_point, said.tier_points) if unit == TIER_POINTS else (said.point, said.points)
        return (one if amount == 1 else many).format(amount=text)

    def joined(self, parts: Sequence[str]) -> str:
        """`a`, `a e b`, `a, b e c`."""
        if len(parts) < 2:
            return "".join(parts)
        return self.phrases.join.format(first=", ".join(parts[:-1]), last=parts[-1])

    def date(self, at: datetime) -> str:
        """A day of the brand's calendar."""
        pattern = "d MMM yyyy" if self._is_english else "dd/MM/yyyy"
        return format_date(at.astimezone(ZoneInfo(self.zone)), pattern, locale="en_GB")

    def date_time(self, at: datetime) -> str:
        """A minute of the brand's calendar."""
        pattern = "d MMM yyyy HH:mm" if self._is_english else "dd/MM/yyyy HH:mm"
        return format_datetime(at.astimezone(ZoneInfo(self.zone)), pattern, locale="en_GB")

    def earned(self, awards: Sequence[AwardInfo]) -> str:
        """What a sale earned, unit by unit, with the day from which what is pending can be used."""
        parts = []
        for unit in dict.fromkeys(award.unit for award in awards):
            of_unit = [award for award in awards if award.unit == unit]
            text = self.amount(sum(award.amount for award in of_unit), unit)
            pending = [award.available_at for award in of_unit if award.status == "pending" and award.available_at]
            if pending and len(pending) == len(of_unit):
                text = self.phrases.available_from.format(amount=text, date=self.date(max(pending)))
            parts.append(text)
        return self.joined(parts)

    def balance(self, balances: Sequence[BalanceInfo]) -> str:
        """What can be used now, and what is still to be released."""
        parts = []
        for each in balances:
            text = self.amount(each.available, each.unit)
            if each.pending:
                text = self.phrases.more_pending.format(amount=text, pending=self.amount(each.pending, each.unit))
            parts.append(text)
        return self.joined(parts)

    def next_step(self, balances: Sequence[BalanceInfo], offers: Sequence[Offer], awards: Sequence[AwardInfo]) -> str:
        """The one thing that matters next: what is owed, what can be used, what is missing, or when it comes."""
        for each in balances:
            if lacking := each.owed + max(-each.available, 0):
                return self.phrases.owed.format(amount=self.amount(lacking, each.unit))
        money = next((each for each in balances if is_currency(each.unit) and each.available > 0), None)
        if money is not None:
            return self.phrases.usable.format(amount=self.amount(money.available, money.unit))
        if any(offer.can_have and offer.coupon.cost_amount for offer in offers):
            return self.phrases.reached
        nearest = min(
            (offer for offer in offers if offer.missing_amount and len(offer.reasons) <= 1),
            key=lambda offer: offer.missing_amount,
            default=None,
        )
        if nearest is not None:
            return self.phrases.missing.format(amount=self.amount(nearest.missing_amount, nearest.coupon.cost_unit))
        if pending := [award.available_at for award in awards if award.status == "pending" and award.available_at]:
            return self.phrases.pending.format(date=self.date(min(pending)))
        return self.phrases.follow

    def figure(self, value: int, measure: str, currency: str) -> str:
        """A figure of a ladder of tiers: money, points, tier points, or purchases."""
        if measure == "purchases":
            return (self.phrases.purchase if value == 1 else self.phrases.purchases).format(amount=value)
        return self.amount(value, currency if measure == "spend" else measure)

    def how_to_renew(self, member: MemberInfo) -> str:
        """The ways to renew a plan: the brand's Pix key, its link, points, else the till that sells its articles, else
        the team; none while it cannot be renewed.
        """
        if not member.can_renew(self.zone):
            return self.phrases.not_renewed
        plan, ways = member.plan, []
        if plan.pix_key:
            ways.append(self.phrases.pix.format(key=plan.pix_key))
        if plan.payment_link:
            ways.append(self.phrases.link.format(link=plan.payment_link))
        if plan.price_points is not None:
            ways.append(self.phrases.with_points.format(amount=self.amount(plan.price_points, "points")))
        if not ways:
            return self.phrases.at_the_till if plan.skus else self.phrases.with_the_team
        return "; ".join(ways)

    def until(self, end: datetime | None) -> str:
        """Up to and including which day something is valid; `end` itself is excluded."""
        if end is None:
            return self.phrases.no_end
        return self.phrases.until.format(date=self.date(end - timedelta(microseconds=1)))

    @property
    def _is_english(self) -> bool:
        return self.language == "en"
