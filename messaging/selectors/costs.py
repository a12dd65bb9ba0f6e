"""What messages cost: the card in force, what a sending would cost, and what was sent in a month.

What Meta says of each message (`pricing` in its status: whether it is billed, and in which category) is counted; the
price is the card's of the day it was sent. Nothing is added up across currencies. Amounts are micros.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection

from messaging.infos import CostLine, CostPart, Estimate, MessageInfo, MonthCosts
from messaging.models import Channel, Rate
from messaging.rates import Rate as RateInfo
from messaging.rates import RateCard, added, shipped_rates
from smartbis.kernel.clock import now
from smartbis.kernel.phones import InvalidPhone, country_of, normalise_phone
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import get_tenant

HOME = "BR"
_BY_DAY = """
SELECT (COALESCE(sent_at, accepted_at) AT TIME ZONE %(zone)s)::date, country,
    COALESCE(pricing ->> 'category', lower(category)),
    pricing ->> 'billable', template, campaign_id, count(*)
FROM messaging_message
WHERE tenant_id = %(tenant)s AND direction = 'out' AND status IN ('accepted', 'sent', 'delivered', 'read')
    AND created_at >= %(since)s::timestamptz - interval '4 days' AND created_at < %(until)s
    AND COALESCE(sent_at, accepted_at) >= %(since)s AND COALESCE(sent_at, accepted_at) < %(until)s
GROUP BY 1, 2, 3, 4, 5, 6
"""


def rate_card(*, tenant: UUID) -> RateCard:
    """The brand's rates, with the shipped ones beneath. One query."""
    with tenant_scope(tenant, read_only=True):
        own = [
            RateInfo(row.effective_on, row.country, row.category, row.currency, row.micros, row.source)
            for row in Rate.objects.filter(tenant_id=tenant).order_by("effective_on", "country", "category")
        ]
    return RateCard(own, shipped_rates())


def own_rates_since(*, tenant: UUID) -> datetime | None:
    """When the brand last loaded rates of its own; None where it has none."""
    with tenant_scope(tenant, read_only=True):
        return Rate.objects.filter(tenant_id=tenant).order_by("-loaded_at").values_list("loaded_at", flat=True).first()


def estimate_cost(*, tenant: UUID, category: str, messages: int) -> Estimate:
    """What it would cost to send so many messages today, all billed, to the country of the brand's number."""
    card = rate_card(tenant=tenant)
    with tenant_scope(tenant, read_only=True):
        number = Channel.objects.order_by("connected_at", "id").values_list("display_phone_number", flat=True).first()
        zone = get_tenant(tenant=tenant).timezone
    return Estimate(messages, card.price(_country(number or ""), category, now().astimezone(ZoneInfo(zone)).date()))


def cost_of(card: RateCard, message: MessageInfo, zone: str) -> RateInfo | None:
    """The rate that a message was billed at; None where it was not, or where Meta has not said or no rate is known."""
    pricing, at = message.pricing or {}, message.sent_at or message.accepted_at
    if pricing.get("billable") is not True or at is None:
        return None
    return card.price(message.country, str(pricing.get("category", "")), at.astimezone(ZoneInfo(zone)).date())


def month_costs(*, tenant: UUID, month: date) -> MonthCosts:
    """What the messages of the month of a day cost, by the brand's calendar. Three queries, however many messages."""
    card = rate_card(tenant=tenant)
    with tenant_scope(tenant, read_only=True), connection.cursor() as cursor:
        zone = get_tenant(tenant=tenant).timezone
        first = month.replace(day=1)
        after = (first + timedelta(days=32)).replace(day=1)
        since, until = (datetime.combine(day, time(), ZoneInfo(zone)) for day in (first, after))
        cursor.execute(_BY_DAY, {"tenant": tenant, "zone": zone, "since": since, "until": until})
        counted = [_Counted.of(card, row) for row in cursor.fetchall()]
    return MonthCosts(
        since=first,
        total=_line("", counted),
        by_category=_lines((each.category, each) for each in counted),
        by_template=_lines((each.template, each) for each in counted if each.template),
        by_campaign=_lines((str(each.campaign), each) for each in counted if each.campaign),
        parts=tuple(_parts(counted)),
    )


@dataclass(frozen=True)
class _Counted:
    """Messages that are alike, and the rate of each."""

    category: str
    template: str
    campaign: UUID | None
    is_told: bool
    is_billed: bool
    count: int
    rate: RateInfo | None

    @property
    def micros(self) -> int:
        """What all of them cost, as far as a rate is known."""
        return self.rate.micros * self.count if self.rate else 0

    @classmethod
    def of(cls, card: RateCard, row: tuple[Any, ...]) -> "_Counted":
        day, country, category, billable, template, campaign, count = row
        is_billed = billable != "false"
        rate = card.price(country, category, day) if is_billed else None
        return cls(category, template, campaign, billable is not None, is_billed, count, rate)


def _lines(parts: Iterable[tuple[str, _Counted]]) -> tuple[CostLine, ...]:
    """One line a key, the dearest first."""
    by_key: dict[str, list[_Counted]] = {}
    for key, each in parts:
        by_key.setdefault(key, []).append(each)
    lines = [_line(key, counted) for key, counted in by_key.items()]
    return tuple(sorted(lines, key=lambda line: (-sum(line.amounts.values()), -line.messages, line.key)))


def _line(key: str, counted: Iterable[_Counted]) -> CostLine:
    counted = list(counted)
    billed = [each for each in counted if each.is_billed]
    return CostLine(
        key=key,
        messages=sum(each.count for each in counted),
        billed=sum(each.count for each in billed),
        unpriced=sum(each.count for each in billed if each.rate is None),
        untold=sum(each.count for each in counted if not each.is_told),
        amounts=added([(each.rate.currency, each.micros) for each in billed if each.rate]),
    )


def _parts(counted: Iterable[_Counted]) -> list[CostPart]:
    kinds: dict[tuple[str, str, str], list[_Counted]] = {}
    for each in counted:
        currency = each.rate.currency if each.rate else ""
        keys = {"category": each.category, "template": each.template, "campaign": str(each.campaign or "")}
        for by, key in keys.items():
            if key:
                kinds.setdefault((by, key, currency), []).append(each)
    return [_part(kind, alike) for kind, alike in sorted(kinds.items())]


def _part(kind: tuple[str, str, str], alike: list[_Counted]) -> CostPart:
    by, key, currency = kind
    return CostPart(
        by=by,
        key=key,
        currency=currency,
        messages=sum(each.count for each in alike),
        billed=sum(each.count for each in alike if each.is_billed),
        untold=sum(each.count for each in alike if not each.is_told),
        micros=sum(each.micros for each in alike),
        estimated_micros=sum(each.micros for each in alike if not each.is_told),
    )


def _country(number: str) -> str:
    try:
        return country_of(normalise_phone(number)) or HOME
    except InvalidPhone:
        return HOME
