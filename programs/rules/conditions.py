"""Whether a rule applies, and to which lines: pure and total, with the first reason why not."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any, Literal

from programs.rules.facts import Facts, Line, Moment
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


# Why something does not apply, or None.
Test = Callable[[Any], Reason | None]


def tests_of(when: Conditions) -> tuple[Test, ...]:
    """What has to be asked of a sale as a whole, or of taking part, in this order; nothing that need not be."""
    is_for_sales = not when.participations
    asked: tuple[tuple[object, Callable[[Conditions], Test]], ...] = (
        (when.participations, _kind),
        (is_for_sales and when.stores, _store),
        (is_for_sales and when.channels, _channel),
        (is_for_sales and when.payment_methods, _payment_method),
        (when.since, _since),
        (when.until, _until),
        (when.hours, _hours),
        (when.weekdays and not when.hours, _weekday),
        (when.purchases, _nth),
        (when.birthday, _birthday),
        (when.belonging, _belonging),
    )
    return tuple(made(when) for is_asked, made in asked if is_asked)


def chooser_of(when: Conditions) -> Callable[[Sequence[Line]], tuple[Line, ...]] | None:
    """What answers the lines that a rule is about; None for a rule about whole sales."""
    products, categories, tags = when.products, when.categories, when.item_tags
    if not when.chooses_lines:
        return None
    if categories and not products and not tags:
        return lambda lines: tuple([line for line in lines if line.category in categories])
    return lambda lines: tuple(
        [
            line
            for line in lines
            if (not products or line.sku in products)
            and (not categories or line.category in categories)
            and (not tags or not tags.isdisjoint(line.tags))
        ]
    )


def _kind(when: Conditions) -> Test:
    kinds = when.participations
    return lambda facts: None if facts.kind in kinds else "kind_not_rewarded"


def _store(when: Conditions) -> Test:
    stores = when.stores
    return lambda facts: None if facts.store in stores else "other_store"


def _channel(when: Conditions) -> Test:
    channels = when.channels
    return lambda facts: None if facts.channel in channels else "other_channel"


def _payment_method(when: Conditions) -> Test:
    methods = when.payment_methods
    return lambda facts: None if facts.payment_method in methods else "other_payment_method"


def _since(when: Conditions) -> Test:
    first = when.since or date.min
    return lambda facts: "before_period" if facts.moment.day < first else None


def _until(when: Conditions) -> Test:
    last = when.until or date.max
    return lambda facts: "after_period" if facts.moment.day > last else None


def _weekday(when: Conditions) -> Test:
    weekdays = when.weekdays
    return lambda facts: None if facts.moment.day.isoweekday() in weekdays else "other_weekday"


def _hours(when: Conditions) -> Test:
    """The hours, and the weekday on which they began."""

    def test(facts: Facts) -> Reason | None:
        starts = [_start_of(hours, facts.moment) for hours in when.hours]
        days = [day for day in starts if day is not None]
        if not days:
            return "other_hour"
        if when.weekdays and not any(day.isoweekday() in when.weekdays for day in days):
            return "other_weekday"
        return None

    return test


def _start_of(hours: tuple[int, int], moment: Moment) -> date | None:
    """The day on which the stretch of hours began that holds the moment: yesterday's, past midnight."""
    start, end = hours
    if start < end:
        return moment.day if start <= moment.minute < end else None
    if moment.minute >= start:
        return moment.day
    return moment.day - timedelta(days=1) if moment.minute < end and moment.day > date.min else None


def _nth(when: Conditions) -> Test:
    wanted = when.purchases or NthPurchase(1)
    first, last = wanted.since, wanted.until

    def test(facts: Facts) -> Reason | None:
        nth = facts.member.nth
        return None if nth is not None and nth >= first and (last is None or nth <= last) else "other_purchase"

    return test


def _birthday(when: Conditions) -> Test:
    span = when.birthday or "day"

    def test(facts: Facts) -> Reason | None:
        return None if is_birthday(span, facts.member.birthday, facts.moment.day) else "not_birthday"

    return test


def _belonging(when: Conditions) -> Test:
    """One of the keys of every kind that is named."""
    asked = [(frozenset((kind, key) for key in keys), _NOT_BELONGING[kind]) for kind, keys in when.belonging.items()]

    def test(facts: Facts) -> Reason | None:
        belongs = facts.member.belongs
        for pairs, reason in asked:
            if pairs.isdisjoint(belongs):
                return reason
        return None

    return test


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
