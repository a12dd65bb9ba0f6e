"""Whether a rule applies, and to which lines: pure and total, with the first reason why not."""

from datetime import date, timedelta
from typing import Literal

from programs.rules.facts import Facts, Line, Moment, ParticipationFacts, SaleFacts
from programs.rules.spec import Birthday, Conditions, NthPurchase

Reason = Literal[
    "kind_not_rewarded",
    "other_store",
    "other_channel",
    "other_payment_method",
    "other_weekday",
    "other_hour",
    "before_period",
    "after_period",
    "other_purchase",
    "not_birthday",
    "not_in_plan",
    "not_in_tier",
    "not_in_segment",
    "not_in_community",
    "without_tag",
    "no_such_article",
    "nothing_paid",
    "below_minimum",
    "below_quantity",
    "excluded_by_other",
    "less_than_best",
    "nothing_to_multiply",
    "nothing_after_rounding",
    "limit_reached",
]

_NOT_BELONGING: dict[str, Reason] = {
    "plan": "not_in_plan",
    "tier": "not_in_tier",
    "segment": "not_in_segment",
    "community": "not_in_community",
    "tag": "without_tag",
}


def reason_against(when: Conditions, facts: Facts) -> Reason | None:
    """Why the rule does not apply to the sale or participation as a whole; None when it does."""
    if isinstance(facts, ParticipationFacts):
        if facts.kind not in when.participations:
            return "kind_not_rewarded"
        return _against_moment(when, facts.moment) or _against_member(when, facts)
    if when.participations:
        return "kind_not_rewarded"
    if when.asks_of_sale:
        against = _against_place(when, facts) or _against_moment(when, facts.moment)
        if against:
            return against
    return _against_member(when, facts) if when.asks_of_member else None


def chosen_lines(when: Conditions, facts: SaleFacts) -> tuple[Line, ...]:
    """The lines the rule is about."""
    if not when.chooses_lines:
        return facts.lines
    products, categories, tags = when.products, when.categories, when.item_tags
    return tuple(
        [
            line
            for line in facts.lines
            if (not products or line.sku in products)
            and (not categories or line.category in categories)
            and (not tags or not tags.isdisjoint(line.tags))
        ]
    )


def _against_place(when: Conditions, facts: SaleFacts) -> Reason | None:
    if when.stores and facts.store not in when.stores:
        return "other_store"
    if when.channels and facts.channel not in when.channels:
        return "other_channel"
    if when.payment_methods and facts.payment_method not in when.payment_methods:
        return "other_payment_method"
    return None


def _against_moment(when: Conditions, moment: Moment) -> Reason | None:
    if when.since and moment.day < when.since:
        return "before_period"
    if when.until and moment.day > when.until:
        return "after_period"
    if when.hours:
        starts = [_start_of(hours, moment) for hours in when.hours]
        days = [day for day in starts if day is not None]
        if not days:
            return "other_hour"
        if when.weekdays and not any(day.isoweekday() in when.weekdays for day in days):
            return "other_weekday"
    elif when.weekdays and moment.day.isoweekday() not in when.weekdays:
        return "other_weekday"
    return None


def _start_of(hours: tuple[int, int], moment: Moment) -> date | None:
    """The day on which the stretch of hours began that holds the moment: yesterday's, past midnight."""
    start, end = hours
    if start < end:
        return moment.day if start <= moment.minute < end else None
    if moment.minute >= start:
        return moment.day
    return moment.day - timedelta(days=1) if moment.minute < end and moment.day > date.min else None


def _against_member(when: Conditions, facts: Facts) -> Reason | None:
    member = facts.member
    if when.purchases and not _is_nth(when.purchases, member.nth):
        return "other_purchase"
    if when.birthday and not is_birthday(when.birthday, member.birthday, facts.moment.day):
        return "not_birthday"
    for kind, keys in when.belonging.items():
        if not any((kind, key) in member.belongs for key in keys):
            return _NOT_BELONGING[kind]
    return None


def _is_nth(wanted: NthPurchase, nth: int | None) -> bool:
    return nth is not None and nth >= wanted.since and (wanted.until is None or nth <= wanted.until)


def is_birthday(span: Birthday, birthday: tuple[int, int] | None, day: date) -> bool:
    """Whether a day is the birthday, or lies in its month, or in its week (Monday to Sunday).

    Who was born on 29 February has their birthday on the 28th in other years.
    """
    if birthday is None:
        return False
    if span == "month":
        return day.month == birthday[0]
    if span == "day":
        return day == _in_year(birthday, day.year)
    week = day.isocalendar()[:2]
    years = {day.year - 1, day.year, day.year + 1} & set(range(date.min.year + 1, date.max.year))
    return any(_in_year(birthday, year).isocalendar()[:2] == week for year in years)


def _in_year(birthday: tuple[int, int], year: int) -> date:
    month, day = birthday
    try:
        return date(year, month, day)
    except ValueError:
        return date(year, 2, 28)
