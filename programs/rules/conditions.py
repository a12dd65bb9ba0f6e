"""Whether a rule applies, and to which lines: pure and total, with the first reason why not."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, Literal

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


Test = Callable[[Conditions, Any], Reason | None]


def tests_of(when: Conditions) -> tuple[Test, ...]:
    """What has to be asked of a sale as a whole, or of taking part, in this order; nothing that need not be."""
    is_for_sales = not when.participations
    asked: tuple[tuple[object, Test], ...] = (
        (when.participations, _against_kind),
        (is_for_sales and when.stores, _against_store),
        (is_for_sales and when.channels, _against_channel),
        (is_for_sales and when.payment_methods, _against_payment_method),
        (when.since, _against_since),
        (when.until, _against_until),
        (when.hours, _against_hours),
        (when.weekdays and not when.hours, _against_weekday),
        (when.purchases, _against_nth),
        (when.birthday, _against_birthday),
        (when.belonging, _against_belonging),
    )
    return tuple(test for is_asked, test in asked if is_asked)


def chosen_lines(when: Conditions, lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """The lines that a rule which chooses lines is about."""
    products, categories, tags = when.products, when.categories, when.item_tags
    return tuple(
        [
            line
            for line in lines
            if (not products or line.sku in products)
            and (not categories or line.category in categories)
            and (not tags or not tags.isdisjoint(line.tags))
        ]
    )


def _against_kind(when: Conditions, facts: ParticipationFacts) -> Reason | None:
    return None if facts.kind in when.participations else "kind_not_rewarded"


def _against_store(when: Conditions, facts: SaleFacts) -> Reason | None:
    return None if facts.store in when.stores else "other_store"


def _against_channel(when: Conditions, facts: SaleFacts) -> Reason | None:
    return None if facts.channel in when.channels else "other_channel"


def _against_payment_method(when: Conditions, facts: SaleFacts) -> Reason | None:
    return None if facts.payment_method in when.payment_methods else "other_payment_method"


def _against_since(when: Conditions, facts: Facts) -> Reason | None:
    return "before_period" if when.since and facts.moment.day < when.since else None


def _against_until(when: Conditions, facts: Facts) -> Reason | None:
    return "after_period" if when.until and facts.moment.day > when.until else None


def _against_weekday(when: Conditions, facts: Facts) -> Reason | None:
    return None if facts.moment.day.isoweekday() in when.weekdays else "other_weekday"


def _against_hours(when: Conditions, facts: Facts) -> Reason | None:
    """The hours, and the weekday on which they began."""
    starts = [_start_of(hours, facts.moment) for hours in when.hours]
    days = [day for day in starts if day is not None]
    if not days:
        return "other_hour"
    if when.weekdays and not any(day.isoweekday() in when.weekdays for day in days):
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


def _against_nth(when: Conditions, facts: Facts) -> Reason | None:
    return None if when.purchases and _is_nth(when.purchases, facts.member.nth) else "other_purchase"


def _against_birthday(when: Conditions, facts: Facts) -> Reason | None:
    is_met = when.birthday and is_birthday(when.birthday, facts.member.birthday, facts.moment.day)
    return None if is_met else "not_birthday"


def _against_belonging(when: Conditions, facts: Facts) -> Reason | None:
    belongs = facts.member.belongs
    for kind, pairs in when.belonging_pairs:
        if pairs.isdisjoint(belongs):
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
