"""How much a rule may still give: caps by purchase, customer and rule in their periods, and a budget in money. Pure."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from programs.rules.spec import PERIODS, Limits, Period, PointValue, Rule

NO_USE: Mapping[Period, int] = {}


class Used(NamedTuple):
    """What a rule gave before in the periods that hold the day: to this customer, how often, to all, and in money."""

    customer: Mapping[Period, int] = NO_USE
    times: Mapping[Period, int] = NO_USE
    rule: Mapping[Period, int] = NO_USE
    budget_minor: int = 0


class Cut(NamedTuple):
    """What is left of a wish, and the limit that cut it (None when nothing did)."""

    amount: int
    by: str | None = None


@lru_cache(maxsize=4096)
def period_keys(day: date) -> Mapping[Period, str]:
    """The names of a day's periods, by which what was given is counted: `2026-11-22`, `2026-W47`, `2026-11`, `life`."""
    year, week, _ = day.isocalendar()
    written = day.isoformat()
    return {"day": written, "week": f"{year}-W{week:02d}", "month": written[:7], "life": "life"}


def period_key(period: Period, day: date) -> str:
    """The name of one of them."""
    return period_keys(day)[period]


def money_of(amount: int, value: PointValue | None) -> int:
    """What an amount costs in minor units of money, rounded up; cashback is money itself."""
    return amount if value is None else -(-amount * value.minor // value.points)


def bought_for(money: int, value: PointValue | None) -> int:
    """The greatest amount that costs no more than `money`."""
    return money if value is None else money * value.points // value.minor


def cut(rule: Rule, wanted: int, used: Used, value: PointValue | None) -> Cut:
    """What the rule gives of what it wants to; never below zero, never more than wanted."""
    limits = rule.limits
    left = Cut(wanted)
    for period in PERIODS if limits.times_per_customer else ():
        if period in limits.times_per_customer and used.times.get(period, 0) >= limits.times_per_customer[period]:
            return Cut(0, f"times_per_customer.{period}")
    if limits.per_purchase is not None:
        left = _least(left, limits.per_purchase, "per_purchase")
    for period in PERIODS if limits.per_customer or limits.per_rule else ():
        if period in limits.per_customer:
            room = limits.per_customer[period] - used.customer.get(period, 0)
            left = _least(left, room, f"per_customer.{period}")
        if period in limits.per_rule:
            left = _least(left, limits.per_rule[period] - used.rule.get(period, 0), f"per_rule.{period}")
    if limits.budget_minor is not None:
        left = _least(left, bought_for(max(0, limits.budget_minor - used.budget_minor), value), "budget_minor")
    return left


def is_exhausted(limits: Limits, used: Used) -> bool:
    """Whether nothing is left to give, whatever is wanted."""
    for most, had in (
        (limits.times_per_customer, used.times),
        (limits.per_customer, used.customer),
        (limits.per_rule, used.rule),
    ):
        for period in most:
            if had.get(period, 0) >= most[period]:
                return True
    return limits.budget_minor is not None and used.budget_minor >= limits.budget_minor


def _least(left: Cut, room: int, by: str) -> Cut:
    return Cut(max(0, room), by) if room < left.amount else left
